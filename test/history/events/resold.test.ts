/** Goods sold, taken back and sold again; records of sale deleted: what counts of them. */
import { describe, expect, it } from 'vitest';
import { stockBalance } from '../../../src/history/events/stock-record.js';
import { salesOf } from '../../../src/history/events/trace-record.js';
import { stateSource } from '../../../src/history/source.js';
import { eventOf, institution, Run, type SomeEvent, start } from './build.js';

const hour = 3_600_000;
const claimId = `${institution}/S1`;
const visit = { encounter: 'E1', patient: 'p1' };
const item = '003205000030000';

/** Sold at an hour, reported now. */
const saleAt = (id: string, hours: number | null, more: Partial<SomeEvent> = {}) =>
  eventOf({
    id,
    kind: 'sale',
    claimId,
    ...visit,
    lines: [{ id: 'D1', traceCodes: ['T1'], at: hours === null ? null : start + hours * hour }],
    ...more,
  });
const settlementAt = (id: string, hours: number) =>
  eventOf({ id, kind: 'settlement', claimId, sentAt: start + hours * hour, lines: [{ id: 'F1' }], ...visit });
const reversalAt = (id: string, hours: number) =>
  eventOf({ id, kind: 'reversal', reverses: claimId, sentAt: start + hours * hour });
const deletion = (id: string, record = 'D1', undoes: 'sale' | null = 'sale') =>
  eventOf({
    id,
    kind: 'stock',
    stock: [{ type: 'delete', undoes, id: record, itemCode: null, quantityE4: null, batch: null }],
  });

const standing = (run: Run) => salesOf('T1', run.state).map(({ sale }) => sale);
const quantities = (run: Run) => {
  const patient = stateSource(run.state).patient('p1');
  return Array.from({ length: patient.lines }, (_, i) => patient.lineQuantityE4(i));
};

describe('a sale under the id of one that was undone', () => {
  it('counts where its goods were sold after the reversal', () => {
    const run = Run.of([saleAt('a', 1), reversalAt('r', 2), saleAt('b', 3)]);
    expect([standing(run), quantities(run)]).toEqual([[claimId], [10_000]]);
    run.apply(reversalAt('s', 4));
    expect([standing(run), quantities(run)]).toEqual([[], []]);
  });

  it('is the late report where they were sold before', () => {
    const late = Run.of([settlementAt('s', 1), reversalAt('r', 2), saleAt('a', 1)]);
    expect(standing(late)).toEqual([]);
    expect(late.steps[2]?.applied.detail).toBe('The claim was reversed before it arrived.');
    // Also where the claim has been settled anew meanwhile.
    const anew = [settlementAt('s', 1), reversalAt('r', 2), settlementAt('t', 3)];
    expect(standing(Run.of([...anew, saleAt('a', 1)]))).toEqual([]);
    expect(standing(Run.of([...anew, saleAt('a', 4)]))).toEqual([claimId]);
  });

  it('is taken for the late report where nobody knows when', () => {
    expect(standing(Run.of([saleAt('a', 1), reversalAt('r', 2), saleAt('b', null)]))).toEqual([]);
    const undated = eventOf({ id: 'r', kind: 'reversal', reverses: claimId });
    expect(standing(Run.of([saleAt('a', 1), undated, saleAt('b', 3)]))).toEqual([]);
  });

  it('that a reversal waits for is undone, whatever the clocks say', () => {
    const run = Run.of([reversalAt('r', 2), saleAt('a', 3)]);
    expect(standing(run)).toEqual([]);
  });

  it('stands when the settlement of the undone one comes late', () => {
    const run = Run.of([saleAt('a', 1), reversalAt('r', 2), saleAt('b', 3), settlementAt('s', 1)]);
    expect(standing(run)).toEqual([claimId]);
    run.apply(settlementAt('t', 3));
    expect([standing(run), quantities(run)]).toEqual([[claimId], [10_000]]);
  });

  it('under another id it always counts', () => {
    const other = `${institution}/S2`;
    const again = saleAt('b', null, { claimId: other });
    expect(standing(Run.of([saleAt('a', 1), reversalAt('r', 2), again]))).toEqual([other]);
    expect(standing(Run.of([again, reversalAt('r', 2), saleAt('a', 1)]))).toEqual([other]);
  });
});

describe('a record of sale that is deleted', () => {
  const count = eventOf({
    id: 'c',
    kind: 'stock',
    stock: [{ type: 'count', itemCode: item, quantityE4: 100_000, id: 'M', batch: null, undoes: null }],
  });

  it('takes its codes, its stock and its line along, and may be sent again', () => {
    const run = Run.of([count, saleAt('a', 1)]);
    expect(stockBalance(institution, item, run.state)).toBe(90_000);
    run.apply(deletion('d'));
    expect([standing(run), quantities(run)]).toEqual([[], []]);
    expect(stateSource(run.state).patient('p1').encounters).toBe(0);
    expect(stockBalance(institution, item, run.state)).toBe(100_000);
    run.apply(deletion('e'));
    run.apply(saleAt('b', 2));
    expect([standing(run), quantities(run)]).toEqual([[claimId], [10_000]]);
    expect(stockBalance(institution, item, run.state)).toBe(90_000);
  });

  it('is the same in any order', () => {
    const atOnce = () => start;
    const expected = Run.of([count, saleAt('a', 1), deletion('d')], atOnce);
    const early = Run.of([count, deletion('d'), saleAt('a', 1)], atOnce);
    expect(early.state.dump()).toEqual(expected.state.dump());
    expect(early.steps[2]?.applied.detail).toBe('The records of the sale were deleted before it arrived.');
  });

  it('retracts what was found in it', () => {
    const lines = [
      { id: 'D1', quantityE4: 30_000 },
      { id: 'D2', itemCode: 'XA01AAA000A001010100001' },
    ];
    const run = Run.of([saleAt('a', 1, { lines }), deletion('d')]);
    expect(run.steps[1]?.applied).toMatchObject({ note: 'stock', retracts: ['many E1 D1'] });
    expect(quantities(run)).toEqual([10_000]);
  });

  it('leaves the settlement that it was the report of, with the codes that it sent itself', () => {
    const settlement = eventOf({
      id: 's',
      kind: 'settlement',
      claimId,
      lines: [{ id: 'D1', traceCodes: ['T2'] }],
      ...visit,
    });
    for (const events of [
      [settlement, saleAt('a', 1)],
      [saleAt('a', 1), settlement],
    ]) {
      const run = Run.of([...events, deletion('d')]);
      expect([standing(run), quantities(run)]).toEqual([[], [10_000]]);
      expect(salesOf('T2', run.state).map(({ sale }) => sale)).toEqual([claimId]);
    }
  });

  it('of several with one number is the last', () => {
    const [first, second] = [saleAt('a', 1), saleAt('b', 2, { claimId: `${institution}/S2` })];
    expect(standing(Run.of([first, second, deletion('d')]))).toEqual([claimId]);
  });

  it('has to be called one: a deletion that does not say leaves sales alone', () => {
    expect(standing(Run.of([saleAt('a', 1), deletion('d', 'D1', null)]))).toEqual([claimId]);
  });
});
