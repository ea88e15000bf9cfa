/**
 * Fee lines as columns: one array per fact, reused from claim to claim. Line numbers are positions in the order
 * sent. A number that is unknown is NaN, a flag that is unknown has the default of claim.ts, an unknown
 * enumeration or item is -1.
 */
import { claimFields, claimLimits } from '../fields.js';
import { grownInts, TextColumn } from './text-column.js';

/** Bits of `flags`. */
export const lineFlag = {
  /** `at` is a time of day, not a date alone. */
  timed: 1,
  current: 2,
  selfPaid: 4,
  refund: 8,
  splitPack: 16,
  /** May be judged and counted; see claim.ts. */
  payable: 32,
} as const;

/** Words of `kind`, by number. */
export const lineKinds = claimFields['lines.kind'].values;

const numberColumns = [
  'quantityE4',
  'unitPriceE4Fen',
  'listPriceE4Fen',
  'amountFen',
  'netQuantityE4',
  'netAmountFen',
  'at',
  'until',
  'days',
] as const;
const textColumns = ['id', 'itemName', 'department', 'practitioner', 'prescriptionId', 'reverses'] as const;

const firstCapacity = 64;
const noCodes: readonly string[] = [];

export class LineColumns {
  count = 0;
  #capacity = firstCapacity;

  /** Number of the item code (see item-codes.ts); -1: unknown. */
  itemCode = new Int32Array(firstCapacity);
  /** Position in `lineKinds`; -1: unknown. */
  kind = new Int8Array(firstCapacity);
  /** See `lineFlag`. */
  flags = new Uint8Array(firstCapacity);

  quantityE4 = new Float64Array(firstCapacity);
  unitPriceE4Fen = new Float64Array(firstCapacity);
  listPriceE4Fen = new Float64Array(firstCapacity);
  amountFen = new Float64Array(firstCapacity);
  /** What refunds have left; see claim.ts. */
  netQuantityE4 = new Float64Array(firstCapacity);
  netAmountFen = new Float64Array(firstCapacity);
  at = new Float64Array(firstCapacity);
  until = new Float64Array(firstCapacity);
  days = new Float64Array(firstCapacity);

  readonly id = new TextColumn(firstCapacity);
  readonly itemName = new TextColumn(firstCapacity);
  readonly department = new TextColumn(firstCapacity);
  readonly practitioner = new TextColumn(firstCapacity);
  readonly prescriptionId = new TextColumn(firstCapacity);
  readonly reverses = new TextColumn(firstCapacity);

  /** Trace codes of the lines that have any. */
  readonly #traceCodes = new Map<number, readonly string[]>();

  /** Forgets the lines of the claim before. */
  reset(body: Buffer): void {
    this.count = 0;
    if (this.#traceCodes.size > 0) this.#traceCodes.clear();
    for (const name of textColumns) this[name].reset(body);
  }

  /** Makes room for `count` lines; at most `claimLimits.lines`. */
  reserve(count: number): void {
    if (count <= this.#capacity) return;
    const capacity = Math.min(Math.max(count, this.#capacity * 2), Math.max(count, claimLimits.lines));
    this.itemCode = grownInts(this.itemCode, capacity);
    this.kind = copied(this.kind, new Int8Array(capacity));
    this.flags = copied(this.flags, new Uint8Array(capacity));
    for (const name of numberColumns) this[name] = copied(this[name], new Float64Array(capacity));
    for (const name of textColumns) this[name].grow(capacity);
    this.#capacity = capacity;
  }

  setTraceCodes(line: number, codes: readonly string[]): void {
    if (codes.length > 0) this.#traceCodes.set(line, codes);
  }

  traceCodesAt(line: number): readonly string[] {
    return this.#traceCodes.get(line) ?? noCodes;
  }

  hasFlag(line: number, flag: number): boolean {
    return ((this.flags[line] as number) & flag) !== 0;
  }
}

function copied<T extends Int8Array | Uint8Array | Float64Array>(from: T, to: T): T {
  to.set(from);
  return to;
}
