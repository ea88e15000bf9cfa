/** A message of CLAIMS that could not be taken into account, whole, with the reason in its headers. */
import { assert } from '../base/assert.js';
import type { LogMessage } from '../nats/claims-log.js';
import type { Outgoing } from '../nats/confirmed-publisher.js';
import { deadLetterSubject, settlingInstitution } from '../nats/subjects.js';
import { header, interfaceVersion } from '../screening/terms.js';

export interface DeadLetterReason {
  /** Lower-case word; stands in the subject. */
  readonly reason: string;
  /** A sentence; nothing of a person. */
  readonly detail: string | null;
}

const named = {
  messageId: 'Nats-Msg-Id',
  reason: 'Claimgate-Reason',
  detail: 'Claimgate-Detail',
  sequence: 'Claimgate-Sequence',
} as const;

/** Set where the letter could not hold its message, which then is in CLAIMS alone. */
export const bodyLeftOut = 'Claimgate-Body-Left-Out';

/**
 * What is published for it. The id holds the stream's `created` and the sequence, so that the same message is one dead
 * letter however often it is published.
 */
export function deadLetterOf(
  message: LogMessage,
  { reason, detail }: DeadLetterReason,
  streamCreated: string,
): Outgoing {
  const subject = deadLetterSubject(reason);
  assert(subject.ok, 'the reason of a dead letter is a word');
  const institution = settlingInstitution(message.subject);
  const contentType = message.header(header.contentType);
  const headers = {
    [named.messageId]: `dl:${streamCreated}:${message.seq}`,
    [named.reason]: reason,
    ...(detail === null ? {} : { [named.detail]: oneLine(detail) }),
    ...(institution === null ? {} : { [header.institution]: institution }),
    [named.sequence]: String(message.seq),
    [header.version]: interfaceVersion,
    ...(contentType === null ? {} : { [header.contentType]: oneLine(contentType) }),
  };
  return { subject: subject.value, data: message.data, headers };
}

/** The same letter for a broker that does not take it whole. */
export function withoutBody({ subject, headers, data }: Outgoing): Outgoing {
  return { subject, headers: { ...headers, [bodyLeftOut]: String(data.byteLength) }, data: new Uint8Array() };
}

/** Headers are lines. Bounded, so that body and headers together fit through the broker. */
function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ').trim().slice(0, longestHeader);
}

const longestHeader = 1_000;
