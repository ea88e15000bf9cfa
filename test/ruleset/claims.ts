/**
 * Claims built in memory for tests of conditions: complete unless said otherwise, only payable lines unless
 * said so.
 */
import type {
  Claim,
  Diagnosis,
  Encounter,
  Institution,
  Line,
  Patient,
  Procedure,
} from '../../src/claim/claim.js';
import { columnsOf } from '../../src/claim/columns/fill-columns.js';
import type { HistorySource } from '../../src/history/patient-history.js';
import type { InstantiatedRuleset } from '../../src/ruleset/runtime/instantiate.js';
import type { Meter, Ruleset, Screened } from '../../src/ruleset/runtime/screened.js';

export const unhurried: Meter = { mayGoOn: () => true, enter: () => {} };

/** 2026-07-02 09:00 in China. */
export const morning = Date.UTC(2026, 6, 2, 1);
export const hour = 3_600_000;
export const dayLength = 24 * hour;

export function makeLine(fields: Partial<Line> & { readonly id: string }): Line {
  const netAmountFen = fields.netAmountFen === undefined ? (fields.amountFen ?? 10_000) : fields.netAmountFen;
  return {
    itemCode: 'C00',
    itemName: '示例项目',
    kind: 'service',
    quantityE4: 10_000,
    unitPriceE4Fen: 100_000_000,
    listPriceE4Fen: 100_000_000,
    amountFen: 10_000,
    at: morning,
    atTimed: true,
    until: null,
    department: 'A03',
    practitioner: 'D350100000001',
    prescriptionId: 'P1',
    current: true,
    selfPaid: false,
    refund: false,
    days: 1,
    traceCodes: [],
    splitPack: false,
    reverses: null,
    netQuantityE4: 10_000,
    payable: true,
    ...fields,
    netAmountFen,
  };
}

export interface ClaimFields extends Omit<Partial<Claim>, 'patient' | 'institution' | 'encounter' | 'lines'> {
  readonly patient?: Partial<Patient>;
  readonly institution?: Partial<Institution>;
  readonly encounter?: Partial<Encounter>;
  readonly lines?: readonly Partial<Line>[];
  readonly diagnoses?: readonly Diagnosis[];
  readonly procedures?: readonly Procedure[];
}

export function makeClaim(fields: ClaimFields = {}): Claim {
  const { patient, institution, encounter, lines = [{}], ...rest } = fields;
  return {
    eventId: 'e1',
    kind: 'screening',
    scene: 9,
    sentAt: morning + 6 * dayLength,
    claimId: 'H1/E1',
    diagnoses: [{ code: 'I10.x00', main: true }],
    procedures: [],
    notes: [],
    ...rest,
    institution: { code: 'H1', level: 3, type: 'hospital', region: '350102', ...institution },
    patient: {
      key: null,
      sex: 'female',
      birthDate: 0,
      insurance: 'resident',
      region: '350100',
      pregnancy: 'none',
      ...patient,
    },
    encounter: {
      id: 'E1',
      type: 'inpatient',
      emergency: false,
      internet: false,
      medType: '21',
      admittedAt: morning - dayLength,
      dischargedAt: morning + 6 * dayLength,
      department: 'A03',
      practitioner: 'D350100000001',
      ...encounter,
    },
    lines: lines.map((line, i) => makeLine({ id: `L${i + 1}`, ...line })),
  };
}

/** Screens a claim that no reader has read, on columns of its own. */
export function screenPlainly(
  ruleset: Ruleset,
  claim: Claim,
  meter: Meter = unhurried,
  history: HistorySource | null = null,
): Screened {
  return ruleset.screen(columnsOf(claim, ruleset.items), meter, history);
}

/** The same by the slow twin. */
export function scanPlainly(
  ruleset: InstantiatedRuleset,
  claim: Claim,
  meter: Meter = unhurried,
  history: HistorySource | null = null,
): Screened {
  return ruleset.screenByScan(columnsOf(claim, ruleset.items), meter, history);
}
