/** The records of the state that an event may read or write, as names to link messages by. */
import type { ClaimHead } from '../claim/columns/claim-columns.js';
import type { DurableEvent } from '../claim/durable/durable-event.js';
import { defaultClaimId } from '../claim/normalise.js';
import { key64 } from '../history/state.js';

/** What beside patients, visits, claims and events matters to what is replayed. */
export interface SharedRecords {
  /** A rule asks whether a pack was sold before. */
  readonly traces: boolean;
  /** A rule asks for stock: then all of an institution hangs together. */
  readonly stock: boolean;
  /** A message takes back a sale by the number of its record. */
  readonly saleNumbers: boolean;
}

export const noShared: SharedRecords = { traces: false, stock: false, saleNumbers: false };

/** Appends to `names`. */
export function nameRecords(event: DurableEvent, shared: SharedRecords, names: number[]): void {
  const { claim } = event;
  nameHead(claim, shared, names);
  if (shared.traces) nameTraces(tracesOf(event), names);
  if (shared.saleNumbers && claim.kind !== 'screening')
    nameNumbers(event, claim.institution.code ?? '', names);
}

/** What the head of a claim names. */
export function nameHead(head: ClaimHead, shared: SharedRecords, names: number[]): void {
  const here = head.institution.code ?? '';
  const add = (kind: string, ...parts: readonly string[]) => names.push(nameOf(kind, ...parts));
  const { key } = head.patient;
  if (key !== null) names.push(nameOf('patient', key) - 1);
  // A screening is remembered by nobody: it only looks up its patient.
  if (head.kind !== 'screening') {
    if (head.eventId !== null) add('event', here, head.eventId);
    // A visit goes by the claim id that a claim without one of its own gets.
    const visit = defaultClaimId({ code: here }, head.encounter);
    for (const id of new Set([visit, head.claimId, head.reverses ?? null])) {
      if (id !== null) add('claim', here, id);
    }
  }
  if (shared.stock) add('institution', here);
}

export function nameTraces(codes: Iterable<string>, names: number[]): void {
  for (const code of codes) names.push(nameOf('trace', code));
}

function tracesOf({ claim, traces }: DurableEvent): readonly string[] {
  const carried = claim.lines.flatMap(({ traceCodes }) => traceCodes);
  return traces.length === 0 ? carried : [...carried, ...traces.flatMap(({ codes }) => codes)];
}

function nameNumbers({ recordIds, stock }: DurableEvent, here: string, names: number[]): void {
  const ids = [...recordIds, ...(stock ?? []).map(({ id }) => id)];
  for (const id of ids) if (id !== null) names.push(nameOf('number', here, id));
}

/** Whether the event takes back a sale by its number. */
export function deletesSale({ stock }: DurableEvent): boolean {
  return stock?.some(({ type, undoes }) => type === 'delete' && undoes === 'sale') === true;
}

/** Whether a name is a patient's: those are even, all others odd. */
export function isPatientName(name: number): boolean {
  return name % 2 === 0;
}

/** 53 bits of a hash, the lowest of which is set. */
function nameOf(kind: string, ...parts: readonly string[]): number {
  const [high, low] = key64(kind, ...parts);
  return (high & 0x1f_ffff) * 0x1_0000_0000 + ((low | 1) >>> 0);
}
