/** History as rules read it: what is known of a patient, of sold trace codes and of stock before the claim at hand. */
import { dayOf, type EpochDay, type EpochMs } from '../base/calendar.js';
import { shareOf } from '../base/money.js';
import type { EncounterType } from '../claim/claim.js';
import {
  encounterBytes,
  factBits,
  get48,
  headerAt,
  headerBytes,
  noText,
  type Places,
  placesOf,
  recordingAt,
  recordingBytes,
  returnedBytes,
  textEndBytes,
} from './patient-layout.js';
import { typeOf } from './patient-unpack.js';
import type { Key64 } from './state.js';

export interface HistorySource {
  /** Empty where nothing is known of the patient; the object is reused by the next call. */
  patient(key: string): PatientHistory;
  /** Unreversed sales of a trace code. */
  sales(traceCode: string): readonly TraceSale[];
  /** Ten-thousandths of a unit; null where the institution has sent no stock of the item. */
  stockE4(institution: string, itemCode: string): number | null;
}

export interface TraceSale {
  /** Claim id of the settlement or sale. */
  readonly sale: string;
  readonly line: string;
  readonly split: boolean;
}

/** Packed columns, read in place: indices 0…n-1. Lines ascend by `at`; only those with a net quantity are kept. */
export interface PatientHistory {
  readonly codes: number;
  codeText(code: number): string;
  /** -1 where the patient never had it. */
  findCode(text: string): number;

  readonly lines: number;
  lineCode(line: number): number;
  lineAt(line: number): EpochMs;
  lineFirstDay(line: number): EpochDay;
  /** The end of a long order, or of what a drug was supplied for. */
  lineLastDay(line: number): EpochDay;
  lineQuantityE4(line: number): number;
  lineAmountFen(line: number): number;
  lineEncounter(line: number): number;
  /** 64-bit hash of (institution, encounter, line id) as two unsigned halves. */
  lineKey(line: number): readonly [number, number];

  readonly encounters: number;
  encounterInstitution(encounter: number): string;
  encounterKey(encounter: number): readonly [number, number];
  encounterType(encounter: number): EncounterType | null;
  admittedAt(encounter: number): EpochMs | null;
  dischargedAt(encounter: number): EpochMs | null;
  emergency(encounter: number): boolean;
  mainDiagnosis(encounter: number): string | null;
}

/** Reads the packed record of one patient after another where the bytes lie; nothing is built of a line. */
export class PackedHistory implements PatientHistory {
  /** A copy: the store's bytes are gone with its next read. */
  #bytes = Buffer.alloc(0);
  #view = new DataView(this.#bytes.buffer, 0, 0);
  #places: Places = placesOf(0, 0, 0, 0, 0);
  #returned = 0;
  #recordings = 0;
  lines = 0;
  encounters = 0;
  codes = 0;

  /** Takes up a record, which is copied; undefined: a patient of whom nothing is known. Returns itself. */
  open(record: Uint8Array | undefined): this {
    if (record === undefined) {
      this.lines = this.encounters = this.codes = 0;
      return this;
    }
    if (record.length > this.#bytes.length) {
      this.#bytes = Buffer.alloc(2 * record.length);
      this.#view = new DataView(this.#bytes.buffer, this.#bytes.byteOffset, this.#bytes.length);
    }
    this.#bytes.set(record);
    const view = this.#view;
    this.lines = view.getUint16(headerAt.lines, true);
    this.encounters = view.getUint16(headerAt.encounters, true);
    this.codes = view.getUint16(headerAt.codes, true);
    this.#returned = view.getUint16(headerAt.returned, true);
    this.#recordings = view.getUint16(headerAt.recordings, true);
    const rows = view.getUint16(headerAt.rows, true);
    const texts = view.getUint16(headerAt.texts, true);
    this.#places = placesOf(rows, this.#returned, this.#recordings, this.encounters, texts);
    return this;
  }

  codeText(code: number): string {
    return this.#bytes.toString('utf8', this.#textStart(code), this.#textEnd(code));
  }

  findCode(text: string): number {
    let from = 0;
    let to = this.codes - 1;
    while (from <= to) {
      const middle = (from + to) >> 1;
      const order = this.#compare(text, middle);
      if (order === 0) return middle;
      // The order of bytes is that of the texts as long as the searched one is ASCII.
      if (Number.isNaN(order)) return this.#findByScan(text);
      if (order < 0) to = middle - 1;
      else from = middle + 1;
    }
    return -1;
  }

  lineCode(line: number): number {
    return this.#view.getUint16(this.#places.code + 2 * line, true);
  }

