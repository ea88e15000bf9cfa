/** Sales out of a message that held several: as they come back, and as they should. */
import type { Batch, Message, Part, SingleMeaning } from './meaning.js';

interface Body {
  readonly msgid?: unknown;
  readonly input?: { readonly selinfo?: unknown; readonly selinfoDetail?: unknown };
  readonly [name: string]: unknown;
}

/** Id of the event that a sale of several is. */
export function partId(eventId: string, name: string): string {
  return `${eventId}/${name}`;
}

/** Which sale of the message at `sequence` this body brings back: the one that has exactly these rows. */
export function partOf(
  sequence: number,
  body: Uint8Array,
  before: readonly Message[],
): NonNullable<Message['partOf']> | null {
  const batch = batchOf(before[sequence - 1]);
  const rows = JSON.stringify(rowsOf(bodyOf(body)));
  const part = batch?.parts.find((one) => JSON.stringify(one.rows) === rows);
  return batch === null || part === undefined ? null : { sequence, batch, part };
}

export function batchOf(message: Message | undefined): Batch | null {
  const meaning = message?.meaning;
  return meaning?.dead === null && meaning.event === null ? meaning.batch : null;
}

/** The body in which a sale comes back. */
export function partBody({ eventId, head }: Batch, { name, rows }: Part): Uint8Array {
  const msgid = name === null ? `${eventId}/0` : partId(eventId, name);
  return Buffer.from(JSON.stringify({ ...head, msgid, input: { selinfoDetail: rows } }));
}

/** What the body says other than its message did, or nothing. */
export function misquoted({ batch, part }: NonNullable<Message['partOf']>, body: Uint8Array): string | null {
  const { msgid, input: _, ...head } = bodyOf(body);
  if (part.name !== null && msgid !== partId(batch.eventId, part.name)) return `its id is ${String(msgid)}`;
  return sorted(head) === sorted(batch.head) ? null : `its head is ${sorted(head)}`;
}

/** The event of a meaning, where it is one. */
export function eventIn(meaning: SingleMeaning) {
  return meaning.dead === null ? meaning.event : null;
}

function bodyOf(body: Uint8Array): Body {
  return JSON.parse(Buffer.from(body).toString());
}

function rowsOf({ input }: Body): readonly unknown[] {
  const rows = input?.selinfoDetail ?? input?.selinfo ?? [];
  return Array.isArray(rows) ? rows : [rows];
}

function sorted(head: Readonly<Record<string, unknown>>): string {
  return JSON.stringify(Object.entries(head).sort(([a], [b]) => (a < b ? -1 : 1)));
}
