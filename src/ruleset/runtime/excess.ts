/** The money of a finding: integer fen put on violating lines, never more on a line than its net amount. */
import type { ClaimView } from './claim-view.js';
import type { Roles } from './roles.js';

/** Fen by line number. */
export type Charges = ReadonlyMap<number, number>;

/** An amount that the rule computed, and the lines it blames for it. */
export interface ClaimedExcess {
  readonly fen: number;
  readonly lines: readonly number[];
}

/**
 * Without claims each violating line is charged whole. A claim on lines that turned out not to be the
 * violating ones (roles swapped, or history among them) falls on the violating ones where roles were swapped,
 * and is dropped otherwise. An unknown amount bounds nothing, so it is charged nothing.
 */
export function chargeLines(
  view: ClaimView,
  { violating, swapped }: Roles,
  claims: readonly ClaimedExcess[],
): Charges {
  const capOf = (line: number) => Math.max(0, view.lines.netAmountFen[line] || 0);
  if (claims.length === 0) return new Map(violating.map((line) => [line, capOf(line)]));
  const charges = new Map(violating.map((line) => [line, 0]));
  for (const claim of claims) {
    const lines = swapped ? violating : claim.lines.filter((line) => charges.has(line));
    let left = wholeFen(claim.fen);
    for (const line of [...lines].sort((a, b) => a - b)) {
      const charged = charges.get(line) ?? 0;
      const taken = Math.min(left, capOf(line) - charged);
      charges.set(line, charged + taken);
      left -= taken;
    }
  }
  return charges;
}

function wholeFen(fen: number): number {
  return Number.isFinite(fen) ? Math.max(0, Math.floor(fen)) : 0;
}
