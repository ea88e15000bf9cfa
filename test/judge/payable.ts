/** Which lines of a claim may be judged, and what refunds leave of them. */
import { chinaDay, instantOf } from './calendar.js';
import type { NativeClaim, NativeLine } from './native-claim.js';

export interface PayableLine {
  readonly id: string;
  readonly code: string;
  readonly kind: string;
  /** China calendar days of the service window; null where the time is unknown. */
  readonly day: number | null;
  readonly lastDay: number | null;
  /** The same window in milliseconds. */
  readonly from: number | null;
  readonly to: number | null;
  /** Ten-thousandths of a unit, net. */
  readonly quantityE4: number;
  /** Fen, net. */
  readonly amountFen: number;
  readonly priceFen: number | null;
  readonly listPriceFen: number | null;
  readonly prescriptionId: string | null;
}

/** Lines in claim order, net of refunds; no refunds, nothing wholly refunded, nothing self-paid. */
export function payableLines(claim: NativeClaim): readonly PayableLine[] {
  const refunds = claim.lines.filter(isRefund);
  return claim.lines
    .filter((line) => !isRefund(line) && !line.selfPaid)
    .map((line) => netOf(line, claim, refunds))
    .filter((line) => line.quantityE4 > 0);
}

export function isRefund(line: NativeLine): boolean {
  return line.quantity < 0 || line.amount.startsWith('-') || line.reverses !== null;
}

function netOf(line: NativeLine, claim: NativeClaim, refunds: readonly NativeLine[]): PayableLine {
  const own = refunds.filter((refund) => (refund.reverses ?? onlyCandidate(refund, claim)) === line.id);
  const sum = (values: readonly number[]) => values.reduce((total, value) => total + Math.abs(value), 0);
  return {
    id: line.id,
    code: line.itemCode,
    kind: line.kind,
    day: line.at === null ? null : chinaDay(line.at),
    lastDay: line.at === null ? null : chinaDay(line.until ?? line.at),
    from: line.at === null ? null : instantOf(line.at),
    to: line.at === null ? null : instantOf(line.until ?? line.at),
    quantityE4: e4(line.quantity) - sum(own.map((refund) => e4(refund.quantity))),
    amountFen: fen(line.amount) - sum(own.map((refund) => fen(refund.amount))),
    priceFen: line.unitPrice === null ? null : fen(line.unitPrice),
    listPriceFen: line.listPrice === null ? null : fen(line.listPrice),
    prescriptionId: line.prescriptionId,
  };
}

/** A refund that names no line takes from the line of its item and price; the generated claims have just one then. */
function onlyCandidate(refund: NativeLine, claim: NativeClaim): string {
  const candidates = claim.lines.filter(
    (line) => !isRefund(line) && line.itemCode === refund.itemCode && line.unitPrice === refund.unitPrice,
  );
  if (candidates.length !== 1) throw new RangeError(`refund ${refund.id} could take from several lines`);
  return (candidates[0] as NativeLine).id;
}

export function e4(quantity: number): number {
  return Math.round(quantity * 10_000);
}

/** Fen of a yuan text with two decimals. */
export function fen(yuan: string): number {
  if (!/^-?\d+\.\d\d$/.test(yuan)) throw new RangeError(`the judge reads yuan with two decimals: ${yuan}`);
  return Number(yuan.replace('.', ''));
}
