/** Which messages of a stream that is not the one we knew are nevertheless those that this state has taken in. */
import { readEvent } from '../../claim/durable/read-event.js';
import type { WireFormat } from '../../claim/formats/wire-format.js';
import type { ReaderSettings } from '../../claim/read-claim.js';
import { ledgerOf } from '../events/ledger-record.js';
import { historyHorizonMs, type StateReader } from '../state.js';
import type { Position } from '../store.js';

export interface FoundMessage {
  readonly seq: number;
  readonly body: Uint8Array;
  readonly format: WireFormat | null;
  /** From the subject; null where that names none. */
  readonly institution: string | null;
  readonly streamMs: number;
}

/**
 * True: it is the message that had this sequence when the state took it in. One that came after the state's last
 * message is not, nor one that the ledger does not know. What cannot stand in the ledger (nobody can read it, it has no
 * id), or is older than anything remembered, is told by its time alone.
 */
export function isKnown(
  { seq, body, format, institution, streamMs }: FoundMessage,
  state: StateReader,
  { committed, streamMs: knownMs }: Position,
  settings: ReaderSettings,
): boolean {
  if (seq > committed || streamMs > knownMs) return false;
  if (streamMs < knownMs - historyHorizonMs) return true;
  const read = readEvent(body, format, settings);
  const eventId = read.ok ? read.value.claim.eventId : null;
  if (!read.ok || eventId === null || institution === null) return true;
  if (read.value.claim.institution.code !== institution) return true;
  // Another content under the same id was a dead letter.
  return ledgerOf(institution, eventId, state) !== null;
}
