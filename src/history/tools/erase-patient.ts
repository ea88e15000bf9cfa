/**
 * A person taken out of the state of a node: the patient's record goes, and the fees that are held for visits of
 * the person; what stands of the claims no longer says whose they are. What the claims did to others stays,
 * since it is not of the person: trace codes, stock, the ledger.
 */
import { readClaimRecord, writeClaimRecord } from '../events/claim-record.js';
import { type EncounterRecord, packEncounter, unpackEncounter } from '../events/encounter-record.js';
import { HeldFees } from '../events/held-fees.js';
import { touchedOf, type Write } from '../state.js';
import type { HistoryStore, Position } from '../store.js';
import type { HistorySnapshot } from './snapshot.js';

export interface Erasure {
  /** Patient records. */
  readonly records: number;
  /** Claims that named the person. */
  readonly claims: number;
  /** Fee lines that were held. */
  readonly fees: number;
  readonly writes: readonly Write[];
}

export interface ErasedPatient {
  /** As claims hold it. */
  readonly patient: string;
  /** Of the patient's record. */
  readonly key: Uint8Array;
}

/**
 * What there is to be erased. Walks through all claims and visits; `watch` is told of each. `visits`: keys of records
 * of visits that are known to be the person's: those of before did not say so.
 */
export function planErasure(
  patients: readonly ErasedPatient[],
  state: HistorySnapshot,
  visits: readonly Uint8Array[] = [],
  watch: () => void = () => {},
): Erasure {
  state.refresh();
  const records = patients
    .filter(({ key }) => state.get('patients', key) !== undefined)
    .map(({ key }): Write => ({ table: 'patients', key, value: null }));
  const named = new Set(patients.map(({ patient }) => patient));
  const claims: Write[] = [];
  for (const [key, value] of state.records('claims')) {
    watch();
    const without = withoutPatient(value, named);
    if (without !== null) claims.push({ table: 'claims', key, value: without });
  }
  const held = heldOf(named, new Set(visits.map(nameOf)), state, watch);
  return {
    records: records.length,
    claims: claims.length,
    fees: held.fees,
    writes: [...records, ...claims, ...held.writes],
  };
}

const nameOf = (key: Uint8Array) => Buffer.from(key).toString('hex');

/** Fees say whose they are, or else a claim of the visit does. */
function isOf(
  named: ReadonlySet<string>,
  { patients, claims }: EncounterRecord,
  state: HistorySnapshot,
): boolean {
  if (patients.some((patient) => named.has(patient))) return true;
  return claims.some((claimId) => {
    const institution = claimId.slice(0, Math.max(0, claimId.indexOf('/')));
    return named.has(readClaimRecord(institution, claimId, state).head?.patient ?? '');
  });
}

/** Visits of the person without what is held for them. Of one of several persons nobody knows which fee is whose. */
function heldOf(
  named: ReadonlySet<string>,
  visits: ReadonlySet<string>,
  state: HistorySnapshot,
  watch: () => void,
): { readonly fees: number; readonly writes: readonly Write[] } {
  const writes: Write[] = [];
  let fees = 0;
  for (const [key, value] of state.records('encounters')) {
    watch();
    const record = unpackEncounter(value);
    if (record.fees.isEmpty && record.returns.size === 0) continue;
    if (!visits.has(nameOf(key)) && !isOf(named, record, state)) continue;
    fees += record.fees.list().length;
    const rest = { ...record, fees: new HeldFees(), returns: new Map(), patients: [] };
    writes.push({ table: 'encounters', key, value: packEncounter(rest, touchedOf(value)) });
  }
  return { fees, writes };
}

/** Nobody else may write to the store. Rejects where the disk does not take it. */
export async function erase(store: HistoryStore, { writes }: Erasure): Promise<void> {
  const position: Position | null = store.position();
  if (position === null || writes.length === 0) return;
  await store.commit({ writes, answers: [], expiry: [], position });
}

/** The record without its patient, touched when it was; null where it is of somebody else. */
function withoutPatient(bytes: Uint8Array, named: ReadonlySet<string>): Uint8Array | null {
  const record = readClaimRecord('', '', { get: () => bytes });
  if (record.head === null || record.head.patient === null || !named.has(record.head.patient)) return null;
  let written: Uint8Array | null = null;
  const taker = {
    get: () => undefined,
    remove: () => {},
    put: (_table: unknown, _key: unknown, value: Uint8Array) => {
      written = value;
    },
  };
  const anonymous = { ...record, head: { ...record.head, patient: null } };
  writeClaimRecord('', '', anonymous, touchedOf(bytes), taker);
  return written;
}
