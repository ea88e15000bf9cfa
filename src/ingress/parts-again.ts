/**
 * Answers that are published again: what their messages were taken apart into is made anew from the messages, since the
 * store keeps no bodies.
 */
import type { Result } from '../base/result.js';
import { contentMark, entryHeader } from '../egress/decision-entry.js';
import type { Answer } from '../egress/decision-publisher.js';
import { partMessages } from '../egress/sale-parts.js';
import type { LogMessage } from '../nats/claims-log.js';
import { settlingInstitution } from '../nats/subjects.js';

export interface PartSources {
  /** A message of CLAIMS; null: it is there no more, and its parts are lost with it. Fails with a sentence. */
  readonly messageAt: (seq: number) => Promise<Result<LogMessage | null, string>>;
  /** The same parts as when the message was decided. */
  readonly takeApart: (message: LogMessage) => Promise<readonly Uint8Array[]>;
}

/** The answers with their parts. Rejects where a message cannot be asked for or taken apart. */
export async function withParts(
  answers: readonly Answer[],
  { messageAt, takeApart }: PartSources,
): Promise<readonly Answer[]> {
  const whole: Answer[] = [];
  for (const answer of answers) {
    if (answer.headers[entryHeader.parts] === undefined) {
      whole.push(answer);
      continue;
    }
    const found = await messageAt(answer.seq);
    if (!found.ok) throw new Error(found.error);
    const institution = settlingInstitution(found.value?.subject ?? '');
    // Where the stream has lost its end, another message may have the sequence by now.
    const isIt =
      found.value !== null && answer.headers[entryHeader.content] === contentMark(found.value.data);
    if (!isIt || institution === null) whole.push({ ...answer, partsLost: true });
    else {
      const decisionId = answer.headers[entryHeader.messageId] ?? '';
      const parts = partMessages(institution, answer.seq, decisionId, await takeApart(found.value));
      // An earlier version may have taken apart what this one does not.
      const isWhole = answer.headers[entryHeader.parts] === String(parts.length);
      whole.push({ ...answer, parts, ...(isWhole ? {} : { partsLost: true as const }) });
    }
  }
  return whole;
}
