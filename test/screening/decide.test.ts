/** The durable half of the hand-over, on a real pool: messages of the log among advisory claims. */
import { afterEach, describe, expect, test } from 'vitest';
import { systemClock } from '../../src/base/clock.js';
import type { Write } from '../../src/history/state.js';
import { Batcher } from '../../src/screening/batcher.js';
import { packArtifact } from '../../src/screening/packed-artifact.js';
import { ScreeningPool } from '../../src/screening/pool.js';
import type { LogBatch, LoggedMessage } from '../../src/screening/protocol/decide.js';
import {
  artifactOf,
  batcherSettings,
  envelopeUntil,
  poolSettings,
  rememberingEvents,
} from './fixtures/settings.js';

const watchdogMs = 200_000;
const running: { readonly batcher: Batcher; readonly pool: ScreeningPool }[] = [];
afterEach(async () => {
  for (const { batcher, pool } of running.splice(0)) {
    await batcher.stop(0);
    await pool.stop();
  }
});

async function startBatcher(): Promise<Batcher> {
  return (await startBoth()).batcher;
}

async function startBoth(): Promise<{ readonly batcher: Batcher; readonly pool: ScreeningPool }> {
  const { events } = rememberingEvents();
  const pool = await ScreeningPool.start(artifactOf('sha256:one'), poolSettings, events);
  if (!pool.ok) throw new Error(pool.error);
  const batcher = new Batcher(pool.value, batcherSettings, events, systemClock);
  const both = { batcher, pool: pool.value };
  running.push(both);
  return both;
}

function messageOf(seq: number, body: string, changes: Partial<LoggedMessage> = {}): LoggedMessage {
  const institution = 'H35010200417';
  return {
    body: Buffer.from(body),
    format: null,
    institution,
    seq,
    streamMs: 1_767_225_600_000,
    mode: 'screen',
    decided: null,
    ...changes,
  };
}

const batchOf = (messages: readonly LoggedMessage[], pending: LogBatch['pending'] = []): LogBatch => {
  return { messages, pending };
};

const texts = (list: readonly { readonly bytes: Uint8Array }[]) =>
  list.map(({ bytes }) => Buffer.from(bytes).toString());

