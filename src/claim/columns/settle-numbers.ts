/** Quantities, money, prices and days of scanned lines. */
import { scales } from '../../base/money.js';
import { decimalAt, packedDecimalAt } from '../clean-decimal.js';
import { claimFields } from '../fields.js';
import { readAmount } from '../lines.js';
import { type LineSpans, spanField } from './line-spans.js';
import { isNothing } from './settle-texts.js';
import { kindBits, kindMask, spanKind } from './span-table.js';

export type NumberField = 'quantity' | 'unitPrice' | 'listPrice' | 'amount' | 'days';

export interface NumberSpec {
  readonly scale: number;
  /** Bounds in the column's own units. */
  readonly min: number;
  readonly max: number;
  readonly expected: boolean;
  /** What the plain reader makes of the value; null is unknown. */
  readonly slow: (spans: LineSpans, row: number, cell: number) => number | null;
}

export const numberSpecs: Readonly<Record<NumberField, NumberSpec>> = {
  quantity: specOf('quantity', scales.quantity, 10_000, slowDecimal('quantity')),
  unitPrice: specOf('unitPrice', scales.price, 10_000, slowDecimal('unitPrice')),
  listPrice: specOf('listPrice', scales.price, 10_000, slowDecimal('listPrice')),
  amount: specOf('amount', scales.fen, 1, slowAmount),
  days: specOf('days', 0, 1, (spans, row, cell) =>
    spans.factsOf(row).integer('lines.days', spans.valueAt(cell)),
  ),
};

function specOf(field: NumberField, scale: number, unit: number, slow: NumberSpec['slow']): NumberSpec {
  const spec = claimFields[`lines.${field}`];
  return { scale, min: spec.min * unit, max: spec.max * unit, expected: 'expected' in spec, slow };
}

function slowDecimal(field: 'quantity' | 'unitPrice' | 'listPrice'): NumberSpec['slow'] {
  return (spans, row, cell) => spans.factsOf(row).decimal(`lines.${field}`, spans.valueAt(cell));
}

/** After quantity and unit price, which it may have to be made of. */
function slowAmount(spans: LineSpans, row: number, cell: number): number | null {
  const { quantityE4, unitPriceE4Fen } = spans.columns;
  const [quantity, price] = [orNull(quantityE4[row] as number), orNull(unitPriceE4Fen[row] as number)];
  return readAmount(spans.valueAt(cell), quantity, price, spans.factsOf(row));
}

export function orNull(value: number): number | null {
  return Number.isNaN(value) ? null : value;
}

/** Fills one column of numbers; unknown is NaN. */
export function settleNumbers(spans: LineSpans, field: NumberField, into: Float64Array): void {
  const { body } = spans;
  const { starts, metas, fields, count } = spans.table;
  const { scale, min, max, expected, slow } = numberSpecs[field];
  for (let row = 0, cell = spanField[field]; row < count; row++, cell += fields) {
    const meta = metas[cell] as number;
    if (!expected && isNothing(meta)) {
      into[row] = Number.NaN;
      continue;
    }
    const kind = meta & kindMask;
    const start = starts[cell] as number;
    let units = Number.NaN;
    if (kind === spanKind.packedNumber) units = packedDecimalAt(body, start, scale);
    else if (kind === spanKind.text || kind === spanKind.digits) {
      units = decimalAt(body, start, start + (meta >>> kindBits), scale);
    }
    into[row] = units >= min && units <= max ? units : (slow(spans, row, cell) ?? Number.NaN);
  }
}
