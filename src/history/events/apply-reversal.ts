/** A claim undone: everything of it, and what it billed is held again. Before the claim, the reversal waits for it. */
import type { DurableEvent } from '../../claim/durable/durable-event.js';
import type { Applied, Scope } from './applied.js';
import { carryThrough, reversedRecord, withClaim, writeOtherName } from './claim-effects.js';
import { type ClaimRecord, hasStanding, readClaimRecord } from './claim-record.js';
import { readEncounter, writeEncounter } from './encounter-record.js';
import { claimMark } from './held-fees.js';
import { byText } from './packed-record.js';
import { type Return, sourced, withReturns } from './returns.js';
import { viewOf } from './standing.js';
import { claimNamed } from './which-claim.js';

export function applyReversal(event: DurableEvent, scope: Scope): Applied {
  const { claim } = event;
  const named = claim.reverses ?? claim.claimId;
  if (named === null) return undecided('The reversal does not say which claim it undoes.');
  const claimId = claimNamed(scope.institution, named, event, scope.state);
  if (claimId === null)
    return undecided('Several claims of the visit stand; the reversal does not say which.');
  const before = viewOf(readClaimRecord(scope.institution, claimId, scope.state));
  const { record } = before;
  const reversedAt = latest(record.reversedAt, claim.sentAt);
  const retracts = [...record.findings.keys()].sort(byText);
  carryThrough(claimId, before, { ...afterReversal(record), reversedAt }, null, scope);
  if (named !== claimId) writeOtherName(named, claimId, scope);
  const encounterId = record.head?.encounter ?? claim.encounter.id;
  // What fee lines took back of this claim, they take back of the one that settles it anew.
  const kept = hasStanding(record) ? sourced(record.returns) : [];
  if (encounterId !== null) unbill(encounterId, claimId, kept, scope);
  if (hasStanding(record)) return { note: 'reversed', claimId, retracts, detail: null };
  return record.stage === 'reversed'
    ? { note: 'already-reversed', claimId, retracts: [], detail: 'The claim had been reversed.' }
    : waiting(claimId, record);
}

function undecided(detail: string): Applied {
  return { note: 'parked', claimId: null, retracts: [], detail };
}

function waiting(claimId: string, { stage }: ClaimRecord): Applied {
  return stage === 'parked'
    ? { note: 'already-reversed', claimId, retracts: [], detail: 'The claim had been reversed.' }
    : { note: 'parked', claimId, retracts: [], detail: 'The claim has not arrived yet.' };
}

/** Where only the sale was reported, the reversal still waits for the settlement that it is of. */
function afterReversal(record: ClaimRecord): ClaimRecord {
  if (record.stage === 'new') {
    return { ...reversedRecord(record), stage: 'parked', returns: unsourced(record) };
  }
  if (!hasStanding(record)) return record;
  return { ...reversedRecord(record), stage: record.stage === 'parked' ? 'parked' : 'reversed' };
}

/** Of a claim that has not come, what waits for it goes on waiting. */
function unsourced(record: ClaimRecord): ClaimRecord['returns'] {
  if (!hasStanding(record)) return record.returns;
  return new Map([...record.returns].filter(([, { source }]) => source === null));
}

function latest(a: number | null, b: number | null): number | null {
  return a === null ? b : b === null ? a : Math.max(a, b);
}

/** The visit knows the claim from now on, also one that has not come: its settlement may come without a number. */
function unbill(encounterId: string, claimId: string, kept: readonly Return[], scope: Scope): void {
  const { institution, streamMs, state } = scope;
  const visit = readEncounter(institution, encounterId, state);
  const mark = claimMark(institution, claimId);
  const billed = visit.fees.list().filter(({ billedBy }) => billedBy === mark);
  // One that was deleted meanwhile is gone with its bill.
  const fees = visit.fees
    .without(billed.filter(({ body }) => body === null))
    .with(billed.filter(({ body }) => body !== null).map((fee) => ({ ...fee, billedBy: null })));
  const returns = withReturns(visit.returns, kept);
  const claims = withClaim(visit.claims, claimId);
  writeEncounter(institution, encounterId, { ...visit, fees, returns, claims }, streamMs, state);
}
