/** The end of a message whose reading no worker survives: nobody knows what it says. */
import { sha256Hex } from '../../base/hash.js';
import { deadLetterId, encodeDeadLetterReceipt } from '../../decision/dead-letter-entry.js';
import type { DurableEntry, LoggedMessage } from './decide.js';

export function unworkable({ body, institution, seq }: LoggedMessage): DurableEntry {
  const contentHash = sha256Hex(body);
  const lost = { institution, seq, contentHash, kind: null, eventId: null, claimId: null };
  const letter = { reason: 'worker', detail: 'Reading this message fails.' } as const;
  return {
    decisionId: deadLetterId(lost),
    kind: null,
    status: 'receipt',
    bytes: encodeDeadLetterReceipt(lost, letter),
    firstSeq: null,
    deadLetter: letter,
    parts: [],
    touched: [],
    outcome: null,
  };
}
