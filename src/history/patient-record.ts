/**
 * Writing a patient's packed record: what claims recorded, and its undoing. A record is made of recordings (what one
 * message recorded of one claim: its lines and what it said of the encounter), so that undoing a claim leaves what
 * was there without it, byte for byte. Equal content gives equal bytes, in whatever order it came.
 */
import { assert } from '../base/assert.js';
import { dayOf, type EpochDay, type EpochMs } from '../base/calendar.js';
import type { EncounterType } from '../claim/claim.js';
import { appendRecording } from './patient-append.js';
import { largest16, largest48 } from './patient-layout.js';
import { packRecord } from './patient-pack.js';
import { isRecordedSince, unpackRecord } from './patient-unpack.js';
import type { Key64 } from './state.js';

/** What a claim says of its encounter; null is unknown. Of what several claims say, the latest that knows counts. */
export interface RecordedEncounter {
  /** `key64(institution, encounter id)`. */
  readonly key: Key64;
  readonly institution: string;
  readonly type: EncounterType | null;
  readonly admittedAt: EpochMs | null;
  readonly dischargedAt: EpochMs | null;
  readonly emergency: boolean | null;
  readonly mainDiagnosis: string | null;
}

export interface RecordedLine {
  /** `key64(institution, encounter id, line id)`. */
  readonly key: Key64;
  readonly code: string;
  readonly at: EpochMs;
  /** Last day of use: of `until`, or of the days that a drug was supplied for; else the day of `at`. */
  readonly lastDay: EpochDay;
  /** As the claim says it, before later refunds; a line that is not positive is not recorded. */
  readonly quantityE4: number;
  readonly amountFen: number;
}

/** What one message recorded of one claim. */
export interface Recording extends RecordedEncounter {
  readonly claim: Key64;
  readonly recordedMs: EpochMs;
}

/** A line as it stands in a recording. */
export interface Row {
  readonly key: Key64;
  readonly code: string;
  readonly at: EpochMs;
  /** Days of use beyond the first. */
  readonly furtherDays: number;
  readonly quantityE4: number;
  readonly amountFen: number;
  /** What refunds have left of the quantity. */
  leftE4: number;
  readonly recording: Recording;
}

/** Of a patient of whom nothing is known. */
const emptyRecord = packRecord([], []);

export class PatientRecord {
  /** As it is packed, until something has to be changed that only rows and recordings can; else null. */
  #packed: Uint8Array | null;
  /** The bytes that it was opened with, which are somebody else's. */
  readonly #given: Uint8Array | null;
  #rows: Row[] = [];
  #recordings: Recording[] = [];

  private constructor(given: Uint8Array | null) {
    this.#packed = given ?? emptyRecord;
    this.#given = given;
  }

  /**
   * From its bytes, which must stay as they are until `bytes()`; undefined: a patient of whom nothing is known.
   */
  static open(bytes: Uint8Array | undefined): PatientRecord {
    return new PatientRecord(bytes ?? null);
  }

