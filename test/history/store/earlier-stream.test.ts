/** What a state knows of messages that its stream has lost. */
import { afterEach, expect, test } from 'vitest';
import { dayMs } from '../../../src/base/calendar.js';
import { ledgerOf } from '../../../src/history/events/ledger-record.js';
import { stockBalance } from '../../../src/history/events/stock-record.js';
import { bodyOf, hospital, line, settlement, takeIn } from '../../cli/settled-history.js';
import { closeStore, newFolder, newStore, openStore, removeAll } from '../fixtures/folders.js';

afterEach(removeAll);

test('answers go by the ids of their decisions, and the ledger names no sequence', async () => {
  const folder = newFolder();
  const store = await newStore({}, folder);
  const events = Array.from({ length: 20 }, (_, i) => settlement(`E${i + 1}`, `35010219541120${1000 + i}`));
  await takeIn(store, events.map(bodyOf));
  const [answer] = store.answersAfter(8, 1);
  const before = store.position();
  const seqOf = (event: number) => ledgerOf(hospital().code, `E${event}`, store.reader())?.seq;

  await store.setApart(7);
  await store.setApart(7);
  await store.rebind('2026-06-01T00:00:00Z', 7);
  expect(store.answersAfter(0, 100).map(({ seq }) => seq)).toEqual([1, 2, 3, 4, 5, 6, 7]);
  expect(store.position()).toMatchObject({ committed: 7, published: 7, streamMs: before?.streamMs });
  expect([seqOf(7), seqOf(8), seqOf(20)]).toEqual([7, 0, 0]);
  expect(store.answerApart('d9')).toEqual({ ...answer, seq: 0 });
  expect([...store.answersApart()]).toHaveLength(13);
  expect(store.answerApart('another')).toBeNull();

  // For as long as every answer is kept.
  const later = (before?.streamMs ?? 0) + 8 * dayMs;
  expect(store.answerApart('d9', later)).toBeNull();
  await takeIn(store, [bodyOf(settlement('E21', '350102195411201999')), bodyOf({})], () => later);
  await closeStore(store);
  expect([...(await openStore(folder)).answersApart()].length).toBe(0);
});

test('stock goes on where a new stream begins, and what stands is undone in its place', async () => {
  const store = await newStore({}, newFolder());
  const itemCode = 'XA02BCL030A001010100483';
  const stock = (eventId: string, type: string, quantity: number, more: object = {}) => {
    return {
      eventId,
      kind: 'stock',
      institution: hospital(),
      stock: [{ itemCode, quantity, type, ...more }],
    };
  };
  let now = Date.UTC(2026, 4, 1);
  const sale = (eventId: string, person: string) => settlement(eventId, person, { kind: 'sale' });
  const take = async (...events: object[]): Promise<number | null> => {
    await takeIn(store, events.map(bodyOf), () => (now += 1_000));
    return stockBalance(hospital().code, itemCode, store.reader());
  };
  const unrelated = Array.from({ length: 5 }, (_, i) => settlement(`E${i}`, '350102195411201000'));
  expect(await take(...unrelated, stock('S1', 'count', 100, { id: 'M1' }))).toBe(100_0000);
  const sold = sale('S2', '350102195411201001');
  expect(await take(stock('S3', 'purchase', 10, { id: 'M2' }), sold)).toBe(108_0000);

  await store.setApart(0);
  await store.setApart(0);
  await store.rebind('2026-06-01T00:00:00Z', 0);
  expect(await take(stock('N1', 'purchase', 50), sale('N2', '350102195411201002'))).toBe(156_0000);
  // Purchase and sale of the earlier stream stood before this count, whatever sequences it had.
  expect(await take(stock('N3', 'count', 30, { id: 'M3' }))).toBe(30_0000);
  const reversal = { eventId: 'N4', kind: 'return', institution: hospital(), encounter: sold.encounter };
  const returned = { ...reversal, lines: [line('R1', { reverses: '1', quantity: -2, amount: '-25.00' })] };
  expect(await take(...unrelated.map((one, i) => ({ ...one, eventId: `U${i}` })), returned)).toBe(30_0000);
  expect(await take(stock('N5', 'delete', 0, { id: 'M2' }))).toBe(30_0000);
  expect(await take(stock('N6', 'delete', 0, { id: 'M3' }))).toBe(148_0000);
});
