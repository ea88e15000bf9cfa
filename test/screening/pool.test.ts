/** The pool on real threads; the worker is a fixture that does what the bodies say. */
import { subscribe } from 'node:diagnostics_channel';
import type { Worker } from 'node:worker_threads';
import { afterEach, describe, expect, test } from 'vitest';
import { forAll } from '../../src/ruleset/release/in-force.js';
import { packArtifact } from '../../src/screening/packed-artifact.js';
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

/** Under the rule set of all. */
const screen = (pool: ScreeningPool, claims: readonly UnreadClaim[], watchdogMs = 200_000) =>
  pool.screen(claims, watchdogMs, pool.inForce.common);

const packed = (id: string, name?: string) => packArtifact(artifactOf(id, name));

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
    // Only where it is to run out: on a busy machine an end, too, takes its time.
    const settings = name === 'endless' ? { ...poolSettings, loadTimeoutMs: 200 } : poolSettings;
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
    const reply = await screen(pool, batchOf('a', 'bb', ''));
    expect(reply.ok && reply.value.answers.map((bytes) => Buffer.from(bytes).toString())).toEqual([
      'a',
      'bb',
      '',
    ]);
  });

  test('gives two batches to two threads', async () => {
    const { settings, switches } = withSwitches();
    const { pool } = await started(settings);
    const waiting = screen(pool, batchOf('wait'));
    expect(pool.counts()).toEqual({ ready: 2, busy: 1 });
    // The first thread sleeps, so this answer can only come from the second.
    const second = await screen(pool, batchOf('x'));
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
    const reply = await screen(pool, batchOf('a', command, 'c'), command === 'loop' ? 3_000 : 200_000);
    expect(reply).toEqual({ ok: false, error: { cause, claim: 1, rule: 'first-rule' } });
    expect(pool.counts().ready).toBe(1);
    await until(() => pool.counts().ready === 2);
    expect(happened.filter(({ name }) => name === 'workerLost')).toEqual([
      { name: 'workerLost', what: { cause, rule: 'first-rule', claims: 3 } },
    ]);
    expect((await screen(pool, batchOf('d'))).ok).toBe(true);
  });

  test('carries what is larger than the shared memory, both ways, and goes on in the shared memory', async () => {
    const { pool } = await started();
    const body = Buffer.alloc(3_000_000, 'body');
    const claims = [{ body, envelope: envelopeUntil(0) }, ...batchOf('large', 'small')];
    const reply = await screen(pool, claims);
    expect(reply.ok && reply.value.answers.map((bytes) => bytes.byteLength)).toEqual([
      body.byteLength,
      1_000_000,
      5,
    ]);
    expect(reply.ok && body.equals(reply.value.answers[0] as Uint8Array)).toBe(true);
    const next = await screen(pool, batchOf('a', 'b'));
    expect(next.ok && next.value.answers.map((bytes) => Buffer.from(bytes).toString())).toEqual(['a', 'b']);
  });

  test('answers stay as they are when the thread has gone on', async () => {
    const { pool } = await started();
    const first = await screen(pool, batchOf('first'));
    await screen(pool, batchOf('xxxxx'));
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
    expect((await screen(pool, batchOf('a'))).ok).toBe(true);
  });

  test('a thread that is killed in the middle of a batch loses it and is replaced', async () => {
    const workers = listenForWorkers();
    const { settings } = withSwitches();
    const { pool } = await started(settings);
    const reply = screen(pool, batchOf('a', 'wait'));
    await workers[0]?.terminate();
    expect(await reply).toMatchObject({ ok: false, error: { cause: 'exit' } });
    await until(() => pool.counts().ready === 2);
  });

  test('threads that fail while they start are started again', async () => {
    const { settings, switches } = withSwitches();
    const { pool } = await started(settings);
    Atomics.store(switches, 0, 2);
    await screen(pool, batchOf('exit'));
    await until(() => pool.counts().ready === 2);
    expect(Atomics.load(switches, 0)).toBe(0);
    expect((await screen(pool, batchOf('a'))).ok).toBe(true);
  });
});

