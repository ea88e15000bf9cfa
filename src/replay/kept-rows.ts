/**
 * Lines of all patients that a thread keeps, as columns: arrays of each patient's own took longer to make, and for the
 * collector to go through, than to fill.
 */
import { dayOf, type EpochDay, type EpochMs } from '../base/calendar.js';
import { largest16, largest48 } from '../history/patient-layout.js';
import type { RecordedLine } from '../history/patient-record.js';
import type { Key64 } from '../history/state.js';

/** Numbers of a row: its time, quantity and amount; its code, further days, encounter and key. */
const wide = 3;
const narrow = 5;
const [codeAt, daysAt, encounterAt, highAt, lowAt] = [0, 1, 2, 3, 4];
/** What is there is never copied, so rows come in chunks: 2 to so many bits of them. */
const chunkBits = 12;
const chunkRows = 2 ** chunkBits;
const inChunk = chunkRows - 1;
/** Of a text, roughly. */
const textBytes = 100;

export class KeptRows {
  readonly #wide: Float64Array[] = [];
  readonly #narrow: Uint32Array[] = [];
  readonly #numbers = new Map<string, number>();
  readonly #texts: string[] = [];
  #count = 0;

  /** Of the rows that were ever added: one that nobody refers to any more still takes its place. */
  get bytes(): number {
    return this.#count * (8 * wide + 4 * narrow) + this.#texts.length * textBytes;
  }

  /** The number of a text, the same for all patients. */
  numberOf(text: string): number {
    const known = this.#numbers.get(text);
    if (known !== undefined) return known;
    this.#numbers.set(text, this.#texts.length);
    return this.#texts.push(text) - 1;
  }

  /** The number of a text that a row may have; -1: none has it. */
  findText(text: string): number {
    return this.#numbers.get(text) ?? -1;
  }

  textOf(number: number): string {
    return this.#texts[number] as string;
  }

  /** Its number; the line is bounded as the packed record bounds it. `code`: of the patient's codes. */
  add({ key, at, lastDay, quantityE4, amountFen }: RecordedLine, code: number, encounter: number): number {
    const row = this.#count++;
    const chunk = row >> chunkBits;
    if (chunk === this.#wide.length) {
      this.#wide.push(new Float64Array(wide * chunkRows));
      this.#narrow.push(new Uint32Array(narrow * chunkRows));
    }
    const time = bounded(at);
    const numbers = this.#wide[chunk] as Float64Array;
    const to = wide * (row & inChunk);
    numbers[to] = time;
    numbers[to + 1] = bounded(quantityE4);
    numbers[to + 2] = bounded(amountFen);
    const others = this.#narrow[chunk] as Uint32Array;
    const from = narrow * (row & inChunk);
    others[from + codeAt] = code;
    others[from + daysAt] = Math.min(Math.max(lastDay - dayOf(time), 0), largest16);
    others[from + encounterAt] = encounter;
    others[from + highAt] = key[0];
    others[from + lowAt] = key[1];
    return row;
  }

  at(row: number): EpochMs {
    return this.#wideAt(row, 0);
  }

  quantityE4(row: number): number {
    return this.#wideAt(row, 1);
  }

  amountFen(row: number): number {
    return this.#wideAt(row, 2);
  }

  code(row: number): number {
    return this.#narrowAt(row, codeAt);
  }

  lastDay(row: number): EpochDay {
    return dayOf(this.at(row)) + this.#narrowAt(row, daysAt);
  }

  encounter(row: number): number {
    return this.#narrowAt(row, encounterAt);
  }

  key(row: number): Key64 {
    return [this.#narrowAt(row, highAt), this.#narrowAt(row, lowAt)];
  }

  /** Whether a row stands before another by time and key. */
  isBefore(row: number, other: number): boolean {
    const byTime = this.at(row) - this.at(other);
    if (byTime !== 0) return byTime < 0;
    const byHigh = this.#narrowAt(row, highAt) - this.#narrowAt(other, highAt);
    return (byHigh || this.#narrowAt(row, lowAt) - this.#narrowAt(other, lowAt)) < 0;
  }

  #wideAt(row: number, column: number): number {
    return (this.#wide[row >> chunkBits] as Float64Array)[wide * (row & inChunk) + column] as number;
  }

  #narrowAt(row: number, column: number): number {
    return (this.#narrow[row >> chunkBits] as Uint32Array)[narrow * (row & inChunk) + column] as number;
  }
}

/** As the packed record bounds its numbers. */
export function bounded(value: number): number {
  return Math.min(Math.max(Math.round(value), 0), largest48);
}
