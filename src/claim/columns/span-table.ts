/**
 * What a scanner leaves behind: for every row (a line) and field, where the value stands in the body and what it
 * is. No value is made yet. The columnar form of RawLine: structure settled, facts as they came.
 */

/** The low four bits of a span's `meta`; the other bits are its length in bytes. */
export const spanKind = {
  missing: 0,
  nil: 1,
  yes: 2,
  no: 3,
  /** Valid UTF-8 without quotes, nothing escaped. */
  text: 4,
  /** The same of a JSON text that holds escapes. */
  escaped: 5,
  /** The characters of a JSON number. */
  digits: 6,
  /** A MessagePack number, from its head byte on. */
  packedNumber: 7,
  /** A whole list, object or (MessagePack) byte string, from its first byte to its last. */
  other: 8,
} as const;

export const kindBits = 4;
export const kindMask = 15;

const firstRows = 64;

/** Every field, and that there may be refunds. */
export const allUnsettled = -1;

export class SpanTable {
  readonly fields: number;
  /** Rows in use; the cells of all others are missing. */
  count = 0;
  /**
   * Which fields of `lineSpanFields` still have to be settled, as bits: of any other field every line's value stands
   * in its column already. A scanner that settles nothing leaves this alone.
   */
  unsettled = allUnsettled;
  /** Byte offsets; row r, field f at r * fields + f. */
  starts: Int32Array;
  /** `length << kindBits | kind`; 0: missing. */
  metas: Int32Array;
  #rows = firstRows;

  constructor(fields: number) {
    this.fields = fields;
    this.starts = new Int32Array(fields * firstRows);
    this.metas = new Int32Array(fields * firstRows);
  }

  reset(): void {
    this.metas.fill(0, 0, this.count * this.fields);
    this.count = 0;
    this.unsettled = allUnsettled;
  }

  /** Adds a row in which every field is missing; answers the index of its first cell. */
  addRow(): number {
    if (this.count === this.#rows) this.#grow(this.count + 1);
    return this.count++ * this.fields;
  }

  /** The same for all rows of a table without any. */
  addRows(count: number): void {
    if (count > this.#rows) this.#grow(count);
    this.count = count;
  }

  #grow(rows: number): void {
    this.#rows = Math.max(rows, this.#rows * 2);
    const starts = new Int32Array(this.fields * this.#rows);
    const metas = new Int32Array(this.fields * this.#rows);
    starts.set(this.starts);
    metas.set(this.metas);
    this.starts = starts;
    this.metas = metas;
  }
}

/** The fields of a scanned line, in this order: RawLine's, without the encounter. */
export const lineSpanFields = [
  'id',
  'itemCode',
  'itemName',
  'kind',
  'quantity',
  'unitPrice',
  'listPrice',
  'amount',
  'at',
  'until',
  'department',
  'practitioner',
  'prescriptionId',
  'current',
  'selfPaid',
  'days',
  'traceCodes',
  'splitPack',
  'reverses',
] as const;
export type LineSpanField = (typeof lineSpanFields)[number];

/** A field's bit in `SpanTable.unsettled`. */
export const unsettledBit = Object.fromEntries(
  lineSpanFields.map((field, place) => [field, 1 << place]),
) as Readonly<Record<LineSpanField, number>>;
/** Besides: some line may be a refund. */
export const maybeRefunds = 1 << lineSpanFields.length;
