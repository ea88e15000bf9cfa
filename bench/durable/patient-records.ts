/**
 * Invented patients with a year behind them: ten visits of six lines, drawn from few courses per patient, so that items
 * come again as a chronic illness has them. Of the last visit everything is there that its settlement would have left;
 * of the earlier ones only the patient's record, which is what rules read.
 */
import { hash } from 'node:crypto';
import { patientKeyer } from '../../src/claim/patient-key.js';
import { emptyClaim, writeClaimRecord } from '../../src/history/events/claim-record.js';
import { emptyEncounter, writeEncounter } from '../../src/history/events/encounter-record.js';
import { recordLedger } from '../../src/history/events/ledger-record.js';
import { PatientRecord } from '../../src/history/patient-record.js';
import { key16, key64, Overlay, type RecordName, type Write } from '../../src/history/state.js';
import { ClaimGenerator, usualOptions } from '../claims/generate.js';
import { Random } from '../claims/random.js';
import type { SimulatedClaim } from '../claims/simulated-claim.js';
import { personNumber } from './settlements.js';
import { instantOf } from './town-time.js';

/** The service under test is given the same, or nobody would be found again. */
export const patientSecret = 'the benchmarks of claimgate';

const visits = 10;
const linesOfVisit = 6;
const coursesOfPatient = 3;
const coursesOfTown = 500;
const dayMs = 86_400_000;
/** From one visit to the next. */
const apartMs = 33 * dayMs;

/** What one visit of a course bills. */
interface Course {
  readonly claim: SimulatedClaim;
  readonly lines: readonly {
    readonly id: string;
    readonly code: string;
    readonly at: number;
    readonly days: number | null;
    readonly quantityE4: number;
    readonly amountFen: number;
  }[];
}

export interface PatientState {
  readonly writes: readonly Write[];
  readonly records: readonly RecordName[];
}

/** `latestMs`: stream time of everybody's last visit. The same number of a seed is the same patient. */
export class PatientMaker {
  readonly #courses: readonly Course[];
  readonly #seed: number;
  readonly #latestMs: number;
  readonly #keyOf = patientKeyer(patientSecret);

  constructor(seed: number, latestMs: number) {
    const generator = new ClaimGenerator({ ...usualOptions, seed, tablesDir: 'rules/tables', lines: 12 });
    this.#courses = Array.from({ length: coursesOfTown }, (_, i) => courseOf(generator.claim(i).claim));
    this.#seed = seed;
    this.#latestMs = latestMs;
  }

  make(patient: number): PatientState {
    const random = new Random(this.#seed, patient + 1);
    const courses = Array.from({ length: coursesOfPatient }, () => random.pick(this.#courses));
    const record = PatientRecord.open(undefined);
    for (let visit = 0; visit < visits; visit++) {
      addVisit(record, random.pick(courses), `${patient}-${visit}`, {
        // Claims of the town are all of one day; the past lies before it, by treatment and by stream.
        shiftMs: (visit - visits) * apartMs + random.integer(0, 20) * dayMs,
        recordedMs: this.#latestMs + (visit - visits + 1) * apartMs,
      });
    }
    const key = this.#keyOf(personNumber(patient), '350100');
    const state = new Overlay({ get: () => undefined });
    state.put('patients', key16(key), record.bytes() as Uint8Array);
    putLastVisit(state, courses[0] as Course, key, patient, this.#latestMs);
    return { records: state.takeTouched(), writes: state.takeWrites() };
  }
}

function courseOf(claim: SimulatedClaim): Course {
  const payable = claim.lines.filter(({ selfPaid, quantity }) => !selfPaid && quantity > 0);
  const lines = payable.slice(0, linesOfVisit).map((line) => ({
    id: line.id,
    code: line.itemCode,
    at: instantOf(line.at),
    days: line.days,
    quantityE4: line.quantity * 10_000,
    amountFen: line.amountFen,
  }));
  return { claim, lines };
}

function addVisit(
  record: PatientRecord,
  { claim, lines }: Course,
  id: string,
  { shiftMs, recordedMs }: { readonly shiftMs: number; readonly recordedMs: number },
): void {
  const { institution, encounter, diagnoses } = claim;
  const visitId = `V${id}`;
  const head = {
    key: key64(institution.code, visitId),
    institution: institution.code,
    type: encounter.type,
    admittedAt: instantOf(encounter.admittedAt) + shiftMs,
    dischargedAt: encounter.dischargedAt === null ? null : instantOf(encounter.dischargedAt) + shiftMs,
    emergency: encounter.emergency,
    mainDiagnosis: diagnoses.find(({ main }) => main)?.code ?? null,
  };
  const shifted = lines.map(({ id: line, code, at, days, quantityE4, amountFen }) => ({
    key: key64(institution.code, visitId, line),
    code,
    at: at + shiftMs,
    lastDay: Math.floor((at + shiftMs) / dayMs) + Math.max(0, (days ?? 1) - 1),
    quantityE4,
    amountFen,
  }));
  record.record(key64(institution.code, `${institution.code}/S${id}`), head, shifted, recordedMs);
}

/** Its claim, encounter and ledger entry. */
function putLastVisit(
  state: Overlay,
  { claim, lines }: Course,
  key: string,
  patient: number,
  ms: number,
): void {
  const { code } = claim.institution;
  const [visitId, claimId] = [`V${patient}-${visits - 1}`, `${code}/S${patient}-${visits - 1}`];
  const line = (one: Course['lines'][number]) => ({
    id: one.id,
    ofSale: false,
    ofFees: false,
    counted: true,
    itemCode: one.code,
    quantityE4: one.quantityE4,
    traceCodes: [],
    splitPack: false,
    stockSeq: null,
    unreported: null,
  });
  const head = { settled: true, patient: key, encounter: visitId };
  const record = {
    ...emptyClaim,
    stage: 'standing',
    head,
    lines: new Map(lines.map((one) => [one.id, line(one)])),
  } as const;
  writeClaimRecord(code, claimId, record, ms, state);
  writeEncounter(code, visitId, { ...emptyEncounter, claims: [claimId] }, ms, state);
  const contentHash = hash('sha256', claimId);
  recordLedger(
    code,
    `E${patient}`,
    { contentHash, seq: patient + 1, decisionId: contentHash.slice(0, 32), streamMs: ms },
    state,
  );
}
