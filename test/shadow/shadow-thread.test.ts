/** The thread of a candidate, with rules that ruin it in every way. */
import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { Artifact } from '../../src/ruleset/compile/artifact.js';
import { packArtifact } from '../../src/screening/packed-artifact.js';
import { ShadowThread, type ShadowThreadSettings } from '../../src/screening/shadow-thread.js';
import { hostileArtifact } from '../integration/fixtures/hostile-artifact.js';
import { envelopeUntil, poolSettings } from '../screening/fixtures/settings.js';
import { claimOf, jsonOf } from '../workers/fixtures/rulesets.js';

const dist = process.env['CLAIMGATE_TEST_DIST'] ?? new URL('../../dist/', import.meta.url).href;
const settings: ShadowThreadSettings = {
  maxOldGenerationSizeMb: 96,
  loadTimeoutMs: 60_000,
  watchdogMs: 20_000,
  worker: poolSettings.worker,
  workerFile: new URL('workers/shadow.worker.js', dist),
};

let hostile: Artifact;
const running: ShadowThread[] = [];
beforeAll(async () => {
  hostile = await hostileArtifact();
});
afterEach(async () => {
  await Promise.all(running.splice(0).map((thread) => thread.stop()));
});

async function started(changes: Partial<ShadowThreadSettings> = {}): Promise<ShadowThread> {
  const thread = new ShadowThread({ ...settings, ...changes });
  running.push(thread);
  expect(await thread.load(packArtifact(hostile), [])).toEqual({ ok: true, value: null });
  return thread;
}

const under = { rulesetId: 'sha256:hostile', candidate: 'sha256:hostile', overlay: '' };
const claims = (...items: readonly string[]) =>
  items.map((item) => ({
    body: jsonOf(claimOf([item])),
    envelope: envelopeUntil(0, { institution: 'H35010200001' }),
  }));

test('compares, whatever the deadline of the claims was', async () => {
  const thread = await started();
  const reply = await thread.compare(under, claims('T000000902', 'T000000905'));
  if (!reply.ok) throw new Error(reply.error.cause);
  const found = { rule: 'test-find', live: 1, candidate: 1, gained: 0, lost: 0, otherEffect: 0 };
  expect(reply.value.claims).toEqual([
    { scene: '9', live: 'alert', candidate: 'alert', rules: [found], failure: null },
    { scene: '9', live: 'pass', candidate: 'pass', rules: [], failure: null },
  ]);
});

test('holds what it is told to keep', async () => {
  const thread = await started();
  const other = { ...hostile, id: 'sha256:other' };
  await thread.load(packArtifact(other), ['sha256:hostile']);
  expect([thread.has('sha256:hostile'), thread.has('sha256:other')]).toEqual([true, true]);
  await thread.load(packArtifact({ ...hostile, id: 'sha256:third' }), ['sha256:other']);
  expect([thread.has('sha256:hostile'), thread.has('sha256:other')]).toEqual([false, true]);
});

test('a rule set that cannot be run is refused with a sentence', async () => {
  const thread = await started();
  const odd = { ...hostile, id: 'sha256:odd', code: ['throw new Error("no code");'] };
  const loaded = await thread.load(packArtifact(odd), []);
  expect(loaded.ok).toBe(false);
});

describe('is lost', () => {
  test('in an endless loop', async () => {
    const thread = await started({ watchdogMs: 300 });
    const reply = await thread.compare(under, claims('T000000902', 'T000000903'));
    expect(reply).toMatchObject({ ok: false, error: { cause: 'hung' } });
    // Whatever it is asked afterwards fails as well.
    expect((await thread.compare(under, claims('T000000902'))).ok).toBe(false);
  });

  test('with a full heap', async () => {
    // That takes a while, and is not to be taken for a loop.
    const thread = await started({ watchdogMs: 120_000 });
    const reply = await thread.compare(under, claims('T000000901'));
    expect(reply).toMatchObject({ ok: false, error: { cause: 'out-of-memory' } });
  });

  test('when it is stopped in the middle of what it does', async () => {
    const thread = await started();
    const asked = thread.compare(under, claims('T000000903'));
    await thread.stop();
    expect(await asked).toMatchObject({ ok: false, error: { cause: 'exit' } });
  });
});

test('may be stopped before it has started', async () => {
  const thread = new ShadowThread(settings);
  const loading = thread.load(packArtifact(hostile), []);
  await thread.stop();
  expect((await loading).ok).toBe(false);
});
