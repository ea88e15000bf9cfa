/**
 * Puts claims into batches: whatever waits goes out whenever a thread is free, so a lone claim is never held back and
 * batches grow only as far as the threads are behind. Every claim gets exactly one answer, whatever happens; what
 * cannot be screened inside its budget is answered `not_screened`.
 */
import type { Clock } from '../base/clock.js';
import type { Result } from '../base/result.js';
import type { NotScreenedCause } from '../decision/decision.js';
import { DurableTurn } from './durable-turn.js';
import type { ScreeningEvents } from './events.js';
import { JudgedWatchers } from './judged.js';
import { LoadEstimate } from './load-estimate.js';
import type { Loss } from './loss.js';
import type { ScreeningPool } from './pool.js';
import type { DecideReply, LogBatch } from './protocol/decide.js';
import type { BatchReply, Envelope, Outcome, UnreadClaim } from './protocol.js';
import { Quarantine, type QuarantineSettings } from './quarantine.js';
import { ClaimQueue, type QueueLimits } from './queue.js';
import { refuse } from './refusal.js';
import { Retries } from './retries.js';
import { type TurnSettings, Turns, usualTurns } from './turns.js';
import { leadingRun, rulesetOf } from './under-one-ruleset.js';

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
  /** How long messages of the log let advisory claims go first. */
  readonly durablePatienceMs: number;
  /** How long a claim may wait for its second run. */
  readonly retryPatienceMs: number;
  readonly quarantine: QuarantineSettings;
  /** Where absent, as many batches run at once as there are cores beside main's. */
  readonly turns?: TurnSettings;
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

/** A batch is at most that part of what has no answer; but so many are worth handing over at once. */
const besideOthers = { parts: 4, least: 8 } as const;

export class Batcher {
  readonly #pool: ScreeningPool;
  readonly #settings: BatcherSettings;
  readonly #events: ScreeningEvents;
  readonly #clock: Clock;
  readonly #queue: ClaimQueue<Waiting>;
  readonly #retries = new Retries<Waiting>();
  readonly #quarantine: Quarantine;
  readonly #estimate = new LoadEstimate();
  readonly #turns: Turns;
  /** Every claim that has no answer yet. */
  readonly #open = new Set<Waiting>();
  /** The batch of the log that waits for its turn, or is being decided. */
  readonly #durable: DurableTurn;
  /** Whoever wants to see what was judged. */
  readonly watchers = new JudgedWatchers();
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
    this.#durable = new DurableTurn(settings.durablePatienceMs, clock);
    this.#turns = new Turns(settings.turns ?? usualTurns, () => this.#pumpSoon());
    pool.onFree = () => this.#pumpSoon();
  }

  /** What waits for a thread now. */
  get queued(): { readonly claims: number; readonly bytes: number } {
    return { claims: this.#queue.size + this.#retries.size, bytes: this.#queue.bytes };
  }

  /** Nothing waits, and fewer batches run than may: whoever takes a moment of a core now takes it from no claim. */
  get hasLeisure(): boolean {
    if (this.#queue.size > 0 || this.#retries.size > 0 || this.#durable.isWaiting) return false;
    return this.#turns.hasRoomBeside(this.#pool.counts().busy);
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
      if (this.#open.size === 1) this.#pool.rightOfWay.take();
      this.#queue.push(waiting);
      this.#sweepBy(envelope.deadlineMs);
      this.#pumpSoon();
    });
  }

  /**
   * Works off messages of the log, one batch at a time: whenever a thread is free and no advisory claim waits, and
   * before those once it has waited long enough. The reply may be of fewer messages than were given: of those from the
   * first on that one rule set judges. Fails where the thread did not survive it. A stopped batcher never comes to it.
   */
  decide(batch: LogBatch, watchdogMs: number): Promise<Result<DecideReply, Loss>> {
    const decided = this.#durable.wait(async () => {
      const { rulesetId, messages } = leadingRun(batch.messages, this.#pool.inForce);
      const reply = await this.#pool.decide({ messages, pending: batch.pending }, watchdogMs, rulesetId);
      if (reply.ok) {
        const outcomes = reply.value.entries.flatMap(({ outcome }) => outcome ?? []);
        this.watchers.tell({ rulesetId, path: 'durable', claims: [], outcomes });
      }
      return reply;
    });
    this.#pumpSoon();
    return decided;
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
    const threads = this.#turns.sideBySide(this.#pool.counts().ready);
    const waitMs = this.#estimate.waitMs(ahead, this.#mostClaims, threads);
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
    while (this.#turns.hasRoom && this.#pool.hasFree()) {
      const again = this.#retries.start(this.#pool.counts().ready - 1);
      if (again !== null) {
        void this.#runAlone(again);
        continue;
      }
      if (this.#durable.isDue || (this.#durable.isWaiting && this.#queue.size === 0)) {
        this.#durable.begin();
        continue;
      }
      const batch = this.#takeBatch();
      if (batch.length === 0) return;
      const nowMs = this.#clock.tickMs();
      const inTime = batch.filter((waiting) => !this.#expire(waiting, nowMs));
      if (inTime.length > 0) void this.#run(inTime, nowMs);
    }
  }

  /** All of them under one rule set. */
  #takeBatch(): Waiting[] {
    const { batchBytes } = this.#settings;
    const { inForce } = this.#pool;
    if (inForce.special.size === 0) return this.#queue.takeBatch(this.#mostClaims, batchBytes);
    return this.#queue.takeAlike(this.#mostClaims, batchBytes, (waiting) => rulesetOf(inForce, waiting));
  }

  /**
   * A batch leaves others behind: senders, main and threads work side by side only where each has claims of its own in
   * hand. If one took all that wait, all would wait for its thread, and then the thread for all of them.
   */
  get #mostClaims(): number {
    return Math.min(
      this.#settings.batchClaims,
      Math.max(besideOthers.least, Math.ceil(this.#open.size / besideOthers.parts)),
    );
  }

  async #run(batch: readonly Waiting[], sentMs: number): Promise<void> {
    const ended = this.#turns.begin();
    const rulesetId = rulesetOf(this.#pool.inForce, batch[0] as Waiting);
    const result = await this.#pool.screen(batch, this.#watchdogMs(batch, sentMs), rulesetId);
    ended();
    if (result.ok) this.#answer(batch, result.value, sentMs, rulesetId);
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
    const rulesetId = rulesetOf(this.#pool.inForce, waiting);
    const result = await this.#pool.screen(again, this.#watchdogMs(again, sentMs), rulesetId);
    this.#retries.finish();
    if (result.ok) this.#answer([waiting], result.value, sentMs, rulesetId);
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

  #answer(batch: readonly Waiting[], reply: BatchReply, sentMs: number, rulesetId: string): void {
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
    this.watchers.tell({ rulesetId, path: 'advisory', claims: batch, outcomes: reply.outcomes });
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
    if (this.#open.size > 0) return;
    this.#pool.rightOfWay.give();
    this.#drained();
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
