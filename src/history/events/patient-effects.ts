/** What a claim's record means for its patient's history: its payable lines and its encounter, while they stand. */
import type { EpochDay, EpochMs } from '../../base/calendar.js';
import type { Claim, Line } from '../../claim/claim.js';
import { PatientRecord, type RecordedEncounter, type RecordedLine } from '../patient-record.js';
import { historyHorizonMs, type Key64, key16, key64 } from '../state.js';
import type { Scope } from './applied.js';
import { type ClaimRecord, hasStanding } from './claim-record.js';
import { encounterKey, encounterNames, lineKey, lineKeys } from './patient-keys.js';
import { lastServiceDay, medicineKinds } from './service-days.js';
import type { ClaimView } from './standing.js';

/**
 * Rules ask history by item, time and quantity: a line that lacks one of them can neither be asked for nor counted, and
 * what is not known is not held against anyone.
 */
export function isCountedLine(line: Line): boolean {
  return line.payable && line.itemCode !== null && line.at !== null && (line.netQuantityE4 ?? 0) > 0;
}

/** Carries a claim's change into its patient's record. No patient: nothing. */
export function changePatient(
  claimId: string,
  before: ClaimView,
  after: ClaimView,
  recorded: Claim | null,
  scope: Scope,
): void {
  const patient = after.record.head?.patient ?? before.record.head?.patient ?? null;
  if (patient === null) return;
  changeRecord(patient, scope, (record) => {
    const claim = key64(scope.institution, claimId);
    const isGone = isNothingLeft(after);
    if (!hasStanding(after.record) || isGone || isIdentityNew(before.record, after.record)) {
      record.undoClaim(claim);
    }
    if (!hasStanding(after.record) || isGone) return;
    if (recorded !== null) recordClaim(record, claim, recorded, after.record, scope);
    reduceLines(record, claim, claimId, before, after, recorded !== null, scope);
  });
}

/** A bill of which everything was taken back is none, whoever was to pay it; one that names no lines is a visit. */
function isNothingLeft({ record: { head, lines }, remaining }: ClaimView): boolean {
  let isOne = false;
  for (const { id, ofSale } of lines.values()) {
    if (ofSale && head?.settled === true) continue;
    if (remaining.get(id) !== 0) return false;
    isOne = true;
  }
  return isOne;
}

/** Opens, prunes and puts a patient's record. Every event of a patient prunes, whether or not anything of it counts. */
export function changeRecord(patient: string, scope: Scope, change: (record: PatientRecord) => void): void {
  const { state, streamMs } = scope;
  const key = key16(patient);
  const bytes = state.get('patients', key);
  const record = PatientRecord.open(bytes);
  change(record);
  record.prune(streamMs - historyHorizonMs);
  const now = record.bytes();
  if (now !== null) state.put('patients', key, now);
  else if (bytes !== undefined) state.remove('patients', key);
}

/** Ids of the lines that count: once a claim is settled, what only its sale reported does not. */
function countedLines({ head, lines }: ClaimRecord): readonly string[] {
  const isSettled = head?.settled === true;
  const ids: string[] = [];
  for (const line of lines.values()) if (line.counted && !(isSettled && line.ofSale)) ids.push(line.id);
  return ids;
}

/** What was recorded under another encounter, or as a sale that is now settled, is recorded anew. */
function isIdentityNew(before: ClaimRecord, after: ClaimRecord): boolean {
  if (before.head === null || after.head === null) return false;
  return before.head.encounter !== after.head.encounter || before.head.settled !== after.head.settled;
}

function recordClaim(
  record: PatientRecord,
  claim: Key64,
  recorded: Claim,
  after: ClaimRecord,
  scope: Scope,
): void {
  const { head, lines } = after;
  const isReport = recorded.kind === 'sale';
  // The settlement says it better.
  if (isReport && head?.settled === true) return;
  const names = namesIn(scope, after, recorded.claimId as string);
  const keyOf = lineKeys(names);
  const counted = recorded.lines.filter(
    (line) => isCountedLine(line) && lines.get(line.id)?.counted === true,
  );
  record.record(
    claim,
    encounterOf(recorded, encounterKey(names), scope.institution),
    counted.map((line) => recordedLine(line, keyOf(line.id))),
    scope.streamMs,
  );
}

function encounterOf({ encounter, diagnoses }: Claim, key: Key64, institution: string): RecordedEncounter {
  const main = diagnoses.find((diagnosis) => diagnosis.main === true) ?? null;
  return {
    key,
    institution,
    type: encounter.type,
    admittedAt: encounter.admittedAt,
    dischargedAt: encounter.dischargedAt,
    emergency: encounter.emergency,
    mainDiagnosis: main?.code ?? null,
  };
}

/** `line`: a counted one. */
function recordedLine(line: Line, key: Key64): RecordedLine {
  return {
    key,
    code: line.itemCode as string,
    at: line.at as EpochMs,
    lastDay: lastDayOf(line, line.at as EpochMs),
    quantityE4: line.netQuantityE4 as number,
    amountFen: line.netAmountFen ?? 0,
  };
}

function lastDayOf({ until, kind, days }: Line, at: EpochMs): EpochDay {
  const supplied = medicineKinds.includes(kind) ? days : null;
  return lastServiceDay(at, until ?? Number.NaN, supplied ?? Number.NaN);
}

/** What the claim's encounter goes by in the record. */
function namesIn({ institution }: Scope, { head }: ClaimRecord, claimId: string): readonly string[] {
  return encounterNames(institution, head?.encounter ?? null, claimId) as readonly string[];
}

function reduceLines(
  record: PatientRecord,
  claim: Key64,
  claimId: string,
  before: ClaimView,
  after: ClaimView,
  isRecordedAnew: boolean,
  scope: Scope,
): void {
  const names = namesIn(scope, after.record, claimId);
  for (const id of deletedLines(before.record, after.record)) {
    record.setQuantity(claim, lineKey(names, id), 0);
  }
  if (after.record.returns.size === 0) return;
  for (const id of countedLines(after.record)) {
    const left = after.remaining.get(id) ?? 0;
    if (left === after.record.lines.get(id)?.quantityE4) continue;
    // A settlement sent again records lines that are gone once more: those are taken back as well.
    if (left === before.remaining.get(id) && !(isRecordedAnew && left === 0)) continue;
    record.setQuantity(claim, lineKey(names, id), left);
  }
}

/** Lines that counted and whose record was deleted. */
function deletedLines(before: ClaimRecord, after: ClaimRecord): readonly string[] {
  if (before.lines.size <= after.lines.size || !hasStanding(after)) return [];
  return countedLines(before).filter((id) => !after.lines.has(id));
}
