/** Random claims in which any fact may be missing, and the same claim as the CEL evaluator sees it. */
import type { CelInput } from '@bufbuild/cel';
import fc from 'fast-check';
import type { Claim, Line } from '../../../src/claim/claim.js';
import { dayLength, makeClaim, morning } from '../claims.js';

const maybe = <T>(known: fc.Arbitrary<T>) => fc.option(known, { nil: null, freq: 3 });

export const itemCodes = ['C00', 'C01', 'C02', 'C03'] as const;
export const diagnosisCodes = ['I10.x00', 'I20.000', 'Q56.400', 'O80.000'] as const;

const instants = fc.integer({ min: -3, max: 3 }).map((days) => morning + days * dayLength);

const arbitraryLine: fc.Arbitrary<Partial<Line>> = fc.record({
  itemCode: maybe(fc.constantFrom(...itemCodes)),
  kind: maybe(fc.constantFrom('drug' as const, 'service' as const, 'piece' as const)),
  netQuantityE4: maybe(fc.integer({ min: 0, max: 50_000 })),
  netAmountFen: maybe(fc.integer({ min: 0, max: 90_000 })),
  unitPriceE4Fen: maybe(fc.integer({ min: 0, max: 1_000_000 })),
  at: maybe(instants),
  until: maybe(instants),
  atTimed: fc.boolean(),
  prescriptionId: maybe(fc.constantFrom('P1', 'P2')),
  current: fc.boolean(),
  days: maybe(fc.integer({ min: 0, max: 30 })),
});

export const arbitraryClaim: fc.Arbitrary<Claim> = fc
  .record({
    scene: maybe(fc.constantFrom(2 as const, 4 as const, 9 as const)),
    sentAt: maybe(instants),
    institution: fc.record({
      level: maybe(fc.integer({ min: 1, max: 3 })),
      region: maybe(fc.constantFrom('350102', '350200', '640100')),
    }),
    patient: fc.record({
      sex: maybe(fc.constantFrom('female' as const, 'male' as const)),
      birthDate: maybe(fc.integer({ min: 0, max: 20_000 })),
      insurance: maybe(fc.constantFrom('resident' as const, 'employee' as const)),
    }),
    encounter: fc.record({
      emergency: maybe(fc.boolean()),
      medType: maybe(fc.constantFrom('21', '11', '51')),
      admittedAt: maybe(instants),
      dischargedAt: maybe(instants),
    }),
    diagnoses: fc.array(
      fc.record({ code: maybe(fc.constantFrom(...diagnosisCodes)), main: maybe(fc.boolean()) }),
      {
        maxLength: 3,
      },
    ),
    lines: fc.array(arbitraryLine, { minLength: 1, maxLength: 4 }),
  })
  .map(makeClaim);

/** What was settled of the same patient before: some of it in the encounter that the claim is of. */
export const arbitraryPast: fc.Arbitrary<readonly Claim[]> = fc.array(
  fc.tuple(arbitraryClaim, fc.constantFrom('E1', 'E2', 'E3'), fc.integer({ min: 0, max: 9 })).map(
    ([claim, encounter, n]): Claim => ({
      ...claim,
      kind: 'settlement',
      claimId: `H1/S${n}`,
      patient: { ...claim.patient, key: 'K1' },
      encounter: { ...claim.encounter, id: encounter },
    }),
  ),
  { maxLength: 3 },
);

/** The claim of a patient whose past may be known. */
export function ofKnownPatient(claim: Claim): Claim {
  return { ...claim, patient: { ...claim.patient, key: 'K1' } };
}

/**
 * A claim as CEL bindings: integers are bigint, an unknown fact is a missing key, so that reading it is an
 * error.
 */
export function celBindings(claim: Claim, line: number): Record<string, CelInput> {
  const { institution, patient, encounter } = claim;
  const lines = claim.lines.map(celLine);
  return {
    institution: known({ level: int(institution.level), region: institution.region }),
    patient: known({ sex: patient.sex, birthDate: int(patient.birthDate), insurance: patient.insurance }),
    encounter: known({
      emergency: encounter.emergency,
      medType: encounter.medType,
      admittedAt: int(encounter.admittedAt),
      dischargedAt: int(encounter.dischargedAt),
    }),
    claim: known({
      scene: int(claim.scene),
      sentAt: int(claim.sentAt),
      lines,
      diagnoses: claim.diagnoses.map((d) => known({ code: d.code, main: d.main })),
    }),
    line: lines[line] ?? null,
  };
}

function celLine(line: Line): CelInput {
  const { itemCode, kind, at, current, days, prescriptionId } = line;
  return known({
    itemCode,
    kind,
    quantity: line.netQuantityE4 === null ? null : line.netQuantityE4 / 10_000,
    unitPrice: line.unitPriceE4Fen === null ? null : line.unitPriceE4Fen / 10_000,
    amount: int(line.netAmountFen),
    at: int(at),
    until: int(line.until),
    current,
    days: int(days),
    prescriptionId,
  });
}

function int(value: number | null): bigint | null {
  return value === null ? null : BigInt(value);
}

function known(fields: Record<string, CelInput>): Record<string, CelInput> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== null));
}
