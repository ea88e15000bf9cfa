/** Signs of refunds, and what refunds leave of other lines. */
import { FactReader } from '../facts.js';
import { negative } from '../lines.js';
import { netLines, type ReadLine } from '../netting.js';
import { NoteTaker } from '../notes.js';
import type { ItemCodes } from './item-codes.js';
import { type LineColumns, lineFlag } from './line-columns.js';
import type { LineSpans } from './line-spans.js';
import { orNull } from './settle-numbers.js';

/**
 * Marks refunds and sets their signs; answers whether there are any. The bit `refund` must be clear. After
 * quantity, amount and `reverses`.
 */
export function settleSigns(spans: LineSpans): boolean {
  const { quantityE4, amountFen, reverses, flags } = spans.columns;
  const { count } = spans.table;
  let found = false;
  for (let row = 0; row < count; row++) {
    if (!reverses.isKnown(row) && !((quantityE4[row] as number) < 0) && !((amountFen[row] as number) < 0)) {
      continue;
    }
    found = true;
    flags[row] = (flags[row] as number) | lineFlag.refund;
    if ((quantityE4[row] as number) > 0) {
      quantityE4[row] = negative('lines.quantity', quantityE4[row] as number, spans.factsOf(row)) as number;
    }
    if ((amountFen[row] as number) > 0) {
      amountFen[row] = negative('lines.amount', amountFen[row] as number, spans.factsOf(row)) as number;
    }
  }
  return found;
}

/** Without refunds every line is what it says. */
export function settleWithoutRefunds(columns: LineColumns): void {
  const { count, quantityE4, amountFen, netQuantityE4, netAmountFen, flags } = columns;
  for (let row = 0; row < count; row++) {
    const quantity = quantityE4[row] as number;
    const amount = amountFen[row] as number;
    netQuantityE4[row] = quantity;
    netAmountFen[row] = amount;
    // As in netting.ts: a line of nothing for nothing charges nothing.
    const selfPaid = ((flags[row] as number) & lineFlag.selfPaid) !== 0;
    if ((quantity !== 0 || amount !== 0) && !selfPaid) flags[row] = (flags[row] as number) | lineFlag.payable;
  }
}

/**
 * Nets the refunds as the plain reader does; makes objects only of lines that a refund could take from. `encounters`
 * null: all lines stand in one.
 */
export function settleNetting(
  spans: LineSpans,
  encounters: ArrayLike<number> | null,
  items: ItemCodes,
): void {
  const { columns } = spans;
  settleWithoutRefunds(columns);
  const rows = concernedRows(columns);
  const lines = rows.map((row) => readLineOf(columns, row));
  const origins = rows.map((row) => ({ encounter: encounters?.[row] ?? 0, item: itemOf(spans, row, items) }));
  netLines(lines, origins, spans.notes);
  lines.forEach((line, i) => {
    const row = rows[i] as number;
    columns.netQuantityE4[row] = line.netQuantityE4 ?? Number.NaN;
    columns.netAmountFen[row] = line.netAmountFen ?? Number.NaN;
    const others = (columns.flags[row] as number) & ~lineFlag.payable;
    columns.flags[row] = line.payable ? others | lineFlag.payable : others;
  });
}

/**
 * Refunds, and lines that may be what they take from: whose id one names, or of the item of one that names none. Some
 * more may be among them, never fewer.
 */
function concernedRows(columns: LineColumns): readonly number[] {
  const { count, itemCode, id, reverses } = columns;
  const named = new Set<number>();
  const items = new Set<number>();
  for (let row = 0; row < count; row++) {
    if (!columns.hasFlag(row, lineFlag.refund)) continue;
    if (reverses.isKnown(row)) named.add(reverses.hashAt(row));
    else items.add(numberOf(itemCode[row] as number));
  }
  const rows: number[] = [];
  for (let row = 0; row < count; row++) {
    const isOfItem = items.has(numberOf(itemCode[row] as number));
    const isNamed = named.size > 0 && named.has(id.hashAt(row));
    if (columns.hasFlag(row, lineFlag.refund) || isOfItem || isNamed) rows.push(row);
  }
  return rows;
}

/** Hospitals' own codes have no numbers, and are told apart later. */
function numberOf(item: number): number {
  return Math.max(item, -1);
}

function readLineOf(columns: LineColumns, row: number): ReadLine {
  return {
    id: columns.id.at(row) ?? '',
    quantityE4: orNull(columns.quantityE4[row] as number),
    unitPriceE4Fen: orNull(columns.unitPriceE4Fen[row] as number),
    amountFen: orNull(columns.amountFen[row] as number),
    at: orNull(columns.at[row] as number),
    selfPaid: columns.hasFlag(row, lineFlag.selfPaid),
    refund: columns.hasFlag(row, lineFlag.refund),
    reverses: columns.reverses.at(row),
    netQuantityE4: null,
    netAmountFen: null,
    payable: false,
  };
}

/** A hospital's own code is unknown to rules, but still says which line a refund is of. */
function itemOf(spans: LineSpans, row: number, items: ItemCodes): string | null {
  const number = spans.columns.itemCode[row] as number;
  if (number >= 0) return items.textOf(number);
  return new FactReader(new NoteTaker()).text('lines.itemCode', spans.value(row, 'itemCode'));
}
