/**
 * The whole advisory path on real threads with the compiled worker, and rules that ruin a worker in every way:
 * the others of the batch are answered, the culprit is told which rule was running, the next request is served.
 */
import { subscribe } from 'node:diagnostics_channel';
import type { Worker } from 'node:worker_threads';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { systemClock } from '../../src/base/clock.js';
import { screenNow } from '../../src/pipeline.js';
import { type Answer, Batcher, type BatcherSettings } from '../../src/screening/batcher.js';
import { ScreeningPool } from '../../src/screening/pool.js';
import {
  batcherSettings,
  envelopeUntil,
  type Happening,
  poolSettings,
  rememberingEvents,
  until,
} from '../screening/fixtures/settings.js';
import { claimOf, jsonOf } from '../workers/fixtures/rulesets.js';
import { builtWorker } from './fixtures/built-worker.js';
import { hostileArtifact } from './fixtures/hostile-artifact.js';

const workers: Worker[] = [];
let pool: ScreeningPool;
let happened: Happening[];
let events: ReturnType<typeof rememberingEvents>['events'];

beforeAll(async () => {
  subscribe('worker_threads', (message) => workers.push((message as { worker: Worker }).worker));
  ({ events, happened } = rememberingEvents());
  const artifact = await hostileArtifact();
  const started = await ScreeningPool.start(
    artifact,
    { ...poolSettings, workerFile: builtWorker, maxOldGenerationSizeMb: 96 },
    events,
  );
  if (!started.ok) throw new Error(started.error);
  pool = started.value;
});

afterAll(() => pool.stop());

function door(
  changes: Partial<BatcherSettings> = {},
): (itemCode: string, budgetMs?: number) => Promise<Answer> {
  const batcher = new Batcher(pool, { ...batcherSettings, ...changes }, events, systemClock);
  const screeningFailed = (error: unknown) => {
    throw error;
  };
  const stages = { batcher, maxBodyBytes: 8_388_608, screeningFailed };
  return (itemCode, budgetMs = 60_000) => {
    const envelope = envelopeUntil(systemClock.tickMs() + budgetMs, { institution: 'H35010200001' });
    return screenNow(jsonOf(claimOf([itemCode])), envelope, stages);
  };
}

const statusOf = ({ outcome }: Answer) => outcome.cause ?? outcome.status;
const detailOf = ({ bytes }: Answer): unknown => JSON.parse(Buffer.from(bytes).toString()).detail;
const losses = () => happened.flatMap(({ name, what }) => (name === 'workerLost' ? [what] : []));

test('the compiled worker screens with compiled rules', async () => {
  const screen = door();
  const answers = await Promise.all([screen('T000000902'), screen('T000000905')]);
  expect(answers.map(statusOf)).toEqual(['alert', 'pass']);
  expect(answers[0]?.outcome.rules).toEqual(['test-find']);
});

describe.each([
  // Long enough for the others, on a busy machine too.
  ['an endless loop', 'T000000903', 'test-loop', 'hung', 6_000],
  ['a full heap', 'T000000901', 'test-heap', 'out-of-memory', 60_000],
] as const)('%s in a rule', (_what, item, rule, cause, budgetMs) => {
  test('is survived by everything but its own claim', async () => {
    const screen = door({ retryBudgetMs: budgetMs });
    const before = losses().length;
    const alone = await screen('T000000902');
    const answers = await Promise.all(
      ['T000000902', item, 'T000000905', 'T000000902'].map((code) => screen(code, budgetMs)),
    );
    expect(answers.map(statusOf)).toEqual(['alert', 'worker', 'pass', 'alert']);
    expect(detailOf(answers[1] as Answer)).toContain(rule);
    // Not only answered, but with the bytes of a quiet day.
    expect([answers[0]?.bytes, answers[3]?.bytes]).toEqual([alone.bytes, alone.bytes]);
    expect(losses().slice(before)).toEqual([
      { cause, rule, claims: 4 },
      { cause, rule, claims: 1 },
    ]);
    expect(statusOf(await screen('T000000902'))).toBe('alert');
    await until(() => pool.counts().ready === 2);
  });
});

test('an exception in a rule costs no thread', async () => {
  const screen = door();
  const before = losses().length;
  const answers = await Promise.all(['T000000902', 'T000000904', 'T000000905'].map((code) => screen(code)));
  expect(answers.map(statusOf)).toEqual(['alert', 'worker', 'pass']);
  expect(detailOf(answers[1] as Answer)).toContain('test-throw');
  expect(losses()).toHaveLength(before);
  expect(happened.at(-1)).toMatchObject({
    name: 'claimFailed',
    what: { rule: 'test-throw', error: 'TypeError' },
  });
});

test('threads killed from outside under load cost no claim its screening', async () => {
  const screen = door();
  for (let round = 0; round < 3; round++) {
    const burst = Promise.all(Array.from({ length: 200 }, () => screen('T000000902')));
    // The oldest thread is the one that gets work first.
    await until(() => pool.counts().busy > 0);
    await workers.find((worker) => worker.threadId >= 0)?.terminate();
    expect(new Set((await burst).map(statusOf))).toEqual(new Set(['alert']));
    await until(() => pool.counts().ready === 2);
  }
});

test('the same claim gives the same bytes, alone and in a crowd, before and after a loss', async () => {
  const screen = door();
  const alone = await screen('T000000902');
  const crowd = await Promise.all(
    Array.from({ length: 100 }, (_, i) => screen(i % 2 === 0 ? 'T000000902' : 'T000000905')),
  );
  const bytes = crowd.filter((_, i) => i % 2 === 0).map((answer) => Buffer.from(answer.bytes).toString());
  expect(new Set(bytes)).toEqual(new Set([Buffer.from(alone.bytes).toString()]));
});

test('a budget that is over leaves not_screened, not a guess', async () => {
  expect(statusOf(await door()('T000000902', 0))).toBe('budget');
});
