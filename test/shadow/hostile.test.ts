/** A candidate that ruins its thread, beside real threads that answer: nobody who waits notices. */
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { systemClock } from '../../src/base/clock.js';
import { buildRuleset, readRulesFolder, renderDiagnostics } from '../../src/ruleset/build-ruleset.js';
import type { Artifact } from '../../src/ruleset/compile/artifact.js';
import { Batcher } from '../../src/screening/batcher.js';
import { packArtifact } from '../../src/screening/packed-artifact.js';
import { ScreeningPool } from '../../src/screening/pool.js';
import { ShadowProcess } from '../../src/screening/shadow-process.js';
import { Comparison } from '../../src/shadow/comparison.js';
import { builtWorker } from '../integration/fixtures/built-worker.js';
import { hostileArtifact } from '../integration/fixtures/hostile-artifact.js';
import {
  batcherSettings,
  envelopeUntil,
  type Happening,
  poolSettings,
  rememberingEvents,
  until,
} from '../screening/fixtures/settings.js';
import { claimOf, jsonOf } from '../workers/fixtures/rulesets.js';

const items = { loop: 'T000000903', heap: 'T000000901', throw: 'T000000904', nothing: 'T000000905' };

let pool: ScreeningPool;
let batcher: Batcher;
let happened: Happening[];

/** The rules as they are written: they find their items, and do nothing else. */
async function harmlessArtifact(): Promise<Artifact> {
  const folder = fileURLToPath(new URL('../integration/fixtures/hostile-rules', import.meta.url));
  const source = await readRulesFolder(folder);
  const built = source.ok ? buildRuleset(source.value) : source;
  if (!built.ok) throw new Error(renderDiagnostics(built.error));
  return built.value;
}

beforeAll(async () => {
  const memory = rememberingEvents();
  happened = memory.happened;
  const settings = { ...poolSettings, workerFile: builtWorker, maxOldGenerationSizeMb: 96 };
  const started = await ScreeningPool.start(await harmlessArtifact(), settings, memory.events);
  if (!started.ok) throw new Error(started.error);
  pool = started.value;
  batcher = new Batcher(pool, batcherSettings, memory.events, systemClock);
});
afterAll(async () => {
  await batcher.stop(0);
  await pool.stop();
});

async function screen(item: string): Promise<string> {
  const envelope = envelopeUntil(systemClock.tickMs() + 60_000, { institution: 'H35010200001' });
  const { outcome } = await batcher.screen(jsonOf(claimOf([item])), envelope);
  return outcome.cause ?? outcome.status;
}

/** `watchdogMs`: a full heap takes a while, and is not to be taken for a loop. */
async function tried(watchdogMs = 20_000) {
  const hostile = packArtifact(await hostileArtifact());
  const aside = new ShadowProcess({
    maxOldGenerationSizeMb: 96,
    loadTimeoutMs: 60_000,
    watchdogMs,
    worker: poolSettings.worker,
    entryFile: new URL('shadow.process.js', builtWorker),
  });
  const live = pool.packed(pool.inForce.common);
  for (const one of [hostile, live]) {
    if (one !== null) expect(await aside.load(one, [hostile.id])).toEqual({ ok: true, value: null });
  }
  const lost: unknown[] = [];
  const comparison = new Comparison({
    aside,
    candidate: hostile.id,
    screening: batcher,
    judges: pool,
    clock: systemClock,
    limits: {
      tray: { claims: 64, bytes: 1_000_000, bodyBytes: 100_000 },
      batch: { claims: 8, bytes: 100_000 },
    },
    told: {
      compared: () => {},
      dropped: () => {},
      inForce: () => {},
      lost: (loss) => {
        lost.push(loss);
        comparison.end();
      },
    },
  });
  return { comparison, lost, stop: () => aside.stop() };
}

test.each([
  ['never ends', items.loop, 3_000, { cause: 'hung', rule: 'test-loop' }],
  ['fills its heap', items.heap, 60_000, { cause: 'out-of-memory', rule: 'test-heap' }],
])(
  'a candidate that %s: every claim is answered meanwhile, and none is held against its body',
  async (_what, item, watchdogMs, loss) => {
    const { lost, stop } = await tried(watchdogMs);
    const answers: string[] = [await screen(item)];
    // With pauses: where a claim always waits there is no leisure.
    for (; lost.length === 0; await new Promise((resolve) => setTimeout(resolve, 10))) {
      answers.push(await screen(item), await screen(items.nothing));
    }
    expect(new Set(answers)).toEqual(new Set(['alert', 'pass']));
    expect(lost).toMatchObject([loss]);
    expect(await screen(item)).toBe('alert');
    await stop();
    const names = happened.map(({ name }) => name);
    expect(names).not.toContain('workerLost');
    expect(names).not.toContain('quarantined');
  },
);

test('a candidate that throws loses those claims, and is compared on the others', async () => {
  const { comparison, lost, stop } = await tried();
  const answers = [await screen(items.throw), await screen(items.nothing), await screen('T000000902')];
  expect(answers).toEqual(['alert', 'pass', 'alert']);
  await until(() => comparison.figures().compared === 3);
  expect(comparison.figures()).toMatchObject({ failed: 1, changed: 1 });
  expect(lost).toEqual([]);
  comparison.end();
  await stop();
});
