/** Messages to be replayed, from the stream CLAIMS as it is now. */
import type { EpochMs } from '../base/calendar.js';
import { fail, ok, type Result } from '../base/result.js';
import { unknownInstitution } from '../egress/advice.js';
import { type LogMessage, openClaimsLog } from '../nats/claims-log.js';
import type { NatsLink } from '../nats/connection.js';
import { lastStored } from '../nats/last-stored.js';
import { type StreamSize, streamSizes, streams } from '../nats/streams.js';
import { settlingInstitution } from '../nats/subjects.js';
import type { ReplaySource, SourceItem } from '../replay/source.js';
import { formatOf, header } from '../screening/terms.js';

const atOnce = { messages: 512, bytes: 4 * 1024 * 1024 };

/** `until`: what the stream took in later is not read. Fails with a sentence where there is no such stream. */
export async function sourceOfStream(link: NatsLink, until: EpochMs): Promise<Result<ReplaySource, string>> {
  const sizes = await streamSizes(link);
  if (!sizes.ok) return sizes;
  const claims = sizes.value.find(({ name }) => name === streams.claims.name);
  if (claims === undefined) return fail(`the broker has no stream ${streams.claims.name}`);
  const last = await lastStored(link, claims);
  if (last === null) return fail(`the stream ${streams.claims.name} is empty`);
  const total = last - claims.firstSequence + 1;
  const open = () => readStream(link, claims, last, until);
  return ok({ name: streams.claims.name, total, unit: 'messages', open });
}

async function* readStream(
  link: NatsLink,
  { created, firstSequence }: StreamSize,
  last: number,
  until: EpochMs,
): AsyncIterable<readonly SourceItem[]> {
  const log = openClaimsLog({ link, after: { seq: 0, streamMs: null }, streamCreated: created });
  try {
    for (let seq = 0; seq < last; ) {
      const taken = await log.take(atOnce.messages, atOnce.bytes);
      const messages = taken.filter((message) => message.seq <= last && message.streamMs < until);
      yield messages.map((message) => itemOf(message, firstSequence));
      seq = taken.at(-1)?.seq ?? last;
      if (messages.length < taken.length) return;
    }
  } finally {
    await log.close();
  }
}

function itemOf(message: LogMessage, first: number): SourceItem {
  const { seq, streamMs, subject, data } = message;
  const format = formatOf(message.header(header.contentType));
  return {
    seq,
    place: `${streams.claims.name} ${seq}`,
    at: streamMs,
    body: data,
    // A type that nobody knows says nothing; the bytes do.
    format: format.ok ? format.value : null,
    institution: settlingInstitution(subject) ?? unknownInstitution,
    done: seq - first + 1,
  };
}
