/** After every event of any sequence, the packed records answer what the plain model answers. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { dayMs } from '../../../src/base/calendar.js';
import { readClaimRecord } from '../../../src/history/events/claim-record.js';
import { stateSource } from '../../../src/history/source.js';
import { key64 } from '../../../src/history/state.js';
import { eventOf, institution, Run, type SomeEvent, type SomeLine, start } from './build.js';
import { Model } from './model.js';

const ids = { lines: ['L1', 'L2', 'L3', 'L4'], codes: ['T1', 'T2', 'T3'] } as const;
const items = ['003205000030000', 'XA01AAA000A001010100001', '003205000030001'] as const;
/** [claim, encounter, patient]: two claims of one visit, one that is known by its visit alone, one without a visit. */
const places = [
  ['S1', 'E1', 'p1'],
  ['S2', 'E1', 'p1'],
  ['E2', 'E2', 'p1'],
  ['S3', 'E3', 'p2'],
  ['S4', null, 'p2'],
  ['S5', 'E4', null],
] as const;
const visits = ['E1', 'E2', 'E3', 'E4'] as const;

const sometimes = <Value>(value: fc.Arbitrary<Value>) => fc.option(value, { nil: null });
const codes = fc.oneof(
  { weight: 2, arbitrary: fc.constant([]) },
  { weight: 1, arbitrary: fc.subarray(['T1', 'T2', 'T3']) },
);

const line: fc.Arbitrary<SomeLine> = fc.record({
  id: fc.constantFrom(...ids.lines),
  itemCode: fc.constantFrom(...items, ...items, null),
  kind: fc.constantFrom('drug', 'service'),
  quantityE4: fc.constantFrom(10_000, 20_000, 30_000, 30_000, 5_000, 0, null),
  at: fc.constantFrom(start, start + dayMs, start - 3 * dayMs, null),
  days: fc.constantFrom(null, null, 3),
  selfPaid: fc.constantFrom(false, false, false, true),
  traceCodes: codes,
  splitPack: fc.boolean(),
});
const charged = fc.uniqueArray(line, { maxLength: 4, selector: ({ id }) => id });
/** Refund lines inside a claim, under ids of their own. */
const refunds = fc.array(
  fc.record({
    quantityE4: fc.constantFrom(-10_000, -30_000),
    reverses: fc.constantFrom(...ids.lines),
    traceCodes: codes,
  }),
  { maxLength: 1 },
);
const lines = fc
  .tuple(charged, refunds)
  .map(([some, back]) => [
    ...some,
    ...back.map((refund, i) => ({ ...refund, id: `R${i}`, itemCode: items[0] })),
  ]);
const returned = fc.array(
  fc.record({
    reverses: sometimes(fc.constantFrom(...ids.lines)),
    itemCode: fc.constantFrom(...items, null),
    quantityE4: fc.constantFrom(-10_000, -20_000, -30_000),
    traceCodes: codes,
  }),
  { minLength: 1, maxLength: 2 },
);
const facts = fc.record({
  type: fc.constantFrom('outpatient', 'inpatient', null),
  admittedAt: sometimes(fc.constantFrom(start, start + dayMs)),
  dischargedAt: sometimes(fc.constantFrom(start + dayMs, start + 2 * dayMs)),
  emergency: sometimes(fc.boolean()),
});
const sentAt = sometimes(fc.constantFrom(start, start + 1, start + 2));
const batch = fc.constantFrom('B1', 'B2', null);

type Draft = Omit<SomeEvent, 'id'>;
const settled: fc.Arbitrary<Draft> = fc
  .record({
    place: fc.constantFrom(...places),
    kind: fc.constantFrom('settlement', 'settlement', 'sale'),
    lines,
    facts,
    sentAt,
    bills: fc.constantFrom(null, ['B1'], []),
    diagnosis: fc.constantFrom('I10.x00', undefined),
    traces: fc.array(
      fc.record({
        line: fc.constantFrom(...ids.lines),
        codes: fc.subarray(['T1', 'T2', 'T3'], { minLength: 1 }),
        split: fc.boolean(),
      }),
      { maxLength: 1 },
    ),
  })
  .map(({ place, kind, bills, diagnosis, traces, ...rest }) => ({
    ...at(place),
    ...rest,
    kind,
    ...(diagnosis === undefined ? {} : { diagnosis }),
    bills: kind === 'sale' ? [] : bills,
    // The model keeps no codes of lines that it does not know.
    traces: kind === 'sale' ? [] : traces.filter((trace) => rest.lines.some(({ id }) => id === trace.line)),
  }));
const undone: fc.Arbitrary<Draft> = fc
  .record({ place: fc.constantFrom(...places), sentAt })
  .map(({ place, sentAt: sent }) => ({ kind: 'reversal', reverses: at(place).claimId, sentAt: sent }));
const givenBack: fc.Arbitrary<Draft> = fc
  .record({ place: fc.constantFrom(...places), isNamed: fc.boolean(), lines: returned })
  .map(({ place, isNamed, lines: back }) => {
    const { claimId, encounter } = at(place);
    const named = isNamed || encounter === null ? { reverses: claimId } : { encounter };
    return {
      kind: 'refund',
      ...named,
      lines: back.map((each, i) => ({ ...each, id: `R${i}`, refund: true })),
    };
  });
