/** The process of a candidate: what it says, and how it ends. */
import { readdir, readFile } from 'node:fs/promises';
import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { Artifact } from '../../src/ruleset/compile/artifact.js';
import { packArtifact } from '../../src/screening/packed-artifact.js';
import { ShadowProcess, type ShadowProcessSettings } from '../../src/screening/shadow-process.js';
import { mayIdle } from '../../src/screening/side-process.js';
import { hostileArtifact } from '../integration/fixtures/hostile-artifact.js';
import { envelopeUntil, poolSettings } from '../screening/fixtures/settings.js';
import { claimOf, jsonOf } from '../workers/fixtures/rulesets.js';

const dist = process.env['CLAIMGATE_TEST_DIST'] ?? new URL('../../dist/', import.meta.url).href;
const settings: ShadowProcessSettings = {
  maxOldGenerationSizeMb: 96,
  loadTimeoutMs: 60_000,
  watchdogMs: 20_000,
  worker: poolSettings.worker,
  entryFile: new URL('workers/shadow.process.js', dist),
};

let hostile: Artifact;
const running: ShadowProcess[] = [];
beforeAll(async () => {
  hostile = await hostileArtifact();
});
afterEach(async () => {
  await Promise.all(running.splice(0).map((one) => one.stop()));
});

function start(changes: Partial<ShadowProcessSettings> = {}): ShadowProcess {
  const aside = new ShadowProcess({ ...settings, ...changes });
  running.push(aside);
  return aside;
}

async function loaded(changes: Partial<ShadowProcessSettings> = {}): Promise<ShadowProcess> {
  const aside = start(changes);
  expect(await aside.load(packArtifact(hostile), [])).toEqual({ ok: true, value: null });
  return aside;
}

const under = { rulesetId: 'sha256:hostile', candidate: 'sha256:hostile', overlay: '' };
/** As Linux numbers them. */
const idlePolicy = '5';
const items = { found: 'T000000902', loop: 'T000000903', nothing: 'T000000905' };
const claims = (...codes: readonly string[]) =>
  codes.map((code) => ({
    body: jsonOf(claimOf([code])),
    envelope: envelopeUntil(0, { institution: 'H35010200001' }),
  }));

test('compares as its thread does, one question after another', async () => {
  const aside = await loaded();
  const found = { rule: 'test-find', live: 1, candidate: 1, gained: 0, lost: 0, otherEffect: 0 };
  const alert = { scene: '9', live: 'alert', candidate: 'alert', rules: [found], failure: null };
  const pass = { scene: '9', live: 'pass', candidate: 'pass', rules: [], failure: null };
  for (let i = 0; i < 3; i++) {
    const reply = await aside.compare(under, claims(items.found, items.nothing));
    expect(reply).toMatchObject({ ok: true, value: { claims: [alert, pass] } });
  }
});

test('holds what it is told to keep, and refuses with a sentence what cannot be run', async () => {
  const aside = await loaded();
  await aside.load(packArtifact({ ...hostile, id: 'sha256:other' }), ['sha256:hostile']);
  expect([aside.has('sha256:hostile'), aside.has('sha256:other')]).toEqual([true, true]);
  const odd = { ...hostile, id: 'sha256:odd', code: ['throw new Error("no code");'] };
  const cause = expect.stringContaining('rule set sha256:odd ended the thread that loaded it');
  const refused = await aside.load(packArtifact(odd), ['sha256:hostile']);
  expect(refused).toMatchObject({ ok: false, error: { cause, rule: null, wasKilled: false } });
});

test.runIf(mayIdle)('runs only where nobody else wants the processor', async () => {
  const aside = await loaded();
  const threads = await readdir(`/proc/${aside.pid}/task`);
  const policies = threads.map(async (thread) => {
    const stat = await readFile(`/proc/${aside.pid}/task/${thread}/stat`, 'utf8');
    // Fields are counted behind the name, which may hold blanks.
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[38];
  });
  expect(threads.length).toBeGreaterThan(1);
  expect(new Set(await Promise.all(policies))).toEqual(new Set([idlePolicy]));
});

test.runIf(mayIdle)('is of a group of its own, so that no terminal ends it', async () => {
  const aside = await loaded();
  const stat = await readFile(`/proc/${aside.pid}/stat`, 'utf8');
  expect(Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[2])).toBe(aside.pid);
});

describe('is lost', () => {
  test('in an endless loop, and says by which claim', async () => {
    const aside = await loaded({ watchdogMs: 300 });
    const lost = { cause: 'hung', claim: 1, wasKilled: false };
    const reply = await aside.compare(under, claims(items.found, items.loop));
    expect(reply).toMatchObject({ ok: false, error: lost });
  });

  test('when it is stopped in the middle of what it does', async () => {
    const aside = await loaded();
    const asked = aside.compare(under, claims(items.loop));
    await aside.stop();
    expect(await asked).toMatchObject({ ok: false, error: { cause: 'exit' } });
  });

  test.each([
    ['SIGKILL', true],
    ['SIGTERM', true],
    ['SIGINT', true],
    ['SIGABRT', false],
  ] as const)('by %s, which says something of the rules or not', async (signal, wasKilled) => {
    const aside = await loaded();
    const asked = aside.compare(under, claims(items.loop));
    process.kill(aside.pid ?? 0, signal);
    const error = { cause: `its process ended with ${signal}`, rule: null, wasKilled };
    expect(await asked).toMatchObject({ ok: false, error });
    expect(await aside.compare(under, claims(items.found))).toMatchObject({ ok: false, error });
  });

  test('where it cannot be started, with a sentence', async () => {
    const aside = start({ entryFile: new URL('workers/nowhere.js', dist) });
    const error = { cause: expect.stringContaining('Cannot find module'), rule: null, wasKilled: true };
    expect(await aside.load(packArtifact(hostile), [])).toMatchObject({ ok: false, error });
  });
});

test('ends when it is told to, and answers nothing any more', async () => {
  const aside = await loaded();
  const { pid } = aside;
  await aside.stop();
  expect(() => process.kill(pid ?? 0, 0)).toThrow('ESRCH');
  expect(await aside.load(packArtifact(hostile), [])).toMatchObject({ ok: false, error: { cause: 'exit' } });
});
