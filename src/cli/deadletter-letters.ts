/** The letters of DEADLETTER, one after another, by their sequence. */
import { fail, ok, type Result } from '../base/result.js';
import type { NatsLink } from '../nats/connection.js';
import type { LogMessage } from '../nats/ordered-log.js';
import { storedMessage } from '../nats/stored-message.js';
import { type StreamSize, streamSizes, streams } from '../nats/streams.js';

/** Headers of a letter and of its retry, as `show` lists them. */
export const letterHeader = {
  reason: 'Claimgate-Reason',
  detail: 'Claimgate-Detail',
  institution: 'Claimgate-Institution',
  sequence: 'Claimgate-Sequence',
  contentType: 'Content-Type',
  version: 'Claimgate-Version',
  messageId: 'Nats-Msg-Id',
} as const;

/** On the event that tries a letter again: the letter's sequence. */
export const retryOf = 'Claimgate-Retry-Of';

export interface LetterFilter {
  readonly reason?: string;
  readonly institution?: string;
}

/** Asked for at the same time: an answer takes a moment, and most letters are small. */
const atOnce = 32;

/** Size and bounds of the stream. Fails with a sentence where there is none, or it cannot be asked. */
export async function letterStream(link: NatsLink): Promise<Result<StreamSize, string>> {
  const sizes = await streamSizes(link);
  if (!sizes.ok) return sizes;
  const found = sizes.value.find(({ name }) => name === streams.deadLetter.name);
  return found === undefined
    ? fail('this broker has no stream DEADLETTER; no service that settles claims has used it yet')
    : ok(found);
}

/** The letter of a sequence; fails with a sentence. */
export async function letterAt(link: NatsLink, seq: number): Promise<Result<LogMessage, string>> {
  const found = await storedMessage(link, streams.deadLetter.name, seq);
  if (!found.ok) return found;
  return found.value === null ? fail(`there is no dead letter ${seq}`) : ok(found.value);
}

/**
 * All letters that the filter lets through, newest or oldest first. Throws what the broker says where it
 * cannot be asked. `looked` is told how many sequences have been looked at.
 */
export async function* letters(
  link: NatsLink,
  { firstSequence, lastSequence, messages }: StreamSize,
  order: 'newest' | 'oldest',
  filter: LetterFilter,
  looked: (sequences: number) => void = () => {},
): AsyncGenerator<LogMessage> {
  if (messages === 0) return;
  const total = lastSequence - firstSequence + 1;
  for (let from = 0; from < total; from += atOnce) {
    const wanted = Array.from({ length: Math.min(atOnce, total - from) }, (_, i) =>
      order === 'oldest' ? firstSequence + from + i : lastSequence - from - i,
    );
    const found = await Promise.all(wanted.map((seq) => storedMessage(link, streams.deadLetter.name, seq)));
    for (const one of found) {
      if (!one.ok) throw new Error(one.error);
      if (one.value !== null && passes(one.value, filter)) yield one.value;
    }
    looked(from + wanted.length);
  }
}

function passes(letter: LogMessage, { reason, institution }: LetterFilter): boolean {
  return (
    (reason === undefined || letter.header(letterHeader.reason) === reason) &&
    (institution === undefined || letter.header(letterHeader.institution) === institution)
  );
}
