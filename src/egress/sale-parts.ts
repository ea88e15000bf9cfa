/** What a message of several sales is taken apart into, on its way back into CLAIMS. */
import { assert } from '../base/assert.js';
import type { Outgoing } from '../nats/confirmed-publisher.js';
import { settleSubject } from '../nats/subjects.js';
import { header, interfaceVersion } from '../screening/terms.js';

/** Of a part: the message in CLAIMS that it was taken from. */
export const partOfHeader = 'Claimgate-Part-Of';

/**
 * The messages for CLAIMS. Their ids hold the decision's, which holds the sequence: what is published again is the same
 * message, and where the broker has forgotten that, the same event.
 */
export function partMessages(
  institution: string,
  seq: number,
  decisionId: string,
  parts: readonly Uint8Array[],
): readonly Outgoing[] {
  const subject = settleSubject(institution);
  assert(subject.ok, 'whoever is told apart by a subject can stand in one');
  return parts.map((data, i) => ({
    subject: subject.value,
    data,
    headers: {
      'Nats-Msg-Id': `part:${decisionId}:${i + 1}`,
      [partOfHeader]: String(seq),
      [header.version]: interfaceVersion,
      [header.contentType]: 'application/json',
    },
  }));
}
