/** What the caller says of a message, and what applying it answers. */
import type { EpochMs } from '../../base/calendar.js';
import type { State } from '../state.js';

export interface When {
  /** Place in the log. */
  readonly seq: number;
  readonly streamMs: EpochMs;
  readonly institution: string;
  /** SHA-256 of the body in hex. */
  readonly contentHash: string;
  /** Another node has taken it into account: then it is here too, whatever this version's bounds are. */
  readonly isDecided?: boolean;
}

export interface StandingFinding {
  readonly findingId: string;
  /** Ids of the violating lines. */
  readonly violating: readonly string[];
}

export interface Applied {
  /** `too-many-fees`, `too-many-refunds`: more than is kept. The event is not taken in, so what was put is dropped. */
  readonly note:
    | 'recorded'
    | 'held'
    | 'too-many-fees'
    | 'too-many-refunds'
    | 'stock'
    | 'parked'
    | 'reversed'
    | 'returned'
    | 'already-reversed';
  /** The claim that the event is about, also where it goes by another name there; null: none, or several. */
  readonly claimId: string | null;
  /** Ids of findings that no longer stand, ascending. */
  readonly retracts: readonly string[];
  /** A sentence, without personal data. */
  readonly detail: string | null;
}

/** Where and when an event is applied. */
export interface Scope extends When {
  readonly state: State;
}
