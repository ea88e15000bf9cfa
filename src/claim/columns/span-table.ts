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

export class SpanTable {
  readonly fields: number;
  /** Rows in use. */
  count = 0;
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
    this.count = 0;
  }

  /** Adds a row in which every field is missing; answers the index of its first cell. */
  addRow(): number {
    if (this.count === this.#rows) this.#grow();
    const cell = this.count++ * this.fields;
    this.metas.fill(0, cell, cell + this.fields);
    return cell;
  }

  #grow(): void {
    this.#rows *= 2;
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
