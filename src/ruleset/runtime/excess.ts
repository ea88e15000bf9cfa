/** The money of a finding: integer fen put on violating lines, never more on a line than its net amount. */
import type { ClaimView } from './claim-view.js';
import type { Roles } from './roles.js';

/** An amount that the rule computed, and the lines it blames for it. */
export interface ClaimedExcess {
  readonly fen: number;
  readonly lines: readonly number[];
}

/**
 * Without claims each violating line is charged whole. A claim on lines that turned out not to be the
 * violating ones (roles swapped, or history among them) falls on the violating ones where roles were swapped,
 * and is dropped otherwise. An unknown amount bounds nothing, so it is charged nothing. Answers fen in the order of
 * the violating lines.
 */
export function chargeLines(
  view: ClaimView,
  { violating, swapped }: Roles,
  claims: readonly ClaimedExcess[],
): readonly number[] {
  if (claims.length === 0) return violating.map((line) => capOf(view, line));
  const charges = new Map(violating.map((line) => [line, 0]));
  for (const claim of claims) {
    const lines = swapped ? violating : claim.lines.filter((line) => charges.has(line));
    let left = wholeFen(claim.fen);
    for (const line of [...lines].sort((a, b) => a - b)) {
      const charged = charges.get(line) ?? 0;
      const taken = Math.min(left, capOf(view, line) - charged);
      charges.set(line, charged + taken);
      left -= taken;
    }
  }
  return violating.map((line) => charges.get(line) ?? 0);
}

/** The same for a single violating line that is blamed for all of the amount. */
export function chargeLine(view: ClaimView, line: number, fen: number): number {
  return Math.min(wholeFen(fen), capOf(view, line));
}

function capOf(view: ClaimView, line: number): number {
  return Math.max(0, view.lines.netAmountFen[line] || 0);
}

function wholeFen(fen: number): number {
  return Number.isFinite(fen) ? Math.max(0, Math.floor(fen)) : 0;
}