  /**
   * What a message of stream time `recordedMs` recorded of a claim: `claim` is `key64(institution, claim id)`.
   * Lines that the claim has recorded before stay as they are, so that recording twice is recording once. A line
   * that another claim has recorded counts once, as the earlier one said it, until that one is undone.
   */
  record(
    claim: Key64,
    encounter: RecordedEncounter,
    lines: readonly RecordedLine[],
    recordedMs: EpochMs,
  ): void {
    assert(recordedMs >= 0 && recordedMs <= largest48 && recordedMs % 1 === 0, 'a stream time in whole ms');
    const recording = recordingOf(encounter, claim, recordedMs);
    if (this.#packed !== null) {
      const appended = appendRecording(this.#packed, recording, rowsOf(lines, recording, []));
      this.#packed = appended ?? this.#packed;
      if (appended !== null) return;
    }
    this.#unpack();
    const known = this.#rows.filter((row) => same(row.recording.claim, claim));
    this.#rows.push(...rowsOf(lines, this.#standing(recording), known));
  }

  /**
   * What is left of a claim's line after refunds; its amount goes with it in proportion. Nothing left: the line is
   * gone. Returns false where the claim has no such line, or has it with no more than that.
   */
  setQuantity(claim: Key64, line: Key64, leftE4: number): boolean {
    this.#unpack();
    const at = this.#rows.findIndex((row) => same(row.key, line) && same(row.recording.claim, claim));
    const row = this.#rows[at];
    if (row === undefined || leftE4 >= row.leftE4) return false;
    if (leftE4 > 0) row.leftE4 = leftE4;
    else this.#rows.splice(at, 1);
    return true;
  }

  /** Takes back everything that a claim has recorded; returns false where there was nothing. */
  undoClaim(claim: Key64): boolean {
    this.#unpack();
    const before = this.#recordings.length;
    this.#keep((recording) => !same(recording.claim, claim));
    return this.#recordings.length < before;
  }

  /** Forgets what a claim said of its encounter, if none of the claim's lines is left. */
  removeIfEmpty(claim: Key64): void {
    this.#unpack();
    if (!this.#rows.some((row) => same(row.recording.claim, claim))) this.undoClaim(claim);
  }

  /** Forgets what messages before this stream time recorded. */
  prune(beforeMs: EpochMs): void {
    if (this.#packed !== null && isRecordedSince(this.#packed, beforeMs)) return;
    this.#unpack();
    this.#keep((recording) => recording.recordedMs >= beforeMs);
  }

  /** Its own, whatever it was opened with; null where nothing is left. */
  bytes(): Uint8Array | null {
    if (this.#packed !== null && this.#packed === this.#given) return new Uint8Array(this.#given);
    if (this.#packed !== null) return this.#packed === emptyRecord ? null : this.#packed;
    return this.#recordings.length === 0 ? null : packRecord(this.#rows, this.#recordings);
  }

  #unpack(): void {
    if (this.#packed === null) return;
    const { rows, recordings } = unpackRecord(this.#packed);
    this.#rows = rows;
    this.#recordings = recordings;
    this.#packed = null;
  }

  /** The recording of this claim and message that is there already, or this one, put there. */
  #standing(recording: Recording): Recording {
    const found = this.#recordings.find(
      ({ recordedMs, claim }) => recordedMs === recording.recordedMs && same(claim, recording.claim),
    );
    if (found === undefined) this.#recordings.push(recording);
    return found ?? recording;
  }

  #keep(isKept: (recording: Recording) => boolean): void {
    const kept = new Set(this.#recordings.filter(isKept));
    if (kept.size === this.#recordings.length) return;
    this.#recordings = [...kept];
    this.#rows = this.#rows.filter((row) => kept.has(row.recording));
  }
}

/** Written out: one is made for every settlement, and a copy of the encounter would cost more than its bytes. */
function recordingOf(
  { key, institution, type, admittedAt, dischargedAt, emergency, mainDiagnosis }: RecordedEncounter,
  claim: Key64,
  recordedMs: EpochMs,
): Recording {
  return {
    key,
    institution,
    type,
    admittedAt,
    dischargedAt,
    emergency,
    mainDiagnosis,
    claim,
    recordedMs,
  };
}

/** The lines that are recorded, each once and none of those `known`. */
function rowsOf(lines: readonly RecordedLine[], recording: Recording, known: readonly Row[]): Row[] {
  const rows: Row[] = [];
  // By half of their keys, which takes no memory for each; where those are equal, the keys are looked at.
  const halves = new Set(known.map(({ key }) => halfOf(key)));
  for (const line of lines) {
    if (line.quantityE4 <= 0) continue;
    const half = halfOf(line.key);
    if (halves.has(half) && (hasKey(rows, line.key) || hasKey(known, line.key))) continue;
    halves.add(half);
    rows.push(rowOf(line, recording));
  }
  return rows;
}

function hasKey(rows: readonly Row[], key: Key64): boolean {
  return rows.some((row) => same(row.key, key));
}

function rowOf(line: RecordedLine, recording: Recording): Row {
  const { key, code } = line;
  const at = bounded(line.at);
  const quantityE4 = bounded(line.quantityE4);
  const furtherDays = Math.min(Math.max(line.lastDay - dayOf(at), 0), largest16);
  return {
    key,
    code,
    at,
    furtherDays,
    quantityE4,
    amountFen: bounded(line.amountFen),
    leftE4: quantityE4,
    recording,
  };
}

/** The numbers of a record are 48 bits wide: until the year 10889, and more money than there is. */
function bounded(value: number): number {
  return Math.min(Math.max(Math.round(value), 0), largest48);
}

function same(a: Key64, b: Key64): boolean {
  return a[1] === b[1] && a[0] === b[0];
}

/** 32 bits of a key, as a number that needs no place of its own. */
function halfOf([, low]: Key64): number {
  return low | 0;
}
