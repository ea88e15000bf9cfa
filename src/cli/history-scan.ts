/** Reading a stream from its beginning, or from further on, to where it ends now, with a bar for whoever waits. */
import type { NatsLink } from '../nats/connection.js';
import { lastStored } from '../nats/last-stored.js';
import { type LogMessage, OrderedLog } from '../nats/ordered-log.js';
import type { StreamSize } from '../nats/streams.js';
import { openProgress } from './progress-bar.js';

const atOnce = { messages: 256, bytes: 4 * 1024 * 1024 };

export interface Scan {
  readonly stream: StreamSize;
  readonly subject: string;
  /** Only what comes after this sequence. */
  readonly after?: number;
  /** For the bar: `reading CLAIMS`. */
  readonly what: string;
  /** False: enough has been seen. */
  readonly each: (message: LogMessage) => boolean;
}

/** Rejects with what the broker says where the stream cannot be read, or is another one meanwhile. */
export async function scan(
  link: NatsLink,
  { stream, subject, after: from = 0, what, each }: Scan,
): Promise<void> {
  const last = await lastStored(link, stream);
  if (last === null || last <= from) return;
  const after = { seq: from, streamMs: null };
  const log = new OrderedLog({
    link,
    stream: stream.name,
    filterSubject: subject,
    after,
    streamCreated: stream.created,
  });
  const before = Math.max(from, stream.firstSequence - 1);
  const total = last - before;
  const bar = openProgress(what, total);
  try {
    for (let seq = 0, goesOn = true; goesOn && seq < last; ) {
      for (const message of await log.take(atOnce.messages, atOnce.bytes)) {
        seq = message.seq;
        goesOn = goesOn && seq <= last && each(message);
        bar.update(seq - before, total);
      }
    }
  } finally {
    bar.end();
    await log.close();
  }
}