const held: fc.Arbitrary<Draft> = fc
  .record({ encounter: fc.constantFrom(...visits), lines, batch })
  .map((fees) => ({ kind: 'fees', ...fees }));
const takenBack: fc.Arbitrary<Draft> = fc
  .record({
    encounter: fc.constantFrom(...visits),
    chargeBatch: batch,
    lines: sometimes(fc.subarray(['L1', 'L2'])),
  })
  .map(({ encounter, chargeBatch, lines: some }) => ({
    kind: 'fees',
    encounter,
    deletes: { chargeBatch, lines: some },
  }));
const movement = fc.record({
  type: fc.constantFrom('count', 'change', 'purchase', 'purchase-return', 'delete'),
  itemCode: fc.constantFrom(items[0], items[1], null),
  quantityE4: fc.constantFrom(10_000, 50_000, -20_000, null),
  id: sometimes(fc.constantFrom('M1', 'M2', 'M3')),
  batch: fc.constant(null),
  undoes: fc.constantFrom('count', 'change', null),
});
const deletedSale = fc.constantFrom(...ids.lines).map((id) => ({
  ...({ type: 'delete', undoes: 'sale', id } as const),
  ...{ itemCode: null, quantityE4: null, batch: null },
}));
/** Of one type, as messages are. */
const stocked: fc.Arbitrary<Draft> = fc.array(movement, { minLength: 1, maxLength: 2 }).map((stock) => ({
  kind: 'stock',
  stock: stock.map((each) => ({ ...each, type: stock[0]?.type ?? each.type })),
}));

function at([claim, encounter, patient]: (typeof places)[number]) {
  return { claimId: `${institution}/${claim}`, encounter, patient };
}

const log = fc.array(
  fc.oneof(
    { weight: 5, arbitrary: settled },
    { weight: 3, arbitrary: undone },
    { weight: 3, arbitrary: givenBack },
    { weight: 3, arbitrary: held },
    { weight: 1, arbitrary: takenBack },
    { weight: 2, arbitrary: stocked },
    { weight: 2, arbitrary: deletedSale.map((each): Draft => ({ kind: 'stock', stock: [each] })) },
  ),
  { maxLength: 24 },
);

const keyText = (key: readonly [number, number]) => key.join(':');
/** Hashes back to what was hashed. */
const names = new Map<string, string>([
  ...[...visits].flatMap((visit) => [
    [keyText(key64(institution, visit)), visit] as const,
    ...ids.lines.map((id) => [keyText(key64(institution, visit, id)), `${visit} ${id}`] as const),
  ]),
  [keyText(key64(institution, '', `${institution}/S4`)), 'null'],
  ...ids.lines.map((id) => [keyText(key64(institution, '', `${institution}/S4`, id)), `null ${id}`] as const),
]);

function answersOf(run: Run) {
  const source = stateSource(run.state);
  const patients = ['p1', 'p2'].map((key) => {
    const patient = source.patient(key);
    const range = (count: number) => Array.from({ length: count }, (_, i) => i);
    const past = range(patient.lines).map((i) => {
      const when = [patient.lineAt(i), patient.lineLastDay(i), patient.lineQuantityE4(i)].join(' ');
      return `${names.get(keyText(patient.lineKey(i)))} ${patient.codeText(patient.lineCode(i))} ${when}`;
    });
    const seen = range(patient.encounters).map((i) => {
      const stay = [patient.encounterType(i), patient.admittedAt(i), patient.dischargedAt(i)];
      const more = [patient.emergency(i), patient.mainDiagnosis(i)];
      return `${names.get(keyText(patient.encounterKey(i)))} ${[...stay, ...more].join(' ')}`;
    });
    return [past.sort(), seen.sort()];
  });
  return {
    patients,
    sales: ids.codes.map((code) => source.sales(code).map((sale) => [sale.sale, sale.line, sale.split])),
    stock: items.map((item) => source.stockE4(institution, item)),
    findings: places.map((place) => [
      ...readClaimRecord(institution, at(place).claimId, run.state).findings.keys(),
    ]),
  };
}

function answersOfModel(model: Model): ReturnType<typeof answersOf> {
  return {
    patients: ['p1', 'p2'].map((patient) => [model.lines(patient), model.encounters(patient)]),
    sales: ids.codes.map((code) =>
      model
        .sales(code)
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map((sale) => [...sale]),
    ),
    stock: items.map((item) => model.balance(item)),
    findings: places.map((place) => [...model.claim(at(place).claimId).findings.keys()].sort()),
  };
}

it('the records answer as the model does', () => {
  fc.assert(
    fc.property(log, (drafts) => {
      const [run, model] = [new Run(), new Model()];
      for (const [i, draft] of drafts.entries()) {
        const event = eventOf({ id: `e${i}`, ...draft });
        const isScreened = draft.kind === 'settlement' || draft.kind === 'sale';
        const expected = isScreened ? model.assembled(event) : null;
        const step = run.apply(event);
        expect(step.claim?.lines ?? null).toEqual(expected);
        expect(step.applied.retracts).toEqual(model.apply(event, step.findings));
        expect(answersOf(run)).toEqual(answersOfModel(model));
      }
    }),
    { numRuns: 150 },
  );
});
