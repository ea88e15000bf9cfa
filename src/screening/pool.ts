/**
 * The worker threads. Piscina owns their lives (start, limits, replacement after a loss); this file is its only
 * importer. Every thread has one task of Piscina's for all its life, to answer on its line (see `line.ts`): its end is
 * the thread's. Its load balancer hands that task to the thread it is addressed to; what a thread is asked, and when,
 * is decided here.
 */
import { Piscina } from 'piscina';
import { assert } from '../base/assert.js';
import { fail, ok, type Result } from '../base/result.js';
import type { Artifact } from '../ruleset/compile/artifact.js';
import { type Overlay, overlayText } from '../ruleset/overlay/overlay.js';
import type { InForce } from '../ruleset/release/in-force.js';
import { collectRarely } from './collect-rarely.js';
import type { LossCause, ScreeningEvents } from './events.js';
import type { Line } from './line.js';
import { type Haste, Loading } from './loading.js';
import { causeOf, type Loss, vanished } from './loss.js';
import { type PackedArtifact, packArtifact } from './packed-artifact.js';
import type { DecideReply, LogBatch } from './protocol/decide.js';
import { RightOfWay } from './protocol/give-way.js';
import type { BatchReply, Loaded, UnreadClaim, WorkerSettings, WorkerTask } from './protocol.js';
import { Shelf } from './shelf.js';
import { Thread } from './thread.js';

export interface PoolSettings {
  /** Threads kept alive, at least 2: on a small machine the second is a warm spare. */
  readonly threads: number;
  /**
   * Heap limit of one thread in MiB; a thread that reaches it is ended and replaced. Not where a single
   * allocation leaps over it: then V8 ends the process, so keep it well above what the largest body needs.
   */
  readonly maxOldGenerationSizeMb: number;
  /** A thread that takes longer to load and warm a rule set is ended. */
  readonly loadTimeoutMs: number;
  readonly worker: WorkerSettings;
  /** Compiled entry of a worker; the default lies beside the compiled main program. */
  readonly workerFile?: URL;
}

const defaultWorkerFile = new URL('../../workers/screen.worker.js', import.meta.url);
const backoffMs = { first: 100, most: 10_000 };
const stopPatienceMs = 5_000;
const never = new AbortController().signal;

export class ScreeningPool {
  readonly #settings: PoolSettings;
  readonly #events: ScreeningEvents;
  readonly #piscina: Piscina;
  readonly #threads = new Set<Thread>();
  readonly #shelf: Shelf;
  readonly #loading: Loading;
  /** For screenings, while any has no answer; said by the batcher. */
  readonly rightOfWay = new RightOfWay();
  /** Whom the task that is being handed to Piscina right now is for; null when it is taken or not to be taken. */
  #addressee: Thread | null = null;
  #failures = 0;
  #overlay = '';
  /** How many of the first threads Piscina has still to announce. */
  #unannounced: number;
  #stopping = false;
  #started: ((problem: string | null) => void) | null = null;
  /** Called whenever a thread becomes free; set by the batcher. */
  onFree: () => void = () => {};

  /**
   * Starts all threads; resolves when every one of them has loaded and warmed the rule set, or with a sentence that
   * says why the rule set cannot run.
   */
  static async start(
    artifact: Artifact,
    settings: PoolSettings,
    events: ScreeningEvents,
  ): Promise<Result<ScreeningPool, string>> {
    assert(settings.threads >= 2, 'a pool has at least two threads');
    // Main carries the bodies of what the threads do.
    collectRarely();
    const pool = new ScreeningPool(artifact, settings, events);
    const problem = await new Promise<string | null>((resolve) => {
      pool.#started = resolve;
    });
    if (problem === null) return ok(pool);
    await pool.stop();
    return fail(problem);
  }