  lineAt(line: number): EpochMs {
    return get48(this.#view, this.#places.at + 6 * line);
  }

  lineFirstDay(line: number): EpochDay {
    return dayOf(this.lineAt(line));
  }

  lineLastDay(line: number): EpochDay {
    return this.lineFirstDay(line) + this.#view.getUint16(this.#places.days + 2 * line, true);
  }

  lineQuantityE4(line: number): number {
    const left = this.#returned === 0 ? -1 : this.#leftOf(line);
    return left >= 0 ? left : get48(this.#view, this.#places.quantity + 6 * line);
  }

  lineAmountFen(line: number): number {
    const amount = get48(this.#view, this.#places.amount + 6 * line);
    const left = this.#returned === 0 ? -1 : this.#leftOf(line);
    if (left < 0) return amount;
    return shareOf(amount, left, get48(this.#view, this.#places.quantity + 6 * line));
  }

  lineEncounter(line: number): number {
    const recording = this.#view.getUint16(this.#places.recording + 2 * line, true);
    return this.#view.getUint16(this.#recordingAt(recording) + recordingAt.encounter, true);
  }

  lineKey(line: number): Key64 {
    return this.#key(headerBytes + 8 * line);
  }

  encounterKey(encounter: number): Key64 {
    return this.#key(this.#places.encounters + encounterBytes * encounter);
  }

  encounterInstitution(encounter: number): string {
    const at = this.#recordingAt(this.#firstOf(encounter));
    return this.codeText(this.#view.getUint16(at + recordingAt.institution, true));
  }

  encounterType(encounter: number): EncounterType | null {
    const at = this.#latest(encounter, factBits.type);
    return at < 0 ? null : typeOf(this.#view.getUint8(at + recordingAt.facts));
  }

  admittedAt(encounter: number): EpochMs | null {
    const at = this.#latest(encounter, factBits.admitted);
    return at < 0 ? null : get48(this.#view, at + recordingAt.admitted);
  }

  dischargedAt(encounter: number): EpochMs | null {
    const at = this.#latest(encounter, factBits.discharged);
    return at < 0 ? null : get48(this.#view, at + recordingAt.discharged);
  }

  emergency(encounter: number): boolean {
    const at = this.#latest(encounter, factBits.emergencyKnown);
    return at >= 0 && (this.#view.getUint8(at + recordingAt.facts) & factBits.emergency) !== 0;
  }

  mainDiagnosis(encounter: number): string | null {
    for (let i = this.#endOf(encounter) - 1; i >= this.#firstOf(encounter); i--) {
      const text = this.#view.getUint16(this.#recordingAt(i) + recordingAt.diagnosis, true);
      if (text !== noText) return this.codeText(text);
    }
    return null;
  }

  /** Where the latest recording of an encounter stands that knows one of these facts; -1: none does. */
  #latest(encounter: number, bits: number): number {
    for (let i = this.#endOf(encounter) - 1; i >= this.#firstOf(encounter); i--) {
      const at = this.#recordingAt(i);
      if ((this.#view.getUint8(at + recordingAt.facts) & bits) !== 0) return at;
    }
    return -1;
  }

  #firstOf(encounter: number): number {
    return this.#view.getUint16(this.#places.encounters + encounterBytes * encounter + 8, true);
  }

  #endOf(encounter: number): number {
    return encounter + 1 < this.encounters ? this.#firstOf(encounter + 1) : this.#recordings;
  }

  #recordingAt(recording: number): number {
    return this.#places.recordings + recordingBytes * recording;
  }

  #key(at: number): Key64 {
    return [this.#view.getUint32(at), this.#view.getUint32(at + 4)];
  }

  /** What is left of a line of which a part came back; -1 of other lines. */
  #leftOf(line: number): number {
    let from = 0;
    let to = this.#returned - 1;
    while (from <= to) {
      const middle = (from + to) >> 1;
      const at = this.#places.returned + returnedBytes * middle;
      const found = this.#view.getUint16(at, true);
      if (found === line) return get48(this.#view, at + 2);
      if (found > line) to = middle - 1;
      else from = middle + 1;
    }
    return -1;
  }

  /** Sign of `text` against a text of the record; NaN where it is not ASCII. */
  #compare(text: string, code: number): number {
    const end = this.#textEnd(code);
    let at = this.#textStart(code);
    for (let i = 0; i < text.length; i++, at++) {
      const unit = text.charCodeAt(i);
      if (unit > 127) return Number.NaN;
      const order = at < end ? unit - (this.#bytes[at] as number) : 1;
      if (order !== 0) return order;
    }
    return at < end ? -1 : 0;
  }

  #findByScan(text: string): number {
    for (let code = 0; code < this.codes; code++) if (this.codeText(code) === text) return code;
    return -1;
  }

  #textStart(code: number): number {
    return this.#places.texts + (code === 0 ? 0 : this.#end(code - 1));
  }

  #textEnd(code: number): number {
    return this.#places.texts + this.#end(code);
  }

  #end(code: number): number {
    return this.#view.getUint32(this.#places.ends + textEndBytes * code, true);
  }
}
