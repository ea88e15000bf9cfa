/** Columns back to a plain claim, for whoever wants one: tests, and the slow evaluator. */
import type { Claim, Line, LineKind } from '../claim.js';
import { plainPatient } from '../keyed-patient.js';
import type { ClaimColumns } from './claim-columns.js';
import { lineFlag, lineKinds } from './line-columns.js';

/** The claim as the plain reader makes it, every text and the patient's key included. Outlives the columns. */
export function claimOf(columns: ClaimColumns): Claim {
  const { head, lines } = columns;
  return {
    ...head,
    patient: plainPatient(head.patient),
    lines: Array.from({ length: lines.count }, (_, row) => lineOf(columns, row)),
    notes: [...head.notes],
  };
}

/** One line of it. */
export function lineOf({ lines, items }: ClaimColumns, row: number): Line {
  const item = lines.itemCode[row] as number;
  const has = (flag: number) => lines.hasFlag(row, flag);
  return {
    id: lines.id.at(row) ?? '',
    itemCode: item < 0 ? null : items.textOf(item),
    itemName: lines.itemName.at(row),
    kind: kindOf(lines.kind[row] as number),
    quantityE4: numberAt(lines.quantityE4, row),
    unitPriceE4Fen: numberAt(lines.unitPriceE4Fen, row),
    listPriceE4Fen: numberAt(lines.listPriceE4Fen, row),
    amountFen: numberAt(lines.amountFen, row),
    at: numberAt(lines.at, row),
    atTimed: has(lineFlag.timed),
    until: numberAt(lines.until, row),
    department: lines.department.at(row),
    practitioner: lines.practitioner.at(row),
    prescriptionId: lines.prescriptionId.at(row),
    current: has(lineFlag.current),
    selfPaid: has(lineFlag.selfPaid),
    refund: has(lineFlag.refund),
    days: numberAt(lines.days, row),
    traceCodes: lines.traceCodesAt(row),
    splitPack: has(lineFlag.splitPack),
    reverses: lines.reverses.at(row),
    netQuantityE4: numberAt(lines.netQuantityE4, row),
    netAmountFen: numberAt(lines.netAmountFen, row),
    payable: has(lineFlag.payable),
  };
}

function kindOf(number: number): LineKind | null {
  return number < 0 ? null : (lineKinds[number] as LineKind);
}

function numberAt(column: Float64Array, row: number): number | null {
  const value = column[row] as number;
  return Number.isNaN(value) ? null : value;
}
