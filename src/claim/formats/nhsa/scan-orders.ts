/** Reads lists of orders where they stand in the body, into a table of spans. */
import { kindBits, SpanTable, spanKind } from '../../columns/span-table.js';
import { claimLimits } from '../../fields.js';
import { JsonCursor } from '../json-bytes.js';
import { KeyLeads } from '../key-leads.js';
import { columnMask, ignoredKey, orderColumnCount, orderKeys, spelling } from './order-fields.js';

const [quote, comma, openBrace, closeBrace, openBracket, closeBracket] = [0x22, 0x2c, 0x7b, 0x7d, 0x5b, 0x5d];

export class OrderScanner {
  readonly cursor = new JsonCursor();
  /** One row per order; columns as in `orderColumn`. */
  readonly table = new SpanTable(orderColumnCount);
  /** Commas and opening brackets met so far, but for those that the cursor counts; rather more. */
  addedValues = 0;
  readonly #leads = new KeyLeads();
  #spellings = 0;
  #number = 0;

  begin(body: Buffer): void {
    this.cursor.begin(body);
    this.table.reset();
    this.addedValues = 0;
    this.#spellings = 0;
  }

  finish(): void {
    this.cursor.finish();
  }

  /** Upper bound of the values read so far, as `claimLimits.values` counts them. */
  get values(): number {
    return this.addedValues + this.cursor.values;
  }

  /** Names were written in both spellings, and which of them counts is not for a scanner. */
  get isMixed(): boolean {
    return (this.#spellings & spelling.both) === spelling.both;
  }

  /**
   * Adds the orders of the list at `at`, which stands within `depth` open containers. The offset behind it; -1
   * where it is not a clean list of objects.
   */
  list(at: number, depth: number): number {
    const { cursor } = this;
    this.addedValues++;
    let i = cursor.is(at, openBracket) && depth + 2 <= claimLimits.depth ? cursor.blanks(at + 1) : -1;
    if (i >= 0 && cursor.is(i, closeBracket)) return i + 1;
    while (i >= 0 && cursor.is(i, openBrace) && this.table.count < claimLimits.lines) {
      const next = this.#order(i + 1, depth + 2);
      if (next < 0) return -1;
      i = cursor.blanks(next);
      if (cursor.is(i, closeBracket)) return i + 1;
      i = cursor.is(i, comma) ? cursor.blanks(i + 1) : -1;
    }
    return -1;
  }

  /** One order from behind its brace on. A key that comes twice has the value that comes last. */
  #order(at: number, depth: number): number {
    const { cursor, table } = this;
    const { body, view } = cursor;
    const leads = this.#leads;
    const cell = table.addRow();
    const { starts, metas } = table;
    let spellings = 0;
    let position = 0;
    let i = at;
    for (; ; position++) {
      const length = leads.lengthAt(position, view, i);
      let number = 0;
      if (length > 0) {
        number = leads.numberAt(position);
        i += length;
        // The lead that was learnt may have had less white space.
        if (i < body.length && (body[i] as number) <= 0x20) i = cursor.blanks(i);
      } else {
        i = this.#lead(i, position);
        if (i < 0) return -1;
        number = this.#number;
        if (number < 0) break;
      }
      spellings |= number;
      i = cursor.value(i, depth);
      if (i < 0) return -1;
      const index = cell + (number & columnMask);
      starts[index] = cursor.start;
      metas[index] = ((cursor.end - cursor.start) << kindBits) | cursor.kind;
    }
    this.#spellings |= spellings;
    this.addedValues += position + 2;
    return i;
  }

  /**
   * What leads to the next value: the offset of its first byte, and `#number` of its key. At the order's end
   * the offset behind it, and -1 as the number.
   */
  #lead(at: number, position: number): number {
    const { cursor } = this;
    let i = cursor.blanks(at);
    if (cursor.is(i, closeBrace)) {
      this.#number = -1;
      return i + 1;
    }
    if (position > 0) i = cursor.is(i, comma) ? cursor.blanks(i + 1) : -1;
    if (i < 0 || !cursor.is(i, quote)) return -1;
    const next = cursor.key(i);
    // An escaped key may spell one of ours: too rare to be read here.
    if (next < 0 || cursor.kind !== spanKind.text) return -1;
    const entry = orderKeys.find(cursor.body, cursor.start, cursor.end);
    this.#number = entry < 0 ? ignoredKey : orderKeys.numberOf(entry);
    this.#leads.learn(position, cursor.body, at, next, this.#number);
    return next;
  }
}