describe('messages of the log', () => {
  test('come back in their order, with what they do to the state', async () => {
    const batcher = await startBatcher();
    const decided = await batcher.decide(batchOf([messageOf(7, 'a'), messageOf(8, 'b')]), watchdogMs);
    if (!decided.ok) throw new Error(decided.error.cause);
    expect(texts(decided.value.entries)).toEqual(['screen 7', 'screen 8']);
    expect(decided.value.entries.map(({ decisionId }) => decisionId)).toEqual(['D7', 'D8']);
    expect(decided.value.writes.map(({ key }) => Buffer.from(key).toString())).toEqual(['a', 'b']);
  });

  test('come back with what they are taken apart into', async () => {
    const batcher = await startBatcher();
    const decided = await batcher.decide(batchOf([messageOf(7, 'apart'), messageOf(8, 'b')]), watchdogMs);
    if (!decided.ok) throw new Error(decided.error.cause);
    const apart = decided.value.entries.map(({ parts }) => parts.map((part) => Buffer.from(part).toString()));
    expect(apart).toEqual([['one', 'two'], []]);
  });

  test('are given what is not written yet', async () => {
    const batcher = await startBatcher();
    const pending = [
      { table: 'claims' as const, key: Buffer.from('k'), value: Buffer.from('v') },
      { table: 'stock' as const, key: Buffer.from('gone'), value: null },
    ];
    const decided = await batcher.decide(batchOf([messageOf(1, 'a')], [pending]), watchdogMs);
    if (!decided.ok) throw new Error(decided.error.cause);
    const [first, second] = decided.value.writes;
    expect([first?.table, Buffer.from(first?.value ?? []).toString()]).toEqual(['claims', 'v']);
    expect([second?.table, second?.value]).toEqual(['stock', null]);
  });

  test('are given what is not written yet, whether their thread has made it, another, or one that is lost', async () => {
    const batcher = await startBatcher();
    const writesOf = async (body: string, pending: LogBatch['pending']) => {
      const decided = await batcher.decide(batchOf([messageOf(1, body)], pending), watchdogMs);
      if (!decided.ok) throw new Error(decided.error.cause);
      return decided.value.writes;
    };
    const keys = (writes: readonly Write[]) => writes.map(({ key }) => Buffer.from(key).toString());
    const one = await writesOf('one', []);
    const two = await writesOf('two', [one]);
    expect(keys(two)).toEqual(['one', 'two']);
    const three = await writesOf('three', [one, two]);
    expect(keys(three)).toEqual(['one', 'one', 'two', 'three']);
    // `one` was left out once, so nobody holds it any more.
    expect(keys(await writesOf('four', [two]))).toEqual(['one', 'two', 'four']);
    expect(keys(await writesOf('five', [one, two]))).toEqual(['one', 'one', 'two', 'five']);
    const lost = await batcher.decide(batchOf([messageOf(1, 'die-screen')], [two]), watchdogMs);
    expect(lost.ok).toBe(false);
    expect(keys(await writesOf('six', [two]))).toEqual(['one', 'two', 'six']);
    expect(two.map(({ value }) => Buffer.from(value ?? []).toString())).toEqual(['one', 'two']);
  });

  test('may be larger than the shared memory', async () => {
    const batcher = await startBatcher();
    const large = 'x'.repeat(3_000_000);
    const decided = await batcher.decide(batchOf([messageOf(1, large)]), watchdogMs);
    if (!decided.ok) throw new Error(decided.error.cause);
    expect(decided.value.writes[0]?.value?.byteLength).toBe(large.length);
  });

  test('of a batch whose thread ends fail with the loss, and the next batch runs', async () => {
    const batcher = await startBatcher();
    const lost = await batcher.decide(batchOf([messageOf(1, 'die-screen')]), watchdogMs);
    expect(lost.ok).toBe(false);
    const again = await batcher.decide(
      batchOf([messageOf(1, 'die-screen', { mode: 'without-rules' })]),
      watchdogMs,
    );
    if (!again.ok) throw new Error(again.error.cause);
    expect(texts(again.value.entries)).toEqual(['without-rules 1']);
  });

  test('that another node has decided come with what it said, as far as they can be followed', async () => {
    const batcher = await startBatcher();
    const messages = [
      messageOf(1, 'a', { mode: 'follow', decided: Buffer.from('one') }),
      messageOf(2, 'b', { mode: 'skip', decided: Buffer.from('two') }),
      messageOf(3, 'fail', { mode: 'follow', decided: Buffer.from('three') }),
      messageOf(4, 'd', { mode: 'follow', decided: Buffer.from('four') }),
    ];
    const followed = await batcher.decide(batchOf(messages), watchdogMs);
    if (!followed.ok) throw new Error(followed.error.cause);
    expect(texts(followed.value.entries)).toEqual(['follow 1 one', 'skip 2 two']);
    expect(followed.value.failed).toEqual({ rule: null, error: 'RangeError', at: 'at fail' });
  });

  test('are worked off as far as one rule set judges them, and with the one in force when their turn comes', async () => {
    const { batcher, pool } = await startBoth();
    await pool.load(packArtifact(artifactOf('sha256:two')));
    const from = ['H1', 'H2', 'H2', 'H1', 'H2'];
    const messages = from.map((institution, i) =>
      // What another has decided is judged by nobody here.
      messageOf(i + 1, 'ruleset', { institution, mode: i === 2 ? 'follow' : 'screen' }),
    );
    const done: (readonly string[])[] = [];
    for (let rest = messages; rest.length > 0; ) {
      const deciding = batcher.decide(batchOf(rest), watchdogMs);
      pool.use({ common: 'sha256:one', special: new Map([['H2', 'sha256:two']]) });
      const reply = await deciding;
      if (!reply.ok) throw new Error(reply.error.cause);
      const { entries } = reply.value;
      done.push(entries.map(({ kind }, i) => `${rest[i]?.seq} ${kind === 'sale' ? 'two' : 'one'}`));
      rest = rest.slice(entries.length);
    }
    expect(done).toEqual([['1 one'], ['2 two', '3 two'], ['4 one'], ['5 two']]);
  });

  test('give way from the first advisory claim without an answer to the last', async () => {
    const { batcher, pool } = await startBoth();
    const wayside = new Int32Array(pool.rightOfWay.shared);
    const seen: (number | undefined)[] = [wayside[0]];
    const claims = ['a', 'b'].map((body) =>
      batcher.screen(Buffer.from(body), envelopeUntil(systemClock.tickMs() + 60_000)),
    );
    seen.push(wayside[0]);
    await Promise.all(claims);
    seen.push(wayside[0]);
    expect(seen).toEqual([0, 1, 0]);
  });

  test('and advisory claims do not keep each other waiting for ever', async () => {
    const batcher = await startBatcher();
    const claims = Array.from({ length: 500 }, () =>
      batcher.screen(Buffer.from('claim'), envelopeUntil(systemClock.tickMs() + 60_000)),
    );
    const decided = await batcher.decide(batchOf([messageOf(1, 'a')]), watchdogMs);
    const answers = await Promise.all(claims);
    expect(decided.ok).toBe(true);
    expect(answers.every(({ outcome }) => outcome.cause === null)).toBe(true);
  });
});
