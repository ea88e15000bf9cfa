/** How far the state has come, as the meta table keeps it. */
import type { EpochMs } from '../../base/calendar.js';
import { setTouched, touchedOf } from '../state.js';

/** A place in the stream of decisions. */
export interface EntryPlace {
  readonly seq: number;
  /** Message id of the entry there, by which it is recognised; null, or left out by an earlier version: not known. */
  readonly id?: string | null;
}

export interface Position {
  /** Which stream this is: when it was created, as the broker says it. */
  readonly streamCreated: string;
  /** Sequence of the last message whose effects are in the state. */
  readonly committed: number;
  /** Sequence of the last message whose answer is known to be in the stream of decisions. */
  readonly published: number;
  /** Stream time of the last committed message: the largest so far, for stream times may step back. */
  readonly streamMs: EpochMs;
  /** What the stream itself says of that message, by which it is recognised; null: not known. */
  readonly messageMs: EpochMs | null;
  /** How far the stream of decisions has been read, and which one it was; null: not yet. */
  readonly decisions: (EntryPlace & { readonly created: string }) | null;
}

export const positionKey = Buffer.from('position');
export const formatKey = Buffer.from('format');

/** Another format is not read: `history rebuild` makes the state anew from the streams. */
export const historyFormat = 2;

/** At the head of a stream. */
export function startOf(streamCreated: string): Position {
  return { streamCreated, committed: 0, published: 0, streamMs: 0, messageMs: null, decisions: null };
}

/** Stream time first, which readers need alone; then the rest as JSON. */
export function packPosition({ streamMs, ...others }: Position): Uint8Array {
  const { streamCreated, committed, published, messageMs, decisions } = others;
  const rest = Buffer.from(JSON.stringify([streamCreated, committed, published, messageMs, decisions]));
  const packed = new Uint8Array(8 + rest.length);
  setTouched(packed, streamMs);
  packed.set(rest, 8);
  return packed;
}

export function unpackPosition(packed: Uint8Array): Position {
  const rest = Buffer.from(packed.buffer, packed.byteOffset + 8, packed.byteLength - 8).toString('utf8');
  const [streamCreated, committed, published, messageMs, decisions] = JSON.parse(rest) as [
    Position['streamCreated'],
    Position['committed'],
    Position['published'],
    Position['messageMs'],
    Position['decisions'],
  ];
  return { streamCreated, committed, published, messageMs, decisions, streamMs: touchedOf(packed) };
}
