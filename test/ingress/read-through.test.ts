import { describe, expect, test } from 'vitest';
import { fail, ok } from '../../src/base/result.js';
import { ReadThrough } from '../../src/ingress/read-through.js';
import { entryOf } from './entry-fixture.js';

const settled = () => new Promise((resolve) => setImmediate(resolve));
const nobody = () => Promise.reject(new Error('nothing is to be looked at'));

describe('how far a decider has read DECISIONS', () => {
  test('its own entries, in whatever order the broker stored those of a batch', () => {
    const read = new ReadThrough({ readTo: 10, published: 6 }, nobody);
    read.note([
      { seq: 7, entry: 12, wasThere: false },
      { seq: 8, entry: 11, wasThere: false },
    ]);
    expect(read.upTo(8)).toBe(12);
    read.note([{ seq: 7, entry: 12, wasThere: true }]);
    expect([read.upTo(8), read.isRegrown]).toEqual([12, false]);
  });

  test('with the message id of the entry there', async () => {
    const others = new Map([[12, entryOf(3, { at: 12 })]]);
    const begun = { readTo: 10, published: 6, id: 'D6' };
    const read = new ReadThrough(begun, async (entry) => ok(others.get(entry) ?? null));
    expect(read.place).toEqual({ seq: 10, id: 'D6' });
    read.note([
      { seq: 7, entry: 11, wasThere: false, id: 'D7' },
      { seq: 9, entry: 13, wasThere: false, id: 'D9' },
    ]);
    read.upTo(8);
    expect(read.place).toEqual({ seq: 11, id: 'D7' });
    await settled();
    read.upTo(8);
    expect(read.place).toEqual({ seq: 12, id: 'D3' });
    read.upTo(9);
    expect(read.place).toEqual({ seq: 13, id: 'D9' });
  });

  test('and sees that the broker gives out again what had been read', () => {
    const read = new ReadThrough({ readTo: 10, published: 6 }, nobody);
    read.note([{ seq: 7, entry: 6, wasThere: true }]);
    expect(read.isRegrown).toBe(false);
    read.note([{ seq: 8, entry: 9, wasThere: false }]);
    expect(read.isRegrown).toBe(true);
  });

  test('behind one that is in the way only so many are remembered, and none is passed over', async () => {
    const count = 40_000;
    const looked: number[] = [];
    const others = new Map([[11, entryOf(count, { at: 11 })]]);
    const read = new ReadThrough({ readTo: 10, published: 0 }, async (place) => {
      looked.push(place);
      return ok(others.get(place) ?? entryOf(place - 11, { at: place }));
    });
    for (let seq = 1; seq < count; seq++) {
      read.note([{ seq, entry: 11 + seq, wasThere: false }]);
      read.upTo(seq);
      if (seq % 1_000 === 0) await settled();
    }
    expect([read.upTo(count - 1), read.remembered < count / 2]).toEqual([10, true]);
    read.note([{ seq: count, entry: 11 + count, wasThere: false }]);
    while (read.upTo(count) < 11 + count) await settled();
    expect([new Set(looked).size === looked.length, looked.length > count / 2]).toEqual([true, true]);
  });

  test('one of our own that was not remembered still comes behind another that says otherwise', async () => {
    const behind = 20_000;
    // The other's entry of the message stands before ours, both behind what is remembered.
    const others = new Map([[behind, entryOf(behind, { at: behind })]]);
    const at = async (place: number) => ok(others.get(place) ?? null);
    const read = new ReadThrough({ readTo: 0, published: 0 }, at, () => false);
    for (let seq = 2; seq < behind; seq++) read.note([{ seq, entry: seq, wasThere: false }]);
    read.note([{ seq: behind, entry: behind + 1, wasThere: false }]);
    while (read.upTo(behind) < behind - 1) await settled();
    while (!read.isOvertaken) {
      await settled();
      read.upTo(behind);
    }
    expect(read.upTo(behind)).toBe(behind - 1);
  });

  test('not beyond an entry whose message it has not committed', async () => {
    // Another decided 9 while we, frozen, still had the entry of 8 to publish.
    const others = new Map([[11, entryOf(9, { at: 11 })]]);
    const read = new ReadThrough({ readTo: 10, published: 6 }, async (entry) =>
      ok(others.get(entry) ?? null),
    );
    read.note([{ seq: 8, entry: 12, wasThere: false }]);
    expect(read.upTo(8)).toBe(10);
    await settled();
    expect(read.upTo(8)).toBe(10);
    expect(read.upTo(9)).toBe(12);
  });

  test('through what was erased, and what a holder before published late', async () => {
    const others = new Map([[12, entryOf(3, { at: 12 })]]);
    const looked: number[] = [];
    const read = new ReadThrough({ readTo: 10, published: 6 }, async (entry) => {
      looked.push(entry);
      return ok(others.get(entry) ?? null);
    });
    read.note([{ seq: 8, entry: 14, wasThere: false }]);
    expect(read.upTo(8)).toBe(10);
    await settled();
    expect(read.upTo(8)).toBe(14);
    expect(looked).toEqual([11, 12, 13]);
  });

  test('looks again when the broker was away', async () => {
    let isAway = true;
    const read = new ReadThrough({ readTo: 10, published: 6 }, async () =>
      isAway ? fail('the broker is away') : ok(null),
    );
    read.note([{ seq: 8, entry: 12, wasThere: false }]);
    expect(read.upTo(8)).toBe(10);
    await settled();
    isAway = false;
    expect(read.upTo(8)).toBe(10);
    await settled();
    expect(read.upTo(8)).toBe(12);
  });

  test('not beyond one that was there before ours and says otherwise, whoever the broker says it is', async () => {
    const others = new Map([[11, entryOf(8, { at: 11 })]]);
    const at = async (entry: number) => ok(others.get(entry) ?? null);
    const read = new ReadThrough({ readTo: 10, published: 7 }, at, () => false);
    read.note([
      { seq: 8, entry: 11, wasThere: true },
      { seq: 9, entry: 12, wasThere: false },
    ]);
    expect(read.upTo(9)).toBe(10);
    await settled();
    expect([read.upTo(9), read.isOvertaken]).toEqual([10, true]);
  });

  test('through what says otherwise of a message whose entry stands before it, and only then', async () => {
    const others = new Map([
      [12, entryOf(8, { at: 12 })],
      [13, entryOf(7, { at: 13 })],
      [15, entryOf(10, { at: 15 })],
    ]);
    const at = async (entry: number) => ok(others.get(entry) ?? null);
    const read = new ReadThrough({ readTo: 10, published: 7 }, at, () => false);
    read.note([8, 9].map((seq, i) => ({ seq, entry: 11 + 3 * i, wasThere: false })));
    read.upTo(9);
    await settled();
    expect([read.upTo(9), read.isOvertaken]).toEqual([14, false]);
    read.note([{ seq: 10, entry: 16, wasThere: false }]);
    read.upTo(10);
    await settled();
    expect([read.upTo(10), read.isOvertaken]).toEqual([14, true]);
  });

  test('stopped in the middle of a look, it ends that one and begins no other', async () => {
    const [looked, answers]: [number[], (() => void)[]] = [[], []];
    const read = new ReadThrough({ readTo: 10, published: 6 }, async (entry) => {
      looked.push(entry);
      await new Promise<void>((resolve) => answers.push(resolve));
      return ok(null);
    });
    read.note([{ seq: 8, entry: 20, wasThere: false }]);
    read.upTo(8);
    let isStopped = false;
    const stopped = read.stop().then(() => (isStopped = true));
    await settled();
    expect([looked, isStopped]).toEqual([[11], false]);
    answers[0]?.();
    await stopped;
    read.upTo(8);
    expect(looked).toEqual([11]);
  });
});
