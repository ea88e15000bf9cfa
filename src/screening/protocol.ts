/**
 * The hand-over between main and a worker. Main moves bytes; a worker knows claims. Everything here is cheap to
 * clone or is moved: one owned buffer per batch, never a view on a socket's memory.
 */
import type { WireFormat } from '../claim/formats/wire-format.js';
import type { Status } from '../decision/decision.js';

/** What main knows of one body without reading it. */
export interface Envelope {
  /** From Content-Type or the route; null: the worker recognises it from the bytes. */
  readonly format: WireFormat | null;
  /** From subject or credential; the body must agree. Null where any institution is allowed. */
  readonly institution: string | null;
  /** Only these kinds may come this way. */
  readonly path: 'advisory' | 'durable';
  /** Wall clock of receipt, for the national answer's `respond_time`. */
  readonly receivedAtMs: number;
  /** Tick clock (base/clock) at which the budget ends, counted from receipt. */
  readonly deadlineMs: number;
}

export interface BatchRequest {
  /** All bodies of the batch, one after another; moved to the worker. */
  readonly bytes: ArrayBuffer;
  /** n + 1 offsets into `bytes`. */
  readonly offsets: Uint32Array;
  readonly envelopes: readonly Envelope[];
  /** Int32 [claim index, rule index] of what runs now; -1 where nothing does. Read by main after a loss. */
  readonly progress: SharedArrayBuffer;
  readonly rulesetId: string;
}

export interface BatchReply {
  /** All answers, one after another; moved back. */
  readonly bytes: ArrayBuffer;
  readonly offsets: Uint32Array;
  readonly outcomes: readonly Outcome[];
  readonly elapsedMs: number;
}

/** What main counts and puts into headers; no claim content. */
export interface Outcome {
  readonly format: WireFormat;
  readonly status: Status;
  readonly cause: string | null;
  readonly decisionId: string | null;
  /** Rule ids of the findings. */
  readonly rules: readonly string[];
  /** Causes of incomplete coverage, each once. */
  readonly gaps: readonly ('fact' | 'history' | 'budget' | 'list')[];
  /** Fields with data-quality notes, each once. */
  readonly notes: readonly string[];
  readonly screenMs: number;
}
