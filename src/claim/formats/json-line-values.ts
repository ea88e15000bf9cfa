/**
 * Reads the values of JSON lines: each into its span, and what is in a usual form into its column at once. Where a
 * usual value looks but one way (a time, a decimal, a code that came lately), it is read as that from its first byte
 * on, and nobody has to find its end first.
 */
import { decimalAt } from '../clean-decimal.js';
import { isCleanText, isPlainInteger } from '../clean-text.js';
import { CleanTimes } from '../clean-time.js';
import type { ClaimColumns } from '../columns/claim-columns.js';
import type { ItemCodes } from '../columns/item-codes.js';
import type { KindCache } from '../columns/kind-cache.js';
import { type LineColumns, lineFlag } from '../columns/line-columns.js';
import { spanField } from '../columns/line-spans.js';
import type { NumberSpec } from '../columns/settle-numbers.js';
import {
  kindBits,
  kindMask,
  type LineSpanField,
  lineSpanFields,
  maybeRefunds,
  type SpanTable,
  spanKind,
} from '../columns/span-table.js';
import { IdOrder } from './id-order.js';
import type { JsonCursor } from './json-bytes.js';
import {
  byField,
  codeLengths,
  everyField,
  expectedBits,
  flagBits,
  form,
  forms,
  maxLengths,
  powers,
  specs,
  textFields,
  timeLengths,
} from './json-line-forms.js';
import { isSameAt } from './same-bytes.js';

const quote = 0x22;
const [wordTrue, wordFals] = ['true', 'fals'].map((word) => Buffer.from(word).readInt32LE()) as [
  number,
  number,
];
const [minus, point, zero, digitOne, letterE, openBracket, closeBracket] = [
  0x2d, 0x2e, 0x30, 0x31, 0x65, 0x5b, 0x5d,
];

export class JsonLineValues {
  readonly #cursor: JsonCursor;
  readonly #table: SpanTable;
  readonly #times = new CleanTimes();
  #lines: LineColumns | null = null;
  #items: ItemCodes | null = null;
  #kinds: KindCache | null = null;
  /** Of the body, where a text of it may hold a control character; else null. */
  #controls: DataView | null = null;
  /** All arrays of a column are made anew when any is. */
  #flagsOf: Uint8Array | null = null;
  #numbers: Float64Array[] = [];
  #starts: Int32Array[] = [];
  #ends: Int32Array[] = [];
  #unsettled = 0;
  #row = -1;
  #seen = 0;
  #flags = 0;
  readonly #ids = new IdOrder();

  constructor(cursor: JsonCursor, table: SpanTable) {
    this.#cursor = cursor;
    this.#table = table;
  }

