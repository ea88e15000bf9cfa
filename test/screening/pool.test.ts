/** The pool on real threads; the worker is a fixture that does what the bodies say. */
import { subscribe } from 'node:diagnostics_channel';
import type { Worker } from 'node:worker_threads';
import { afterEach, describe, expect, test } from 'vitest';
import type { Artifact } from '../../src/ruleset/compile/artifact.js';
import { type PoolSettings, ScreeningPool } from '../../src/screening/pool.js';
import type { UnreadClaim } from '../../src/screening/protocol.js';
import {
  artifactOf,
  envelopeUntil,
  type Happening,
  poolSettings,
  rememberingEvents,
  until,
} from './fixtures/settings.js';

const running: ScreeningPool[] = [];
afterEach(async () => {
  await Promise.all(running.splice(0).map((pool) => pool.stop()));
});

async function started(
  changes: Partial<PoolSettings> = {},
): Promise<{ pool: ScreeningPool; happened: Happening[] }> {
  const { events, happened } = rememberingEvents();
  const pool = await ScreeningPool.start(artifactOf('sha256:one'), { ...poolSettings, ...changes }, events);
  if (!pool.ok) throw new Error(pool.error);
  running.push(pool.value);
  return { pool: pool.value, happened };
}

const batchOf = (...commands: string[]): UnreadClaim[] =>
  commands.map((command) => ({ body: Buffer.from(command), envelope: envelopeUntil(0) }));

function withSwitches(): { readonly settings: Partial<PoolSettings>; readonly switches: Int32Array } {
  const shared = new SharedArrayBuffer(12);
  const worker = { ...poolSettings.worker, switches: shared };
  return { settings: { worker }, switches: new Int32Array(shared) };
}

/** Every thread that this process starts from now on, in order. */
function listenForWorkers(): Worker[] {
  const workers: Worker[] = [];
  const listener = (message: unknown) => workers.push((message as { worker: Worker }).worker);
  subscribe('worker_threads', listener);
  return workers;
}

describe('start', () => {
  test('resolves when every thread has loaded the rule set', async () => {
    const { settings, switches } = withSwitches();
    const { pool, happened } = await started({ ...settings, threads: 3 });
    expect(Atomics.load(switches, 1)).toBe(3);
    expect(happened.map(({ name }) => name)).toEqual(['workerReady', 'workerReady', 'workerReady']);
    expect(pool.counts()).toEqual({ ready: 3, busy: 0 });
  });

  test.each([
    ['refuses', 'refused', 'told to refuse'],
    ['ends its thread', 'fatal', 'rule set sha256:bad ended the thread that loaded it: exit'],
    ['never ends', 'endless', 'rule set sha256:bad ended the thread that loaded it: hung'],
  ])('fails with a sentence where the rule set %s', async (_case, name, sentence) => {
    const settings = { ...poolSettings, loadTimeoutMs: 200 };
    const pool = await ScreeningPool.start(
      artifactOf('sha256:bad', name),
      settings,
      rememberingEvents().events,
    );
    expect(pool).toEqual({ ok: false, error: sentence });
  });
});

test('a worker file that is not there is named', async () => {
  const workerFile = new URL('./fixtures/nowhere.mjs', import.meta.url);
  const pool = await ScreeningPool.start(
    artifactOf('sha256:one'),
    { ...poolSettings, workerFile },
    rememberingEvents().events,
  );
  expect(pool).toMatchObject({ ok: false, error: expect.stringContaining('nowhere.mjs') });
});

describe('screen', () => {
  test('answers a batch in its order', async () => {
    const { pool } = await started();
    const reply = await pool.screen(batchOf('a', 'bb', ''), 5_000);
    expect(reply.ok && reply.value.answers.map((bytes) => Buffer.from(bytes).toString())).toEqual([
      'a',
      'bb',
      '',
    ]);
  });

  test('gives two batches to two threads', async () => {
    const { settings, switches } = withSwitches();
    const { pool } = await started(settings);
    const waiting = pool.screen(batchOf('wait'), 20_000);
    expect(pool.counts()).toEqual({ ready: 2, busy: 1 });
    // The first thread sleeps, so this answer can only come from the second.
    const second = await pool.screen(batchOf('x'), 20_000);
    expect(second.ok).toBe(true);
    Atomics.store(switches, 2, 1);
    Atomics.notify(switches, 2);
    expect((await waiting).ok).toBe(true);
  });

  test.each([
    ['loop', 'hung'],
    ['heap', 'out-of-memory'],
    ['exit', 'exit'],
    ['throw', 'error'],
  ])('reports "%s" as %s with the claim and the rule, and replaces the thread', async (command, cause) => {
    const { pool, happened } = await started();
    const reply = await pool.screen(batchOf('a', command, 'c'), command === 'loop' ? 200 : 20_000);
    expect(reply).toEqual({ ok: false, error: { cause, claim: 1, rule: 'first-rule' } });
    expect(pool.counts().ready).toBe(1);
    await until(() => pool.counts().ready === 2);
    expect(happened.filter(({ name }) => name === 'workerLost')).toEqual([
      { name: 'workerLost', what: { cause, rule: 'first-rule', claims: 3 } },
    ]);
    expect((await pool.screen(batchOf('d'), 20_000)).ok).toBe(true);
  });

  test('carries what is larger than the shared memory, both ways, and goes on in the shared memory', async () => {
    const { pool } = await started();
    const body = Buffer.alloc(3_000_000, 'body');
    const claims = [{ body, envelope: envelopeUntil(0) }, ...batchOf('large', 'small')];
    const reply = await pool.screen(claims, 20_000);
    expect(reply.ok && reply.value.answers.map((bytes) => bytes.byteLength)).toEqual([
      body.byteLength,
      1_000_000,
      5,
    ]);
    expect(reply.ok && body.equals(reply.value.answers[0] as Uint8Array)).toBe(true);
    const next = await pool.screen(batchOf('a', 'b'), 20_000);
    expect(next.ok && next.value.answers.map((bytes) => Buffer.from(bytes).toString())).toEqual(['a', 'b']);
  });

  test('answers stay as they are when the thread has gone on', async () => {
    const { pool } = await started();
    const first = await pool.screen(batchOf('first'), 20_000);
    await pool.screen(batchOf('xxxxx'), 20_000);
    expect(first.ok && Buffer.from(first.value.answers[0] as Uint8Array).toString()).toBe('first');
  });
});

