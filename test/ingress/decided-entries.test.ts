import { describe, expect, test } from 'vitest';
import { fail, ok } from '../../src/base/result.js';
import { DecidedEntries } from '../../src/ingress/decided-entries.js';
import type { LogMessage } from '../../src/nats/claims-log.js';
import { entryOf, messageOf } from './entry-fixture.js';

const nobody = () => Promise.reject(new Error('nothing is to be fetched'));

test('of several entries for a message the first counts', () => {
  const decided = new DecidedEntries(nobody);
  const first = entryOf(5, { at: 10 });
  decided.note(first, 4);
  decided.note(entryOf(5, { at: 11 }), 4);
  expect(decided.for(messageOf(5))).toBe(first);
  expect(decided.last).toBe(5);
});

describe('an entry of another message that had the sequence', () => {
  test('is older than the message', () => {
    const decided = new DecidedEntries(nobody);
    decided.note(entryOf(5, { at: 10, streamMs: 1_000 }), 4);
    expect(decided.for(messageOf(5, 60_000))).toBeNull();
    const own = entryOf(5, { at: 11, streamMs: 60_100 });
    decided.note(own, 4);
    expect(decided.for(messageOf(5, 60_000))).toBe(own);
  });

  test('or was made of another body, however soon the sequence was given out again', () => {
    const decided = new DecidedEntries(nobody);
    decided.note(entryOf(5, { at: 10, streamMs: 1_000, body: Buffer.from('{"lost":1}') }), 4);
    const message = messageOf(5, 1_001, '{"new":1}');
    expect(decided.for(message)).toBeNull();
    const own = entryOf(5, { at: 11, streamMs: 1_002, body: message.data });
    decided.note(own, 4);
    expect(decided.for(message)).toBe(own);
  });
});

test('what is committed is not kept', () => {
  const decided = new DecidedEntries(nobody, { seq: 9, id: 'D3' });
  expect(decided.place).toEqual({ seq: 9, id: 'D3' });
  decided.note(entryOf(4, { at: 10 }), 4);
  expect([decided.last, decided.place]).toEqual([0, { seq: 10, id: 'D4' }]);
  decided.note(entryOf(6, { at: 11 }), 4);
  decided.note(entryOf(5, { at: 12 }), 4);
  expect(decided.place).toEqual({ seq: 10, id: 'D4' });
  decided.forgetTo(5);
  expect([decided.for(messageOf(5)), decided.last]).toEqual([null, 6]);
  decided.forgetTo(6);
  expect([decided.last, decided.place]).toEqual([0, { seq: 12, id: 'D5' }]);
});

describe('before a hole', () => {
  const behind = 200_000;
  const wholeAtMost = 64 * 1024;

  /** Without the entry of message 1, which comes at the end; `fetched`: places that were asked for. */
  async function withHole() {
    const fetched: number[] = [];
    const stored = (at: number): LogMessage => entryOf(at > behind ? 1 : at, { at, bytes: 500 });
    const decided = new DecidedEntries(
      async (place) => {
        fetched.push(place);
        return ok(stored(place));
      },
      { seq: 1 },
      wholeAtMost,
    );
    for (let place = 2; place <= behind; place++) decided.note(stored(place), 0);
    return { decided, fetched, stored };
  }

  test('there may be any number, of which some are kept, and the missing one is found behind them all', async () => {
    const { decided, fetched, stored } = await withHole();
    expect([decided.hasLeft, decided.last, decided.place.seq]).toEqual([true, behind, 1]);
    await decided.load([messageOf(1), messageOf(2)]);
    expect([decided.for(messageOf(1)), fetched]).toEqual([null, []]);
    decided.note(stored(behind + 1), 0);
    await decided.load([messageOf(1), messageOf(2)]);
    expect(decided.for(messageOf(1))?.seq).toBe(behind + 1);
    expect(fetched).toEqual([behind + 1]);
  });

  test('what is not kept is fetched when its turn comes, and what is over is forgotten', async () => {
    const { decided, fetched } = await withHole();
    for (let seq = 1_001; seq < 10_000; seq += 50) {
      const turn = Array.from({ length: 50 }, (_, i) => messageOf(seq + i));
      await decided.load(turn);
      expect(turn.map((message) => decided.for(message)?.seq)).toEqual(turn.map((message) => message.seq));
      decided.forgetTo(seq + 49);
    }
    expect([fetched.length, decided.place, decided.last]).toEqual([9_000, { seq: 10_000, id: null }, behind]);
    decided.forgetFrom(10_002);
    expect(decided.last).toBe(10_001);
    decided.forgetTo(10_001);
    expect([decided.hasLeft, decided.place.seq]).toEqual([false, behind]);
  });

  test('of several that were left for one message each is looked at, in their order', async () => {
    const message = messageOf(5, 1_000, '{"new":1}');
    const [lost, own] = [Buffer.from('{"lost":1}'), message.data];
    const stored = new Map([
      [10, entryOf(5, { at: 10, streamMs: 1_000, body: lost })],
      [12, entryOf(5, { at: 12, streamMs: 1_000, body: own })],
      [15, entryOf(5, { at: 15, streamMs: 1_000, body: own })],
    ]);
    const decided = new DecidedEntries(async (place) => ok(stored.get(place) ?? null), { seq: 9 }, 0);
    for (const entry of stored.values()) decided.note(entry, 4);
    await decided.load([message]);
    expect(decided.for(message)?.seq).toBe(12);
  });

  test('says so where the broker cannot be asked', async () => {
    const decided = new DecidedEntries(async () => fail('the broker is away'), { seq: 9 }, 0);
    decided.note(entryOf(5, { at: 10 }), 4);
    await expect(decided.load([messageOf(5)])).rejects.toThrow('the broker is away');
  });
});
