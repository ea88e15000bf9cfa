/**
 * What `DECISIONS` says of a message that rules do not judge: that it was taken into account, and what it undid.
 * Shape and words are the contract at the edges (v1).
 */
import type { ClaimKind } from '../claim/claim.js';
import { cutRetracts, decisionLimits, sentences } from './bounds.js';

/** Why a message was not taken into account. Part of the subject of its dead letter. */
export const deadLetterReasons = [
  'unreadable',
  'wrong-institution',
  'conflicting-content',
  'no-event-id',
  'no-claim-id',
  'no-encounter',
  'too-many-fees',
  'too-many-refunds',
  'too-large',
  'not-durable',
  'worker',
] as const;
export type DeadLetterReason = (typeof deadLetterReasons)[number];

export interface DeadLetter {
  readonly reason: DeadLetterReason;
  /** A sentence for a person; nothing of a patient. */
  readonly detail: string | null;
}

export interface Receipt {
  readonly decisionId: string;
  /** Null where nobody could read what it is. */
  readonly kind: ClaimKind | null;
  readonly claimId: string | null;
  readonly eventId: string | null;
  /** `retracted`: it undid findings of an earlier decision. */
  readonly status: 'receipt' | 'retracted';
  readonly note: string;
  readonly detail: string | null;
  /** Of a dead letter; else null. */
  readonly reason: DeadLetterReason | null;
  /** Ids of the findings that no longer stand. */
  readonly retracts: readonly string[];
}

/** Whether a message whose receipt says so has done nothing itself: it became a dead letter, or was taken apart. */
export function changesNothing(note: string): boolean {
  return note === 'deadletter' || note === 'split';
}

const utf8 = new TextEncoder();

/**
 * JSON with the keys in the contract's order, whoever built the object: equal receipts are equal bytes. As large as the
 * broker takes: of more `retracts` than that `detail` says how many there are.
 */
export function encodeReceipt(receipt: Receipt): Uint8Array {
  const { decisionId, kind, claimId, eventId, status, note, reason } = receipt;
  const { retracts, said } = cutRetracts(receipt.retracts, decisionLimits.receiptRetractsBytes);
  const detail = sentences(receipt.detail, said);
  return utf8.encode(
    JSON.stringify({ decisionId, kind, claimId, eventId, status, note, detail, reason, retracts }),
  );
}
