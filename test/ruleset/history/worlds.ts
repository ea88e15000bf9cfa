/** Random claims with a random past, in which everything that a question looks at does happen. */
import fc from 'fast-check';
import type { Claim, Line } from '../../../src/claim/claim.js';
import { type ClaimFields, dayLength, hour, makeClaim, morning } from '../claims.js';
import type { Question, World } from './twin.js';

export const codes = [
  'XA10BJD332B002010178403',
  'XA10BJD332B002020178403',
  'XB01AXA223B004010180963',
  'ZD03AAA0043010100166',
  '002503020030000',
] as const;
const traces = ['81234567890123456789', '81234567890123456780', '00000000', '无码', '8'] as const;

const maybe = <T>(known: fc.Arbitrary<T>, freq = 6) => fc.option(known, { nil: null, freq });
const anyCode = fc.constantFrom(...codes);

function instants(from: number, to: number): fc.Arbitrary<number> {
  const days = fc.integer({ min: from, max: to });
  return fc.tuple(days, fc.constantFrom(0, 5, 14)).map(([d, h]) => morning + d * dayLength + h * hour);
}

function lines(from: number, to: number): fc.Arbitrary<Partial<Line>> {
  return fc.record({
    id: fc.constantFrom('L1', 'L2', 'L3', 'L4', 'L5'),
    itemCode: maybe(anyCode, 12),
    kind: fc.constantFrom('drug' as const, 'piece' as const, 'service' as const, null),
    netQuantityE4: maybe(fc.integer({ min: 1, max: 50_000 }), 12),
    at: maybe(instants(from, to), 12),
    until: fc.option(instants(from, to + 8), { nil: null, freq: 3 }),
    days: maybe(fc.integer({ min: 0, max: 40 }), 3),
    current: fc.boolean(),
    payable: fc.constantFrom(true, true, true, false),
    traceCodes: fc.array(fc.constantFrom(...traces), { maxLength: 2 }),
    splitPack: fc.constantFrom(false, false, true),
  });
}

/** What stays the same in every claim of an encounter. */
const encounterFacts = fc.record({
  encounter: fc.record({
    type: fc.constantFrom(
      'outpatient' as const,
      'inpatient' as const,
      'inpatient' as const,
      'pharmacy' as const,
      null,
    ),
    emergency: fc.constantFrom(true, false, null),
    admittedAt: maybe(instants(-40, 2)),
    dischargedAt: maybe(instants(-40, 2)),
  }),
  diagnoses: fc.constantFrom([], [{ code: 'I10.x00', main: true }], [{ code: 'N18.500', main: true }]),
});

const encounterNames = [
  ['H1', 'E1'],
  ['H1', 'E2'],
  ['H2', 'E1'],
  ['H2', 'E3'],
  ['H1', null],
] as const;

const settled: fc.Arbitrary<readonly Claim[]> = fc
  .tuple(
    fc.tuple(...encounterNames.map(() => encounterFacts)),
    fc.array(
      fc.record({
        encounter: fc.nat({ max: encounterNames.length - 1 }),
        key: fc.constantFrom('K1', 'K1', 'K1', 'K2'),
        lines: fc.uniqueArray(lines(-40, 2), { maxLength: 4, selector: ({ id }) => id }),
      }),
      { maxLength: 6 },
    ),
  )
  .map(([facts, claims]) =>
    claims.map(({ encounter: e, key, lines: own }, i) => {
      const [institution, id] = encounterNames[e] as (typeof encounterNames)[number];
      const { encounter, diagnoses } = facts[e] as ClaimFields;
      return makeClaim({
        kind: 'settlement',
        scene: null,
        claimId: `${institution}/S${i}`,
        institution: { code: institution },
        patient: { key },
        encounter: { ...encounter, id },
        diagnoses: diagnoses ?? [],
        lines: own,
      });
    }),
  );

const claim: fc.Arbitrary<Claim> = fc
  .record({
    kind: fc.constantFrom('screening' as const, 'settlement' as const),
    claimId: fc.constantFrom('S0', 'S9', null),
    sentAt: maybe(instants(0, 4)),
    institution: fc.record({ code: fc.constantFrom('H1', 'H1', 'H2', null) }),
    patient: fc.record({ key: fc.constantFrom('K1', 'K1', 'K1', 'K1', null) }),
    encounter: fc.record({
      id: fc.constantFrom('E1', 'E2', 'E9', null),
      type: fc.constantFrom('outpatient' as const, 'inpatient' as const),
      admittedAt: maybe(instants(-3, 0), 3),
      dischargedAt: maybe(instants(0, 3), 3),
    }),
    lines: fc.uniqueArray(lines(-3, 3), { minLength: 1, maxLength: 5, selector: ({ id }) => id }),
  })
  .map((fields) => {
    const claimId = fields.claimId === null ? null : `${fields.institution.code ?? 'H1'}/${fields.claimId}`;
    return makeClaim({ ...fields, claimId });
  });

export const worlds: fc.Arbitrary<World> = fc.record({
  claim,
  settled: fc.option(settled, { nil: null, freq: 12 }),
  stock: fc.dictionary(anyCode, fc.integer({ min: -10_000, max: 90_000 })),
});

/** Codes that nobody has: lists of tables are longer than what a patient had, and go another way. */
const others = Array.from({ length: 40 }, (_, i) => `0099${String(i).padStart(11, '0')}`);
const some = fc.oneof(
  anyCode,
  fc.uniqueArray(anyCode, { maxLength: 3 }),
  fc.uniqueArray(anyCode, { maxLength: 3 }).map((wanted) => [...wanted, ...others, ...wanted]),
);
const days = fc.constantFrom(1, 2, 7, 30, 400);
const types = fc.constantFrom('outpatient', 'inpatient', 'pharmacy');
const ask = (name: string, ...args: readonly fc.Arbitrary<string | number | readonly string[]>[]) =>
  fc.tuple(...args).map((values) => ({ name, args: values }));

const asked = fc.oneof(
  ask('history.quantityWithin', some, days),
  ask('history.useDays', some, days),
  ask('history.shareBeyond', some, days, fc.constantFrom(0, 3, 14)),
  ask('history.spanDays', some),
  ask('history.lastUse', some),
  ask('history.usedBefore', some),
  ask('history.usedAny', fc.uniqueArray(fc.constantFrom('XA10', 'XB', 'Z', '0025'), { maxLength: 2 }), days),
  ask('history.supplyLeft', anyCode),
  ask('history.visitsWithin', types, days),
  ask('history.visitsWithin', types, days, fc.constant(['N18'])),
  ask('history.lastDischarge'),
  ask('history.lastDischargeHere'),
  ask('history.dischargedWithin', days),
  ask('history.dischargedHereWithin', days),
  ask('stock.remaining', anyCode),
  ask('trace.soldBefore'),
);

/** The anchor is one of the claim's payable lines, or the claim as a whole. */
export const questions: fc.Arbitrary<Omit<Question, 'anchor'> & { readonly of: number }> = fc
  .tuple(asked, fc.integer({ min: -1, max: 4 }))
  .map(([question, of]) => ({ ...question, of }));

export function textOf({ name, args }: Omit<Question, 'anchor'>): string {
  const written = args.map((arg) => JSON.stringify(arg).replaceAll('"', "'"));
  return `${name}(${name === 'trace.soldBefore' ? 'line' : written.join(', ')})`;
}
