import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, test } from 'vitest';
import { buildRuleset, readRulesFolder } from '../../src/ruleset/build-ruleset.js';
import { packBundle } from '../../src/ruleset/release/bundle.js';
import { type CompileSettings, compileInProcess, mannersOf } from '../../src/screening/compile-process.js';
import { mayIdle, startAside } from '../../src/screening/side-process.js';

const dist = process.env['CLAIMGATE_TEST_DIST'] ?? new URL('../../dist/', import.meta.url).href;
const entryFile = new URL('workers/compile.process.js', dist);
const label = 'v12/';
let files: ReadonlyMap<string, string>;
let rulesetId: string;

beforeAll(async () => {
  const source = await readRulesFolder('rules');
  if (!source.ok) throw new Error('the shipped rules are readable');
  files = source.value.files;
  const built = buildRuleset(source.value);
  if (!built.ok) throw new Error('the shipped rules compile');
  rulesetId = built.value.id;
});

interface Task {
  readonly files?: ReadonlyMap<string, string>;
  readonly rulesetId?: string | null;
}

const compile = async (task: Task, more: Partial<CompileSettings> = {}) => {
  const bundle = packBundle({ label, files: task.files ?? files });
  const settings = { entryFile, ...mannersOf('at-once'), ...more };
  return await compileInProcess({ bundle, label, rulesetId, ...task }, settings);
};

function withFile(path: string, change: (text: string) => string): ReadonlyMap<string, string> {
  const text = files.get(path);
  if (text === undefined) throw new Error(`no ${path}`);
  return new Map([...files, [path, change(text)]]);
}

