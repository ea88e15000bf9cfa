/**
 * Taking one message out of a stream for good: the broker overwrites it and leaves a hole in the sequence.
 */
import { jetstreamManager } from '@nats-io/jetstream';
import { fail, ok, type Result } from '../base/result.js';
import type { NatsLink } from './connection.js';
import { sentence } from './sentence.js';

/**
 * True: erased now; false: it was not there. Fails with a sentence where the broker or the stream does not
 * allow it.
 */
export async function eraseMessage(
  link: NatsLink,
  stream: string,
  seq: number,
): Promise<Result<boolean, string>> {
  try {
    const manager = await jetstreamManager(link.connection, { checkAPI: false });
    if ((await manager.streams.getMessage(stream, { seq })) === null) return ok(false);
    return ok(await manager.streams.deleteMessage(stream, seq, true));
  } catch (error) {
    return fail(sentence(error));
  }
}
