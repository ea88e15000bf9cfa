/** A message of the log, read in the cheapest way that says all of it. */
import { ok, type Result } from '../src/base/result.js';
import type { ClaimColumns } from '../src/claim/columns/claim-columns.js';
import type { DurableEvent } from '../src/claim/durable/durable-event.js';
import { eventOfClaim, isOnlyAClaim } from '../src/claim/durable/only-a-claim.js';
import { readEvent } from '../src/claim/durable/read-event.js';
import { recogniseFormat } from '../src/claim/read-claim.js';
import type { Unreadable } from '../src/claim/unreadable.js';
import type { LoggedMessage } from '../src/screening/protocol/decide.js';
import { claimInPlace } from './decide-lines.js';
import type { LoadedRuleset } from './ruleset-cache.js';

export interface ReadMessage {
  /** Whole only until the reader reads the next. */
  readonly event: DurableEvent;
  /** The event's claim as the reader has it, until it reads the next; null: it was read in another way. */
  readonly columns: ClaimColumns | null;
}

/**
 * Most messages are settlements that say nothing beyond their claim, and those the reader of claims reads faster than
 * the reader of events; what both say of a message is the same.
 */
export function readMessage(
  { body, format }: LoggedMessage,
  { reader, readerSettings }: LoadedRuleset,
): Result<ReadMessage, Unreadable> {
  const found = format ?? recogniseFormat(null, body);
  if (isOnlyAClaim(body, found)) {
    const read = reader.read(body, found);
    if (!read.ok) return read;
    const { columns } = read.value;
    const { kind } = columns.head;
    if (kind !== 'fees' && kind !== 'stock') {
      return ok({ event: eventOfClaim(claimInPlace(columns), read.value.format), columns });
    }
  }
  const read = readEvent(body, found, readerSettings);
  return read.ok ? ok({ event: read.value, columns: null }) : read;
}
