import { join } from 'node:path';
import { AckPolicy, DeliverPolicy } from '@nats-io/jetstream';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  type LogMessage,
  type OrderedLog,
  openClaimsLog,
  StreamEstranged,
} from '../../src/nats/claims-log.js';
import type { LogEvents, LogOptions } from '../../src/nats/ordered-log.js';
import { ensureStreams, streams } from '../../src/nats/streams.js';
import {
  copyStore,
  freeze,
  type Jetstream,
  killBroker,
  linkTo,
  loseTail,
  settle,
  startJetstream,
  until,
} from './jetstream-fixture.js';

const plenty = 1_000_000_000;
let js: Jetstream;
let logs: OrderedLog[];

beforeEach(async () => {
  js = await startJetstream();
  logs = [];
});
afterEach(async () => {
  for (const log of logs) await log.close();
  await js.stop();
});

function open(options: Partial<LogOptions> = {}): OrderedLog {
  const after = { seq: 0, streamMs: null };
  const log = openClaimsLog({ link: js.link, after, streamCreated: null, ...options });
  logs.push(log);
  return log;
}

async function store(count: number, from = 1): Promise<void> {
  for (let i = from; i < from + count; i++) await settle(js.link, `claim ${i}`);
}

/** Takes until there are so many. */
async function read(log: OrderedLog, count: number): Promise<LogMessage[]> {
  const all: LogMessage[] = [];
  while (all.length < count) all.push(...(await log.take(count - all.length, plenty)));
  return all;
}

const sequences = (messages: readonly LogMessage[]): number[] => messages.map(({ seq }) => seq);
const oneTo = (count: number): number[] => Array.from({ length: count }, (_, i) => i + 1);

describe('reading CLAIMS', () => {
  test('gives what is there, in order, and waits for what comes', async () => {
    await store(5);
    const log = open();
    const first = await read(log, 5);
    expect(sequences(first)).toEqual([1, 2, 3, 4, 5]);
    expect(first.map(({ data }) => Buffer.from(data).toString())).toEqual(oneTo(5).map((i) => `claim ${i}`));
    expect(first.every(({ subject }) => subject === 'claimgate.settle.H1')).toBe(true);
    const next = log.take(10, plenty);
    await store(1, 6);
    expect(sequences(await next)).toEqual([6]);
  });

  test('begins after a position', async () => {
    await store(5);
    const before = await read(open(), 3);
    const log = open({ after: { seq: 3, streamMs: before[2]?.streamMs ?? null } });
    expect(sequences(await read(log, 2))).toEqual([4, 5]);
  });

  test('carries headers, any case, and the time of the stream', async () => {
    const headers = { 'Content-Type': 'application/msgpack' };
    await js.link.request('claimgate.settle.H1', Buffer.from('x'), { timeoutMs: 60_000, headers });
    const [message] = await read(open(), 1);
    expect(message?.header('content-type')).toBe('application/msgpack');
    expect(message?.header('absent')).toBeNull();
    const stored = await js.manager.streams.getMessage('CLAIMS', { seq: 1 });
    expect(message?.streamMs).toBe(stored?.time.getTime());
  });

  test('bounds messages and bytes of a take, but always gives one', async () => {
    await store(6);
    const log = open();
    await until(() => log.waiting === 6);
    expect(sequences(await log.take(2, plenty))).toEqual([1, 2]);
    expect(sequences(await log.take(10, 14))).toEqual([3, 4]);
    expect(sequences(await log.take(10, 1))).toEqual([5]);
  });

  test('reads ahead only so far, and everything in the end', async () => {
    for (let i = 0; i < 60; i++) await settle(js.link, new Uint8Array(50_000));
    const log = open({ window: { messages: 8, bytes: 10_000_000 } });
    const small = open({ window: { messages: 1_000, bytes: 1 } });
    expect(sequences(await read(log, 60))).toEqual(oneTo(60));
    expect(sequences(await read(small, 60))).toEqual(oneTo(60));
  });

  test('of the largest size comes through', async () => {
    const largest = new Uint8Array((await js.manager.streams.info('CLAIMS')).config.max_msg_size);
    for (let i = 0; i < 4; i++) await settle(js.link, largest);
    const messages = await read(open(), 4);
    expect(messages.map(({ data }) => data.byteLength)).toEqual(Array(4).fill(largest.byteLength));
  });

  test('a closed log gives nothing more, also to one who waits', async () => {
    const log = open();
    await log.opened();
    const waiting = log.take(1, plenty);
    await log.close();
    expect(await waiting).toEqual([]);
    expect(await log.take(1, plenty)).toEqual([]);
  });

  test('says what the stream is', async () => {
    await store(3);
    const log = open();
    const { created } = await js.manager.streams.info('CLAIMS');
    expect(await log.opened()).toEqual({ ok: true, value: String(created) });
    expect(log.streamCreated()).toBe(String(created));
    expect(await log.lastSequence()).toBe(3);
  });
});

