/**
 * The thread in which a candidate is tried, in the process of a shadow: what the candidate does to it costs that
 * process nothing, which knows by which rule it was lost.
 */
import { Worker } from 'node:worker_threads';
import { assert } from '../base/assert.js';
import { fail, ok, type Result } from '../base/result.js';
import { Line } from './line.js';
import { causeOf, type Loss } from './loss.js';
import type { PackedArtifact } from './packed-artifact.js';
import type { ComparedUnder, CompareReply } from './protocol/shadow.js';
import {
  type Loaded,
  progressBytes,
  progressCell,
  type ShadowTask,
  type UnreadClaim,
  type WorkerSettings,
} from './protocol.js';

export interface ShadowThreadSettings {
  /** Heap limit in MiB. */
  readonly maxOldGenerationSizeMb: number;
  /** Of the processor; a thread that takes more to load and warm a rule set is ended. */
  readonly loadTimeoutMs: number;
  /** The same for a batch: one that never ends. It may wait for the processor for as long as others want it. */
  readonly watchdogMs: number;
  readonly worker: WorkerSettings;
  /** Compiled entry of the thread; the default lies beside the compiled main program. */
  readonly workerFile?: URL;
}

const defaultWorkerFile = new URL('../../workers/shadow.worker.js', import.meta.url);
const importPatienceMs = 10_000;

export class ShadowThread {
  readonly #settings: ShadowThreadSettings;
  readonly #worker: Worker;
  readonly #line = new Line();
  readonly #progress: Int32Array;
  readonly #rulesets = new Map<string, Loaded>();
  #candidate: string | null = null;
  #loss: Loss | null = null;

  constructor(settings: ShadowThreadSettings) {
    this.#settings = settings;
    const progress = new SharedArrayBuffer(progressBytes);
    this.#progress = new Int32Array(progress);
    this.#note(-1, -1);
    const task: ShadowTask = { settings: settings.worker, line: this.#line.ends, progress };
    this.#worker = new Worker(settings.workerFile ?? defaultWorkerFile, {
      workerData: task,
      transferList: [task.line.port],
      resourceLimits: { maxOldGenerationSizeMb: settings.maxOldGenerationSizeMb },
    });
    this.#worker.on('error', (error) => this.#lose(causeOf(error)));
    this.#worker.on('exit', () => this.#lose('exit'));
  }

  has(rulesetId: string): boolean {
    return this.#rulesets.has(rulesetId);
  }

  /** `keep`: ids that it holds on to besides. Fails with a sentence. */
  async load(packed: PackedArtifact, keep: readonly string[]): Promise<Result<null, string>> {
    const { id, bytes: artifact, tables } = packed;
    // Gentle its process is; nobody waits for it, and it need not be as warm as those who answer.
    const request = { artifact, tables, keep: [...keep, id], gently: false };
    const answer = await this.#within(this.#settings.loadTimeoutMs, () => this.#line.load(request));
    if (!answer.ok) return fail(`rule set ${id} ended the thread that loaded it: ${answer.error.cause}`);
    if (!answer.value.ok) return fail(answer.value.error);
    for (const held of this.#rulesets.keys()) if (!keep.includes(held)) this.#rulesets.delete(held);
    this.#rulesets.set(id, answer.value.value);
    return ok(null);
  }

  /** Both rule sets must have been loaded. Fails where the thread did not survive it. */
  async compare(under: ComparedUnder, claims: readonly UnreadClaim[]): Promise<Result<CompareReply, Loss>> {
    assert(this.has(under.rulesetId) && this.has(under.candidate), 'both have been loaded');
    this.#candidate = under.candidate;
    return await this.#within(this.#settings.watchdogMs, () => this.#line.compare(under, claims));
  }

  /** Whatever it does. */
  async stop(): Promise<void> {
    // Killing a thread while it imports a native addon can abort the process.
    for (let waitedMs = 0; waitedMs < importPatienceMs && !this.#mayBeKilled; waitedMs += 5) {
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    await this.#worker.terminate();
    this.#lose('exit');
  }

  get #mayBeKilled(): boolean {
    return this.#loss !== null || Atomics.load(this.#progress, progressCell.imported) === 1;
  }

  async #within<Reply>(
    limitMs: number,
    ask: () => Promise<Result<Reply, Loss>>,
  ): Promise<Result<Reply, Loss>> {
    const beganMs = processorMs();
    const watchdog = setInterval(() => {
      if (!this.#mayBeKilled || processorMs() - beganMs < limitMs) return;
      this.#lose('hung');
      void this.#worker.terminate();
    }, limitMs);
    const reply = await ask();
    clearInterval(watchdog);
    return reply;
  }

  /** The first cause counts. */
  #lose(cause: Loss['cause']): void {
    if (this.#loss !== null) return;
    const position = Atomics.load(this.#progress, progressCell.rule);
    const rules = this.#candidate === null ? undefined : this.#rulesets.get(this.#candidate)?.ruleIds;
    const claim = Atomics.load(this.#progress, progressCell.claim);
    this.#loss = { cause, claim, rule: rules?.[position] ?? null };
    this.#line.cut(this.#loss);
  }

  #note(claim: number, rule: number): void {
    Atomics.store(this.#progress, progressCell.claim, claim);
    Atomics.store(this.#progress, progressCell.rule, rule);
  }
}

/** What this process has had of all processors. */
function processorMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000;
}
