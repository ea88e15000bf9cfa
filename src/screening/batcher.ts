/**
 * Puts claims into batches: whatever waits goes out whenever a thread is free, so a lone claim is never held back and
 * batches grow only as far as the threads are behind. Every claim gets exactly one answer, whatever happens; what
 * cannot be screened inside its budget is answered `not_screened`.
 */
import type { Clock } from '../base/clock.js';
import type { NotScreenedCause } from '../decision/decision.js';
import type { ScreeningEvents } from './events.js';
import { LoadEstimate } from './load-estimate.js';
import type { Loss } from './loss.js';
import type { ScreeningPool } from './pool.js';
import type { BatchReply, Envelope, Outcome, UnreadClaim } from './protocol.js';
import { Quarantine, type QuarantineSettings } from './quarantine.js';
import { ClaimQueue, type QueueLimits } from './queue.js';
import { refuse } from './refusal.js';
import { Retries } from './retries.js';

export interface BatcherSettings {
  /** Most claims, and most bytes, of one batch; a larger body travels alone. */
  readonly batchClaims: number;
  readonly batchBytes: number;
  readonly queue: QueueLimits;
  /** A thread is hung when it has not answered this long after the latest deadline of its batch … */
  readonly watchdogGraceMs: number;
  /** … but never before it has had this long. */
  readonly watchdogLeastMs: number;
  /** Budget of a claim that runs a second time: its own was spent by the thread that was lost. */
  readonly retryBudgetMs: number;
  /** How long a claim may wait for its second run. */
  readonly retryPatienceMs: number;
  readonly quarantine: QuarantineSettings;
}

export interface Answer {
  readonly bytes: Uint8Array;
  readonly outcome: Outcome;
  /** From arrival here to its last hand-over to a thread. */
  readonly queuedMs: number;
  /** Inside the worker; 0 where no worker has answered. */
  readonly screenMs: number;
}

interface Waiting extends UnreadClaim {
  readonly arrivedMs: number;
  readonly resolve: (answer: Answer) => void;
}

export class Batcher {
  readonly #pool: ScreeningPool;
  readonly #settings: BatcherSettings;
  readonly #events: ScreeningEvents;
  readonly #clock: Clock;
  readonly #queue: ClaimQueue<Waiting>;
  readonly #retries = new Retries<Waiting>();
  readonly #quarantine: Quarantine;
  readonly #estimate = new LoadEstimate();
  /** Every claim that has no answer yet. */
  readonly #open = new Set<Waiting>();
  #pumping = false;
  #sweep: { readonly timer: NodeJS.Timeout; readonly atMs: number } | null = null;
  #stopping = false;
  #drained: () => void = () => {};

  constructor(pool: ScreeningPool, settings: BatcherSettings, events: ScreeningEvents, clock: Clock) {
    this.#pool = pool;
    this.#settings = settings;
    this.#events = events;
    this.#clock = clock;
    this.#queue = new ClaimQueue(settings.queue);
    this.#quarantine = new Quarantine(settings.quarantine, clock);
    pool.onFree = () => this.#pumpSoon();
  }

