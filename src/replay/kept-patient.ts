/**
 * The history of one patient as a replay keeps it in memory, where nothing of it is ever taken back: rows as they come,
 * and their order by time. Rules read it as they read the packed record, into which it can be turned.
 */
import { dayOf, type EpochDay, type EpochMs } from '../base/calendar.js';
import type { EncounterType } from '../claim/claim.js';
import type { PatientHistory } from '../history/patient-history.js';
import { PatientRecord, type RecordedLine, type Recording } from '../history/patient-record.js';
import type { Key64 } from '../history/state.js';
import { bounded, type KeptRows } from './kept-rows.js';

/** Beside its rows, roughly: of a patient, of an encounter, of a line, of a code. */
const ownBytes = { patient: 400, encounter: 300, line: 8, code: 8 } as const;

export class KeptPatient implements PatientHistory {
  readonly #rows: KeptRows;
  /** Its rows by time and key. */
  readonly #order: number[] = [];
  readonly #encounters: Recording[] = [];
  /** Numbers of their texts. */
  readonly #codes: number[] = [];

  constructor(rows: KeptRows) {
    this.#rows = rows;
  }

  get lines(): number {
    return this.#order.length;
  }

  get codes(): number {
    return this.#codes.length;
  }

  get encounters(): number {
    return this.#encounters.length;
  }

  /** Its rows aside. */
  get bytes(): number {
    const { patient, encounter, line, code } = ownBytes;
    return patient + encounter * this.encounters + line * this.lines + code * this.codes;
  }

  /** Stream times of the first and of the last claim that it has. */
  get oldestMs(): EpochMs {
    return this.#encounters[0]?.recordedMs ?? 0;
  }

  get newestMs(): EpochMs {
    return this.#encounters.at(-1)?.recordedMs ?? 0;
  }

  /** A claim that is later than all before it, and no part of any of them; its lines follow. */
  addEncounter(recording: Recording): void {
    const [admittedAt, dischargedAt] = [recording.admittedAt, recording.dischargedAt];
    this.#encounters.push({
      ...recording,
      admittedAt: admittedAt === null ? null : bounded(admittedAt),
      dischargedAt: dischargedAt === null ? null : bounded(dischargedAt),
    });
  }

  /** A line of the last encounter; there is room for 65,535 in all. */
  addLine(line: RecordedLine): void {
    const [rows, order] = [this.#rows, this.#order];
    const row = rows.add(line, this.#codeOf(line.code), this.#encounters.length - 1);
    let at = order.push(row) - 1;
    for (; at > 0 && rows.isBefore(row, order[at - 1] as number); at--) order[at] = order[at - 1] as number;
    order[at] = row;
  }

  /** The same as the durable path keeps it. */
  packed(): PatientRecord {
    const record = PatientRecord.open(undefined);
    const lines: RecordedLine[][] = this.#encounters.map(() => []);
    for (let line = 0; line < this.lines; line++) {
      lines[this.lineEncounter(line)]?.push({
        key: this.lineKey(line),
        code: this.codeText(this.lineCode(line)),
        at: this.lineAt(line),
        lastDay: this.lineLastDay(line),
        quantityE4: this.lineQuantityE4(line),
        amountFen: this.lineAmountFen(line),
      });
    }
    for (const [i, { claim, recordedMs, ...encounter }] of this.#encounters.entries())
      record.record(claim, encounter, lines[i] ?? [], recordedMs);
    return record;
  }

  #codeOf(text: string): number {
    const number = this.#rows.numberOf(text);
    const known = this.#codes.indexOf(number);
    return known >= 0 ? known : this.#codes.push(number) - 1;
  }

  codeText(code: number): string {
    return this.#rows.textOf(this.#codes[code] as number);
  }

  findCode(text: string): number {
    const number = this.#rows.findText(text);
    return number < 0 ? -1 : this.#codes.indexOf(number);
  }

  lineCode(line: number): number {
    return this.#rows.code(this.#row(line));
  }

  lineAt(line: number): EpochMs {
    return this.#rows.at(this.#row(line));
  }

  lineFirstDay(line: number): EpochDay {
    return dayOf(this.lineAt(line));
  }

  lineLastDay(line: number): EpochDay {
    return this.#rows.lastDay(this.#row(line));
  }

  lineQuantityE4(line: number): number {
    return this.#rows.quantityE4(this.#row(line));
  }

  lineAmountFen(line: number): number {
    return this.#rows.amountFen(this.#row(line));
  }

  lineEncounter(line: number): number {
    return this.#rows.encounter(this.#row(line));
  }

  lineKey(line: number): Key64 {
    return this.#rows.key(this.#row(line));
  }

  #row(line: number): number {
    return this.#order[line] as number;
  }

  encounterInstitution(encounter: number): string {
    return this.#encounter(encounter).institution;
  }

  encounterKey(encounter: number): Key64 {
    return this.#encounter(encounter).key;
  }

  encounterType(encounter: number): EncounterType | null {
    return this.#encounter(encounter).type;
  }

  admittedAt(encounter: number): EpochMs | null {
    return this.#encounter(encounter).admittedAt;
  }

  dischargedAt(encounter: number): EpochMs | null {
    return this.#encounter(encounter).dischargedAt;
  }

  emergency(encounter: number): boolean {
    return this.#encounter(encounter).emergency === true;
  }

  mainDiagnosis(encounter: number): string | null {
    return this.#encounter(encounter).mainDiagnosis;
  }

  #encounter(encounter: number): Recording {
    return this.#encounters[encounter] as Recording;
  }
}
