/**
 * Makes lines of scanned orders: the same as readOrder, on spans. What is usual is settled on bytes; anything
 * else is decoded and asked of the very functions that the plain reader asks.
 */

import { scales } from '../../../base/money.js';
import { decimalAt } from '../../clean-decimal.js';
import { spanValue } from '../../columns/line-spans.js';
import { kindBits, kindMask, type SpanTable, spanKind, unsettledBit } from '../../columns/span-table.js';
import type { NationalTables } from '../../dictionaries.js';
import type { FactReader } from '../../facts.js';
import { isBlank } from './nodes.js';
import {
  departmentCode,
  isDeclaredSelfPaid,
  isOutsideCatalogue,
  isWhole,
  traceCodesOf,
  traceNodes,
} from './order.js';
import { orderColumn } from './order-fields.js';

export interface LineSurroundings {
  readonly tables: NationalTables;
  /** '1', '2', '3' or null: chooses the list price. */
  readonly institutionLevel: string | null;
  readonly facts: FactReader;
  /** Filled by row. */
  readonly traceCodes: Map<number, readonly unknown[]>;
}

const levelPrices: Readonly<Record<string, number>> = {
  '1': orderColumn.level1Price,
  '2': orderColumn.level2Price,
  '3': orderColumn.level3Price,
};
const firstTraceColumn = orderColumn.traceNode0;
const [yes, no, nil] = [spanKind.yes, spanKind.no, spanKind.nil];
const [digitOne, digitTwo, digitNine] = [0x31, 0x32, 0x39];

export class OrderLines {
  readonly #body: Buffer;
  readonly #table: SpanTable;
  readonly #around: LineSurroundings;
  readonly #levelPrice: number;
  /** The catalogue level asked for last, as bytes, and whether it is outside the catalogue. */
  #askedLevel = -1;
  #answer = false;
  #unsettled = unsettledBit.selfPaid;

  constructor(body: Buffer, table: SpanTable, around: LineSurroundings) {
    this.#body = body;
    this.#table = table;
    this.#around = around;
    this.#levelPrice = levelPrices[around.institutionLevel ?? ''] ?? -1;
  }

  /** Facts that are not what was sent for them. */
  get unsettled(): number {
    return this.#unsettled;
  }

