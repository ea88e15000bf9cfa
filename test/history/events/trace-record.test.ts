/** Sales by trace code: what is a pack's code, and how many of its sales are kept. */
import { describe, expect, test } from 'vitest';
import { mostSales, salesOf, setSale } from '../../../src/history/events/trace-record.js';
import { key16, Overlay } from '../../../src/history/state.js';

const emptyState = () => new Overlay({ get: () => undefined });
const sold = { line: 'L1', split: false };

describe('a code that is no pack’s', () => {
  const codes = ['0', '-', '99999999', '00000000000000000000', '无码', '8 1', '8'.repeat(101)];
  test.each(codes)('%s has no record, however often it is sold', (code) => {
    const state = emptyState();
    for (let i = 0; i < 3; i++) setSale(code, `P1/S${i}`, sold, 1_000 + i, state);
    expect(salesOf(code, state)).toEqual([]);
    expect(state.takeWrites().filter(({ value }) => value !== null)).toEqual([]);
  });
});

test('a code that is sold again and again keeps a record of bounded size, in which the first sales stand', () => {
  const state = emptyState();
  const code = '81234560001234567890';
  for (let i = 0; i < 5 * mostSales; i++) setSale(code, `P1/S${i}`, sold, 1_000 + i, state);
  expect(salesOf(code, state)).toHaveLength(mostSales);
  expect(state.get('traces', key16(code))?.length).toBeLessThan(4_000);
  // Sold again, whoever asks; also for the sale that is not kept.
  expect(salesOf(code, state).some(({ sale }) => sale !== `P1/S${5 * mostSales - 1}`)).toBe(true);
  setSale(code, 'P1/S0', null, 9_000, state);
  setSale(code, `P1/S${2 * mostSales}`, null, 9_000, state);
  expect(salesOf(code, state)).toHaveLength(mostSales - 1);
  setSale(code, 'P1/S0', sold, 9_001, state);
  expect(salesOf(code, state)).toHaveLength(mostSales);
});

test('a sale that stands says the new of itself also where the record is full', () => {
  const state = emptyState();
  for (let i = 0; i < mostSales; i++) setSale('81', `P1/S${i}`, sold, 1_000, state);
  setSale('81', 'P1/S3', { line: 'L9', split: true }, 1_001, state);
  expect(salesOf('81', state).find(({ sale }) => sale === 'P1/S3')).toMatchObject({
    line: 'L9',
    split: true,
  });
});
