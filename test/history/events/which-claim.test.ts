/** National messages of one visit that name their claim by the settlement's number, or by the visit alone. */
import { describe, expect, it } from 'vitest';
import { salesOf } from '../../../src/history/events/trace-record.js';
import { stateSource } from '../../../src/history/source.js';
import { eventOf, institution, Run, type SomeEvent } from './build.js';

const numbered = `${institution}/S1`;
const byVisit = `${institution}/E1`;
const national = { format: 'nhsa-json', encounter: 'E1', patient: 'p1' } as const;
const goods = [{ id: 'F1', traceCodes: ['T1'] }];

const settlement = (claimId: string | null, more: Partial<SomeEvent> = {}) =>
  eventOf({ id: 's', kind: 'settlement', claimId, lines: goods, ...national, ...more });
const reversal = (claimId: string | null) =>
  eventOf({
    id: 'r',
    kind: 'reversal',
    claimId,
    ...(claimId === null ? {} : { reverses: claimId }),
    ...national,
  });
const sale = (claimId: string | null, more: Partial<SomeEvent> = {}) =>
  eventOf({
    id: 'x',
    kind: 'sale',
    claimId,
    lines: [{ id: 'PC1', traceCodes: ['T1'] }],
    ...national,
    ...more,
  });

const sales = (run: Run) => salesOf('T1', run.state).map((one) => one.sale);
const lines = (run: Run) => stateSource(run.state).patient('p1').lines;

describe.each([
  ['a settlement without its number', null, numbered],
  ['a settlement of which the others do not know the number', numbered, null],
])('%s', (_name, ofSettlement, ofOthers) => {
  it('is undone by its reversal, in any order', () => {
    for (const events of [
      [settlement(ofSettlement), reversal(ofOthers)],
      [reversal(ofOthers), settlement(ofSettlement)],
    ]) {
      const run = Run.of(events);
      expect([sales(run), lines(run)]).toEqual([[], 0]);
      expect(stateSource(run.state).patient('p1').encounters).toBe(0);
    }
  });

  it('and the report of its sale are one sale, in any order, and undone together', () => {
    for (const events of [
      [settlement(ofSettlement), sale(ofOthers)],
      [sale(ofOthers), settlement(ofSettlement)],
    ]) {
      const run = Run.of(events);
      expect(sales(run)).toHaveLength(1);
      expect(lines(run)).toBe(1);
      run.apply(reversal(ofOthers));
      expect([sales(run), lines(run)]).toEqual([[], 0]);
    }
  });

  it('is decided under the name that came first, which the reversal says', () => {
    const run = Run.of([sale(ofOthers), settlement(ofSettlement), reversal(ofOthers)]);
    const name = ofOthers ?? byVisit;
    expect(run.steps[1]?.claim?.claimId).toBe(name);
    expect(run.steps[2]?.applied).toMatchObject({ note: 'reversed', claimId: name });
  });
});

it('two settlements with numbers are two, and a reversal of the visit does not say which', () => {
  const second = settlement(`${institution}/S2`, { id: 't', lines: [{ id: 'F2' }] });
  const run = Run.of([settlement(numbered), second, reversal(null)]);
  expect(lines(run)).toBe(2);
  expect(run.steps[2]?.applied).toMatchObject({ note: 'parked', claimId: null, retracts: [] });
  run.apply(reversal(numbered));
  expect(lines(run)).toBe(1);
  run.apply({ ...reversal(null) });
  expect(lines(run)).toBe(0);
});

it('goods that the settlement does not have are a sale of their own', () => {
  const other = [{ id: 'PC9', itemCode: 'XA01AAA000A001010100001', traceCodes: ['T9'] }];
  const run = Run.of([settlement(numbered), sale(null, { lines: other })]);
  expect(salesOf('T9', run.state).map((one) => one.sale)).toEqual([byVisit]);
});

it('a native message names its claim itself', () => {
  const native = { format: 'native-json' } as const;
  const run = Run.of([settlement(null, native), { ...reversal(numbered), ...native }]);
  expect(lines(run)).toBe(1);
  expect(run.steps[1]?.applied).toMatchObject({ note: 'parked', claimId: numbered });
});
