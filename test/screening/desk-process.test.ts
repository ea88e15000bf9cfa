import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import type { RulesSource } from '../../src/ruleset/parse/parse-rules.js';
import { packBundle } from '../../src/ruleset/release/bundle.js';
import { checkBody } from '../../src/ruleset/release/release-bodies.js';
import { deskWork } from '../../src/screening/desk-process.js';
import { smallRules } from '../releases/small-rules.js';

const dist = process.env['CLAIMGATE_TEST_DIST'] ?? new URL('../../dist/', import.meta.url).href;
const entryFile = new URL('workers/desk.process.js', dist);
/** Not hurried: what takes a second may take minutes on a busy machine. */
const timeoutMs = 200_000;
const work = deskWork({ entryFile, timeoutMs });

const nothingYet = { next: 1, previous: null, previousText: null, lost: null, since: {}, floor: 1 };
const textOf = (source: RulesSource) => ({ bundle: packBundle(source), label: 'version 1: ' });

test('says of a body what is said here', async () => {
  const [before, after] = [await smallRules(1), await smallRules(2)];
  const ground = { next: 2, previous: 1, previousText: textOf(before), lost: null, since: {}, floor: 1 };
  const body = Buffer.from(JSON.stringify({ files: Object.fromEntries(after.files) }));
  const task = { body, ground, publishedAtMs: Date.parse('2026-07-03T08:00:00Z') };
  const [here, there] = [checkBody(task), await work({ do: 'check', ...task })];
  if (!here.ok || !there.ok || !there.value.ok) throw new Error('the rules compile');
  expect(Buffer.from(there.value.value).toString()).toBe(Buffer.from(here.value).toString());
  const sideOf = (source: RulesSource) => ({ text: textOf(source), report: null, rulesetId: '' });
  const diff = await work({ do: 'diff', before: sideOf(before), after: sideOf(after) });
  if (!diff.ok || !diff.value.ok) throw new Error('both can be read');
  expect(JSON.parse(Buffer.from(diff.value.value).toString())).toMatchObject({ after: { version: 2 } });
  const damaged = { ...textOf(before), bundle: { ...packBundle(before), digest: '0'.repeat(64) } };
  const refused = await work({ do: 'check', ...task, ground: { ...ground, previousText: damaged } });
  expect(refused).toMatchObject({ value: { error: { is: 'refused', refusal: { reason: 'tampered' } } } });
});

test('a body that makes no sense is told as that', async () => {
  const answer = await work({ do: 'offer', body: Buffer.from('[]'), ground: nothingYet });
  const error = { is: 'malformed', message: 'The body is not a JSON object.' };
  expect(answer).toEqual({ ok: true, value: { ok: false, error } });
});

test('a process that takes too long, or cannot be started, fails with a sentence', async () => {
  const rules = { folder: 'rules' };
  const today = '2026-07-01';
  const hasty = deskWork({ entryFile, timeoutMs: 1 });
  const late = await hasty({ do: 'lists', what: 'show', rules, today });
  expect(late).toEqual({ ok: false, error: 'it takes more than 0.001 s' });
  const nowhere = deskWork({ entryFile: new URL('workers/nowhere.js', dist) });
  const lost = await nowhere({ do: 'lists', what: 'show', rules, today });
  expect(lost).toMatchObject({
    ok: false,
    error: expect.stringContaining('the compiler ended with code 1: Error: Cannot find module'),
  });
});

describe('a process that ends before it has answered', () => {
  /** Notes that it has begun, does something the first time, and is the desk's process afterwards. */
  async function endingOnce(how: string) {
    const folder = await mkdtemp(join(tmpdir(), 'claimgate-desk-'));
    const begun = join(folder, 'begun');
    const program = `
      import { appendFileSync, readFileSync } from 'node:fs';
      appendFileSync(${JSON.stringify(begun)}, '.');
      if (readFileSync(${JSON.stringify(begun)}, 'utf8').length > 1) await import(${JSON.stringify(entryFile.href)});
      else ${how}`;
    await writeFile(join(folder, 'entry.mjs'), program);
    return {
      asked: deskWork({ entryFile: pathToFileURL(join(folder, 'entry.mjs')) }),
      begun: async () => (await readFile(begun, 'utf8')).length,
      forget: () => rm(folder, { recursive: true }),
    };
  }
  const nonsense = { do: 'offer', body: Buffer.from('[]'), ground: nothingYet } as const;

  test('is begun once more where somebody else has ended it', async () => {
    const { asked, begun, forget } = await endingOnce(`process.kill(process.pid, 'SIGKILL');`);
    expect(await asked(nonsense)).toMatchObject({ ok: true, value: { error: { is: 'malformed' } } });
    expect(await begun()).toBe(2);
    await forget();
  });

  test.each([
    ['has failed', 'throw new TypeError();', /ended with code 1: TypeError/],
    ['has aborted', 'process.abort();', /ended with SIGABRT/],
  ])('is not, where it %s', async (_, how, words) => {
    const { asked, begun, forget } = await endingOnce(how);
    expect(await asked(nonsense)).toEqual({ ok: false, error: expect.stringMatching(words) });
    expect(await begun()).toBe(1);
    await forget();
  });

  test('is ended itself when nobody waits for it any more', async () => {
    const { asked, begun, forget } = await endingOnce('setInterval(() => {}, 1_000);');
    const gone = new AbortController();
    const answer = asked(nonsense, gone.signal);
    await expect.poll(() => begun().catch(() => 0)).toBe(1);
    gone.abort();
    expect(await answer).toEqual({ ok: false, error: 'nobody waits for it any more' });
    expect(await asked(nonsense, gone.signal)).toEqual(await answer);
    expect(await begun()).toBe(1);
    await forget();
  });
});

test('keeps no node from ending, and ends with it', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'claimgate-desk-'));
  const endless = join(folder, 'endless.mjs');
  const pid = join(folder, 'pid');
  await writeFile(
    endless,
    `import { renameSync, writeFileSync } from 'node:fs';
    process.stdin.resume();
    writeFileSync(${JSON.stringify(`${pid}.part`)}, String(process.pid));
    renameSync(${JSON.stringify(`${pid}.part`)}, ${JSON.stringify(pid)});
    setInterval(() => {}, 1_000);`,
  );
  // It has something else to do until the process works.
  const node = `
    import { existsSync } from 'node:fs';
    const { deskWork } = await import(${JSON.stringify(new URL('src/screening/desk-process.js', dist).href)});
    void deskWork({ entryFile: new URL(${JSON.stringify(pathToFileURL(endless).href)}) })({ do: 'diff' });
    const waiting = setInterval(() => existsSync(${JSON.stringify(pid)}) && clearInterval(waiting), 20);`;
  await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', node]);
  const worker = Number(await readFile(pid, 'utf8'));
  await expect.poll(() => isAlive(worker)).toBe(false);
  await rm(folder, { recursive: true });
});

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