  /** Starts over; the cursor has begun with the body. `kinds` null: kinds are not settled. */
  begin({ lines, items }: ClaimColumns, kinds: KindCache | null): void {
    const { body, view } = this.#cursor;
    if (lines !== this.#lines || lines.flags !== this.#flagsOf) this.#takeColumns(lines);
    this.#items = items;
    this.#kinds = kinds;
    // JSON forbids the others unescaped.
    this.#controls = body.includes(0x7f) ? view : null;
    this.#row = -1;
    this.#ids.begin();
    this.#unsettled = 0;
  }

  /** What is left to be settled of the lines read, as `SpanTable.unsettled` has it. */
  get unsettled(): number {
    return this.#unsettled;
  }

  /** Before the first value of a line, for which the table has a row. */
  openLine(): void {
    const lines = this.#lines as LineColumns;
    const row = ++this.#row;
    lines.reserve(row + 1);
    if (lines.flags !== this.#flagsOf) this.#takeColumns(lines);
    this.#flags = lineFlag.current;
    this.#seen = 0;
  }

  /** Behind the last value of a line. */
  closeLine(): void {
    const { at, until, flags, itemCode } = this.#lines as LineColumns;
    const row = this.#row;
    const missing = everyField & ~this.#seen;
    if ((missing & (1 << spanField.itemCode)) !== 0) itemCode[row] = -1;
    this.#unsettled |= missing & expectedBits;
    let optional = missing & ~expectedBits;
    while (optional !== 0) {
      const field = 31 - Math.clz32(optional);
      optional ^= 1 << field;
      this.#forget(field, row);
    }
    if ((until[row] as number) < (at[row] as number)) this.#leave(spanField.until);
    flags[row] = this.#flags;
  }

  /**
   * Reads the value of a field at `at`, within `depth` open containers, whose cell is `index`. The offset behind it,
   * or -1.
   */
  value(field: number, at: number, index: number, depth: number): number {
    this.#seen |= 1 << field;
    switch (forms[field]) {
      case 0:
        return this.#text(field, at, index, depth);
      case 1:
        return this.#number(field, at, index, depth);
      case 2:
        return this.#time(field, at, index, depth);
      case 3:
        return this.#flag(field, at, index, depth);
      case 4:
        return this.#code(field, at, index, depth);
      case 5:
        return this.#kind(field, at, index, depth);
      default:
        return this.skip(at, index, depth);
    }
  }

  /** Reads a value of any form into its span alone; the offset behind it, or -1. */
  skip(at: number, index: number, depth: number): number {
    const cursor = this.#cursor;
    const { body } = cursor;
    if (body[at] === quote) {
      if (body[at + 1] === quote) {
        this.#store(index, at + 1, at + 1, spanKind.text);
        return at + 2;
      }
      const again = this.#again(at, index);
      if (again > 0) {
        this.#store(index, at + 1, again - 1, spanKind.text);
        return again;
      }
    } else if (body[at] === openBracket && body[at + 1] === closeBracket) {
      cursor.values++;
      this.#store(index, at, at + 2, spanKind.other);
      return at + 2;
    }
    return this.#any(at, index, depth);
  }

  #takeColumns(lines: LineColumns): void {
    const { quantityE4, unitPriceE4Fen, listPriceE4Fen, amountFen, days, at, until } = lines;
    const numbers: Partial<Record<LineSpanField, Float64Array>> = {
      ...{ quantity: quantityE4, unitPrice: unitPriceE4Fen, listPrice: listPriceE4Fen },
      ...{ amount: amountFen, days, at, until },
    };
    this.#lines = lines;
    this.#flagsOf = lines.flags;
    this.#numbers = lineSpanFields.map((field) => numbers[field] ?? days);
    this.#starts = byField(textFields, (field) => lines[field as 'id'].starts, lines.id.starts);
    this.#ends = byField(textFields, (field) => lines[field as 'id'].ends, lines.id.ends);
  }

  #leave(field: number): void {
    this.#unsettled |= 1 << field;
  }

  /** A fact that is not there. */
  #forget(field: number, row: number): void {
    if (((1 << field) & expectedBits) !== 0) this.#leave(field);
    else if (forms[field] === form.text) (this.#starts[field] as Int32Array)[row] = -1;
    else if (forms[field] === form.number || forms[field] === form.time) {
      (this.#numbers[field] as Float64Array)[row] = Number.NaN;
    } else if (forms[field] === form.flag) this.#setFlag(field, field === spanField.current);
  }

  #setFlag(field: number, set: boolean): void {
    const bit = flagBits[field] as number;
    this.#flags = set ? this.#flags | bit : this.#flags & ~bit;
  }