describe('whatever happens meanwhile', () => {
  /** Of resets: a machine that stands still for seconds takes the broker for silent. */
  const isNoStall = (why: string): boolean => why !== 'silent';

  function watched(): { events: LogEvents; resets: string[]; missing: number[][]; trouble: string[] } {
    const resets: string[] = [];
    const missing: number[][] = [];
    const trouble: string[] = [];
    const events = {
      onReset: (why: string) => resets.push(why),
      onMissing: (first: number, last: number) => missing.push([first, last]),
      onTrouble: (problem: string) => trouble.push(problem),
    };
    return { events, resets, missing, trouble };
  }

  test('the broker is killed again and again: each message once, in order', async () => {
    const { events, resets } = watched();
    const reader = await linkTo(js.broker.url);
    const log = open({ link: reader, events });
    const reading = read(log, 60);
    for (let round = 0; round < 3; round++) {
      await store(20, round * 20 + 1);
      if (round < 2) await killBroker(js, reader, js.link);
    }
    const messages = await reading;
    expect(sequences(messages)).toEqual(oneTo(60));
    expect(messages.map(({ data }) => Buffer.from(data).toString())).toEqual(
      oneTo(60).map((i) => `claim ${i}`),
    );
    expect(resets.length).toBeGreaterThan(0);
    await log.close();
    await reader.close();
  });

  test('the consumer is deleted: reading goes on where it was', async () => {
    const { events, resets } = watched();
    await store(3);
    const log = open({ events });
    await read(log, 3);
    for (const { name } of await js.manager.consumers.list('CLAIMS').next()) {
      await js.manager.consumers.delete('CLAIMS', name);
    }
    await store(3, 4);
    expect(sequences(await read(log, 3))).toEqual([4, 5, 6]);
    expect(resets.filter(isNoStall)).toEqual(['consumer-gone']);
  });

  test('what another consumer sends into the same inbox, again and out of turn, changes nothing', async () => {
    const { events, resets } = watched();
    await store(6);
    const pulls: string[] = [];
    const connection = js.link.connection;
    connection.subscribe('$JS.API.CONSUMER.MSG.NEXT.CLAIMS.*', {
      callback: (_error, { reply }) => void pulls.push(reply ?? ''),
    });
    await connection.flush();
    const log = open({ events });
    expect(sequences(await read(log, 6))).toEqual(oneTo(6));
    const from = { deliver_policy: DeliverPolicy.StartSequence, ack_policy: AckPolicy.None };
    const stranger = await js.manager.consumers.add('CLAIMS', { ...from, opt_start_seq: 2 });
    const subject = `$JS.API.CONSUMER.MSG.NEXT.CLAIMS.${stranger.name}`;
    connection.publish(subject, JSON.stringify({ batch: 4 }), { reply: pulls.at(-1) ?? '' });
    await until(() => resets.includes('out-of-order'));
    await store(3, 7);
    expect(sequences(await read(log, 3))).toEqual([7, 8, 9]);
    expect(resets.filter(isNoStall)).toEqual(['out-of-order']);
  });

  test('a broker that stands still for a while is waited for', async () => {
    const { events } = watched();
    await store(2);
    const log = open({ events });
    await read(log, 2);
    await freeze(js.broker.broker.pid);
    const waiting = log.take(1, plenty);
    await new Promise((resolve) => setTimeout(resolve, 3_200));
    process.kill(js.broker.broker.pid, 'SIGCONT');
    await store(1, 3);
    expect(sequences(await waiting)).toEqual([3]);
  });

  test('messages that the stream no longer has are passed over, and told', async () => {
    const { events, missing } = watched();
    await store(10);
    for (const seq of [4, 5, 8]) await js.manager.streams.deleteMessage('CLAIMS', seq);
    await js.manager.streams.purge('CLAIMS', { seq: 3 });
    expect(sequences(await read(open({ events }), 5))).toEqual([3, 6, 7, 9, 10]);
    expect(missing).toEqual([
      [1, 2],
      [4, 5],
      [8, 8],
    ]);
  });

  test('a purge of everything that was read is no other stream', async () => {
    await store(4);
    const before = await read(open(), 4);
    await js.manager.streams.purge('CLAIMS');
    const log = open({ after: { seq: 4, streamMs: before[3]?.streamMs ?? null } });
    await store(2, 5);
    expect(sequences(await read(log, 2))).toEqual([5, 6]);
  });

  test('what a broker lets through twice under one id is one message', async () => {
    const headers = { 'Nats-Msg-Id': 'H1:e1:0011223344556677' };
    for (let i = 0; i < 3; i++) {
      await js.link.request('claimgate.settle.H1', Buffer.from('x'), { timeoutMs: 60_000, headers });
    }
    await store(1);
    expect(sequences(await read(open(), 2))).toEqual([1, 2]);
  });

  test('a stream that is not there yet is waited for, and said', async () => {
    const { events, trouble } = watched();
    await js.manager.streams.delete('CLAIMS');
    const log = open({ events });
    // A busy broker may be too late with its answer before.
    await until(() => trouble.includes('stream not found'));
    await ensureStreams(js.link, { replicas: 1 });
    await store(1);
    expect(sequences(await read(log, 1))).toEqual([1]);
  });
});

