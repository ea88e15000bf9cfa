/** The threads of a replay: each takes batches in turn, a bounded number at a time. */
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { assert } from '../base/assert.js';
import { BatchMaker, SpareMemory } from './batch-maker.js';
import type { SharedRecords } from './record-names.js';
import type { TallyData } from './tally.js';
import type {
  Batch,
  FromThread,
  NamesReply,
  PackedEdition,
  ThreadSettings,
  ToThread,
} from './thread-protocol.js';

export interface CrewSettings {
  readonly threads: number;
  readonly sides: readonly (readonly PackedEdition[])[];
  readonly patientSecret: string;
  /** Empty; the caller removes it. */
  readonly scratchFolder: string;
  /** Of history in memory, for each thread. */
  readonly memoryBytes: number;
  readonly maxOldGenerationSizeMb: number;
  /** Compiled entry of a thread. */
  readonly workerFile: URL;
}

/** Batches on their way to one thread: it never waits, and never holds much. */
const inFlight = 3;

/** A thread that ended or a rule set that it could not load; the sentence is for a person. */
export class CrewFailure extends Error {
  override readonly name = 'CrewFailure';
}

export class Crew {
  readonly #threads: readonly Thread[];
  readonly #spare = new SpareMemory();
  #isUsed = false;

  private constructor(threads: readonly Thread[]) {
    this.#threads = threads;
  }

  /** All threads ready. Rejects with a CrewFailure, and nothing runs then. */
  static async start(settings: CrewSettings): Promise<Crew> {
    const threads = Array.from({ length: settings.threads }, (_, i) => new Thread(settings, i));
    const crew = new Crew(threads);
    try {
      await Promise.all(threads.map((thread) => thread.ready));
      return crew;
    } catch (error) {
      await crew.stop();
      throw error;
    }
  }

  get size(): number {
    return this.#threads.length;
  }

  /** Resolves when the thread may be given another batch, not when this one is done. */
  work(thread: number, batch: Batch): Promise<void> {
    return this.#of(thread).post({ ask: 'work', batch }, (answer) => {
      assert(answer.is === 'worked', 'work for work');
      this.#isUsed ||= answer.isUsed;
      this.#spare.give(answer.bytes);
    });
  }

  /** Whether a message has left anything behind, as far as is known. */
  get isUsed(): boolean {
    return this.#isUsed;
  }

  /** As if no message had come. */
  async forget(): Promise<void> {
    await Promise.all(this.#threads.map((thread) => thread.post({ ask: 'forget' }, () => undefined)));
    await this.idle();
    this.#isUsed = false;
  }

  /** For the messages of one thread. */
  batchMaker(): BatchMaker {
    return new BatchMaker(this.#spare);
  }

  /** Likewise; `take` is given the names, in no order. */
  names(
    thread: number,
    batch: Batch,
    shared: SharedRecords,
    take: (reply: NamesReply) => void,
  ): Promise<void> {
    return this.#of(thread).post({ ask: 'names', batch, shared }, (answer) => {
      assert(answer.is === 'names', 'names for names');
      this.#spare.give(answer.bytes);
      take(answer.reply);
    });
  }

  /** When all batches are done. */
  async idle(): Promise<void> {
    await Promise.all(this.#threads.map((thread) => thread.idle()));
  }

  /** What each has counted; nothing may be asked afterwards. */
  async tallies(): Promise<readonly TallyData[]> {
    const tallies: TallyData[] = [];
    for (const thread of this.#threads) {
      await thread.post({ ask: 'tally' }, (answer) => {
        assert(answer.is === 'tally', 'a tally for a tally');
        tallies.push(answer.tally);
      });
    }
    await this.idle();
    return tallies;
  }

  async stop(): Promise<void> {
    await Promise.all(this.#threads.map((thread) => thread.stop()));
  }

  #of(thread: number): Thread {
    const found = this.#threads[thread];
    assert(found !== undefined, 'one of the threads');
    return found;
  }
}

class Thread {
  readonly ready: Promise<void>;
  readonly #worker: Worker;
  readonly #waiting: ((answer: FromThread) => void)[] = [];
  #failure: CrewFailure | null = null;
  #wake: () => void = () => {};

  constructor(settings: CrewSettings, number: number) {
    const { sides, patientSecret, memoryBytes, maxOldGenerationSizeMb, workerFile } = settings;
    const scratchFolder = join(settings.scratchFolder, String(number));
    const own: ThreadSettings = { sides, patientSecret, scratchFolder, memoryBytes };
    this.#worker = new Worker(workerFile, { workerData: own, resourceLimits: { maxOldGenerationSizeMb } });
    this.#worker.on('error', (error) => this.#fail(`a replay thread failed: ${error.message}`));
    this.#worker.on('exit', (code) => this.#fail(`a replay thread ended with code ${code}`));
    this.#waiting.push(() => undefined);
    this.#worker.on('message', (answer: FromThread) => this.#take(answer));
    this.ready = this.idle();
    // Whoever waits for it hears of it; a thread that fails before that is heard of then.
    this.ready.catch(() => undefined);
  }

  async post(question: ToThread, take: (answer: FromThread) => void): Promise<void> {
    if (this.#failure !== null) throw this.#failure;
    this.#waiting.push(take);
    const transferred = 'batch' in question ? [question.batch.bytes.buffer] : [];
    this.#worker.postMessage(question, transferred);
    await this.#until(() => this.#waiting.length < inFlight);
  }

  async idle(): Promise<void> {
    await this.#until(() => this.#waiting.length === 0);
  }

  async stop(): Promise<void> {
    this.#worker.removeAllListeners('exit');
    await this.#worker.terminate();
  }

  #take(answer: FromThread): void {
    if (answer.is === 'refused') {
      this.#fail(answer.problem);
      return;
    }
    const take = this.#waiting.shift();
    assert(take !== undefined, 'a thread answers what it was asked');
    take(answer);
    this.#wakeAll();
  }

  #fail(problem: string): void {
    this.#failure ??= new CrewFailure(problem);
    this.#wakeAll();
  }

  #wakeAll(): void {
    const wake = this.#wake;
    this.#wake = () => {};
    wake();
  }

  async #until(isSo: () => boolean): Promise<void> {
    while (!isSo()) {
      if (this.#failure !== null) throw this.#failure;
      await new Promise<void>((resolve) => {
        const before = this.#wake;
        this.#wake = () => {
          before();
          resolve();
        };
      });
    }
    if (this.#failure !== null) throw this.#failure;
  }
}
