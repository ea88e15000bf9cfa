/**
 * A refund or return of lines: the claim that has them is left with less. What it names it by: the claim; else the
 * encounter, whose claims are asked for the line. Before the claim, it waits: with the claim where it names one, else
 * with the encounter.
 */
import type { DurableEvent } from '../../claim/durable/durable-event.js';
import { defaultClaimId } from '../../claim/normalise.js';
import type { Applied, Scope } from './applied.js';
import { writeOtherName } from './claim-effects.js';
import { readClaimRecord } from './claim-record.js';
import { readEncounter, writeEncounter } from './encounter-record.js';
import { giveBack, giveBackToVisit, tooManyRefunds } from './give-back.js';
import { byText } from './packed-record.js';
import { matchReturns, overfills, type Return, returnOf, withReturns } from './returns.js';
import { claimNamed } from './which-claim.js';

export function applyReturn(event: DurableEvent, scope: Scope): Applied {
  const { claim } = event;
  const { institution, state } = scope;
  const returns = claim.lines.map(returnOf);
  const named = claim.reverses ?? claim.claimId;
  const encounterId = claim.encounter.id;
  // What is only the encounter under another name says nothing of which claim it is.
  const isEncounter = named === null || named === defaultClaimId({ code: institution }, claim.encounter);
  if (isEncounter && encounterId !== null) return giveBackToEncounter(encounterId, returns, scope);
  if (named !== null) {
    const claimId = claimNamed(institution, named, event, state) ?? named;
    if (claimId !== named) writeOtherName(named, claimId, scope);
    return giveBack(claimId, returns, scope);
  }
  const detail = 'The return names neither claim nor encounter.';
  return { note: 'parked', claimId: null, retracts: [], detail };
}

/** Each return goes to the standing claim that has its line; what is of a reversed one is undone already. */
function giveBackToEncounter(encounterId: string, returns: readonly Return[], scope: Scope): Applied {
  const { institution, streamMs, state } = scope;
  const visit = readEncounter(institution, encounterId, state);
  const undone = visit.claims.flatMap((claimId) => readClaimRecord(institution, claimId, state).undoneLines);
  const given = giveBackToVisit(visit, withReturns(new Map(), returns), scope);
  const { rest } = matchReturns(given.rest, undone.map(asLine));
  const kept = { ...visit, returns: withReturns(visit.returns, [...rest.values()]) };
  const isTooMuch = overfills(visit.returns, kept.returns) || given.parts.includes(tooManyRefunds);
  if (scope.isDecided !== true && isTooMuch) return tooManyRefunds;
  writeEncounter(institution, encounterId, kept, streamMs, state);
  return sumUp(given.parts, rest.size > 0);
}

const asLine = (id: string) => ({ id, itemCode: null, traceCodes: [] });

function sumUp(parts: readonly Applied[], isWaiting: boolean): Applied {
  const retracts = parts.flatMap((part) => part.retracts).sort(byText);
  const detail = parts.find((part) => part.detail !== null)?.detail ?? null;
  const claimId = parts.length === 1 ? (parts[0]?.claimId ?? null) : null;
  if (isWaiting) {
    const note = parts.length > 0 ? 'returned' : 'parked';
    return { note, claimId, retracts, detail: detail ?? 'A line that is refunded has not been settled yet.' };
  }
  if (parts.length > 0) return { note: 'returned', claimId, retracts, detail };
  return { note: 'already-reversed', claimId, retracts, detail: 'The claim had been reversed.' };
}
