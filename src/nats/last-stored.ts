/** Where a stream ends, for whoever reads it to its end. */
import type { NatsLink } from './connection.js';
import { storedMessage } from './stored-message.js';
import type { StreamSize } from './streams.js';

/**
 * The last sequence of which there is a message: what was erased at the end is not waited for. Null: none. Rejects with
 * what the broker says.
 */
export async function lastStored(
  link: NatsLink,
  { name, messages, firstSequence, lastSequence }: Omit<StreamSize, 'name'> & { readonly name: string },
): Promise<number | null> {
  if (messages === 0) return null;
  for (let seq = lastSequence; seq >= firstSequence; seq--) {
    const found = await storedMessage(link, name, seq);
    if (!found.ok) throw new Error(found.error);
    if (found.value !== null) return seq;
  }
  return null;
}
