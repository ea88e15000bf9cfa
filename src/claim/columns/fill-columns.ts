/** A plain claim to columns: the slow way, for formats and bodies that no scanner takes. */
import type { Claim, Line } from '../claim.js';
import { ClaimColumns } from './claim-columns.js';
import type { ItemCodes } from './item-codes.js';
import { type LineColumns, lineFlag } from './line-columns.js';
import { lineKindNumber } from './line-kind.js';

const noBody = Buffer.alloc(0);

/** Fills `columns` with the claim; what stood in them is gone. */
export function fillColumns(claim: Claim, columns: ClaimColumns): void {
  const { lines: plain, ...head } = claim;
  const { lines, items } = columns;
  columns.head = head;
  lines.reset(noBody);
  lines.reserve(plain.length);
  lines.count = plain.length;
  plain.forEach((line, row) => {
    lines.itemCode[row] = line.itemCode === null ? -1 : items.numberOf(line.itemCode);
    fillTexts(line, row, lines);
    fillNumbers(line, row, lines);
    lines.kind[row] = lineKindNumber(line.kind);
    lines.flags[row] = flagsOf(line);
    lines.setTraceCodes(row, line.traceCodes);
  });
}

/** A claim's columns of its own. */
export function columnsOf(claim: Claim, items: ItemCodes): ClaimColumns {
  const columns = new ClaimColumns(items);
  fillColumns(claim, columns);
  return columns;
}

function fillTexts(line: Line, row: number, lines: LineColumns): void {
  lines.id.setText(row, line.id);
  lines.itemName.setText(row, line.itemName);
  lines.department.setText(row, line.department);
  lines.practitioner.setText(row, line.practitioner);
  lines.prescriptionId.setText(row, line.prescriptionId);
  lines.reverses.setText(row, line.reverses);
}

function fillNumbers(line: Line, row: number, lines: LineColumns): void {
  lines.quantityE4[row] = line.quantityE4 ?? Number.NaN;
  lines.unitPriceE4Fen[row] = line.unitPriceE4Fen ?? Number.NaN;
  lines.listPriceE4Fen[row] = line.listPriceE4Fen ?? Number.NaN;
  lines.amountFen[row] = line.amountFen ?? Number.NaN;
  lines.netQuantityE4[row] = line.netQuantityE4 ?? Number.NaN;
  lines.netAmountFen[row] = line.netAmountFen ?? Number.NaN;
  lines.at[row] = line.at ?? Number.NaN;
  lines.until[row] = line.until ?? Number.NaN;
  lines.days[row] = line.days ?? Number.NaN;
}

function flagsOf(line: Line): number {
  return (
    (line.atTimed ? lineFlag.timed : 0) |
    (line.current ? lineFlag.current : 0) |
    (line.selfPaid ? lineFlag.selfPaid : 0) |
    (line.refund ? lineFlag.refund : 0) |
    (line.splitPack ? lineFlag.splitPack : 0) |
    (line.payable ? lineFlag.payable : 0)
  );
}
