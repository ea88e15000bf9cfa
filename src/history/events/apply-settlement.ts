/** A settlement or sale: what it was screened as is recorded, unless its reversal came first. */
import { assert } from '../../base/assert.js';
import type { Claim } from '../../claim/claim.js';
import type { DurableEvent } from '../../claim/durable/durable-event.js';
import type { Applied, Scope, StandingFinding } from './applied.js';
import { billedFees } from './assemble.js';
import { carryThrough, reversedRecord, withClaim, writeOtherName } from './claim-effects.js';
import { type ClaimRecord, hasStanding, readClaimRecord } from './claim-record.js';
import { type EncounterRecord, emptyEncounter, readEncounter, writeEncounter } from './encounter-record.js';
import { giveBackToVisit, tooManyRefunds } from './give-back.js';
import { claimMark } from './held-fees.js';
import { mergeSettled } from './merge-settled.js';
import { byText } from './packed-record.js';
import {
  matchReturns,
  overfills,
  type Returns,
  returnOf,
  sourced,
  withoutSources,
  withReturns,
} from './returns.js';
import { numberSale } from './sold-numbers.js';
import { viewOf } from './standing.js';

/** `claim`: as `assemble` made it; its claim id is not null. */
export function applySettlement(
  event: DurableEvent,
  claim: Claim,
  findings: readonly StandingFinding[],
  scope: Scope,
): Applied {
  const { claimId } = claim;
  assert(claimId !== null, 'a settlement without a claim id is no event to apply');
  const { institution, streamMs, state } = scope;
  const named = event.claim.claimId;
  if (named !== null && named !== claimId) writeOtherName(named, claimId, scope);
  const before = viewOf(readClaimRecord(institution, claimId, state));
  const encounterId = claim.encounter.id;
  const visit = encounterId === null ? emptyEncounter : readEncounter(institution, encounterId, state);
  const deleted = numberSale(event, claimId, scope);
  const full = mergeSettled(before.record, event, claim, findings, deleted, scope);
  const why = whyUncounted(before.record, full, claim, deleted.size > 0);
  const { own, rest, elsewhere } = returnsAt(visit, full, claim, why === null);
  const record =
    why === null
      ? { ...full, returns: withReturns(full.returns, own) }
      : afterUncounted(before.record, full, claim, why);
  const { fallen } = carryThrough(claimId, before, record, why === null ? claim : null, scope);
  const others = { ...visit, claims: visit.claims.filter((other) => other !== claimId) };
  const given = giveBackToVisit(others, elsewhere, scope);
  if (encounterId !== null) {
    const claims = why === 'deleted' ? visit.claims : withClaim(visit.claims, claimId);
    const settled = { ...visit, returns: withReturns(rest, [...given.rest.values()]), claims };
    const isTooMuch = overfills(visit.returns, settled.returns) || given.parts.includes(tooManyRefunds);
    if (scope.isDecided !== true && isTooMuch) return tooManyRefunds;
    const billed = why === null ? bill(settled, event, claimId, institution) : settled;
    writeEncounter(institution, encounterId, billed, streamMs, state);
  }
  const ownFallen = why === null ? fallen : findings.map(({ findingId }) => findingId);
  const retracts = [...ownFallen, ...given.parts.flatMap((part) => part.retracts)].sort(byText);
  return { note: 'recorded', claimId, retracts, detail: why === null ? null : uncountedDetails[why] };
}

type Uncounted = 'reversed' | 'deleted';

const uncountedDetails: Readonly<Record<Uncounted, string>> = {
  reversed: 'The claim was reversed before it arrived.',
  deleted: 'The records of the sale were deleted before it arrived.',
};

/** Why a settlement or sale does not count; null: it does. `full`: the record, did it count. */
function whyUncounted(
  before: ClaimRecord,
  full: ClaimRecord,
  claim: Claim,
  isDeleted: boolean,
): Uncounted | null {
  if (isUndone(before, claim)) return 'reversed';
  return isDeleted && full.lines.size === 0 ? 'deleted' : null;
}