describe('a stream that is not the one we knew', () => {
  async function estrangement(log: OrderedLog): Promise<[string, string]> {
    const failed = await log.take(10, plenty).catch((error: unknown) => error);
    if (!(failed instanceof StreamEstranged)) throw new Error(`taken: ${JSON.stringify(failed)}`);
    return [failed.kind, failed.message];
  }

  async function recreate(): Promise<void> {
    await js.manager.streams.delete('CLAIMS');
    await ensureStreams(js.link, { replicas: 1 });
  }

  test('made anew while we were away', async () => {
    const { created } = await js.manager.streams.info('CLAIMS');
    await recreate();
    await store(3);
    const log = open({ streamCreated: String(created), after: { seq: 2, streamMs: null } });
    const [kind, message] = await estrangement(log);
    expect(kind).toBe('recreated');
    expect(message).toContain(`the one we knew at ${created}`);
    expect((await log.opened()).ok).toBe(false);
  });

  test('made anew while we read', async () => {
    await store(3);
    const log = open();
    await read(log, 3);
    await recreate();
    await store(5);
    expect(await estrangement(log)).toMatchObject([
      'recreated',
      expect.stringContaining('stream CLAIMS was made'),
    ]);
  });

  test('a broker that lost its tail while we read', async () => {
    await store(3);
    const copy = join(js.broker.folder, 'copy');
    await copyStore(js, copy);
    await store(3, 4);
    const told: StreamEstranged[] = [];
    const log = open({ events: { onEstranged: (estranged) => void told.push(estranged) } });
    const before = await read(log, 6);
    await loseTail(js, js.link, copy);
    expect(await estrangement(log)).toEqual(['shorter', 'stream CLAIMS ends at 3; we have read up to 6']);
    expect(told).toHaveLength(1);
    // It has grown past our position before anybody looked.
    await store(4, 14);
    const later = open({
      streamCreated: log.streamCreated(),
      after: { seq: 6, streamMs: before[5]?.streamMs ?? null },
    });
    expect((await estrangement(later))[0]).toBe('other-content');
  });

  test('shorter than our position, as after a power cut', async () => {
    await store(3);
    const { created } = await js.manager.streams.info('CLAIMS');
    const log = open({ streamCreated: String(created), after: { seq: 5, streamMs: 1 } });
    expect(await estrangement(log)).toEqual(['shorter', 'stream CLAIMS ends at 3; we have read up to 5']);
  });

  test('as long again, but with something else at our position', async () => {
    await store(3);
    const log = open({ after: { seq: 2, streamMs: 1 } });
    expect(await estrangement(log)).toEqual([
      'other-content',
      `message 2 of stream ${streams.claims.name} is not the one we have read`,
    ]);
  });
});
