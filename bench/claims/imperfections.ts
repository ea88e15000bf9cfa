/** What real claims have and clean ones would not: unknown facts, refunds, self-paid lines, history lines. */
import type { Random } from './random.js';
import { amountFenOf, type SimulatedClaim, type SimulatedLine } from './simulated-claim.js';
import type { Violation } from './violations.js';

export interface Shares {
  readonly unknownSex: number;
  readonly unknownBirthDate: number;
  /** Of lines. */
  readonly selfPaid: number;
  /** Of in-patient drug lines. */
  readonly refunded: number;
}

export const usualShares: Shares = {
  unknownSex: 0.005,
  unknownBirthDate: 0.005,
  selfPaid: 0.02,
  refunded: 0.02,
};

/** Changes the claim in place; what a planted violation rests on is left as it is. */
export function blur(
  claim: SimulatedClaim,
  violation: Violation | null,
  random: Random,
  shares: Shares = usualShares,
): void {
  if (violation === null && random.chance(shares.unknownSex)) claim.patient.sex = null;
  if (violation === null && random.chance(shares.unknownBirthDate)) claim.patient.birthDate = null;
  const planted = new Set(violation?.lineIds ?? []);
  markHistory(claim, planted);
  const free = claim.lines.filter((line) => !planted.has(line.id));
  for (const line of free) if (random.chance(shares.selfPaid)) line.selfPaid = true;
  if (claim.encounter.type !== 'inpatient') return;
  for (const line of free) {
    if (line.kind === 'drug' && !line.selfPaid && random.chance(shares.refunded)) refund(claim, line, random);
  }
}

/** While orders are being written (scenes 4, 5), only the last day's lines are new; the rest comes along as history. */
function markHistory(claim: SimulatedClaim, planted: ReadonlySet<string>): void {
  if (claim.scene !== 4 && claim.scene !== 5) return;
  const lastDay = claim.sentAt.slice(0, 10);
  for (const line of claim.lines) line.current = planted.has(line.id) || line.at.startsWith(lastDay);
}

function refund(claim: SimulatedClaim, line: SimulatedLine, random: Random): void {
  const quantity = -random.integer(1, line.quantity);
  claim.lines.push({
    ...line,
    id: `${line.id}T`,
    quantity,
    amountFen: amountFenOf(quantity, line.priceE4),
    reverses: line.id,
  });
}