  private constructor(artifact: Artifact, settings: PoolSettings, events: ScreeningEvents) {
    this.#settings = settings;
    this.#events = events;
    this.#shelf = new Shelf(packArtifact(artifact));
    this.#loading = new Loading(this.#shelf, {
      threads: this.#threads,
      loadInto: (thread, packed, gently) => this.#loadInto(thread, packed, gently),
      release: (thread) => this.#release(thread),
      giveUp: (thread, problem) => this.#giveUp(thread, problem),
      whole: () => this.#whole(),
    });
    this.#unannounced = settings.threads;
    this.#piscina = new Piscina({
      filename: (settings.workerFile ?? defaultWorkerFile).href,
      minThreads: settings.threads,
      maxThreads: settings.threads,
      idleTimeout: Number.POSITIVE_INFINITY,
      concurrentTasksPerWorker: 1,
      // A thread never comes back from its task, so Piscina has nothing to tell it.
      atomics: 'disabled',
      recordTiming: false,
      resourceLimits: { maxOldGenerationSizeMb: settings.maxOldGenerationSizeMb },
      workerData: settings.worker,
      loadBalancer: (_task, workers) => {
        const addressed = workers.find((worker) => worker.id === this.#addressee?.worker.threadId) ?? null;
        if (addressed !== null) this.#addressee = null;
        return addressed;
      },
    });
    // Piscina speaks of threads before it has booked them in or out, hence the microtasks.
    this.#piscina.on('workerCreate', ({ id }: { readonly id: number }) => {
      queueMicrotask(() => this.#adopt(id));
    });
    this.#piscina.on('workerDestroy', () => queueMicrotask(() => this.#countLost()));
    // A thread that fails without a task: 'workerDestroy' follows and says all we need.
    this.#piscina.on('error', () => {});
  }

  /** Which rule set a claim is to be screened by. */
  get inForce(): InForce {
    return this.#shelf.inForce;
  }

  /** Whether `use` may name it: threads hold it, or a replacement is about to. */
  has(rulesetId: string): boolean {
    return this.#loading.has(rulesetId);
  }

  /** Null: threads do not hold it. */
  packed(rulesetId: string): PackedArtifact | null {
    return this.#shelf.packed(rulesetId);
  }

  /** What batches are judged under now, as it travels. */
  get overlay(): string {
    return this.#overlay;
  }

  /** How many threads are in service, and how many of these are screening now. */
  counts(): { readonly ready: number; readonly busy: number } {
    let [ready, busy] = [0, 0];
    for (const thread of this.#threads) {
      if (thread.ready) ready += 1;
      if (thread.mode === 'busy') busy += 1;
    }
    return { ready, busy };
  }

  /** Whether a thread could take a batch now, under any rule set in force. */
  hasFree(): boolean {
    return this.#free() !== null;
  }

  /**
   * Runs a batch under a rule set in force, on a free thread (there must be one). The bodies are copied before it
   * returns. A thread that has not answered after `watchdogMs` is ended. Fails with the loss where the thread did not
   * survive the batch; it is then already being replaced.
   */
  async screen(
    claims: readonly UnreadClaim[],
    watchdogMs: number,
    rulesetId: string,
  ): Promise<Result<BatchReply, Loss>> {
    return this.#ask(this.#free(), rulesetId, claims.length, watchdogMs, (line) =>
      line.screen({ rulesetId, overlay: this.#overlay }, claims),
    );
  }

  /** The same for messages of the log, in their order; on the free thread that screenings would take last. */
  async decide(batch: LogBatch, watchdogMs: number, rulesetId: string): Promise<Result<DecideReply, Loss>> {
    return this.#ask(this.#allFree().at(-1) ?? null, rulesetId, batch.messages.length, watchdogMs, (line) =>
      line.decide({ rulesetId, overlay: this.#overlay }, batch),
    );
  }

  /** A thread lets go of a rule set only when it loads another, which it does between its batches. */
  async #ask<Reply>(
    thread: Thread | null,
    rulesetId: string,
    size: number,
    watchdogMs: number,
    question: (line: Line) => Promise<Result<Reply, Loss>>,
  ): Promise<Result<Reply, Loss>> {
    assert(
      thread?.has(rulesetId) === true,
      'a batch is only sent to a free thread, under a rule set in force',
    );
    thread.enterBusy(rulesetId, size);
    const watchdog = setTimeout(() => thread.ending.abort(), watchdogMs);
    const reply = await question(thread.line);
    clearTimeout(watchdog);
    this.#release(thread);
    return reply;
  }

  /**
   * Brings another rule set to every thread, one thread after another so that the others go on screening. Fails with a
   * sentence where it cannot run. `beside`: others that will be in force with it, and must not make room for it. When
   * `signal` aborts, nobody wants it any more.
   */
  async load(
    packed: PackedArtifact,
    beside: readonly string[] = [],
    haste: Haste = 'gently',
    signal: AbortSignal = never,
  ): Promise<Result<void, string>> {
    return this.#loading.toAll(packed, beside, haste, signal);
  }

  /** From the next batch on; all have been loaded. `later`: what is meant to follow, and must stay loaded. */
  use(inForce: InForce, later: InForce = inForce): void {
    this.#shelf.use(inForce, later);
    this.onFree();
  }

  /** From the next batch on. */
  useOverlay(overlay: Overlay): void {
    this.#overlay = overlayText(overlay);
  }

  /** Ends all threads. Batches still running fail as lost, so drain the batcher first. */
  async stop(): Promise<void> {
    this.#stopping = true;
    for (let waitedMs = 0; waitedMs < stopPatienceMs && !this.#mayKillAll(); waitedMs += 5) await sleep(5);
    await this.#piscina.destroy();
    for (const thread of this.#threads) {
      thread.enterGone();
      thread.line.cut({ cause: 'exit', ...thread.whereabouts });
    }
    this.#threads.clear();
  }

  /** Not while a replacement is still importing: see Thread.mayBeKilled. */
  #mayKillAll(): boolean {
    const safe = new Set(
      [...this.#threads].filter((thread) => thread.mayBeKilled).map(({ worker }) => worker),
    );
    return this.#piscina.threads.every((worker) => safe.has(worker) || worker.threadId < 0);
  }

  /** The first free thread, so that at low load one thread stays hot and the others stay spare. */
  #free(): Thread | null {
    return this.#allFree()[0] ?? null;
  }

  #allFree(): Thread[] {
    if (this.#stopping) return [];
    const ids = this.#shelf.idsInForce;
    return [...this.#threads].filter((thread) => thread.mode === 'free' && thread.hasAll(ids));
  }

  /** The one place where Piscina gets a task. Rejects when the thread ends, which is the only end of the task. */
  async #serve(thread: Thread): Promise<void> {
    const { line, progress, ending } = thread;
    const task: WorkerTask = { line: line.ends, progress, rightOfWay: this.rightOfWay.shared };
    this.#addressee = thread;
    const served = this.#piscina.run(task, { transferList: [line.ends.port], signal: ending.signal });
    // Still addressed, so not taken: the thread died a moment ago, and the task would wait in Piscina's queue.
    if (this.#addressee !== null) ending.abort(vanished);
    this.#addressee = null;
    await served;
  }

  /** The thread has ended, whatever it was doing. */
  #ended(thread: Thread, error: unknown): void {
    const loss: Loss = { cause: causeOf(error), ...thread.whereabouts };
    // Where no claim is near, the message may be shown; it is what tells a missing file from a full heap.
    if (thread.claims === 0 && error instanceof Error) thread.lastWords = error.message;
    this.#lose(thread, loss.cause, loss.rule, thread.claims);
    thread.line.cut(loss);
  }

  #release(thread: Thread): void {
    // Lost with what it was doing, or a moment after its answer.
    if (thread.mode === 'gone' || !thread.enterFree()) return;
    if (this.#started !== null && this.counts().ready === this.#settings.threads) {
      this.#started(null);
      this.#started = null;
    }
    this.onFree();
  }

  /** Piscina announces its first threads when it makes them, and a replacement when it has imported its modules. */
  #adopt(id: number): void {
    const worker = this.#piscina.threads.find((candidate) => candidate.threadId === id);
    if (worker === undefined) return;
    const thread = new Thread(worker);
    if (this.#unannounced > 0) this.#unannounced -= 1;
    else thread.noteImported();
    this.#threads.add(thread);
    void this.#later(() => this.#prepare(thread));
  }

  /** Books out threads that vanished before they had a task; sees to it that Piscina goes on replacing. */
  #countLost(): void {
    if (this.#stopping) return;
    const alive = new Set(this.#piscina.threads);
    for (const thread of this.#threads) {
      if (thread.mode === 'starting' && !alive.has(thread.worker)) this.#lose(thread, 'exit', null, 0);
    }
    if (alive.size < this.#settings.threads) this.#revive();
  }

  async #prepare(thread: Thread): Promise<void> {
    if (this.#stopping || thread.mode !== 'starting') return;
    thread.enterLoading();
    this.#serve(thread).catch((error) => this.#ended(thread, error));
    const loaded = await this.#loading.whatIsInForce(thread);
    if (!loaded.ok) return this.#giveUp(thread, loaded.error);
    this.#failures = 0;
    this.#release(thread);
    this.#loading.theRest(thread);
  }

  async #whole(): Promise<void> {
    while (!this.#stopping && this.counts().ready < this.#settings.threads) await sleep(10);
  }

  #giveUp(thread: Thread, problem: string): void {
    this.#failures += 1;
    this.#started?.(problem);
    this.#started = null;
    if (thread.mode !== 'gone') this.#lose(thread, 'error', null, 0);
  }

  async #loadInto(
    thread: Thread,
    artifact: PackedArtifact,
    gently: boolean,
  ): Promise<Result<Loaded, string>> {
    const watchdog = setInterval(
      () => thread.mayBeKilled && thread.ending.abort(),
      this.#settings.loadTimeoutMs,
    );
    const { bytes, tables } = artifact;
    const keep = this.#shelf.ids;
    const answer = await thread.line.load({ artifact: bytes, tables, keep, gently });
    clearInterval(watchdog);
    if (!answer.ok) {
      const { cause } = answer.error;
      const words = cause === 'error' ? ` (${thread.lastWords})` : '';
      return fail(`rule set ${artifact.id} ended the thread that loaded it: ${cause}${words}`);
    }
    const loaded = answer.value;
    if (!loaded.ok) return loaded;
    thread.noteLoaded(loaded.value, keep);
    this.#events.workerReady(loaded.value);
    return loaded;
  }

  /** Books a thread out. Piscina has replaced it already, or does so when `terminate` takes effect. */
  #lose(thread: Thread, cause: LossCause, rule: string | null, claims: number): void {
    if (this.#stopping || thread.mode === 'gone') return;
    thread.enterGone();
    this.#threads.delete(thread);
    this.#events.workerLost({ cause, rule, claims });
    // After an exception the thread still lives, in a state that nobody can vouch for.
    void thread.worker.terminate();
  }

  /**
   * Piscina stops replacing threads after one died while starting. A task that finds no thread makes it start
   * another one; we ask with a task that is withdrawn at once.
   */
  #revive(): void {
    this.#failures += 1;
    void this.#later(() => {
      if (this.#stopping || this.#piscina.threads.length >= this.#settings.threads) return;
      const withdrawn = new AbortController();
      this.#piscina.run(null, { signal: withdrawn.signal }).catch(() => {});
      withdrawn.abort();
    });
  }

  /** At once after a success; with growing pauses while threads keep failing before they are ready. */
  async #later(then: () => void | Promise<void>): Promise<void> {
    const pauseMs = Math.min(backoffMs.first * 2 ** (this.#failures - 1), backoffMs.most);
    // Unreferenced: a service that stops does not wait for a thread that nobody needs any more.
    if (this.#failures > 0) await sleep(pauseMs, false);
    await then();
  }
}

function sleep(ms: number, holdsProcess = true): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    if (!holdsProcess) timer.unref();
  });
}
