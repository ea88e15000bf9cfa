/** The entry in `DECISIONS` of a message that was taken apart into messages of one event each. */
import { derivedId } from '../base/hash.js';
import type { ClaimKind } from '../claim/claim.js';
import { encodeReceipt } from './receipt.js';

export interface SplitMessage {
  readonly institution: string;
  readonly seq: number;
  /** SHA-256 of the body, hex. */
  readonly contentHash: string;
  readonly kind: ClaimKind;
  readonly eventId: string | null;
}

/** Its id holds the sequence, as a dead letter's does: every time that the message comes it is taken apart again. */
export function splitEntry({ institution, seq, contentHash, kind, eventId }: SplitMessage, parts: number) {
  const decisionId = derivedId('D', [institution, eventId, contentHash, 'split', seq]);
  const bytes = encodeReceipt({
    decisionId,
    kind,
    claimId: null,
    eventId,
    status: 'receipt',
    note: 'split',
    detail: `${parts} sales: each is an event of its own, and has its own entry.`,
    reason: null,
    retracts: [],
  });
  return { decisionId, status: 'receipt', bytes } as const;
}