describe('compiling in a process of its own', () => {
  test('makes the rule set that was published, ready for the threads', async () => {
    const compiled = await compile({});
    expect(compiled).toMatchObject({ ok: true, value: { name: 'national', packed: { id: rulesetId } } });
    expect(compiled.ok && compiled.value.packed.tables.byteLength).toBeGreaterThan(100_000);
  });

  test('refuses a text that is not the one that was published', async () => {
    const bundle = { ...packBundle({ label, files }), digest: '0'.repeat(64) };
    expect(await compileInProcess({ bundle, label, rulesetId }, { entryFile })).toMatchObject({
      error: { reason: 'tampered' },
    });
  });

  const sex = 'packs/reasonable-use/sex-drug';

  test('shows a person what is wrong', async () => {
    const refused = await compile({
      files: withFile(`${sex}.yaml`, (text) => text.replace('when:', 'whenn:')),
    });
    expect(refused).toMatchObject({ ok: false, error: { reason: 'does-not-compile' } });
    expect(refused.ok ? '' : refused.error.message).toContain(`v12/${sex}.yaml`);
  });

  test('refuses what compiles to something else than was published', async () => {
    expect(await compile({ rulesetId: 'sha256:0' })).toMatchObject({ error: { reason: 'other-content' } });
  });

  test('names the examples that do not hold', async () => {
    const turned = withFile(`${sex}.examples.yaml`, (text) => text.replaceAll('sex: female', 'sex: male'));
    const refused = await compile({ files: turned, rulesetId: null });
    expect(refused).toMatchObject({ ok: false, error: { reason: 'failing-examples' } });
    expect(refused.ok ? '' : refused.error.message).toContain('sex-drug');
  });

  test.each([
    ['takes too long', { timeoutMs: 1 }],
    ['runs out of memory', { maxOldGenerationSizeMb: 8 }],
    ['has no compiler', { entryFile: new URL('file:///nowhere.js') }],
  ])('fails where it %s, and nobody else does', async (_, settings) => {
    expect(await compile({}, settings)).toMatchObject({ ok: false, error: { reason: 'compiler-ended' } });
  });

  /** A process that answers with something it was asked for in words of the test. `onStart`: when one is started. */
  async function answerOf(
    words: string,
    more: Partial<CompileSettings> = {},
    onStart = () => {},
  ): Promise<string> {
    const folder = await mkdtemp(join(tmpdir(), 'claimgate-compile-'));
    const file = join(folder, 'answer.mjs');
    const code = `
      import { readdirSync, readFileSync, writeSync } from 'node:fs';
      import { serialize } from 'node:v8';
      import { partsOf } from '${new URL('src/screening/compile-parts.js', dist).href}';
      const message = ${words};
      const answer = serialize({ ok: false, error: { reason: 'does-not-compile', message } });
      for (const part of partsOf([answer])) writeSync(3, part);
      setInterval(() => {}, 1_000);`;
    await writeFile(file, code);
    const task = { bundle: packBundle({ label, files }), label, rulesetId };
    const entry = pathToFileURL(file);
    const { pathname } = entry;
    const told = () => {
      onStart();
      return pathname;
    };
    Object.defineProperty(entry, 'pathname', { get: told });
    const refused = await compileInProcess(task, { entryFile: entry, ...more });
    await rm(folder, { recursive: true });
    return refused.ok ? '' : refused.error.message;
  }

  /** What the system says of each of its threads, in words of the test. */
  const ofThreads = (field: number): string => `readdirSync('/proc/self/task').map((thread) => {
    const stat = readFileSync('/proc/self/task/' + thread + '/stat', 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[${field}];
  }).join(' ')`;
  const [nice, policy] = [16, 38];
  const idlePolicy = '5';
  const never = `Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0)`;
  const idleOnesStay = `${ofThreads(policy)}.startsWith('${idlePolicy}') ? ${never} : 'had its turn'`;

  test.runIf(process.platform === 'linux')('lets others go first, with all of its threads', async () => {
    expect(await answerOf(ofThreads(nice))).toMatch(/^5( 5)+$/);
  });

  test.runIf(mayIdle)('takes only what nobody else wants', async () => {
    // Asked from outside: on a busy machine it takes minutes to say a word.
    const started = startAside({ maxOldGenerationSizeMb: 64, priority: 5, idle: true, entryFile });
    const { pid } = started.ok ? started.value : {};
    const policyOf = async () => {
      const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
      return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[policy];
    };
    await expect.poll(policyOf).toBe(idlePolicy);
    process.kill(pid as number, 'SIGKILL');
    expect(await answerOf(ofThreads(policy), mannersOf('at-once'))).toMatch(/^0( 0)+$/);
  });

  test.runIf(mayIdle)('begins again where that is too little', async () => {
    expect(await answerOf(idleOnesStay, { patienceMs: 300 })).toBe('had its turn');
  });

  test.runIf(mayIdle)('begins again only when the process before has ended', async () => {
    const children = () => readFileSync(`/proc/self/task/${process.pid}/children`, 'utf8').split(' ');
    const others = children();
    /** Those of this test, at each moment in which one is about to be started. */
    const before: (readonly string[])[] = [];
    const look = () => before.push(children().filter((pid) => !others.includes(pid)));
    const patiently = { patienceMs: 300, endPatienceMs: 200_000 };
    expect(await answerOf(idleOnesStay, patiently, look)).toBe('had its turn');
    expect(before).toEqual([[], []]);
  });

  test('says why it failed, in the words of what failed', async () => {
    expect(await answerOf(`(() => { throw new RangeError('told to'); })()`)).toBe(
      'the compiler ended with code 1: RangeError: told to',
    );
  });

  test('refuses in a sentence where the system starts no more processes', async () => {
    const program = `
      import { openSync } from 'node:fs';
      import { compileInProcess } from '${new URL('src/screening/compile-process.js', dist).href}';
      const nothing = { bytes: new Uint8Array(0), digest: '' };
      try { for (;;) openSync('/dev/null'); } catch {}
      const refused = await compileInProcess({ bundle: nothing, label: '', rulesetId: null });
      console.log(refused.error.message);`;
    const command = `ulimit -n 64 && exec "$0" --input-type=module -e "$1"`;
    const { stdout } = await promisify(execFile)('/bin/sh', ['-c', command, process.execPath, program]);
    expect(stdout).toMatch(/^the compiler failed: .*EMFILE/);
  });

  test('is ended when nobody waits for it', async () => {
    const leaving = new AbortController();
    const compiled = compile({}, { signal: leaving.signal });
    leaving.abort();
    expect(await compiled).toMatchObject({ error: { message: 'nobody waits for it any more' } });
    expect(await compile({}, { signal: leaving.signal })).toMatchObject({ ok: false });
  });
});
