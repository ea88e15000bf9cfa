/** Reads events in tests. */
import type { DurableEvent } from '../../../src/claim/durable/durable-event.js';
import { readEvent } from '../../../src/claim/durable/read-event.js';
import type { WireFormat } from '../../../src/claim/formats/wire-format.js';
import type { Unreadable } from '../../../src/claim/unreadable.js';
import { testSettings } from '../settings.js';
import { encodeMessage, type Message } from './national-messages.js';

/** Reads what must be readable. */
export function mustReadEvent(bytes: Uint8Array, format: WireFormat | null = null): DurableEvent {
  const read = readEvent(bytes, format, testSettings);
  if (!read.ok) throw new Error(`unreadable: ${read.error.code}: ${read.error.message}`);
  return read.value;
}

/** The refusal of what must be refused. */
export function mustRefuseEvent(bytes: Uint8Array, format: WireFormat | null = null): Unreadable {
  const read = readEvent(bytes, format, testSettings);
  if (read.ok) throw new Error('readable');
  return read.error;
}

export const readMessage = (message: Message): DurableEvent => mustReadEvent(encodeMessage(message));
export const refuseMessage = (message: Message): Unreadable => mustRefuseEvent(encodeMessage(message));

/** The notes of an event, as `field problem`. */
export function notedIn({ claim }: DurableEvent): readonly string[] {
  return claim.notes.map((note) => `${note.field} ${note.problem}`);
}
