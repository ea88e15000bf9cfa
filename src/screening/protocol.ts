/**
 * The hand-over between main and a worker: its shapes. Main moves bytes; a worker knows claims. How the shapes become
 * bytes in shared memory, and how the two sides wake each other, stands in `protocol/`.
 */
import type { MessagePort } from 'node:worker_threads';
import { assert } from '../base/assert.js';
import type { Result } from '../base/result.js';
import type { WireFormat } from '../claim/formats/wire-format.js';
import { stageOf } from '../claim/stage.js';
import type { GapCause, NotScreenedCause, Status } from '../decision/decision.js';
import type { ByteRange } from '../decision/encode.js';

/** What main knows of one body without reading it. */
export interface Envelope {
  /** From Content-Type or the route; null: the worker recognises it from the bytes. */
  readonly format: WireFormat | null;
  /** From subject or credential; the body must agree. Null where any institution is allowed. */
  readonly institution: string | null;
  /** `advisory`: a screening. `durable`: goods sold, which are looked at before they go into the log. */
  readonly path: 'advisory' | 'durable';
  /** Wall clock of receipt, for the national answer's `respond_time`. */
  readonly receivedAtMs: number;
  /** Tick clock (base/clock) at which the budget ends, counted from receipt; queue and watchdog go by it. */
  readonly deadlineMs: number;
  /**
   * Where `deadlineMs` is the longest there can be because nobody knows the scene yet: the deadline of each
   * stage, which the worker goes by once it has read the body. Null where `deadlineMs` is the claim's own.
   */
  readonly stageDeadlines: Deadlines | null;
}

/** Ticks at which the budgets of 事前 and 事中 screening end. */
export interface Deadlines {
  readonly preMs: number;
  readonly midMs: number;
}

/**
 * The deadline of a claim whose scene has been read. One that names none has the earlier: whoever settles
 * waits for it.
 */
export function deadlineFor(
  { deadlineMs, stageDeadlines }: Pick<Envelope, 'deadlineMs' | 'stageDeadlines'>,
  scene: number | null,
): number {
  if (stageDeadlines === null) return deadlineMs;
  const { preMs, midMs } = stageDeadlines;
  if (scene === null) return Math.min(preMs, midMs);
  return stageOf(scene) === 'pre' ? preMs : midMs;
}

/** A claim on its way to a worker. */
export interface UnreadClaim {
  readonly body: Uint8Array;
  readonly envelope: Envelope;
}

/** What a batch is judged under, whatever is put in force meanwhile. */
export interface JudgedUnder {
  readonly rulesetId: string;
  /** As `overlayText` spells it; the worker keeps what it has read for as long as it stays the same. */
  readonly overlay: string;
}

/** The one task of a thread, for all its life: to answer on its line. */
export interface WorkerTask {
  readonly line: LineEnds;
  readonly progress: SharedArrayBuffer;
  /** Of all threads; see `protocol/give-way.ts`. */
  readonly rightOfWay: SharedArrayBuffer;
}

/** What the thread of a shadow is started with (`workerData`). */
export interface ShadowTask extends Omit<WorkerTask, 'rightOfWay'> {
  readonly settings: WorkerSettings;
}

/** What a thread holds of the line between it and main; see `protocol/serve-line.ts`. */
export interface LineEnds {
  /** Int32 cells; see `lineCell`. */
  readonly cells: SharedArrayBuffer;
  /** Main writes a batch here, the thread its answers there; what is too large for it is moved over the port. */
  readonly request: SharedArrayBuffer;
  readonly reply: SharedArrayBuffer;
  readonly port: MessagePort;
}

/**
 * `asked` changes with every question. `request` and `reply` are lengths in bytes; of a request also negative, where
 * the bytes have been moved over the port, or 0, where the question there is no batch.
 */
export const lineCell = { asked: 0, request: 1, reply: 2 } as const;
export const lineCells = 3;

/** The first byte of a batch: what is asked of it. */
export const lineQuestion = { screen: 0, decide: 1, compare: 2 } as const;

/** What main posts to a thread: a rule set to load, or a request that was too large for the shared memory. */
export type LineMessage = LoadRequest | ArrayBuffer;

