/** The entry in `DECISIONS` of a message that became a dead letter. */
import { derivedId } from '../base/hash.js';
import type { ClaimKind } from '../claim/claim.js';
import { type DeadLetter, encodeReceipt } from './receipt.js';

export interface LostMessage {
  readonly institution: string;
  readonly seq: number;
  /** SHA-256 of the body, hex. */
  readonly contentHash: string;
  /** What its body says of itself; null where nobody could read it. */
  readonly kind: ClaimKind | null;
  readonly eventId: string | null;
  readonly claimId: string | null;
}

/**
 * Its id holds the sequence: a message that nobody can read, or that conflicts, may well come twice, and every message
 * has an entry of its own.
 */
export function deadLetterId({ institution, eventId, contentHash, seq }: LostMessage): string {
  return derivedId('D', [institution, eventId, contentHash, 'deadletter', seq]);
}

export function encodeDeadLetterReceipt(lost: LostMessage, { reason, detail }: DeadLetter): Uint8Array {
  const { kind, eventId, claimId } = lost;
  return encodeReceipt({
    decisionId: deadLetterId(lost),
    kind,
    claimId,
    eventId,
    status: 'receipt',
    note: 'deadletter',
    detail,
    reason,
    retracts: [],
  });
}