describe('losses between batches', () => {
  test('a thread that is killed while idle is replaced', async () => {
    const workers = listenForWorkers();
    const { pool, happened } = await started();
    await workers[0]?.terminate();
    await until(() => happened.length > 2 && pool.counts().ready === 2);
    expect(happened.filter(({ name }) => name === 'workerLost')).toEqual([
      { name: 'workerLost', what: { cause: 'exit', rule: null, claims: 0 } },
    ]);
    expect((await pool.screen(batchOf('a'), 20_000)).ok).toBe(true);
  });

  test('a thread that is killed in the middle of a batch loses it and is replaced', async () => {
    const workers = listenForWorkers();
    const { settings } = withSwitches();
    const { pool } = await started(settings);
    const reply = pool.screen(batchOf('a', 'wait'), 20_000);
    await workers[0]?.terminate();
    expect(await reply).toMatchObject({ ok: false, error: { cause: 'exit' } });
    await until(() => pool.counts().ready === 2);
  });

  test('threads that fail while they start are started again', async () => {
    const { settings, switches } = withSwitches();
    const { pool } = await started(settings);
    Atomics.store(switches, 0, 2);
    await pool.screen(batchOf('exit'), 20_000);
    await until(() => pool.counts().ready === 2);
    expect(Atomics.load(switches, 0)).toBe(0);
    expect((await pool.screen(batchOf('a'), 20_000)).ok).toBe(true);
  });
});

describe('load', () => {
  const rulesetUsed = async (pool: ScreeningPool): Promise<string | null | undefined> => {
    const reply = await pool.screen(batchOf('a'), 20_000);
    return reply.ok ? reply.value.outcomes[0]?.decisionId : undefined;
  };

  test('brings the new rule set to every thread before any batch names it', async () => {
    const { settings, switches } = withSwitches();
    const { pool } = await started(settings);
    expect(await rulesetUsed(pool)).toBe('sha256:one');
    expect(await pool.load(artifactOf('sha256:two'))).toEqual({ ok: true, value: undefined });
    expect(Atomics.load(switches, 1)).toBe(4);
    expect(await rulesetUsed(pool)).toBe('sha256:two');
  });

  test('waits for a busy thread and lets its batch end with the old one', async () => {
    const { settings, switches } = withSwitches();
    const { pool } = await started(settings);
    const waiting = pool.screen(batchOf('wait'), 20_000);
    const loading = pool.load(artifactOf('sha256:two'));
    expect(pool.rulesetId).toBe('sha256:one');
    Atomics.store(switches, 2, 1);
    Atomics.notify(switches, 2);
    const reply = await waiting;
    expect(reply.ok && reply.value.outcomes[0]?.decisionId).toBe('sha256:one');
    await loading;
    expect(await rulesetUsed(pool)).toBe('sha256:two');
  });

  test.each([
    ['refused', 'told to refuse'],
    ['fatal', 'rule set sha256:bad ended the thread that loaded it: exit'],
  ])('keeps the old one where the new one is %s', async (name, sentence) => {
    const { pool } = await started();
    const bad: Artifact = artifactOf('sha256:bad', name);
    expect(await pool.load(bad)).toEqual({ ok: false, error: sentence });
    await until(() => pool.counts().ready === 2);
    expect(await rulesetUsed(pool)).toBe('sha256:one');
  });

  test('a replacement loads the rule set in force', async () => {
    const { pool } = await started();
    await pool.load(artifactOf('sha256:two'));
    await pool.screen(batchOf('exit'), 20_000);
    await pool.screen(batchOf('exit'), 20_000);
    await until(() => pool.counts().ready === 2);
    expect(await rulesetUsed(pool)).toBe('sha256:two');
  });
});