export interface LoadRequest {
  readonly artifact: SharedArrayBuffer;
  readonly tables: SharedArrayBuffer;
  /** Ids of the rule sets that the thread holds from then on; it lets go of all others. */
  readonly keep: readonly string[];
  /** Nobody waits for the thread: it leaves the processor to others half of the time. */
  readonly gently: boolean;
}

/** What a thread posts to main; null: the reply is in the shared memory. */
export type LineAnswer = null | ArrayBuffer | LoadReply;

/** What every thread of the pool is started with (`workerData`). */
export interface WorkerSettings {
  /** Secret of the keyed hash that turns a national person number into a patient key. */
  readonly patientSecret: string;
  /** Institutions whose systems are told of a partial screening as of a failed one (`infcode` -1). */
  readonly partialAsFailure: readonly string[];
  /** Folder of the history store; null: there is none, and whatever asks history stays undecided. */
  readonly historyFolder: string | null;
}

export type LoadReply = Result<Loaded, string>;

export interface Loaded {
  readonly rulesetId: string;
  /** Positions are the rule indices that `progress` speaks of. */
  readonly ruleIds: readonly string[];
  readonly elapsedMs: number;
  readonly heapBytes: number;
}

/**
 * The live rule set, the one of all others where that is for some institutions only, the one before, and one that is
 * coming.
 */
export const rulesetsPerThread = 4;

/** Several byte strings in one buffer. */
export interface Slab {
  readonly bytes: ArrayBuffer;
  /** n + 1 offsets into `bytes`. */
  readonly offsets: Uint32Array;
}

/** A batch as the worker sees it: its bodies in memory of the worker's own. */
export interface BatchRequest extends Slab, JudgedUnder {
  readonly envelopes: readonly Envelope[];
  /** See `progressCell`; read by main after a loss. */
  readonly progress: SharedArrayBuffer;
}

/** Int32 cells of a thread's `progress`: what runs now, -1 where nothing does. */
export const progressCell = {
  claim: 0,
  rule: 1,
  /** 1 as soon as the thread has imported its modules, so that killing it is safe. */
  imported: 2,
} as const;
export const progressBytes = 3 * Int32Array.BYTES_PER_ELEMENT;

/** The answers of a batch in the order of its claims. */
export interface BatchReply {
  readonly answers: readonly Uint8Array[];
  readonly outcomes: readonly Outcome[];
  /** Bugs that cost one claim its screening. */
  readonly crashes: readonly Crash[];
  readonly elapsedMs: number;
}

/** Where a bug struck; the error's message stays behind, since it may quote the claim. */
export interface Crash {
  readonly rule: string | null;
  readonly error: string;
  readonly at: string;
}

/** What main counts, and puts into headers and subjects; nothing of a person. */
export interface Outcome {
  readonly format: WireFormat;
  readonly status: Status;
  readonly cause: NotScreenedCause | null;
  readonly decisionId: string | null;
  /** Whose claim it was: what the envelope says, else the body, which is not checked; null where neither does. */
  readonly institution: string | null;
  /** Number of a screening's scene, or the kind of a durable event; null: nobody has read it. */
  readonly scene: string | null;
  /** Where the native decision stands in the answer; null: the answer is nothing else. */
  readonly decisionAt: ByteRange | null;
  /** Rule ids of the findings. */
  readonly rules: readonly string[];
  /** Of these, the ones with a finding that somebody is shown. */
  readonly shown: readonly string[];
  /** Rule ids of what is kept without being shown, only because of the overlay. */
  readonly heldBack: readonly string[];
  /** Causes of incomplete coverage, each once. */
  readonly gaps: readonly GapCause[];
  /** Fields with data-quality notes, each once. */
  readonly notes: readonly string[];
  readonly screenMs: number;
}

/** The i-th byte string: a view, no copy. */
export function slabPart({ bytes, offsets }: Slab, i: number): Uint8Array {
  const [from, to] = [offsets[i], offsets[i + 1]];
  assert(from !== undefined && to !== undefined, `the slab has no part ${i}`);
  return new Uint8Array(bytes, from, to - from);
}
