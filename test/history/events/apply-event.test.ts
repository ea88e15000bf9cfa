import { describe, expect, it } from 'vitest';
import { ledgerOf, recordLedger } from '../../../src/history/events/ledger-record.js';
import { stockBalance } from '../../../src/history/events/stock-record.js';
import { salesOf } from '../../../src/history/events/trace-record.js';
import { stateSource } from '../../../src/history/source.js';
import { Overlay } from '../../../src/history/state.js';
import { eventOf, institution, MemoryState, Run, start } from './build.js';

const claimId = `${institution}/S1`;
const visit = { encounter: 'E1', patient: 'p1' };
const many = { id: 'L1', quantityE4: 30_000 };
const settlement = eventOf({ id: 's', kind: 'settlement', claimId, lines: [many], ...visit });
const reversal = eventOf({ id: 'r', kind: 'reversal', reverses: claimId });
const refundOf = (id: string, quantityE4: number) =>
  eventOf({ id, kind: 'refund', reverses: claimId, lines: [{ id, reverses: 'L1', quantityE4 }] });
const fees = (id: string, lines: readonly string[], batch = 'B1') =>
  eventOf({ id, kind: 'fees', batch, lines: lines.map((line) => ({ id: line })), ...visit });
const settling = (id: string, bills: readonly string[] | null = null) =>
  eventOf({ id, kind: 'settlement', claimId: `${institution}/${id}`, bills, ...visit });

const quantities = (run: Run) => {
  const patient = stateSource(run.state).patient('p1');
  return Array.from({ length: patient.lines }, (_, i) => patient.lineQuantityE4(i));
};
const billedLines = (run: Run) => run.steps.at(-1)?.claim?.lines.map(({ id }) => id);

describe('fees', () => {
  it('are billed by the settlement of their encounter, once', () => {
    const run = Run.of([fees('f', ['F1', 'F2']), settling('S1')]);
    expect(billedLines(run)).toEqual(['F1', 'F2']);
    run.apply(settling('S2'));
    expect(billedLines(run)).toEqual([]);
    expect(quantities(run)).toEqual([10_000, 10_000]);
  });

  it('are billed by charge batch where the settlement names some', () => {
    const run = Run.of([fees('f', ['F1']), fees('g', ['F2'], 'B2'), settling('S1', ['B2'])]);
    expect(billedLines(run)).toEqual(['F2']);
  });

  it('are billed again by the settlement after a reversal, as corrected meanwhile', () => {
    const run = Run.of([fees('f', ['F1', 'F2']), settling('S1')]);
    run.apply(
      eventOf({ id: 'c', kind: 'fees', batch: 'B1', lines: [{ id: 'F1', quantityE4: 50_000 }], ...visit }),
    );
    const deletes = { chargeBatch: null, lines: ['F2'] };
    run.apply(eventOf({ id: 'd', kind: 'fees', deletes, ...visit }));
    expect(quantities(run)).toEqual([10_000, 10_000]);
    run.apply(eventOf({ id: 'r', kind: 'reversal', reverses: `${institution}/S1` }));
    expect(quantities(run)).toEqual([]);
    run.apply(settling('S2'));
    expect(quantities(run)).toEqual([50_000]);
  });

  it('without ids of their own do not replace each other', () => {
    const nameless = (id: string) =>
      eventOf({
        id,
        kind: 'fees',
        lines: [{ id: '#1' }],
        notes: [{ field: 'lines.id', problem: 'missing', line: '#1' }],
        ...visit,
      });
    const run = Run.of([nameless('f'), nameless('g'), settling('S1')]);
    expect(billedLines(run)).toEqual(['f#1', 'g#1']);
  });
});

describe('undoing', () => {
  it('a reversal retracts every finding, a second one none', () => {
    const run = Run.of([settlement, reversal, reversal]);
    const [first, second, third] = run.steps.map(({ applied }) => applied);
    expect(first?.note).toBe('recorded');
    expect(second).toMatchObject({ note: 'reversed', retracts: ['many E1 L1'] });
    expect(third).toMatchObject({ note: 'already-reversed', retracts: [] });
  });

  it('a settlement after its reversal is decided and retracted at once', () => {
    const run = Run.of([reversal, settlement]);
    expect(run.steps[0]?.applied.note).toBe('parked');
    expect(run.steps[1]?.applied).toMatchObject({ note: 'recorded', retracts: ['many E1 L1'] });
    expect(quantities(run)).toEqual([]);
  });

  it('a claim that is settled again under its id counts again', () => {
    const run = Run.of([settlement, reversal, settlement]);
    expect(quantities(run)).toEqual([30_000]);
  });

  it('refunds leave less, retract with the last of a line, and say where more came back than was left', () => {
    const run = Run.of([settlement, refundOf('a', -10_000)]);
    expect(quantities(run)).toEqual([20_000]);
    expect(run.steps[1]?.applied).toEqual({ note: 'returned', claimId, retracts: [], detail: null });
    run.apply(refundOf('b', -30_000));
    expect(quantities(run)).toEqual([]);
    const detail = 'More came back than was left.';
    expect(run.steps[2]?.applied).toEqual({ note: 'returned', claimId, retracts: ['many E1 L1'], detail });
  });

  it('a line that two claims of a visit carry counts once, and stays while one of them stands', () => {
    const other = eventOf({
      id: 't',
      kind: 'settlement',
      claimId: `${institution}/S2`,
      lines: [many],
      ...visit,
    });
    const run = Run.of([settlement, other]);
    expect(quantities(run)).toEqual([30_000]);
    run.apply(reversal);
    expect(quantities(run)).toEqual([30_000]);
  });
});

