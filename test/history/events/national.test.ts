/** National messages from their bytes to what is remembered of them. */
import { expect, it } from 'vitest';
import { salesOf } from '../../../src/history/events/trace-record.js';
import { stateSource } from '../../../src/history/source.js';
import {
  type Goods,
  outpatientVisit,
  reversalMessage,
  type Sale,
  saleMessage,
  settlementMessage,
  stockDeletionMessage,
} from '../../claim/durable/national-messages.js';
import { readMessage } from '../../claim/durable/reading.js';
import { Run } from './build.js';

const { institution, id: visit, person } = outpatientVisit;
const number = '350000S0000087654321';
const code = '81234560001234567890';
const sending = (eventId: string, hour: number) => ({ eventId, at: `2026-03-12 ${hour}:30:00` });
const goods = (hour: number): Goods => ({
  record: 'PC2025110042',
  itemCode: 'XC02DBA092A001010104610',
  name: '示例片',
  quantity: 1,
  price: '34.87',
  at: `2026-03-12 ${hour}:10:00`,
  codes: [code],
});
const sale: Sale = { institution, settlement: number, visit, person };
const sold = (eventId: string, hour: number) =>
  readMessage(saleMessage(sale, sending(eventId, 18), [goods(hour)]));
/** Sent without its answer, so that nobody knows its number. */
const settled = readMessage(
  settlementMessage(outpatientVisit, sending('s', 10), {
    chargeBatch: 'CB1',
    amount: '34.87',
    traces: [{ line: 'F1', code }],
  }),
);
const reversed = readMessage(reversalMessage(outpatientVisit, sending('r', 12), number));
const deleted = readMessage(stockDeletionMessage(institution, sending('d', 19), 'PC2025110042', '4'));

const standing = (run: Run) => salesOf(code, run.state).length;

it('2207 without its answer, 3505 and 2208 are about one settlement, in any order', () => {
  for (const events of [
    [settled, sold('x', 9), reversed],
    [sold('x', 9), settled, reversed],
    [settled, reversed, sold('x', 9)],
    [reversed, settled, sold('x', 9)],
    [reversed, sold('x', 9), settled],
    [sold('x', 9), reversed, settled],
  ]) {
    expect(standing(Run.of(events))).toBe(0);
  }
  expect(standing(Run.of([settled, sold('x', 9)]))).toBe(1);
});

it('goods sold again after the reversal count, under the same number too', () => {
  expect(standing(Run.of([settled, sold('x', 9), reversed, sold('y', 13)]))).toBe(1);
});

it('3507 deletes what 3505 said, and no more', () => {
  const run = Run.of([sold('x', 9)]);
  expect(stateSource(run.state).sales(code)).toHaveLength(1);
  run.apply(deleted);
  expect(standing(run)).toBe(0);
  // The settlement has sent the code itself.
  expect(standing(Run.of([settled, sold('x', 9), deleted]))).toBe(1);
});
