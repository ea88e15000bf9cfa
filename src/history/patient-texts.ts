/**
 * The texts of a patient's record with those that one more recording brings: every text once, item codes ascending,
 * then the others ascending. Those that are there stay bytes: most claims bring few new ones.
 */
import { textEndBytes } from './patient-layout.js';
import type { Packed, Target } from './patient-packed.js';
import type { Recording, Row } from './patient-record.js';

export class Texts {
  readonly #before: Packed;
  /** Those that are not in the record yet, in their order, and before which old one each stands. */
  readonly #added: readonly string[];
  readonly #places: readonly number[];
  /** Old numbers of texts that were said otherwise and are item codes now, which come first. */
  readonly #promoted: ReadonlyMap<number, string>;
  /** Of the texts that the recording says, by text. */
  readonly numbers: ReadonlyMap<string, number>;
  /** Of the texts as they were, their numbers now. */
  readonly moved: Uint16Array;
  readonly count: number;
  /** How many of them are item codes. */
  readonly codes: number;
  readonly byteLength: number;

  /** `found`: by text of the recording, its old number, or `~` of its place; it is kept. */
  constructor(before: Packed, found: Map<string, number>, added: Added) {
    const { codes, others, promoted } = added;
    this.#before = before;
    this.#added = [...codes.sort(), ...others.sort()];
    this.#places = this.#added.map((text) => ~(found.get(text) as number));
    this.#promoted = promoted;
    this.codes = before.counts.codes + codes.length;
    this.count = before.counts.texts + this.#added.length - promoted.size;
    this.moved = new Uint16Array(before.counts.texts);
    this.#number(found);
    this.numbers = found;
    let length = before.textStart(before.counts.texts);
    for (const text of this.#added) length += text.length;
    for (const text of promoted.values()) length -= text.length;
    this.byteLength = length;
  }

  #number(numbers: Map<string, number>): void {
    const { texts } = this.#before.counts;
    const places = this.#places;
    const now: number[] = [];
    let number = 0;
    for (let old = 0; old <= texts; old++) {
      while (now.length < places.length && (places[now.length] as number) <= old) now.push(number++);
      if (old < texts && !this.#promoted.has(old)) this.moved[old] = number++;
    }
    for (const [text, old] of numbers) if (old >= 0) numbers.set(text, this.moved[old] as number);
    for (let i = 0; i < now.length; i++) numbers.set(this.#added[i] as string, now[i] as number);
    for (const [old, text] of this.#promoted) this.moved[old] = numbers.get(text) as number;
  }

  writeTo(target: Target): void {
    const pool = { target, number: 0, end: 0 };
    const { texts } = this.#before.counts;
    let next = 0;
    let from = 0;
    for (let old = 0; old <= texts; old++) {
      const isGone = this.#promoted.has(old);
      if (!isGone && (this.#places[next] ?? texts + 1) > old) continue;
      this.#copy(from, old, pool);
      from = isGone ? old + 1 : old;
      while ((this.#places[next] ?? texts + 1) <= old) writeText(this.#added[next++] as string, pool);
    }
    this.#copy(from, texts, pool);
  }

  /** Old texts as they were. */
  #copy(from: number, to: number, pool: Pool): void {
    if (from >= to) return;
    const { bytes: old, places } = this.#before;
    const { target, end } = pool;
    const [start, stop] = [this.#before.textStart(from), this.#before.textStart(to)];
    target.bytes.set(old.subarray(places.texts + start, places.texts + stop), target.places.texts + end);
    for (let i = from + 1; i <= to; i++) noteEnd(pool, end + this.#before.textStart(i) - start);
  }
}

interface Added {
  readonly codes: string[];
  readonly others: string[];
  readonly promoted: ReadonlyMap<number, string>;
}

/** Where the next text is written. */
interface Pool {
  readonly target: Target;
  number: number;
  end: number;
}

function writeText(text: string, pool: Pool): void {
  const { bytes, places } = pool.target;
  const at = places.texts + pool.end;
  for (let i = 0; i < text.length; i++) bytes[at + i] = text.charCodeAt(i);
  noteEnd(pool, pool.end + text.length);
}

function noteEnd(pool: Pool, end: number): void {
  const { view, places } = pool.target;
  view.setUint32(places.ends + textEndBytes * pool.number++, end, true);
  pool.end = end;
}

/** Null where a text of the recording is not ASCII. */
export function joinTexts(before: Packed, recording: Recording, rows: readonly Row[]): Texts | null {
  const { texts, codes } = before.counts;
  const found = new Map<string, number>();
  const added = { codes: [] as string[], others: [] as string[], promoted: new Map<number, string>() };
  for (const { code } of rows) {
    if (found.has(code)) continue;
    if (!isAscii(code)) return null;
    const number = before.findText(code, 0, codes);
    found.set(code, number);
    if (number >= 0) continue;
    added.codes.push(code);
    const other = before.findText(code, codes, texts);
    if (other >= 0) added.promoted.set(other, code);
  }
  for (const text of [recording.institution, recording.mainDiagnosis]) {
    if (text === null || found.has(text)) continue;
    if (!isAscii(text)) return null;
    const code = before.findText(text, 0, codes);
    const number = code >= 0 ? code : before.findText(text, codes, texts);
    found.set(text, number);
    if (number < 0) added.others.push(text);
  }
  return new Texts(before, found, added);
}

function isAscii(text: string): boolean {
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) > 127) return false;
  return true;
}
