/** Where the messages of a replay come from. It is read twice where several cores share the work, so it opens anew. */
import type { EpochMs } from '../base/calendar.js';
import type { WireFormat } from '../claim/formats/wire-format.js';

export interface SourceMessage {
  /** Ascending; the same each time the source is opened. */
  readonly seq: number;
  /** For people: `claims.ndjson:17`, `CLAIMS 4711`. */
  readonly place: string;
  /** When it was taken in, or says it was sent; null: it does not say. */
  readonly at: EpochMs | null;
  /** Holds until the next items are asked for. */
  readonly body: Uint8Array;
  readonly format: WireFormat | null;
  /** Who sent it; null: its body says so. */
  readonly institution: string | null;
  /** Of the source's `total`, including this message. */
  readonly done: number;
}

/** What stands where a message should, and is none. */
export interface Unusable {
  readonly seq: number;
  readonly place: string;
  readonly reason: string;
  readonly done: number;
}

export type SourceItem = SourceMessage | Unusable;

export function isUsable(item: SourceItem): item is SourceMessage {
  return 'body' in item;
}

export interface ReplaySource {
  /** Named in the report: file names, or the stream. Not the machine's folders. */
  readonly name: string;
  /** In `unit`, for the progress bar. */
  readonly total: number;
  readonly unit: 'bytes' | 'messages';
  /** From the beginning. Rejects where it cannot be read. */
  open(): AsyncIterable<readonly SourceItem[]>;
}
