/** The store on real LMDB: what a commit shows, what it keeps, what it refuses. */
import assert from 'node:assert/strict';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { dayMs } from '../../src/base/calendar.js';
import { Environment } from '../../src/history/store/environment.js';
import { formatKey, positionKey, startOf, unpackPosition } from '../../src/history/store/position.js';
import { HistoryStore, type Position } from '../../src/history/store.js';
import {
  answerTo,
  batchOf,
  counterKey,
  ledgerKey,
  streamCreated,
  textOf,
  touchedText,
} from './fixtures/batches.js';
import { closeStore, newFolder, newStore, openStore, removeAll } from './fixtures/folders.js';

afterEach(removeAll);

describe('a commit', () => {
  test('shows its writes, answers and position at once', async () => {
    const store = await newStore();
    await store.commit(batchOf(1, 3));
    expect(contentOf(store)).toEqual(contentAfter(3));
    expect(store.answersAfter(1, 10)).toEqual([answerTo(2), answerTo(3)]);
    expect(store.answersAfter(0, 2)).toEqual([answerTo(1), answerTo(2)]);
  });

  test('is there after reopening', async () => {
    const folder = newFolder();
    const store = await newStore({}, folder);
    await store.commit(batchOf(1, 5));
    const digest = store.digest();
    await closeStore(store);
    const again = await openStore(folder);
    expect(contentOf(again)).toEqual(contentAfter(5));
    expect(again.digest()).toBe(digest);
  });

  test('takes several batches at once, the later one having the last word', async () => {
    const store = await newStore();
    const commits = [batchOf(1, 2), batchOf(3, 3), batchOf(4, 9)].map((batch) => store.commit(batch));
    for (const { flushed } of await Promise.all(commits)) await flushed;
    expect(contentOf(store)).toEqual(contentAfter(9));
  });

  test('takes bytes that lie in shared memory, and bytes inside a larger buffer', async () => {
    const store = await newStore();
    const shared = new Uint8Array(new SharedArrayBuffer(16), 4, 9);
    shared.set(touchedText(1000, 'x'));
    const within = new Uint8Array(32).subarray(7, 16);
    within.set(touchedText(1000, 'y'));
    const writes = [
      { table: 'stock', key: ledgerKey(1), value: shared },
      { table: 'stock', key: ledgerKey(2), value: within },
    ] as const;
    await store.commit({ ...batchOf(1, 1), writes });
    expect(textOf(store.reader().get('stock', ledgerKey(1)))).toBe('x');
    expect(textOf(store.reader().get('stock', ledgerKey(2)))).toBe('y');
  });

  test('deletes records whose value is null', async () => {
    const store = await newStore();
    await store.commit(batchOf(1, 2));
    const writes = [{ table: 'ledger', key: ledgerKey(1), value: null }] as const;
    await store.commit({ ...batchOf(3, 3), writes });
    expect(store.reader().get('ledger', ledgerKey(1))).toBeUndefined();
    expect(store.counts().ledger.records).toBe(1);
  });

  test('of another stream, or behind the position, is a bug', async () => {
    const store = await newStore();
    await store.commit(batchOf(1, 4));
    await expect(store.commit(batchOf(1, 3))).rejects.toThrow('steps back');
    const foreign = batchOf(5, 6);
    const position = { ...foreign.position, streamCreated: 'later' };
    await expect(store.commit({ ...foreign, position })).rejects.toThrow('another stream');
    expect(contentOf(store)).toEqual(contentAfter(4));
  });
});

describe('the published position', () => {
  test('survives closing, and a commit that knows less does not move it back', async () => {
    const folder = newFolder();
    const store = await newStore({}, folder);
    await store.commit(batchOf(1, 4));
    store.advancePublished(3);
    expect(store.position()?.published).toBe(3);
    await store.commit(batchOf(5, 5));
    store.advancePublished(4);
    store.advancePublished(2);
    await closeStore(store);
    expect((await openStore(folder)).position()).toMatchObject({ committed: 5, published: 4 });
  });

  test('brings the place in the stream of decisions along, which no commit moves back', async () => {
    const folder = newFolder();
    const store = await newStore({}, folder);
    await store.commit(batchOf(1, 4));
    store.noteRead({ created: 'then', seq: 7 });
    // As a decider's commits have it: where it stood when deciding began.
    const decided = (first: number, last: number) => {
      const batch = batchOf(first, last);
      return { ...batch, position: { ...batch.position, decisions: { created: 'then', seq: 7 } } };
    };
    await store.commit(decided(5, 5));
    store.advancePublished(5, { seq: 12, id: 'D5' });
    await store.commit(decided(6, 6));
    expect(onDisk(folder).decisions).toEqual({ created: 'then', seq: 12, id: 'D5' });
    const elsewhere = batchOf(7, 7);
    const decisions = { created: 'anew', seq: 1 };
    await store.commit({ ...elsewhere, position: { ...elsewhere.position, decisions } });
    expect(onDisk(folder).decisions).toEqual(decisions);
  });

  test('is written without a commit too', async () => {
    const folder = newFolder();
    const store = await newStore({}, folder);
    await store.commit(batchOf(1, 4));
    store.advancePublished(4);
    const reader = Environment.open(folder, 'read');
    await expect
      .poll(() => {
        reader.refresh();
        return Buffer.from(reader.get('meta', Buffer.from('position')) ?? []).toString('latin1');
      })
      .toContain(`["${streamCreated}",4,4,`);
    await reader.close();
  });
});

