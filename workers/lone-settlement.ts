/**
 * The short way of a settlement that no other message names a record of, its patient's aside. What the durable path
 * writes to find it again (its claim, its visit, its trace codes, its place in the ledger) nobody looks for, so nothing
 * of that is made; and its patient's record only where a later message is of the patient. What it says is what the
 * durable path says: `test/replay/lone-settlement.test.ts` replays logs by both.
 */
import type { ClaimHead } from '../src/claim/columns/claim-columns.js';
import type { ReadColumns } from '../src/claim/columns/claim-reader.js';
import { type LineColumns, lineFlag, lineKinds } from '../src/claim/columns/line-columns.js';
import type { Finding } from '../src/decision/decision.js';
import { encounterKey, encounterNames, lineKeys } from '../src/history/events/patient-keys.js';
import { lastServiceDay, medicineKinds } from '../src/history/events/service-days.js';
import type { HistorySource, PatientHistory, TraceSale } from '../src/history/patient-history.js';
import { PatientRecord, type RecordedLine, type Recording } from '../src/history/patient-record.js';
import { patientKey } from '../src/history/source.js';
import { historyHorizonMs, type Key64, key64, type State } from '../src/history/state.js';
import type { KeptPatients } from '../src/replay/kept-patients.js';

/** What rules may ask: of patients those that are kept, and else the state. */
export class KeptHistory implements HistorySource {
  readonly #kept: KeptPatients;
  readonly #source: HistorySource;
  /** Of the message at hand. */
  streamMs = 0;
  /** Nobody else has sold its packs. */
  isLone = false;

  constructor(kept: KeptPatients, source: HistorySource) {
    this.#kept = kept;
    this.#source = source;
  }

  patient(key: string): PatientHistory {
    return this.#kept.find(key, this.streamMs) ?? this.#source.patient(key);
  }

  sales(traceCode: string): readonly TraceSale[] {
    return this.isLone ? noSales : this.#source.sales(traceCode);
  }

  stockE4(institution: string, itemCode: string): number | null {
    return this.#source.stockE4(institution, itemCode);
  }
}

const noSales: readonly TraceSale[] = [];

/**
 * Whether a claim is a settlement that the durable path takes in as it is, of which something stands, and which takes
 * back nothing of another. `sender`: who sent it; null: whoever its body says.
 */
export function isPlainSettlement({ columns }: ReadColumns, sender: string | null): boolean {
  const { kind, eventId, claimId, reverses, institution } = columns.head;
  if (kind !== 'settlement' || eventId === null || claimId === null || reverses !== undefined) return false;
  if (institution.code === null || (sender !== null && sender !== institution.code)) return false;
  return isAnyLeft(columns.lines) && takesBackOnlyItsOwn(columns.lines);
}

/** A bill of which everything was taken back is none; one that charges nothing is a visit. */
function isAnyLeft(lines: LineColumns): boolean {
  let isOne = false;
  for (let row = 0; row < lines.count; row++) {
    if (isRefund(lines, row)) continue;
    if (lines.netQuantityE4[row] !== 0) return true;
    isOne = true;
  }
  return !isOne;
}

function takesBackOnlyItsOwn(lines: LineColumns): boolean {
  let charged: Set<string | null> | null = null;
  for (let row = 0; row < lines.count; row++) {
    if (!isRefund(lines, row) || !lines.reverses.isKnown(row)) continue;
    charged ??= chargedIds(lines);
    if (!charged.has(lines.reverses.at(row))) return false;
  }
  return true;
}

function chargedIds(lines: LineColumns): Set<string | null> {
  const ids = new Set<string | null>();
  for (let row = 0; row < lines.count; row++) if (!isRefund(lines, row)) ids.add(lines.id.at(row));
  return ids;
}

function isRefund(lines: LineColumns, row: number): boolean {
  return ((lines.flags[row] as number) & lineFlag.refund) !== 0;
}

/** Whether a finding falls as soon as it is made: it blames nothing but what the claim itself takes back. */
export function isAnyFallen({ columns }: ReadColumns, findings: readonly Finding[]): boolean {
  if (findings.length === 0) return false;
  const { lines } = columns;
  const refunds = new Set<string>();
  for (let row = 0; row < lines.count; row++) if (isRefund(lines, row)) refunds.add(lines.id.at(row) ?? '');
  if (refunds.size === 0) return false;
  return findings.some((finding) => {
    const violating = finding.lines.filter(({ role }) => role === 'violating');
    return violating.length > 0 && violating.every(({ id }) => refunds.has(id));
  });
}

/** Enters a plain settlement into its patient's history. `kept`: null where its patient cannot be kept so. */
export function recordForPatient(
  { columns }: ReadColumns,
  streamMs: number,
  kept: KeptPatients | null,
  state: State,
): void {
  const { head } = columns;
  const patient = head.patient.key;
  if (patient === null) return;
  const names = encounterNames(
    head.institution.code as string,
    head.encounter.id,
    head.claimId,
  ) as readonly string[];
  const recording = recordingOf(head, names, streamMs);
  const lines = {
    most: columns.lines.count,
    each: (take: (line: RecordedLine) => void) => eachCounted(columns, names, take),
  };
  if (kept?.record(patient, recording, lines, state) === true) return;
  const copies: RecordedLine[] = [];
  lines.each((line) => copies.push({ ...line }));
  const key = patientKey(patient);
  const record = PatientRecord.open(state.get('patients', key));
  record.record(recording.claim, recording, copies, streamMs);
  record.prune(streamMs - historyHorizonMs);
  const bytes = record.bytes();
  if (bytes !== null) state.put('patients', key, bytes);
}

function recordingOf(head: ClaimHead, names: readonly string[], recordedMs: number): Recording {
  const { encounter, diagnoses } = head;
  const institution = head.institution.code as string;
  return {
    key: encounterKey(names),
    institution,
    type: encounter.type,
    admittedAt: encounter.admittedAt,
    dischargedAt: encounter.dischargedAt,
    emergency: encounter.emergency,
    mainDiagnosis: diagnoses.find(({ main }) => main === true)?.code ?? null,
    claim: key64(institution, head.claimId as string),
    recordedMs,
  };
}

/** Tells lines that count, in an object that serves one after another. */
function eachCounted(
  { lines, items }: ReadColumns['columns'],
  names: readonly string[],
  take: (line: RecordedLine) => void,
): void {
  const keyOf = lineKeys(names);
  const counted = { key: noKey, code: '', at: 0, lastDay: 0, quantityE4: 0, amountFen: 0 };
  for (let row = 0; row < lines.count; row++) {
    const item = lines.itemCode[row] as number;
    const at = lines.at[row] as number;
    const quantityE4 = lines.netQuantityE4[row] as number;
    if (
      isRefund(lines, row) ||
      !lines.hasFlag(row, lineFlag.payable) ||
      item < 0 ||
      Number.isNaN(at) ||
      !(quantityE4 > 0)
    )
      continue;
    counted.key = keyOf(lines.id.at(row) ?? '');
    counted.code = items.textOf(item);
    counted.at = at;
    counted.lastDay = lastDayOf(lines, row);
    counted.quantityE4 = quantityE4;
    counted.amountFen = lines.netAmountFen[row] || 0;
    take(counted);
  }
}

const noKey: Key64 = [0, 0];

function lastDayOf({ at, until, days, kind }: LineColumns, row: number): number {
  const isSupplied = medicineKinds.includes(lineKinds[kind[row] as number] ?? null);
  const supplied = isSupplied ? (days[row] as number) : Number.NaN;
  return lastServiceDay(at[row] as number, until[row] as number, supplied);
}