describe('what is not held against anyone', () => {
  it.each([
    ['a self-paid line', { selfPaid: true }],
    ['a line without an item code', { itemCode: null }],
    ['a line without a time', { at: null }],
    ['an unknown quantity', { quantityE4: null }],
  ])('%s is no past line', (_name, facts) => {
    const line = { id: 'L9', ...facts };
    const run = Run.of([eventOf({ id: 's', kind: 'settlement', claimId, lines: [line], ...visit })]);
    expect(quantities(run)).toEqual([]);
    expect(stateSource(run.state).patient('p1').encounters).toBe(1);
  });
});

describe('trace codes and stock', () => {
  const sold = { id: 'D1', quantityE4: 20_000, traceCodes: ['T1', 'T2'] };
  const sale = eventOf({ id: 'x', kind: 'sale', claimId, lines: [sold], ...visit });
  const stock = { type: 'count', itemCode: '003205000030000', id: 'M1', batch: null, undoes: null } as const;
  const count = eventOf({ id: 'm', kind: 'stock', stock: [{ ...stock, quantityE4: 100_000 }] });

  it('a settlement and the report of its sale are one sale, and its lines count once', () => {
    const line = { id: 'F1', quantityE4: 20_000, traceCodes: ['T1'] };
    const run = Run.of([sale, eventOf({ id: 's', kind: 'settlement', claimId, lines: [line], ...visit })]);
    expect(salesOf('T1', run.state)).toEqual([{ sale: claimId, line: 'D1', split: false }]);
    expect(quantities(run)).toEqual([20_000]);
  });

  it('a return takes back the codes it lists, and a whole line all of its', () => {
    const back = (id: string, traceCodes: readonly string[]) =>
      eventOf({
        id,
        kind: 'return',
        reverses: claimId,
        lines: [{ id, reverses: 'D1', quantityE4: -10_000, traceCodes }],
      });
    const run = Run.of([sale, back('a', ['T2'])]);
    expect([salesOf('T1', run.state).length, salesOf('T2', run.state).length]).toEqual([1, 0]);
    run.apply(back('b', []));
    expect(salesOf('T1', run.state)).toEqual([]);
  });

  it('codes of a line that nobody charged are sold', () => {
    const traces = [{ line: 'F7', codes: ['T9'], split: true }];
    const run = Run.of([eventOf({ id: 's', kind: 'settlement', claimId, traces, ...visit })]);
    expect(salesOf('T9', run.state)).toEqual([{ sale: claimId, line: 'F7', split: true }]);
  });

  it('sales move the stock of items that are counted, and what is undone never was', () => {
    const run = Run.of([sale]);
    expect(stockBalance(institution, '003205000030000', run.state)).toBeNull();
    const counted = Run.of([count, sale]);
    expect(stockBalance(institution, '003205000030000', counted.state)).toBe(80_000);
    counted.apply(reversal);
    expect(stockBalance(institution, '003205000030000', counted.state)).toBe(100_000);
  });
});

it('a stay of 5,000 lines is held, billed, refunded and reversed', () => {
  const ids = (batch: number) => Array.from({ length: 100 }, (_, i) => `F${batch}-${i}`);
  const run = new Run();
  for (let batch = 0; batch < 50; batch++) run.apply(fees(`f${batch}`, ids(batch), `B${batch}`));
  run.apply(settling('S1'));
  expect(quantities(run).length).toBe(5000);
  const lines = ids(0).map((id, i) => ({ id: `R${i}`, reverses: id, quantityE4: -10_000 }));
  run.apply(eventOf({ id: 'back', kind: 'refund', reverses: claimId, lines }));
  expect(quantities(run).length).toBe(4900);
  run.apply(reversal);
  expect(quantities(run).length).toBe(0);
});

it('the ledger knows an identity by institution and event', () => {
  const overlay = new Overlay(new MemoryState());
  const entry = { contentHash: 'ab'.repeat(32), seq: 7, decisionId: 'd1' };
  recordLedger(institution, 'e1', { ...entry, streamMs: start }, overlay);
  expect(ledgerOf(institution, 'e1', overlay)).toEqual(entry);
  expect(ledgerOf('P35010200417', 'e1', overlay)).toBeNull();
});
