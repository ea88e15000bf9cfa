/** The ledger: which identities (institution, event id) have been seen, with what content, and where in the stream. */
import type { EpochMs } from '../../base/calendar.js';
import { key16, type State, type StateReader, touchedOf } from '../state.js';
import { packRecord, unpackRecord } from './packed-record.js';

export interface LedgerEntry {
  /** SHA-256 of the body in hex. */
  readonly contentHash: string;
  /** Stream sequence of the message that was applied; 0: it was in a stream that is gone, or in an end that is lost. */
  readonly seq: number;
  readonly decisionId: string;
}

/** What is known of an identity; null where no message of it has been applied within the horizon. */
export function ledgerOf(institution: string, eventId: string, state: StateReader): LedgerEntry | null {
  const bytes = state.get('ledger', key16(institution, eventId));
  if (bytes === undefined) return null;
  const [hash, seq, decisionId] = unpackRecord(bytes) as [Uint8Array, number, string];
  return { contentHash: Buffer.from(hash).toString('hex'), seq, decisionId };
}

/** Remembers an identity. */
export function recordLedger(
  institution: string,
  eventId: string,
  entry: LedgerEntry & { readonly streamMs: EpochMs },
  state: State,
): void {
  const hash = Buffer.from(entry.contentHash, 'hex');
  const bytes = packRecord(entry.streamMs, [hash, entry.seq, entry.decisionId]);
  state.put('ledger', key16(institution, eventId), bytes);
}

/** The record without its sequence, touched when it was; null where that is not behind `committed`. */
export function withoutSequence(bytes: Uint8Array, committed: number): Uint8Array | null {
  const [hash, seq, decisionId] = unpackRecord(bytes) as [Uint8Array, number, string];
  return seq > committed ? packRecord(touchedOf(bytes), [hash, 0, decisionId]) : null;
}
