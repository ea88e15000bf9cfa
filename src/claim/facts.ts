/**
 * Reads single facts of unknown shape. A missing value is null; a placeholder or a malformed one is null with
 * a note. Nothing here fails: what makes a whole claim unreadable is its structure, and the format readers
 * judge that.
 */
import { type Decimal, parseDecimal, scales } from '../base/money.js';
import type { DataQualityNote } from './claim.js';
import { readDay, readTime } from './dates.js';
import { claimFields, type FieldPath, type FieldSpec } from './fields.js';
import type { NoteTaker, Problem } from './notes.js';

/**
 * A code table: the word for a code; null where the code says "unknown" or "not stated"; undefined where the
 * table does not have it.
 */
export type CodeTable = (code: string) => string | null | undefined;

export interface ReadInstant {
  readonly at: number | null;
  readonly timed: boolean;
}

/** What senders write where they have nothing to say. The empty text is a plain absence and needs no note. */
const placeholders = new Set(['-', '--', 'null', 'NULL']);
const longestPlaceholder = 4;
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it looks for.
const controlCharacters = /[\u0000-\u001f\u007f]/;
const flags: ReadonlyMap<string, boolean> = new Map([
  ['1', true],
  ['0', false],
  ['true', true],
  ['false', false],
]);
const decimalScales = { money: scales.fen, quantity: scales.quantity, price: scales.price } as const;

export class FactReader {
  readonly #notes: NoteTaker;
  readonly #line: string | null | (() => string);

  /** `line`: the id that notes carry while a line's facts are read; a function is asked only for a note. */
  constructor(notes: NoteTaker, line: string | null | (() => string) = null) {
    this.#notes = notes;
    this.#line = line;
  }

  note(field: FieldPath, problem: Problem): void {
    const line = this.#line;
    this.#notes.note(field, problem, typeof line === 'function' ? line() : line);
  }

  text(field: FieldPath, value: unknown): string | null {
    const text = this.#scalar(field, value);
    if (text === null) return null;
    const spec: FieldSpec = claimFields[field];
    if (text.length > (spec.maxLength ?? 128) || holdsControl(text)) {
      return this.#drop(field, 'malformed');
    }
    return text;
  }

  /** Display text: too long is cut, not dropped. */
  label(field: FieldPath, value: unknown): string | null {
    const text = this.#scalar(field, value);
    if (text === null) return null;
    const limit = (claimFields[field] as FieldSpec).maxLength ?? 128;
    if (text.length <= limit && !holdsControl(text)) return text;
    const points = [...text].map((point) => (controlCharacters.test(point) ? ' ' : point));
    if (points.length > limit) this.note(field, 'repaired');
    return points.slice(0, limit).join('');
  }

  flag(field: FieldPath, value: unknown): boolean | null {
    if (typeof value === 'boolean') return value;
    const text = this.#scalar(field, value);
    if (text === null) return null;
    return flags.get(text.toLowerCase()) ?? this.#drop(field, 'malformed');
  }

  integer(field: FieldPath, value: unknown): number | null {
    const read = this.#decimal(field, value, 0);
    if (read === null) return null;
    return read.exact ? this.#inRange(field, read.units, 1) : this.#drop(field, 'malformed');
  }

  /** Money in fen, a quantity in ten-thousandths, a price in ten-thousandths of a fen; rounding is noted. */
  decimal(field: FieldPath, value: unknown): number | null {
    const spec: FieldSpec = claimFields[field];
    const scale = decimalScales[spec.type as keyof typeof decimalScales];
    const read = this.#decimal(field, value, scale);
    if (read === null) return null;
    // Bounds are whole units for a quantity, fen for money and for prices.
    const unit = spec.type === 'money' ? 1 : 10_000;
    const units = this.#inRange(field, read.units, unit);
    if (units !== null && !read.exact) this.note(field, 'repaired');
    return units;
  }

  instant(field: FieldPath, value: unknown): ReadInstant {
    const text = this.#scalar(field, value);
    if (text === null) return { at: null, timed: false };
    const time = readTime(text);
    if (time.is === 'instant') return { at: time.at, timed: time.timed };
    return { at: this.#drop(field, time.is), timed: false };
  }

  day(field: FieldPath, value: unknown): number | null {
    const text = this.#scalar(field, value);
    if (text === null) return null;
    const day = readDay(text);
    return typeof day === 'number' ? day : this.#drop(field, day);
  }

  /**
   * The word that a code table gives, or null with a note. `Word` is the closed set that the table maps into.
   */
  word<Word extends string>(field: FieldPath, value: unknown, table: CodeTable): Word | null {
    const code = this.#scalar(field, value);
    if (code === null) return null;
    const word = table(code);
    if (word === undefined) return this.#drop(field, 'unknown-code');
    return word === null ? this.#drop(field, 'placeholder') : (word as Word);
  }

  /** Text of a text, a safe number or a bigint; null where missing, a placeholder or of another type. */
  #scalar(field: FieldPath, value: unknown): string | null {
    if (value === undefined || value === null) return this.#missing(field);
    if (typeof value === 'bigint') return String(value);
    if (typeof value === 'number') {
      // An unsafe integer has already lost digits: it is not the number that the sender meant.
      const kept = Number.isFinite(value) && (!Number.isInteger(value) || Number.isSafeInteger(value));
      return kept ? String(value) : this.#drop(field, 'malformed');
    }
    if (typeof value !== 'string') return this.#drop(field, 'malformed');
    const text = isTrimmed(value) ? value : value.trim();
    if (text === '') return this.#missing(field);
    return text.length <= longestPlaceholder && placeholders.has(text)
      ? this.#drop(field, 'placeholder')
      : text;
  }

  #decimal(field: FieldPath, value: unknown, scale: number): Decimal | null {
    const text = this.#scalar(field, value);
    if (text === null) return null;
    return parseDecimal(text, scale) ?? this.#drop(field, 'malformed');
  }

  #inRange(field: FieldPath, units: number, unit: number): number | null {
    const spec: FieldSpec = claimFields[field];
    const inside = units >= (spec.min ?? -Infinity) * unit && units <= (spec.max ?? Infinity) * unit;
    return inside ? units : this.#drop(field, 'malformed');
  }

  #missing(field: FieldPath): null {
    const spec: FieldSpec = claimFields[field];
    return spec.expected === true ? this.#drop(field, 'missing') : null;
  }

  #drop(field: FieldPath, problem: DataQualityNote['problem']): null {
    this.note(field, problem);
    return null;
  }
}

/** Surely nothing to trim: no blank of ASCII, and nothing beyond it, at either end. */
function isTrimmed(text: string): boolean {
  const [first, last] = [text.charCodeAt(0), text.charCodeAt(text.length - 1)];
  return first > 0x20 && first < 0x80 && last > 0x20 && last < 0x80;
}

/** A loop: most texts are short, and a regular expression takes its time to begin. */
function holdsControl(text: string): boolean {
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit < 0x20 || unit === 0x7f) return true;
  }
  return false;
}
