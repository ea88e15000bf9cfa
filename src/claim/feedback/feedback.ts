/**
 * What became of findings: what a doctor did about them, or how an appeal ended. Holds no person: names and numbers of
 * whoever sent it are dropped while reading, and what looks like a number within a reason is blotted out.
 */
import type { EpochMs } from '../../base/calendar.js';
import { derivedId, sha256Hex } from '../../base/hash.js';
import { formatInstant } from '../dates.js';

/**
 * `continued`, `revised`, `deleted`, `self_paid`: what was done with the order or fee. `appeal_granted` and
 * `appeal_denied`: what the appeal against the finding came to. `other`: known to the sender; see `code`.
 */
export const dispositions = [
  'continued',
  'revised',
  'deleted',
  'self_paid',
  'appeal_granted',
  'appeal_denied',
  'other',
] as const;
export type Disposition = (typeof dispositions)[number];
export const feedbackStages = ['pre', 'mid'] as const;

export const feedbackLimits = {
  /** Some hundred findings with a reason each; parsing as much takes main less than a millisecond or two. */
  bytes: 128 * 1024,
  findings: 500,
  lines: 500,
  /** UTF-16 units. */
  reason: 500,
} as const;

export interface Feedback {
  /** The sender's id of it; what came twice under one id is one. */
  readonly eventId: string | null;
  /** By the sender's clock. */
  readonly sentAt: EpochMs | null;
  /** As the body names it. */
  readonly institution: string | null;
  /** The decision that is answered, where the sender knows it; the national interface knows findings only. */
  readonly decisionId: string | null;
  readonly claimId: string | null;
  /** 事前 or 事中. */
  readonly stage: (typeof feedbackStages)[number] | null;
  readonly findings: readonly FindingFeedback[];
}

export interface FindingFeedback {
  /** As decisions name it (`jr_id` of the national answer): with the institution, what joins both. */
  readonly findingId: string;
  /** Where it is about some of the finding's lines; empty: about all. */
  readonly lines: readonly string[];
  readonly disposition: Disposition;
  /** What the sender wrote, where that is no word of ours. */
  readonly code: string | null;
  readonly reason: string | null;
}

export interface StoredFeedback {
  /** Of equal feedback equal. */
  readonly feedbackId: string;
  /** JSON: `feedbackId`, then the native form of it. */
  readonly bytes: Uint8Array;
}

/** What is stored of it. `institution`: whose credential it came with. `body`: as it was sent. */
export function storedForm(feedback: Feedback, institution: string, body: Uint8Array): StoredFeedback {
  const { eventId, sentAt, decisionId, claimId, stage, findings } = feedback;
  const feedbackId = derivedId('f', [institution, eventId, sha256Hex(body)]);
  const stored = {
    feedbackId,
    eventId,
    sentAt: sentAt === null ? null : formatInstant(sentAt),
    institution,
    decisionId,
    claimId,
    stage,
    findings: findings.map(({ findingId, lines, disposition, code, reason }) => {
      return { findingId, lines, disposition, code, reason };
    }),
  };
  return { feedbackId, bytes: Buffer.from(JSON.stringify(stored)) };
}
