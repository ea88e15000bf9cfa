/** What grows old: the state at a position depends on the stream alone, not on how it was cut into batches. */
import fc from 'fast-check';
import { afterEach, describe, expect, test } from 'vitest';
import { key16, Overlay, type StateReader, type StateTable, stateTables } from '../../src/history/state.js';
import { startOf } from '../../src/history/store/position.js';
import type { Commit, Expiry, HistoryStore } from '../../src/history/store.js';
import { batchOf, counterKey, ledgerKey, streamCreated, textOf, touchedText } from './fixtures/batches.js';
import { newStore, removeAll } from './fixtures/folders.js';

afterEach(removeAll);

const horizonMs = 1000;

/** Each message adds its letter to what it sees of some records, or removes them. */
interface Message {
  readonly seq: number;
  readonly streamMs: number;
  readonly records: readonly (readonly [table: StateTable, name: string, isRemoved: boolean])[];
}

const names = ['a', 'b', 'c', 'd', 'e'];
const record = fc.tuple(
  fc.constantFrom('claims' as const, 'ledger' as const),
  fc.constantFrom(...names),
  fc.integer({ min: 0, max: 5 }).map((n) => n === 0),
);
const stream: fc.Arbitrary<readonly Message[]> = fc
  .array(fc.record({ gap: fc.integer({ min: 0, max: 700 }), records: fc.array(record, { maxLength: 3 }) }), {
    minLength: 1,
    maxLength: 14,
  })
  .map((all) => {
    let streamMs = 5000;
    return all.map(({ gap, records }, i) => {
      streamMs += gap;
      return { seq: i + 1, streamMs, records };
    });
  });

/** The messages as batches, ended behind those messages that `isLast` names. */
function cut(messages: readonly Message[], isLast: (message: Message) => boolean): Message[][] {
  const batches: Message[][] = [[]];
  for (const message of messages) {
    batches.at(-1)?.push(message);
    if (isLast(message)) batches.push([]);
  }
  return batches.filter((batch) => batch.length > 0);
}

function decide(batch: readonly Message[], below: StateReader): Commit {
  const overlay = new Overlay(below, horizonMs);
  const expiry = batch.map(({ seq, streamMs, records }): Expiry => {
    overlay.at(streamMs);
    for (const [table, name, isRemoved] of records) {
      const key = key16(name);
      const before = textOf(overlay.get(table, key)) ?? '';
      if (isRemoved) overlay.remove(table, key);
      else overlay.put(table, key, touchedText(streamMs, `${before}.${seq}`));
    }
    return { seq, streamMs, records: overlay.takeTouched() };
  });
  const { seq, streamMs } = batch.at(-1) as Message;
  const position = { ...startOf(streamCreated), committed: seq, streamMs };
  return { writes: overlay.takeWrites(), answers: [], expiry, position };
}

async function commitAll(store: HistoryStore, batches: readonly Message[][]): Promise<void> {
  for (const batch of batches) await store.commit(decide(batch, store.reader()));
}

/** What a plain map holds after the messages, one after another. */
function model(messages: readonly Message[]): ReadonlyMap<string, string> {
  const held = new Map<string, { readonly text: string; readonly at: number }>();
  for (const { seq, streamMs, records } of messages) {
    for (const [name, { at }] of held) if (at < streamMs - horizonMs) held.delete(name);
    for (const [table, name, isRemoved] of records) {
      const before = held.get(`${table} ${name}`)?.text ?? '';
      if (isRemoved) held.delete(`${table} ${name}`);
      else held.set(`${table} ${name}`, { text: `${before}.${seq}`, at: streamMs });
    }
  }
  return new Map([...held].map(([name, { text }]) => [name, text]));
}

function contentOf(reader: StateReader): ReadonlyMap<string, string> {
  const held = new Map<string, string>();
  for (const table of stateTables) {
    for (const name of names) {
      const text = textOf(reader.get(table, key16(name)));
      if (text !== null) held.set(`${table} ${name}`, text);
    }
  }
  return held;
}

describe('the horizon', () => {
  test('leaves the same state, whatever the batches were and however slowly records are deleted', async () => {
    const cuts = fc.array(fc.boolean(), { minLength: 14, maxLength: 14 });
    await fc.assert(
      fc.asyncProperty(stream, cuts, async (messages, ends) => {
        const [alone, together, between, slow] = await Promise.all([
          newStore({ horizonMs }),
          newStore({ horizonMs }),
          newStore({ horizonMs }),
          newStore({ horizonMs, expiredPerCommit: -50 }),
        ]);
        await Promise.all([
          commitAll(
            alone,
            cut(messages, () => true),
          ),
          commitAll(
            together,
            cut(messages, () => false),
          ),
          commitAll(
            between,
            cut(messages, ({ seq }) => ends[seq - 1] === true),
          ),
          commitAll(
            slow,
            cut(messages, () => true),
          ),
        ]);
        const expected = model(messages);
        for (const store of [alone, together, between, slow]) {
          expect(contentOf(store.reader())).toEqual(expected);
          expect(store.digest()).toBe(alone.digest());
        }
        expect(alone.counts().claims.records + alone.counts().ledger.records).toBe(expected.size);
        await removeAll();
      }),
      { numRuns: 15 },
    );
  });

  test('deletes a bounded number with each commit, until nothing old is left', async () => {
    const store = await newStore({ horizonMs: 100_000, expiredPerCommit: 10 });
    await store.commit(batchOf(1, 100));
    const later = batchOf(101, 101);
    const position = { ...later.position, streamMs: 1_000_000 };
    const value = touchedText(1_000_000, 'new');
    const writes = [{ table: 'claims', key: counterKey, value }] as const;
    const expiry = [{ seq: 101, streamMs: 1_000_000, records: [['claims', counterKey]] as const }];
    await store.commit({ writes, answers: [], expiry, position });
    expect(store.counts().ledger.records).toBe(100 - 14);
    expect(store.reader().get('ledger', ledgerKey(99))).toBeUndefined();
    const digest = store.digest();
    for (let i = 0; i < 9; i++) await store.commit({ writes: [], answers: [], expiry: [], position });
    expect(store.counts().ledger.records).toBe(0);
    expect(store.counts().expiry.records).toBe(1);
    expect(store.digest()).toBe(digest);
    expect(textOf(store.reader().get('claims', counterKey))).toBe('new');
  });
});
