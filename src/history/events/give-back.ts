/** What comes back, taken from the claims that have it. */
import type { Applied, Scope } from './applied.js';
import { carryThrough } from './claim-effects.js';
import { hasStanding, readClaimRecord } from './claim-record.js';
import type { EncounterRecord } from './encounter-record.js';
import { byText } from './packed-record.js';
import { matchReturns, overfills, type Return, type Returns, waitingAtMost, withReturns } from './returns.js';
import { type ClaimView, viewOf } from './standing.js';

/** Of what would leave more waiting than may. */
export const tooManyRefunds: Applied = {
  note: 'too-many-refunds',
  claimId: null,
  retracts: [],
  detail: `More refunds of an encounter or a claim would be kept than ${waitingAtMost.refunds}, or too long ones.`,
};

/** From a claim that is named; before it comes, the returns wait with it. */
export function giveBack(claimId: string, returns: readonly Return[], scope: Scope): Applied {
  const before = viewOf(readClaimRecord(scope.institution, claimId, scope.state));
  const { record } = before;
  const isUndone = record.stage === 'reversed' && !hasStanding(record);
  const now = isUndone ? record : { ...record, returns: withReturns(record.returns, returns) };
  if (scope.isDecided !== true && overfills(record.returns, now.returns)) return tooManyRefunds;
  const { after, fallen } = carryThrough(claimId, before, now, null, scope);
  const retracts = [...fallen].sort(byText);
  if (hasStanding(record)) {
    return { note: 'returned', claimId, retracts, detail: missing(before, after, returns) };
  }
  return isUndone
    ? { note: 'already-reversed', claimId, retracts, detail: 'The claim had been reversed.' }
    : { note: 'parked', claimId, retracts, detail: 'The claim has not arrived yet.' };
}

/** Says so where more came back than was left. */
function missing(before: ClaimView, after: ClaimView, returns: readonly Return[]): string | null {
  const asked = returns.reduce((sum, { quantityE4 }) => sum + quantityE4, 0);
  let taken = 0;
  for (const [line, left] of after.remaining) {
    const had = before.remaining.get(line) ?? null;
    // Of an unknown quantity nobody can say.
    if (had === null && left !== null) return null;
    taken += (had ?? 0) - (left ?? 0);
  }
  return taken < asked ? 'More came back than was left.' : null;
}

/** From the standing claims of a visit that have the lines; answers what none of them has. */
export function giveBackToVisit(
  { claims }: EncounterRecord,
  returns: Returns,
  scope: Scope,
): { readonly parts: readonly Applied[]; readonly rest: Returns } {
  const parts: Applied[] = [];
  let rest = returns;
  for (const claimId of claims) {
    if (rest.size === 0) break;
    const { lines } = readClaimRecord(scope.institution, claimId, scope.state);
    const match = matchReturns(rest, lines.values());
    if (match.own.length === 0) continue;
    parts.push(giveBack(claimId, match.own, scope));
    rest = match.rest;
  }
  return { parts, rest };
}