  /** What waits for a thread now. */
  get queued(): { readonly claims: number; readonly bytes: number } {
    return { claims: this.#queue.size + this.#retries.size, bytes: this.#queue.bytes };
  }

  /** Screens one claim. Never rejects. The body must stay as it is until the answer is there; it is not moved. */
  screen(body: Uint8Array, envelope: Envelope): Promise<Answer> {
    if (this.#stopping) return Promise.resolve(this.#refused(body, envelope, 'stopping'));
    const held = this.#quarantine.find(body);
    if (held !== null) {
      this.#events.quarantineHit();
      return Promise.resolve(this.#refused(body, envelope, 'worker', killedBy(held.rule)));
    }
    const nowMs = this.#clock.tickMs();
    if (this.#isOverloaded(body, envelope, nowMs)) {
      this.#events.overloaded();
      return Promise.resolve(this.#refused(body, envelope, 'overload'));
    }
    return new Promise((resolve) => {
      const waiting: Waiting = { body, envelope, arrivedMs: nowMs, resolve };
      this.#open.add(waiting);
      this.#queue.push(waiting);
      this.#sweepBy(envelope.deadlineMs);
      this.#pumpSoon();
    });
  }

  /** Takes no more claims; resolves when all have their answer, after `patienceMs` with `not_screened`. */
  async stop(patienceMs: number): Promise<void> {
    this.#stopping = true;
    if (this.#open.size > 0) {
      const drained = new Promise<void>((resolve) => {
        this.#drained = resolve;
      });
      const timer = setTimeout(() => this.#drained(), patienceMs);
      await drained;
      clearTimeout(timer);
    }
    for (const waiting of this.#open) this.#refuse(waiting, 'stopping');
    if (this.#sweep !== null) clearTimeout(this.#sweep.timer);
  }

  #isOverloaded(body: Uint8Array, { path, deadlineMs }: Envelope, nowMs: number): boolean {
    if (!this.#queue.hasRoomFor(body)) return true;
    const ahead = this.#queue.ahead(path);
    if (ahead === 0) return false;
    const waitMs = this.#estimate.waitMs(ahead, this.#settings.batchClaims, this.#pool.counts().ready);
    return nowMs + waitMs > deadlineMs;
  }

  /** After the messages that arrived in the same moment: they make one batch instead of a first of one claim. */
  #pumpSoon(): void {
    if (this.#pumping) return;
    this.#pumping = true;
    queueMicrotask(() => {
      this.#pumping = false;
      this.#pump();
    });
  }

  #pump(): void {
    while (this.#pool.hasFree()) {
      const again = this.#retries.start(this.#pool.counts().ready - 1);
      if (again !== null) {
        void this.#runAlone(again);
        continue;
      }
      const batch = this.#queue.takeBatch(this.#settings.batchClaims, this.#settings.batchBytes);
      if (batch.length === 0) return;
      const nowMs = this.#clock.tickMs();
      const inTime = batch.filter((waiting) => !this.#expire(waiting, nowMs));
      if (inTime.length > 0) void this.#run(inTime, nowMs);
    }
  }

  async #run(batch: readonly Waiting[], sentMs: number): Promise<void> {
    const result = await this.#pool.screen(batch, this.#watchdogMs(batch, sentMs));
    if (result.ok) this.#answer(batch, result.value, sentMs);
    else this.#retryOneByOne(batch, result.error);
  }

  #retryOneByOne(batch: readonly Waiting[], loss: Loss): void {
    // All answered already: the batcher has stopped, and its pool after it.
    if (!batch.some((waiting) => this.#open.has(waiting))) return;
    const untilMs = this.#clock.tickMs() + this.#settings.retryPatienceMs;
    this.#retries.add(batch, loss, untilMs);
    this.#sweepBy(untilMs);
    this.#pumpSoon();
  }

  async #runAlone(waiting: Waiting): Promise<void> {
    const sentMs = this.#clock.tickMs();
    // A budget of its own, whatever the scene.
    const deadlineMs = sentMs + this.#settings.retryBudgetMs;
    const again = [{ ...waiting, envelope: { ...waiting.envelope, deadlineMs, stageDeadlines: null } }];
    const result = await this.#pool.screen(again, this.#watchdogMs(again, sentMs));
    this.#retries.finish();
    if (result.ok) this.#answer([waiting], result.value, sentMs);
    else {
      this.#quarantine.add(waiting.body, result.error.rule);
      this.#events.quarantined({ rule: result.error.rule });
      this.#refuse(waiting, 'worker', killedBy(result.error.rule));
    }
    this.#pumpSoon();
  }

  #watchdogMs(batch: readonly { readonly envelope: Envelope }[], nowMs: number): number {
    const latest = batch.reduce((most, { envelope }) => Math.max(most, envelope.deadlineMs), 0);
    return Math.max(this.#settings.watchdogLeastMs, latest - nowMs + this.#settings.watchdogGraceMs);
  }

  #answer(batch: readonly Waiting[], reply: BatchReply, sentMs: number): void {
    const elapsedMs = this.#clock.tickMs() - sentMs;
    this.#estimate.note(batch.length, elapsedMs, reply.elapsedMs);
    this.#events.batchScreened({
      size: batch.length,
      bytes: batch.reduce((sum, { body }) => sum + body.byteLength, 0),
      queuedMs: batch.reduce((most, { arrivedMs }) => Math.max(most, sentMs - arrivedMs), 0),
      elapsedMs,
    });
    for (const crash of reply.crashes) this.#events.claimFailed(crash);
    batch.forEach((waiting, i) => {
      const outcome = reply.outcomes[i] as Outcome;
      const queuedMs = sentMs - waiting.arrivedMs;
      this.#close(waiting, {
        bytes: reply.answers[i] as Uint8Array,
        outcome,
        queuedMs,
        screenMs: outcome.screenMs,
      });
    });
  }

  #refuse(waiting: Waiting, cause: NotScreenedCause, detail: string | null = null): void {
    const queuedMs = this.#clock.tickMs() - waiting.arrivedMs;
    this.#close(waiting, { ...this.#refused(waiting.body, waiting.envelope, cause, detail), queuedMs });
  }

  #refused(
    body: Uint8Array,
    envelope: Envelope,
    cause: NotScreenedCause,
    detail: string | null = null,
  ): Answer {
    return { ...refuse(body, envelope, cause, detail), queuedMs: 0, screenMs: 0 };
  }

  /** The one place where a claim gets its answer; a second one, after `stop` lost patience, is dropped. */
  #close(waiting: Waiting, answer: Answer): void {
    if (!this.#open.delete(waiting)) return;
    waiting.resolve(answer);
    if (this.#open.size === 0) this.#drained();
  }

  /** Answers a queued claim whose budget is over; says whether it was. */
  #expire(waiting: Waiting, nowMs: number): boolean {
    if (nowMs < waiting.envelope.deadlineMs) return false;
    this.#events.budgetSpentInQueue();
    this.#refuse(waiting, 'budget');
    return true;
  }

  /** Sees to it that what waits is looked at when the earliest of its deadlines is over, free thread or not. */
  #sweepBy(atMs: number): void {
    if (!Number.isFinite(atMs) || (this.#sweep !== null && this.#sweep.atMs <= atMs)) return;
    if (this.#sweep !== null) clearTimeout(this.#sweep.timer);
    const inMs = Math.max(0, Math.ceil(atMs - this.#clock.tickMs()));
    this.#sweep = { timer: setTimeout(() => this.#sweepNow(), inMs), atMs };
  }

  #sweepNow(): void {
    this.#sweep = null;
    const nowMs = this.#clock.tickMs();
    for (const waiting of this.#queue.remove(({ envelope }) => envelope.deadlineMs <= nowMs)) {
      this.#expire(waiting, nowMs);
    }
    for (const { item, rule } of this.#retries.takeExpired(nowMs))
      this.#refuse(item, 'worker', killedBy(rule));
    const nextMs = this.#queue.earliest(({ envelope }) => envelope.deadlineMs);
    this.#sweepBy(Math.min(nextMs, this.#retries.earliestMs));
  }
}

function killedBy(rule: string | null): string {
  return rule === null ? 'The worker was lost.' : `The worker was lost in rule ${rule}.`;
}
