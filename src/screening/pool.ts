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
import type { LossCause, ScreeningEvents } from './events.js';
import { causeOf, type Loss, vanished } from './loss.js';
import { type PackedArtifact, packArtifact } from './packed-artifact.js';
import type { BatchReply, Loaded, UnreadClaim, WorkerSettings, WorkerTask } from './protocol.js';
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

export class ScreeningPool {
  readonly #settings: PoolSettings;
  readonly #events: ScreeningEvents;
  readonly #piscina: Piscina;
  readonly #threads = new Set<Thread>();
  #current: PackedArtifact;
  #incoming: PackedArtifact | null = null;
  /** Whom the task that is being handed to Piscina right now is for; null when it is taken or not to be taken. */
  #addressee: Thread | null = null;
  #failures = 0;
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
    this.#current = packArtifact(artifact);
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

  get rulesetId(): string {
    return this.#current.id;
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

  hasFree(): boolean {
    return this.#free() !== null;
  }

  /**
   * Runs a batch on a free thread (there must be one). The bodies are copied before it returns. A thread that has not
   * answered after `watchdogMs` is ended. Fails with the loss where the thread did not survive the batch; it is then
   * already being replaced.
   */
  async screen(claims: readonly UnreadClaim[], watchdogMs: number): Promise<Result<BatchReply, Loss>> {
    const thread = this.#free();
    assert(thread !== null, 'a batch is only sent to a free thread');
    thread.enterBusy(this.#current.id, claims.length);
    const watchdog = setTimeout(() => thread.ending.abort(), watchdogMs);
    const reply = await thread.line.screen(this.#current.id, claims);
    clearTimeout(watchdog);
    this.#release(thread);
    return reply;
  }

  /**
   * Brings another rule set to every thread, one thread after another so that the others go on screening, and then
   * uses it for every batch that follows. Fails with a sentence, and goes on with the old one, where it cannot run.
   */
  async load(artifact: Artifact): Promise<Result<void, string>> {
    assert(this.#incoming === null, 'one swap at a time');
    const incoming = packArtifact(artifact);
    this.#incoming = incoming;
    // A set also yields what is added while we walk; replacements load the incoming rule set by themselves.
    for (const thread of this.#threads) {
      if (thread.has(incoming.id) || !(await thread.reserve())) continue;
      const loaded = await this.#loadInto(thread, incoming);
      this.#release(thread);
      if (!loaded.ok) {
        this.#incoming = null;
        return loaded;
      }
    }
    this.#current = incoming;
    this.#incoming = null;
    return ok(undefined);
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
    if (this.#stopping) return null;
    for (const thread of this.#threads) {
      if (thread.mode === 'free' && thread.has(this.#current.id)) return thread;
    }
    return null;
  }

  /** The one place where Piscina gets a task. Rejects when the thread ends, which is the only end of the task. */
  async #serve(thread: Thread): Promise<void> {
    const { line, progress, ending } = thread;
    const task: WorkerTask = { line: line.ends, progress };
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
    for (const artifact of [this.#current, this.#incoming]) {
      if (artifact === null) continue;
      const loaded = await this.#loadInto(thread, artifact);
      if (!loaded.ok) return this.#giveUp(thread, loaded.error);
    }
    this.#failures = 0;
    this.#release(thread);
  }

  #giveUp(thread: Thread, problem: string): void {
    this.#failures += 1;
    this.#started?.(problem);
    this.#started = null;
    if (thread.mode !== 'gone') this.#lose(thread, 'error', null, 0);
  }

  async #loadInto(thread: Thread, artifact: PackedArtifact): Promise<Result<Loaded, string>> {
    const watchdog = setInterval(
      () => thread.mayBeKilled && thread.ending.abort(),
      this.#settings.loadTimeoutMs,
    );
    const { bytes, tables } = artifact;
    const answer = await thread.line.load({ artifact: bytes, tables });
    clearInterval(watchdog);
    if (!answer.ok) {
      const { cause } = answer.error;
      const words = cause === 'error' ? ` (${thread.lastWords})` : '';
      return fail(`rule set ${artifact.id} ended the thread that loaded it: ${cause}${words}`);
    }
    const loaded = answer.value;
    if (!loaded.ok) return loaded;
    thread.noteLoaded(loaded.value);
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
