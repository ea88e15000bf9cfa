/**
 * Screening made-up claims compiles and optimises the code that real claims will run through, before the first real one
 * comes.
 */
import type { Clock } from '../src/base/clock.js';
import type { Tables } from '../src/ruleset/runtime/tables/tables.js';
import { ByteReader } from '../src/screening/protocol/byte-reader.js';
import { ByteWriter } from '../src/screening/protocol/byte-writer.js';
import { writeReply } from '../src/screening/protocol/reply.js';
import { readRequestHead, writeRequest } from '../src/screening/protocol/request.js';
import type { BatchReply, BatchRequest, Envelope, UnreadClaim } from '../src/screening/protocol.js';
import { madeUpBodies } from './made-up-bodies.js';
import { madeUpInstitution } from './made-up-claim.js';
import type { LoadedRuleset } from './ruleset-cache.js';
import { screenBatch } from './screen-batch.js';

const neverWoken = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));

/** Of all made-up claims, for every thread: each must be answered. */
const leastRounds = 1;
/** A thread that somebody waits for leaves the rest to real claims. */
const hurriedMs = 400;
/**
 * One that nobody waits for goes by claims, as time says little on a machine that is busy; but it does not take
 * forever. It works for a moment, shorter than answers take, and then leaves the processor to others for longer.
 */
const gentle = { claims: 1_500, mostMs: 1_200, workMs: 1.5, pause: 2, mostPauseMs: 20 };

/**
 * Screens made-up claims until the code is warm; `gently`: little by little, where others have claims to screen
 * meanwhile and nobody waits for this thread. Null, or a sentence that says why the rule set cannot be used: it must
 * answer each of them with a decision.
 */
export function warmUp(
  tables: Tables,
  loaded: LoadedRuleset,
  progress: SharedArrayBuffer,
  clock: Clock,
  gently = false,
): string | null {
  const claims = warmUpClaims(tables);
  const desk = new Desk(loaded, progress, clock);
  const pace = new Pace(clock, gently);
  for (let round = 0; round < leastRounds || !pace.isEnough; round++) {
    for (let i = 0; i < claims.length; i++) {
      // Batches of one and of two, as they are where nobody is behind.
      const batch = claims.slice(i, i + 1 + (i & 1));
      const reply = desk.screen(batch);
      const failed = reply.outcomes.findIndex(({ status }) => status === 'not_screened');
      if (failed >= 0) return problemOf(batch[failed] as UnreadClaim, reply.outcomes[failed]?.cause, reply);
      pace.worked(batch.length);
    }
  }
  return null;
}

/** When to pause, and when to end. */
class Pace {
  readonly #clock: Clock;
  readonly #gently: boolean;
  readonly #beganMs: number;
  #sinceMs: number;
  #claims = 0;

  constructor(clock: Clock, gently: boolean) {
    this.#clock = clock;
    this.#gently = gently;
    this.#beganMs = clock.tickMs();
    this.#sinceMs = this.#beganMs;
  }

  get isEnough(): boolean {
    const tookMs = this.#clock.tickMs() - this.#beganMs;
    return this.#gently ? this.#claims >= gentle.claims || tookMs > gentle.mostMs : tookMs > hurriedMs;
  }

  worked(claims: number): void {
    this.#claims += claims;
    if (!this.#gently) return;
    const tookMs = this.#clock.tickMs() - this.#sinceMs;
    if (tookMs < gentle.workMs) return;
    Atomics.wait(neverWoken, 0, 0, Math.min(tookMs * gentle.pause, gentle.mostPauseMs));
    this.#sinceMs = this.#clock.tickMs();
  }
}

/** Batches come and go as they do on a line, so that what is optimised meets the same objects. */
class Desk {
  readonly #loaded: LoadedRuleset;
  readonly #progress: SharedArrayBuffer;
  readonly #clock: Clock;
  readonly #request = new SharedArrayBuffer(1_048_576);
  readonly #writer = new ByteWriter(this.#request);
  readonly #reply = new ByteWriter(new SharedArrayBuffer(1_048_576));

  constructor(loaded: LoadedRuleset, progress: SharedArrayBuffer, clock: Clock) {
    this.#loaded = loaded;
    this.#progress = progress;
    this.#clock = clock;
  }

  screen(claims: readonly UnreadClaim[]): BatchReply {
    this.#writer.restart();
    writeRequest(this.#writer, { rulesetId: this.#loaded.id, overlay: '' }, claims);
    const reader = new ByteReader(Buffer.from(this.#request).subarray(0, this.#writer.length));
    const head = readRequestHead(reader);
    const bytes = Uint8Array.from(reader.rest()).buffer;
    const batch: BatchRequest = { ...head, bytes, progress: this.#progress };
    const reply = screenBatch(batch, this.#loaded, this.#clock);
    this.#reply.restart();
    writeReply(this.#reply, reply);
    return reply;
  }
}

function warmUpClaims(tables: Tables): readonly UnreadClaim[] {
  return madeUpBodies(tables).map(({ body, format }, i) => {
    const stageDeadlines = i % 3 === 0 ? { preMs: longAfter, midMs: longAfter } : null;
    const receivedAtMs = receivedFromMs + i;
    const envelope: Envelope = {
      format,
      institution: madeUpInstitution,
      path: 'advisory',
      receivedAtMs,
      deadlineMs: longAfter,
      stageDeadlines,
    };
    return { body, envelope };
  });
}

/** No claim of a warm-up is ever late. */
const longAfter = 1e15 + 0.5;
const receivedFromMs = Date.UTC(2026, 2, 18);

function problemOf(
  { envelope }: UnreadClaim,
  cause: string | null | undefined,
  { crashes }: Pick<BatchReply, 'crashes'>,
): string {
  const crash = crashes[0];
  const why = crash === undefined ? `cause ${cause}` : `${crash.error} ${crash.at}, rule ${crash.rule}`;
  return `a warm-up claim (${envelope.format}) was not screened: ${why}`;
}
