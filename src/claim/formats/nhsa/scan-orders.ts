/** Reads lists of orders where they stand in the body, into a table of spans. */
import type { ClaimColumns } from '../../columns/claim-columns.js';
import { SpanTable } from '../../columns/span-table.js';
import { claimLimits } from '../../fields.js';
import { JsonCursor } from '../json-bytes.js';
import { JsonKeys } from '../json-keys.js';
import { JsonLineValues } from '../json-line-values.js';
import { columnMask, ignoredKey, orderColumnCount, orderKeys, spelling } from './order-fields.js';

const [comma, openBrace, openBracket, closeBracket] = [0x2c, 0x7b, 0x5b, 0x5d];

/** Of the columns for ignored values, which mostly stand again in the next order. */
const lastIgnored = 31;

export class OrderScanner {
  readonly cursor = new JsonCursor();
  /** One row per order; columns as in `orderColumn`, and behind them the ignored values by their position. */
  readonly table = new SpanTable(orderColumnCount + lastIgnored + 1);
  /** Commas and opening brackets met so far, but for those that the cursor counts; rather more. */
  addedValues = 0;
  readonly #keys = new JsonKeys(orderKeys, ignoredKey);
  readonly #values = new JsonLineValues(this.cursor, this.table);
  #spellings = 0;

  begin(body: Buffer, columns: ClaimColumns): void {
    this.cursor.begin(body);
    this.table.reset();
    // What a kind is called depends on the region, which is not known before the rest has been read.
    this.#values.begin(columns, null);
    this.addedValues = 0;
    this.#spellings = 0;
  }

  finish(): void {
    this.cursor.finish();
  }

  /** What the orders leave to be settled; see `SpanTable.unsettled`. */
  get unsettled(): number {
    return this.#values.unsettled;
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
    const keys = this.#keys;
    const values = this.#values;
    const cell = table.addRow();
    values.openLine();
    let spellings = 0;
    let position = 0;
    let i = at;
    for (; ; position++) {
      i = keys.next(cursor, i, position);
      if (i < 0) return -1;
      const { number } = keys;
      if (number < 0) break;
      spellings |= number;
      const column = number & columnMask;
      i =
        column === ignoredKey
          ? values.skip(i, cell + orderColumnCount + (position & lastIgnored), depth)
          : values.value(column, i, cell + column, depth);
      if (i < 0) return -1;
    }
    values.closeLine();
    this.#spellings |= spellings;
    this.addedValues += position + 2;
    return i;
  }
}