  #store(index: number, start: number, end: number, kind: number): void {
    this.#table.starts[index] = start;
    this.#table.metas[index] = ((end - start) << kindBits) | kind;
  }

  #any(at: number, index: number, depth: number): number {
    const cursor = this.#cursor;
    const next = cursor.value(at, depth);
    if (next >= 0) this.#store(index, cursor.start, cursor.end, cursor.kind);
    return next;
  }

  /** Where the text ends (quotes and all) that the line before has in this cell, if it stands here again; else 0. */
  #again(at: number, index: number): number {
    const { starts, metas, fields } = this.#table;
    const before = index - fields;
    if (before < 0) return 0;
    const meta = metas[before] as number;
    const length = (meta >>> kindBits) + 2;
    const { body, view } = this.#cursor;
    if ((meta & kindMask) !== spanKind.text || length < 3 || at + length > body.length) return 0;
    return isSameAt(view, (starts[before] as number) - 1, at, length) ? at + length : 0;
  }

  #text(field: number, at: number, index: number, depth: number): number {
    const row = this.#row;
    const startsOf = this.#starts[field] as Int32Array;
    if (field !== 0) {
      const again = row > 0 && (startsOf[row - 1] as number) >= 0 ? this.#again(at, index) : 0;
      if (again > 0) {
        this.#store(index, at + 1, again - 1, spanKind.text);
        startsOf[row] = at + 1;
        (this.#ends[field] as Int32Array)[row] = again - 1;
        return again;
      }
    }
    const cursor = this.#cursor;
    const next = this.#any(at, index, depth);
    if (next < 0) return -1;
    const { body, start, end, kind } = cursor;
    const isClean =
      kind === spanKind.text
        ? isCleanText(body, start, end, maxLengths[field] as number, this.#controls)
        : kind === spanKind.digits && isPlainInteger(body, start, end);
    if (isClean) {
      startsOf[row] = start;
      (this.#ends[field] as Int32Array)[row] = end;
      if (field === spanField.id && !this.#ids.grows(cursor.view, start, end)) this.#leave(field);
      if (field === spanField.reverses) this.#unsettled |= maybeRefunds;
    } else if (kind === spanKind.nil || (kind === spanKind.text && start === end)) this.#forget(field, row);
    else this.#leave(field);
    return next;
  }

  /** Up to nine characters of digits and a point, quoted or not; anything else is looked at again. */
  #number(field: number, at: number, index: number, depth: number): number {
    const { body } = this.#cursor;
    const quoted = body[at] === quote;
    const start = quoted ? at + 1 : at;
    const first = body[start] === minus ? start + 1 : start;
    let places = (specs[field] as NumberSpec).scale;
    let units = 0;
    let i = first;
    let digit = (body[i] as number) - zero;
    for (; digit >= 0 && digit <= 9; digit = (body[++i] as number) - zero) {
      units = (Math.imul(units, 10) + digit) | 0;
    }
    const whole = i - first;
    let isUsual = whole > 0 && (quoted || whole === 1 || body[first] !== zero);
    if (digit === point - zero) {
      digit = (body[++i] as number) - zero;
      if (!(digit >= 0 && digit <= 9)) isUsual = false;
      for (; digit >= 0 && digit <= 9; digit = (body[++i] as number) - zero) {
        if (places > 0) {
          units = (Math.imul(units, 10) + digit) | 0;
          places--;
        } else if (digit !== 0) isUsual = false;
      }
    }
    const next = body[i] as number;
    if (!isUsual || i - first > 9 || (quoted ? next !== quote : (next | 0x20) === letterE)) {
      return this.#oddNumber(field, at, index, depth);
    }
    const value = units * (powers[places] as number);
    if (!this.#takeNumber(field, first === start || units === 0 ? value : -value)) {
      return this.#oddNumber(field, at, index, depth);
    }
    this.#store(index, start, i, quoted ? spanKind.text : spanKind.digits);
    return quoted ? i + 1 : i;
  }

  /** False where it is out of bounds, or not a number. */
  #takeNumber(field: number, value: number): boolean {
    const { min, max } = specs[field] as NumberSpec;
    if (!(value >= min && value <= max)) return false;
    if (value < 0) this.#unsettled |= maybeRefunds;
    // Systems without a price list send zero; nothing is listed for nothing.
    const isFree = value === 0 && field === spanField.listPrice;
    (this.#numbers[field] as Float64Array)[this.#row] = isFree ? Number.NaN : value;
    return true;
  }

  #oddNumber(field: number, at: number, index: number, depth: number): number {
    const next = this.#any(at, index, depth);
    const { body, start, end, kind } = this.#cursor;
    if (next < 0) return -1;
    if (kind === spanKind.nil || (kind === spanKind.text && start === end)) this.#forget(field, this.#row);
    else if (kind !== spanKind.text && kind !== spanKind.digits) this.#leave(field);
    else if (!this.#takeNumber(field, decimalAt(body, start, end, (specs[field] as NumberSpec).scale))) {
      this.#leave(field);
    }
    return next;
  }

  #time(field: number, at: number, index: number, depth: number): number {
    const { body } = this.#cursor;
    if (body[at] === quote) {
      const start = at + 1;
      for (const length of timeLengths) {
        if (body[start + length] !== quote || !this.#takeTime(field, start, start + length)) continue;
        this.#store(index, start, start + length, spanKind.text);
        return start + length + 1;
      }
    }
    const next = this.#any(at, index, depth);
    const { start, end, kind } = this.#cursor;
    if (next < 0) return -1;
    if (kind === spanKind.nil || (kind === spanKind.text && start === end)) this.#forget(field, this.#row);
    else if (kind !== spanKind.text || !this.#takeTime(field, start, end)) this.#leave(field);
    return next;
  }

  #takeTime(field: number, start: number, end: number): boolean {
    const times = this.#times;
    const into = this.#numbers[field] as Float64Array;
    if (!times.read(this.#cursor.body, start, end, into, this.#row)) return false;
    if (field === spanField.at) {
      this.#flags = times.timed ? this.#flags | lineFlag.timed : this.#flags & ~lineFlag.timed;
    }
    return true;
  }

  #flag(field: number, at: number, index: number, depth: number): number {
    const { body, view } = this.#cursor;
    if (at + 8 <= body.length) {
      const word = view.getInt32(at, true);
      if (word === wordTrue) return this.#takeFlag(field, true, index, at, at + 4, spanKind.yes);
      if (word === wordFals && body[at + 4] === letterE) {
        return this.#takeFlag(field, false, index, at, at + 5, spanKind.no);
      }
      if (body[at] === quote && body[at + 2] === quote) {
        const isOne = body[at + 1] === digitOne;
        if (isOne || body[at + 1] === zero) {
          return this.#takeFlag(field, isOne, index, at + 1, at + 2, spanKind.text) + 1;
        }
      }
    }
    const next = this.#any(at, index, depth);
    const { start, end, kind } = this.#cursor;
    if (next < 0) return -1;
    if (kind === spanKind.nil || (kind === spanKind.text && start === end)) this.#forget(field, this.#row);
    else this.#leave(field);
    return next;
  }

  #takeFlag(field: number, set: boolean, index: number, start: number, end: number, kind: number): number {
    this.#setFlag(field, set);
    this.#store(index, start, end, kind);
    return end;
  }

  /** Codes that come anew are looked up together; see settleItemCodes. */
  #code(field: number, at: number, index: number, depth: number): number {
    const { body, view } = this.#cursor;
    const items = this.#items as ItemCodes;
    const { itemCode } = this.#lines as LineColumns;
    const start = at + 1;
    for (const length of codeLengths) {
      if (body[start + length] !== quote || body[at] !== quote) continue;
      const number = items.recentAt(view, start, start + length);
      if (number < 0) break;
      itemCode[this.#row] = number;
      this.#store(index, start, start + length, spanKind.text);
      return start + length + 1;
    }
    itemCode[this.#row] = -1;
    this.#leave(field);
    return this.#any(at, index, depth);
  }

  #kind(field: number, at: number, index: number, depth: number): number {
    const next = this.#any(at, index, depth);
    const { body, start, end, kind } = this.#cursor;
    if (next < 0) return -1;
    const named = this.#kinds !== null && kind === spanKind.text ? this.#kinds.kindAt(body, start, end) : -1;
    if (named < 0) this.#leave(field);
    (this.#lines as LineColumns).kind[this.#row] = named;
    return next;
  }
}