describe('load', () => {
  const rulesetUsed = async (pool: ScreeningPool): Promise<string | null | undefined> => {
    const reply = await screen(pool, batchOf('a'));
    return reply.ok ? reply.value.outcomes[0]?.decisionId : undefined;
  };

  /** Loads it and has it used for all. */
  async function swap(pool: ScreeningPool, id: string): Promise<void> {
    expect(await pool.load(packed(id))).toEqual({ ok: true, value: undefined });
    pool.use(forAll(id));
  }

  test('brings the new rule set to every thread, and it is used when that is said', async () => {
    const { settings, switches } = withSwitches();
    const { pool } = await started(settings);
    expect(await pool.load(packed('sha256:two'))).toEqual({ ok: true, value: undefined });
    expect(Atomics.load(switches, 1)).toBe(4);
    expect(await rulesetUsed(pool)).toBe('sha256:one');
    pool.use(forAll('sha256:two'));
    expect(await rulesetUsed(pool)).toBe('sha256:two');
  });

  test('waits for a busy thread and lets its batch end with the old one', async () => {
    const { settings, switches } = withSwitches();
    const { pool } = await started(settings);
    const waiting = screen(pool, batchOf('wait'));
    const loading = swap(pool, 'sha256:two');
    Atomics.store(switches, 2, 1);
    Atomics.notify(switches, 2);
    const reply = await waiting;
    expect(reply.ok && reply.value.outcomes[0]?.decisionId).toBe('sha256:one');
    await loading;
    expect(await rulesetUsed(pool)).toBe('sha256:two');
  });

  test('going back loads nothing, as long as no more than three others came in between', async () => {
    const { settings, switches } = withSwitches();
    const { pool } = await started(settings);
    const others = ['two', 'three', 'four'].map((name) => `sha256:${name}`);
    for (const id of others) await swap(pool, id);
    const loads = Atomics.load(switches, 1);
    for (const id of ['sha256:one', ...others, 'sha256:one']) {
      await swap(pool, id);
      expect(await rulesetUsed(pool)).toBe(id);
    }
    expect(Atomics.load(switches, 1)).toBe(loads);
    await swap(pool, 'sha256:five');
    expect([...others, 'sha256:one', 'sha256:five'].map((id) => pool.has(id))).toEqual([
      false,
      true,
      true,
      true,
      true,
    ]);
  });

  test('a batch runs under the rule set that it names, of several in force', async () => {
    const { pool } = await started();
    await pool.load(packed('sha256:two'));
    pool.use({ common: 'sha256:one', special: new Map([['H35010200417', 'sha256:two']]) });
    const both = await Promise.all(
      ['sha256:one', 'sha256:two'].map((id) => pool.screen(batchOf('a'), 200_000, id)),
    );
    expect(both.map((reply) => reply.ok && reply.value.outcomes[0]?.decisionId)).toEqual([
      'sha256:one',
      'sha256:two',
    ]);
  });

  test.each([
    ['refused', 'told to refuse'],
    ['fatal', 'rule set sha256:bad ended the thread that loaded it: exit'],
  ])(
    'keeps the old one where the new one is %s, with a thread in service all the time',
    async (name, sentence) => {
      const { pool } = await started();
      let least = 2;
      const watch = setInterval(() => (least = Math.min(least, pool.counts().ready)), 1);
      expect(await pool.load(packed('sha256:bad', name))).toEqual({ ok: false, error: sentence });
      clearInterval(watch);
      expect(least).toBeGreaterThan(0);
      expect(pool.has('sha256:bad')).toBe(false);
      await until(() => pool.counts().ready === 2);
      expect(await rulesetUsed(pool)).toBe('sha256:one');
    },
  );

  test('a thread that is killed while it loads costs the swap nothing', async () => {
    const workers = listenForWorkers();
    const { settings, switches } = withSwitches();
    const { pool, happened } = await started(settings);
    // Free threads are asked in their order, so the first of them loads first.
    const loading = swap(pool, 'sha256:two');
    await workers[0]?.terminate();
    await loading;
    expect(happened.filter(({ name }) => name === 'workerLost')).toHaveLength(1);
    expect(await rulesetUsed(pool)).toBe('sha256:two');
    await until(() => Atomics.load(switches, 1) >= 4);
  });

  test('a replacement loads what is in force, and then whatever else the others hold', async () => {
    const { settings, switches } = withSwitches();
    const { pool } = await started(settings);
    await swap(pool, 'sha256:two');
    const loads = Atomics.load(switches, 1);
    await screen(pool, batchOf('exit'));
    await screen(pool, batchOf('exit'));
    await until(() => Atomics.load(switches, 1) === loads + 4 && pool.counts().ready === 2);
    expect(await rulesetUsed(pool)).toBe('sha256:two');
    pool.use(forAll('sha256:one'));
    expect(await rulesetUsed(pool)).toBe('sha256:one');
  });

  test('to use what was never loaded is a bug', async () => {
    const { pool } = await started();
    expect(() => pool.use(forAll('sha256:never'))).toThrow('without having been loaded');
  });
});
