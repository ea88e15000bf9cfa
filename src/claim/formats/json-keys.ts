/** Finds the values of one kind of JSON object and the numbers of their keys; keys are foreseen (see KeyLeads). */
import { spanKind } from '../columns/span-table.js';
import type { JsonCursor } from './json-bytes.js';
import { KeyLeads } from './key-leads.js';
import type { KeyTable } from './key-table.js';

const [quote, comma, closeBrace] = [0x22, 0x2c, 0x7d];

export class JsonKeys {
  /** The number of the key that `next` met; -1: the object's end. */
  number = 0;
  readonly #table: KeyTable;
  readonly #foreign: number;
  readonly #leads = new KeyLeads();

  /** `foreign`: the number of keys that the table does not have. */
  constructor(table: KeyTable, foreign: number) {
    this.#table = table;
    this.#foreign = foreign;
  }

  /**
   * From behind the brace, or the value before, of an object that has had `position` values: the offset of the next
   * value's first byte, or behind the object; sets `number`. -1: malformed, or for the plain reader.
   */
  next(cursor: JsonCursor, at: number, position: number): number {
    const length = this.#leads.lengthAt(position, cursor.body, cursor.view, at);
    if (length === 0) return this.#find(cursor, at, position);
    this.number = this.#leads.numberAt(position);
    const value = at + length;
    // The lead that was learnt may have had less white space.
    return value < cursor.body.length && (cursor.body[value] as number) <= 0x20
      ? cursor.blanks(value)
      : value;
  }

  #find(cursor: JsonCursor, start: number, position: number): number {
    let at = cursor.blanks(start);
    if (cursor.is(at, closeBrace)) {
      this.number = -1;
      return at + 1;
    }
    if (position > 0) {
      if (!cursor.is(at, comma)) return -1;
      at = cursor.blanks(at + 1);
    }
    if (!cursor.is(at, quote)) return -1;
    const value = cursor.key(at);
    // An escaped key may spell one of ours: too rare to be read here.
    if (value < 0 || cursor.kind !== spanKind.text) return -1;
    const entry = this.#table.find(cursor.body, cursor.start, cursor.end);
    this.number = entry < 0 ? this.#foreign : this.#table.numberOf(entry);
    this.#leads.learn(position, cursor.body, start, value, this.number);
    return value;
  }
}
