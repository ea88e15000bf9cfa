/** One message of a stream by its sequence, outside the order of reading. */
import { jetstreamManager } from '@nats-io/jetstream';
import { fail, ok, type Result } from '../base/result.js';
import type { NatsLink } from './connection.js';
import { headerOf } from './headers.js';
import type { LogMessage } from './ordered-log.js';
import { sentence } from './sentence.js';

/** Null: the stream does not have it (any more). Fails with a sentence where it cannot be asked. */
export async function storedMessage(
  link: NatsLink,
  stream: string,
  seq: number,
): Promise<Result<LogMessage | null, string>> {
  try {
    const manager = await jetstreamManager(link.connection, { checkAPI: false });
    const stored = await manager.streams.getMessage(stream, { seq });
    if (stored === null) return ok(null);
    const { subject, data, header } = stored;
    const streamMs = stored.time.getTime();
    return ok({ seq, streamMs, subject, data, header: (name) => headerOf(header, name) });
  } catch (error) {
    return fail(sentence(error));
  }
}
