/** The durable half of the hand-over between main and a worker: messages of the log, and what becomes of them. */
import type { ClaimKind } from '../../claim/claim.js';
import type { WireFormat } from '../../claim/formats/wire-format.js';
import { statuses } from '../../decision/decision.js';
import type { DeadLetter } from '../../decision/receipt.js';
import type { RecordName, Write } from '../../history/state.js';
import type { Crash, JudgedUnder, Outcome } from '../protocol.js';

/**
 * How a message is worked off: `screen` by the rules; `without-rules` where a rule has killed its worker, for what it
 * does to the state; `follow` where another node has decided it; `skip` where that node had decided it before, so that
 * nothing is to be done.
 */
export const workModes = ['screen', 'without-rules', 'follow', 'skip'] as const;
export type WorkMode = (typeof workModes)[number];

/** A message of the log as main knows it without reading its body. */
export interface LoggedMessage {
  readonly body: Uint8Array;
  /** From Content-Type; null: the worker recognises it from the bytes. */
  readonly format: WireFormat | null;
  /** From the subject; the body must agree. */
  readonly institution: string;
  /**
   * Sequence in the stream `CLAIMS`, and when the stream took it in (never before the message before it): the only
   * clock of the durable path.
   */
  readonly seq: number;
  readonly streamMs: number;
  readonly mode: WorkMode;
  /** Of `follow` and `skip`: the bytes of the decision that counts; else null. */
  readonly decided: Uint8Array | null;
}

export interface DecideRequest extends JudgedUnder {
  readonly batch: LogBatch;
}

export interface LogBatch {
  /** In the order of the log. */
  readonly messages: readonly LoggedMessage[];
  /**
   * What batches before it do to the state, as far as it is not known to be written yet; the latest last. Each as the
   * reply had it: lists that a thread has answered with are not sent to it again.
   */
  readonly pending: readonly (readonly Write[])[];
}

/** A decision's status, or what else the stream `DECISIONS` says of a message. */
export const entryStatuses = [...statuses, 'retracted', 'receipt'] as const;
export type EntryStatus = (typeof entryStatuses)[number];

/** What becomes of one message. */
export interface DurableEntry {
  readonly decisionId: string;
  /** Null where nobody could read what it is. */
  readonly kind: ClaimKind | null;
  readonly status: EntryStatus;
  /** What is published, unless the answer to `firstSeq` is still at hand. */
  readonly bytes: Uint8Array;
  /** The message whose event this is again; 0: one that the stream has lost; null: it came for the first time. */
  readonly firstSeq: number | null;
  readonly deadLetter: DeadLetter | null;
  /** Messages that it was taken apart into, each an event of its own, in JSON; empty: it is one event. */
  readonly parts: readonly Uint8Array[];
  /** Records of the state that this message has put; for their expiry. */
  readonly touched: readonly RecordName[];
  /** Of what rules have judged; else null. */
  readonly outcome: Outcome | null;
}

/** The entries in the order of the messages, and what all of them together do to the state. */
export interface DecideReply {
  /** Of all messages, or of those before the one that `failed`. */
  readonly entries: readonly DurableEntry[];
  /** Their bytes are their own: nothing that the request has brought. */
  readonly writes: readonly Write[];
  /** Bugs that cost one message its screening. */
  readonly crashes: readonly Crash[];
  /** The bug that keeps the next message from being followed, which another node has decided; null: none. */
  readonly failed: Crash | null;
  readonly elapsedMs: number;
}