  /** Settles rows `from` … `to - 1`, which stand in one encounter: the current one, or another. */
  settle(from: number, to: number, current: boolean): void {
    const { metas, fields } = this.#table;
    if (!current) this.#unsettled |= unsettledBit.current;
    for (let row = from; row < to; row++) {
      const cell = row * fields;
      if (!current) metas[cell + orderColumn.current] = no;
      if (this.#levelPrice >= 0) this.#chooseListPrice(cell);
      this.#settleDepartment(cell);
      metas[cell + orderColumn.selfPaid] = this.#isSelfPaid(cell) ? yes : no;
      this.#takeTraceCodes(row, cell);
    }
  }

  /** The value as the plain reader has it, lists and objects as well. */
  #valueAt(index: number): unknown {
    const { starts, metas } = this.#table;
    const start = starts[index] as number;
    const length = (metas[index] as number) >> kindBits;
    const kind = (metas[index] as number) & kindMask;
    if (kind !== spanKind.other) return spanValue(this.#body, start, length, kind);
    return JSON.parse(this.#body.toString('utf8', start, start + length));
  }

  /** An amount in fen where it is written in a usual form, else NaN. */
  #fenAt(index: number): number {
    const { starts, metas } = this.#table;
    const [start, meta] = [starts[index] as number, metas[index] as number];
    const kind = meta & kindMask;
    if (kind !== spanKind.text && kind !== spanKind.digits) return Number.NaN;
    return decimalAt(this.#body, start, start + (meta >> kindBits), scales.fen);
  }

  #chooseListPrice(cell: number): void {
    const { starts, metas } = this.#table;
    const index = cell + this.#levelPrice;
    const meta = metas[index] as number;
    if (meta === spanKind.missing || meta === nil) return;
    const first = this.#body[starts[index] as number] as number;
    const isNumber = meta >> kindBits > 0 && first >= 0x30 && first <= digitNine;
    if (!isNumber && isBlank(this.#valueAt(index))) return;
    this.#unsettled |= unsettledBit.listPrice;
    starts[cell + orderColumn.listPrice] = starts[index] as number;
    metas[cell + orderColumn.listPrice] = meta;
  }

  #settleDepartment(cell: number): void {
    const { starts, metas } = this.#table;
    const index = cell + orderColumn.department;
    const meta = metas[index] as number;
    if (meta === spanKind.missing || meta === nil) return;
    if (isShortAscii(this.#body, starts[index] as number, meta)) return;
    const sent = this.#valueAt(index);
    const name = cell + orderColumn.departmentName;
    this.#unsettled |= unsettledBit.department;
    const code = departmentCode(sent, this.#valueAt(name), 'lines.department', this.#around.facts);
    if (code === null) metas[index] = nil;
    else if (code !== String(sent).trim()) {
      starts[index] = starts[name] as number;
      metas[index] = metas[name] as number;
    }
  }

  #isSelfPaid(cell: number): boolean {
    const approval = cell + orderColumn.approval;
    const vendor = cell + orderColumn.vendorFlag;
    if (!this.#isOtherDigit(approval, digitTwo) || !this.#isOtherDigit(vendor, digitOne)) {
      if (isDeclaredSelfPaid(this.#valueAt(approval), this.#valueAt(vendor))) return true;
    }
    return this.#isOutsideCatalogue(cell + orderColumn.catalogueLevel) && this.#isWhole(cell);
  }

  /** Surely not this digit: missing, null, or one other character. */
  #isOtherDigit(index: number, digit: number): boolean {
    const { starts, metas } = this.#table;
    const meta = metas[index] as number;
    const kind = meta & kindMask;
    if (kind === spanKind.missing || kind === nil) return true;
    if (kind !== spanKind.text && kind !== spanKind.digits) return false;
    const length = meta >> kindBits;
    return length === 0 || (length === 1 && this.#body[starts[index] as number] !== digit);
  }

  #isOutsideCatalogue(index: number): boolean {
    const { starts, metas } = this.#table;
    const meta = metas[index] as number;
    if (meta === spanKind.missing || meta === nil) return false;
    const start = starts[index] as number;
    const length = meta >> kindBits;
    if (length > 2 || (meta & kindMask) !== spanKind.text) {
      return isOutsideCatalogue(this.#valueAt(index), this.#around.tables);
    }
    // A few levels come again and again: the answer for the last one is kept.
    const first = length > 0 ? (this.#body[start] as number) : 0;
    const level = (length << 16) | (first << 8) | (length > 1 ? (this.#body[start + 1] as number) : 0);
    if (level !== this.#askedLevel) {
      this.#askedLevel = level;
      this.#answer = isOutsideCatalogue(this.#valueAt(index), this.#around.tables);
    }
    return this.#answer;
  }

  #isWhole(cell: number): boolean {
    const [own, total] = [cell + orderColumn.ownAmount, cell + orderColumn.amount];
    const [ownFen, totalFen] = [this.#fenAt(own), this.#fenAt(total)];
    if (!Number.isNaN(ownFen) && !Number.isNaN(totalFen)) return ownFen === totalFen;
    return isWhole(this.#valueAt(own), this.#valueAt(total));
  }

  #takeTraceCodes(row: number, cell: number): void {
    if (!this.#hasTrace(cell)) return;
    const codes = traceCodesOf(traceNodes.map((_, i) => this.#valueAt(cell + firstTraceColumn + i)));
    if (codes.length > 0) this.#around.traceCodes.set(row, codes);
  }

  #hasTrace(cell: number): boolean {
    const { metas } = this.#table;
    for (let i = 0; i < traceNodes.length; i++) {
      const meta = metas[cell + firstTraceColumn + i] as number;
      const kind = meta & kindMask;
      const isEmpty =
        kind === spanKind.missing || kind === nil || (kind === spanKind.text && meta >> kindBits === 0);
      // An empty list or object is two bytes, unless there are blanks in it.
      if (!isEmpty && !(kind === spanKind.other && meta >> kindBits === 2)) return true;
    }
    return false;
  }
}

/** Whether a span is a text that is neither Chinese nor too long to be echoed, and without control characters. */
function isShortAscii(body: Buffer, start: number, meta: number): boolean {
  const length = meta >> kindBits;
  if ((meta & kindMask) !== spanKind.text || length > 128) return false;
  for (let i = start; i < start + length; i++) if ((body[i] as number) >= 0x7f) return false;
  return true;
}
