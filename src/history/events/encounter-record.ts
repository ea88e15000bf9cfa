/** What is known of an encounter beside its claims: held fees, refunds that name no claim, and which claims it has. */
import type { EpochMs } from '../../base/calendar.js';
import { key16, type State, type StateReader } from '../state.js';
import { HeldFees } from './held-fees.js';
import { packRecord, unpackRecord } from './packed-record.js';
import { type PackedReturn, packReturns, type Returns, unpackReturns } from './returns.js';

export interface EncounterRecord {
  readonly fees: HeldFees;
  /** How many messages have sent fees: the later one of a fee counts. */
  readonly sendings: number;
  /** Refunds that name no claim, waiting for the one that has their lines. */
  readonly returns: Returns;
  /** Ids of the claims that settled this encounter, reversed ones too; ascending. */
  readonly claims: readonly string[];
  /** Whose fees are held, as claims name patients; ascending, empty where nobody said so. One, but for a mistake. */
  readonly patients: readonly string[];
}

export const emptyEncounter: EncounterRecord = {
  fees: new HeldFees(),
  sendings: 0,
  returns: new Map(),
  claims: [],
  patients: [],
};

/** Where the record of a visit lies. */
export function encounterKey(institution: string, encounterId: string): Uint8Array {
  return key16(institution, encounterId);
}

/** The record, whose bytes are its own. */
export function readEncounter(institution: string, encounterId: string, state: StateReader): EncounterRecord {
  const bytes = state.get('encounters', encounterKey(institution, encounterId));
  if (bytes === undefined) return emptyEncounter;
  return unpackEncounter(bytes.slice());
}

/** `bytes`: kept. */
export function unpackEncounter(bytes: Uint8Array): EncounterRecord {
  const [claims, returns, sendings, fees, patients = []] = unpackRecord(bytes) as Packed;
  return { claims, returns: unpackReturns(returns), sendings, fees: new HeldFees(fees), patients };
}

type Packed = [
  claims: string[],
  returns: PackedReturn[],
  sendings: number,
  fees: Uint8Array,
  /** Left out where there are none. */
  patients?: string[],
];

/** Puts the record, or removes it where it says nothing any more. */
export function writeEncounter(
  institution: string,
  encounterId: string,
  record: EncounterRecord,
  streamMs: EpochMs,
  state: State,
): void {
  const key = encounterKey(institution, encounterId);
  const packed = packEncounter(record, streamMs);
  if (packed === null) state.remove('encounters', key);
  else state.put('encounters', key, packed);
}

/** Null where it says nothing any more. */
export function packEncounter(
  { fees, sendings, returns, claims, patients }: EncounterRecord,
  streamMs: EpochMs,
): Uint8Array | null {
  if (fees.isEmpty && returns.size === 0 && claims.length === 0) return null;
  const whose = fees.isEmpty || patients.length === 0 ? [] : [patients];
  return packRecord(streamMs, [claims, packReturns(returns), sendings, fees.bytes, ...whose]);
}