describe('answers', () => {
  test('are dropped after seven days of stream time, unless they are unpublished', async () => {
    const store = await newStore();
    const week = 7 * dayMs;
    await store.commit(batchOf(1, 4));
    store.advancePublished(2);
    await store.commit(at(batchOf(5, 5), 2000 + week));
    expect(store.answersAfter(0, 10).map(({ seq }) => seq)).toEqual([2, 3, 4, 5]);
    await store.commit(at(batchOf(6, 6), 4001 + week));
    expect(store.answersAfter(0, 10).map(({ seq }) => seq)).toEqual([3, 4, 5, 6]);
    expect(store.answerOf(4)).toBeNull();
    expect(store.answerOf(4, 4000 + week)).toEqual(answerTo(4));
  });
});

describe('an empty state', () => {
  test('has no position before it begins', async () => {
    expect((await openStore(newFolder())).position()).toBeNull();
  });

  test('begins with nothing of what was there', async () => {
    const store = await newStore();
    const empty = store.digest();
    await store.commit(batchOf(1, 20));
    expect(store.digest()).not.toBe(empty);
    await store.begin('2026-06-01T00:00:00Z');
    expect(store.digest()).toBe(empty);
    expect(store.answersAfter(0, 10)).toEqual([]);
    expect(store.counts().expiry.records).toBe(0);
    expect(store.position()).toEqual(startOf('2026-06-01T00:00:00Z'));
  });
});

describe('the digest', () => {
  test('is equal for equal content, however it came, and differs where a byte does', async () => {
    const [one, other, less] = [await newStore(), await newStore(), await newStore()];
    await one.commit(batchOf(1, 9));
    for (let seq = 1; seq <= 9; seq++) await other.commit(batchOf(seq, seq));
    await less.commit(batchOf(1, 8));
    expect(other.digest()).toBe(one.digest());
    expect(less.digest()).not.toBe(one.digest());
    await less.commit({ ...batchOf(9, 9, 13) });
    expect(less.digest()).not.toBe(one.digest());
  });
});

describe('a copy', () => {
  test('is equal, answers included, and made while commits go on', async () => {
    const store = await newStore();
    await store.commit(batchOf(1, 200, 1000));
    const digest = store.digest();
    const folder = newFolder();
    const copying = store.copyTo(folder);
    await store.commit(batchOf(201, 220));
    await copying;
    const copy = await openStore(folder);
    expect([200, 220]).toContain(copy.position()?.committed);
    expect(copy.digest()).toBe(copy.position()?.committed === 200 ? digest : store.digest());
    expect(copy.answersAfter(0, 500)).toHaveLength((copy.position() as Position).committed);
  });

  test('is refused where a history lies already', async () => {
    const [store, folder] = [await newStore(), newFolder()];
    await closeStore(await newStore({}, folder));
    await expect(store.copyTo(folder)).rejects.toThrow('exists');
  });
});

describe('opening', () => {
  test('refuses another format and says what to do', async () => {
    const folder = newFolder();
    await closeStore(await newStore({}, folder));
    const stored = Environment.open(folder, 'write');
    await stored.write([{ table: 'meta', key: formatKey, value: Buffer.from('7') }]);
    await stored.close();
    expect(await HistoryStore.open(folder)).toEqual({
      ok: false,
      error:
        `The history in ${folder} is of format 7, and this version reads format 2: start the version that ` +
        'wrote it, or move the folder away and run `claimgate history rebuild`.',
    });
  });

  test('refuses what is no folder', async () => {
    const result = await HistoryStore.open('/dev/null/history');
    expect(result).toMatchObject({ ok: false, error: expect.stringContaining('cannot be opened') });
  });
});

/** What a start would find if the process ended now. */
function onDisk(folder: string): Position {
  const reader = Environment.open(folder, 'read');
  const packed = reader.get('meta', positionKey) ?? assert.fail('nothing has begun');
  void reader.close();
  return unpackPosition(packed);
}

function contentOf(store: HistoryStore) {
  const position = store.position();
  const last = position?.committed ?? 0;
  const seqs = Array.from({ length: last + 1 }, (_, i) => i + 1);
  return {
    position,
    counter: textOf(store.reader().get('claims', counterKey)),
    ledger: seqs.map((seq) => textOf(store.reader().get('ledger', ledgerKey(seq)))),
    answers: seqs.map((seq) => store.answerOf(seq)),
  };
}

function contentAfter(last: number) {
  const seqs = Array.from({ length: last }, (_, i) => i + 1);
  return {
    position: { ...startOf(streamCreated), committed: last, streamMs: last * 1000 },
    counter: String(last),
    ledger: [...seqs.map((seq) => String(seq).padEnd(12, '.')), null],
    answers: [...seqs.map(answerTo), null],
  };
}

/** The same batch, of one message, at another stream time. */
function at(batch: ReturnType<typeof batchOf>, streamMs: number): ReturnType<typeof batchOf> {
  const expiry = batch.expiry.map((entry) => ({ ...entry, streamMs }));
  return { ...batch, expiry, position: { ...batch.position, streamMs } };
}

test('whether it can be written is found out beside nothing else that writes', async () => {
  const store = await newStore();
  const write = Environment.prototype.write;
  let [writing, most] = [0, 0];
  const spy = vi.spyOn(Environment.prototype, 'write').mockImplementation(async function (
    this: Environment,
    ...of
  ) {
    writing += 1;
    most = Math.max(most, writing);
    await write.apply(this, of);
    writing -= 1;
  });
  try {
    const probes = [store.canWrite(), store.canWrite(), store.commit(batchOf(1, 2)), store.canWrite()];
    expect(await Promise.all(probes)).toMatchObject([true, true, {}, true]);
    expect(most).toBe(1);
  } finally {
    spy.mockRestore();
  }
});
