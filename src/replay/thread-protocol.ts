/** What main and a replay thread say to each other. */
import type { EpochDay, EpochMs } from '../base/calendar.js';
import type { WireFormat } from '../claim/formats/wire-format.js';
import type { PackedArtifact } from '../screening/packed-artifact.js';
import type { SharedRecords } from './record-names.js';
import type { TallyData } from './tally.js';

/** A rule set as it counts for claims from a day on. */
export interface PackedEdition {
  readonly from: EpochDay;
  readonly packed: PackedArtifact;
}

export interface ThreadSettings {
  /** One, or with a comparison two; each by its days, ascending. */
  readonly sides: readonly (readonly PackedEdition[])[];
  readonly patientSecret: string;
  /** Empty, of this thread alone; taken only where its memory is full. */
  readonly scratchFolder: string;
  readonly memoryBytes: number;
}

export type ToThread =
  | { readonly ask: 'names'; readonly batch: Batch; readonly shared: SharedRecords }
  | { readonly ask: 'work'; readonly batch: Batch }
  /** All messages so far: they come once more. */
  | { readonly ask: 'forget' }
  | { readonly ask: 'tally' };

/** Messages as columns: an object of each would take longer to send than some take to be worked off. */
export interface Batch {
  readonly id: number;
  /** The bodies behind each other. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Where each body ends. */
  readonly ends: readonly number[];
  readonly seqs: readonly number[];
  readonly places: readonly string[];
  /** To which they belong; history goes by the other. */
  readonly days: readonly EpochDay[];
  readonly streamMs: readonly EpochMs[];
  readonly formats: readonly (WireFormat | null)[];
  readonly institutions: readonly (string | null)[];
  /** 0: it only warms history. */
  readonly judged: readonly (0 | 1)[];
  /** See `tie`. */
  readonly ties: readonly number[];
}

export interface NamesReply {
  readonly batch: number;
  /** Of all messages; those of message i end before `ends[i]`. */
  readonly names: Float64Array<ArrayBuffer>;
  readonly ends: Uint32Array<ArrayBuffer>;
  /** By message, 1: in the native form, and it says no more than a claim does. */
  readonly plain: Uint8Array<ArrayBuffer>;
  /** A message takes back a sale by its number. */
  readonly deletesSale: boolean;
}

export type FromThread =
  | { readonly is: 'ready' }
  /** `bytes`: the batch's, given back. */
  | { readonly is: 'names'; readonly reply: NamesReply; readonly bytes: Batch['bytes'] }
  /** `isUsed`: a message, of this batch or before, has left something behind that others may see. */
  | { readonly is: 'worked'; readonly isUsed: boolean; readonly bytes: Batch['bytes'] }
  | { readonly is: 'forgotten' }
  | { readonly is: 'tally'; readonly tally: TallyData }
  /** A rule set that cannot be loaded. */
  | { readonly is: 'refused'; readonly problem: string };
