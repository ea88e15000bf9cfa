/** Fee lines held for the settlement that bills them, corrected and taken back. */
import { assert } from '../../base/assert.js';
import type { Line } from '../../claim/claim.js';
import type { Deletion, DurableEvent } from '../../claim/durable/durable-event.js';
import type { Applied, Scope } from './applied.js';
import { readEncounter, writeEncounter } from './encounter-record.js';
import type { HeldFee, HeldFees } from './held-fees.js';
import { packLine } from './held-line.js';
import { byText } from './packed-record.js';

/**
 * What is held of one encounter at most. Stays of years have some thousands of lines, and a body carries no more than
 * 5,000. The record is written whole with each of its messages, and a settlement that bills it is screened as one
 * claim: 100,000 lines took it 3 s, and 300,000 the thread's heap.
 */
export const heldAtMost = { lines: 20_000, bytes: 4 * 1024 * 1024 } as const;

/** The event's encounter id is not null. A deletion comes before the lines of the same event. */
export function applyFees(event: DurableEvent, scope: Scope): Applied {
  const { claim, chargeBatches, deletes } = event;
  const encounterId = claim.encounter.id;
  assert(encounterId !== null, 'fees without an encounter are no event to apply');
  const { institution, streamMs, state } = scope;
  const visit = readEncounter(institution, encounterId, state);
  const left = deletes === null ? visit.fees : withoutDeleted(visit.fees, deletes);
  const names = namesOf(event);
  const sending = visit.sendings + 1;
  const sent = claim.lines.map((line, i): HeldFee => {
    const chargeBatch = chargeBatches[i] ?? null;
    const named = names(line);
    const billedBy = left.find(chargeBatch, named.id)?.billedBy ?? null;
    return { chargeBatch, line: named.id, body: packLine(named), billedBy, sending };
  });
  const fees = left.with(sent);
  if (scope.isDecided !== true && overfills(visit.fees, fees))
    return { note: 'too-many-fees', claimId: null, retracts: [], detail: tooMany };
  writeEncounter(
    institution,
    encounterId,
    {
      ...visit,
      sendings: sending,
      fees,
      patients: withPatient(visit.patients, claim.patient.key),
    },
    streamMs,
    state,
  );
  return { note: 'held', claimId: claim.claimId, retracts: [], detail: null };
}

const tooMany = `The encounter would hold more than ${heldAtMost.lines} lines, or ${heldAtMost.bytes} bytes of them.`;

/** What holds too much already, from an earlier version, may still be corrected and taken back. */
function overfills(before: HeldFees, after: HeldFees): boolean {
  const isLarger = after.bytes.length > before.bytes.length && after.bytes.length > heldAtMost.bytes;
  return isLarger || (after.count > heldAtMost.lines && after.count > before.count);
}

/** A deletion alone says nothing of whose the fees are, but may. */
function withPatient(patients: readonly string[], patient: string | null): readonly string[] {
  if (patient === null || patients.includes(patient)) return patients;
  return [...patients, patient].sort(byText);
}

/** A made-up id is unique in its event only: among held lines the event's own id tells them apart. */
function namesOf({ claim }: DurableEvent): (line: Line) => Line {
  const madeUp = new Set(claim.notes.filter(({ field }) => field === 'lines.id').map(({ line }) => line));
  return (line) => (madeUp.has(line.id) ? { ...line, id: `${claim.eventId}${line.id}` } : line);
}

function withoutDeleted(fees: HeldFees, { chargeBatch, lines }: Deletion): HeldFees {
  const named = lines === null ? null : new Set(lines);
  const deleted = fees
    .list()
    .filter((fee) => chargeBatch === null || fee.chargeBatch === chargeBatch)
    .filter((fee) => named === null || named.has(fee.line));
  return fees
    .without(deleted.filter(({ billedBy }) => billedBy === null))
    .with(deleted.filter(({ billedBy }) => billedBy !== null).map((fee) => ({ ...fee, body: null })));
}