/**
 * A waiting reversal undoes what it waits for. Once it has, a settlement of the same id is a new one, unless it was
 * sent before the reversal. A sale is told by its own time: the report of what was undone comes late as a rule, while
 * goods that were sold after the reversal were sold again. Where the times are not known, it is the late report.
 */
function isUndone(before: ClaimRecord, claim: Claim): boolean {
  const { stage, reversedAt } = before;
  const isSale = claim.kind === 'sale';
  const madeAt = isSale ? soldAt(claim) : claim.sentAt;
  const isKnown = reversedAt !== null && madeAt !== null;
  if (isKnown && madeAt < reversedAt) return true;
  if (!isSale) return stage === 'parked';
  if (stage === 'new' || stage === 'standing' || hasStanding(before)) return false;
  const wasSeen = stage === 'reversed' || before.undoneLines.length > 0;
  return !(wasSeen && isKnown);
}

function soldAt({ lines }: Claim): number | null {
  return lines.reduce<number | null>(
    (latest, { at }) => (at === null ? latest : Math.max(at, latest ?? at)),
    null,
  );
}

/** Of a waiting reversal, a settlement is what it waited for; a sale's own settlement may still come. */
function afterUncounted(
  before: ClaimRecord,
  full: ClaimRecord,
  { kind }: Claim,
  why: Uncounted,
): ClaimRecord {
  if (why === 'deleted' || hasStanding(before)) return before;
  const undone = reversedRecord(full);
  const undoneLines = [...new Set([...before.undoneLines, ...undone.undoneLines])].sort(byText);
  return { ...(before.stage === 'parked' && kind === 'sale' ? before : undone), undoneLines };
}

interface ReturnsAt {
  /** What waited for this claim. */
  readonly own: ReturnType<typeof matchReturns>['own'];
  /** What goes on waiting. */
  readonly rest: Returns;
  /** What the claim's own refund lines take from other claims of the visit: those that earlier bills had charged. */
  readonly elsewhere: Returns;
}

function returnsAt(visit: EncounterRecord, full: ClaimRecord, claim: Claim, counts: boolean): ReturnsAt {
  const refunds = claim.lines.filter(({ refund, reverses }) => refund && reverses !== null);
  if (refunds.length === 0 && visit.returns.size === 0) {
    return { own: [], rest: visit.returns, elsewhere: visit.returns };
  }
  const charged = new Set<string>();
  for (const { id, refund } of claim.lines) if (!refund) charged.add(id);
  const isHere = ({ reverses }: (typeof refunds)[number]) => charged.has(reverses as string);
  const netted = new Set(refunds.filter(isHere).map(({ id }) => id));
  const outgoing = refunds
    .filter((line) => !isHere(line))
    .map((line) => ({ ...returnOf(line), source: line.id }));
  const waiting = matchReturns(withoutSources(visit.returns, netted), full.lines.values());
  const sent = matchReturns(withReturns(new Map(), outgoing), full.lines.values());
  if (counts) return { own: [...waiting.own, ...sent.own], rest: waiting.rest, elsewhere: sent.rest };
  // Nothing of this claim counts; what its fee lines say of others does, as it would had the reversal come later.
  const kept = sourced(new Map(waiting.own.map((back, i) => [String(i), back])));
  return { own: [], rest: withReturns(waiting.rest, [...kept, ...sent.own]), elsewhere: sent.rest };
}

function bill(
  visit: EncounterRecord,
  event: DurableEvent,
  claimId: string,
  institution: string,
): EncounterRecord {
  if (visit.fees.isEmpty || event.bills?.length === 0) return visit;
  const mark = claimMark(institution, claimId);
  const billed = visit.fees.list().filter(billedFees(event, mark));
  return { ...visit, fees: visit.fees.with(billed.map((fee) => ({ ...fee, billedBy: mark }))) };
}
