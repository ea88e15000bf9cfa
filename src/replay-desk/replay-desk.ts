/**
 * Replays for whoever asks a node over HTTP: one at a time, in a process of its own behind all that answers claims.
 * Reports are kept in a folder, the newest of them, and are there after a restart.
 */
import type { ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import type { Clock } from '../base/clock.js';
import { fail, ok, type Result } from '../base/result.js';
import { partsOf } from '../screening/compile-parts.js';
import { endOf, type SideSettings, startAside } from '../screening/side-process.js';
import {
  type FromReplay,
  type Progress,
  type ReplayGround,
  type ReplayOutcome,
  type ReplayProblem,
  reportFiles,
  type ShownOrder,
} from './order.js';

export type ReplayState = 'running' | 'done' | 'failed' | 'cancelled';

/** A replay as others see it; plain data. */
export interface ReplayJob {
  readonly id: string;
  readonly state: ReplayState;
  /** UTC. */
  readonly startedAt: string;
  readonly endedAt: string | null;
  readonly order: ShownOrder;
  /** Of the reading that is under way; null: there is nothing to say yet, or no more. */
  readonly progress: (Progress & { readonly secondsLeft: number | null }) | null;
  readonly problem: ReplayProblem | null;
  readonly outcome: ReplayOutcome | null;
}

/** Why a replay does not begin; a sentence. `malformed`: the order makes no sense. */
export interface StartProblem {
  readonly is: 'malformed' | 'failed';
  readonly message: string;
}

/** Of whoever starts the next replay; nobody else does until then. */
export interface ReplayTurn {
  /** `order`: as a client sends it. Once. */
  start(order: Uint8Array): Promise<Result<ReplayJob, StartProblem>>;
  /** Does nothing after `start`. */
  giveUp(): void;
}

export interface ReplayDeskOptions {
  /** Of this desk alone. */
  readonly folder: string;
  readonly ground: Omit<ReplayGround, 'folder'>;
  readonly clock: Clock;
  readonly process?: Partial<SideSettings>;
}

/** Ended replays that are kept. */
const keptJobs = 20;

const shipped: SideSettings = {
  maxOldGenerationSizeMb: 512,
  // A tenth of what a thread gets that answers, where both want the processor.
  priority: 10,
  entryFile: new URL('./entry.process.js', import.meta.url),
};

const idForm = /^\d{8}T\d{6}Z-[0-9a-f]{6}$/;

interface Running {
  readonly id: string;
  /** Null: its order is being read. */
  job: ReplayJob | null;
  readonly child: ChildProcess;
  /** Called when the order has been read, or will not be; once counts. */
  readonly tell: (heard: Result<ReplayJob, StartProblem>) => void;
  /** When the reading began that is under way, and with what of it done. */
  pace: { readonly phase: string; readonly ms: number; readonly done: number } | null;
  readonly startedAt: string;
  readonly over: Promise<void>;
}

export class ReplayDesk {
  readonly #options: ReplayDeskOptions;
  #running: Running | null = null;
  /** Somebody has the turn. */
  #isTaken = false;
  #isStopped = false;

  constructor(options: ReplayDeskOptions) {
    this.#options = options;
  }

  /** Null: another one runs, or somebody else is about to start one. */
  turn(): ReplayTurn | null {
    if (this.#running !== null || this.#isTaken) return null;
    this.#isTaken = true;
    let isOver = false;
    const giveUp = (): void => {
      if (!isOver) this.#isTaken = false;
      isOver = true;
    };
    const start = async (order: Uint8Array): Promise<Result<ReplayJob, StartProblem>> => {
      try {
        return await this.#start(order);
      } catch (error) {
        return notStarted(error instanceof Error ? error.message : String(error));
      } finally {
        giveUp();
      }
    };
    return { start, giveUp };
  }

  /** Newest first. */
  async jobs(): Promise<readonly ReplayJob[]> {
    const ids = (await this.#kept()).filter((id) => id !== this.#running?.id);
    const ended = await Promise.all(ids.map((id) => this.job(id)));
    return [this.#running?.job ?? null, ...ended].filter((job) => job !== null);
  }

  /** Null: there is none. */
  async job(id: string): Promise<ReplayJob | null> {
    if (this.#running?.id === id) return this.#running.job;
    const text = await this.#file(id, reportFiles.job);
    // A disk that was full, or a machine that went down, may have left half of it.
    return text === null ? null : (readLine(text.toString('utf8')) as ReplayJob | null);
  }

  /** Null: there is no such replay, or it has none. */
  report(id: string, form: 'document' | 'page'): Promise<Buffer | null> {
    return this.#file(id, reportFiles[form]);
  }

  /** Ends the replay that runs, or forgets one that has ended. Null: there is none. */
  async remove(id: string): Promise<ReplayJob | null> {
    const running = this.#running;
    if (running?.id === id) {
      const hasEnded = running.job?.state !== 'running';
      this.#end(running, { state: 'cancelled' });
      running.child.kill('SIGKILL');
      await running.over;
      if (hasEnded) await this.#forget(id);
      return running.job;
    }
    const job = await this.job(id);
    if (job !== null) await this.#forget(id);
    return job;
  }

  /** The one that runs is cancelled, and no other is started. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    if (this.#running !== null) await this.remove(this.#running.id);
  }

  async #start(order: Uint8Array): Promise<Result<ReplayJob, StartProblem>> {
    const { ground, clock, process } = this.#options;
    await this.#forgetOldest();
    const startedAt = new Date(clock.wallMs()).toISOString();
    const id = `${startedAt.replaceAll(/[-:]|\.\d+/g, '')}-${randomBytes(3).toString('hex')}`;
    const folder = join(this.#options.folder, id);
    await mkdir(folder, { recursive: true, mode: 0o700 });
    // Whoever asked may have waited for something else until now.
    if (this.#isStopped) return notStarted('the node is about to end');
    const started = startAside({ ...shipped, ...process });
    if (!started.ok) return notStarted(started.error);
    const child = started.value;
    const read = new Promise<Result<ReplayJob, StartProblem>>((tell) => {
      const over = this.#follow(child, id);
      this.#running = { id, job: null, child, tell, pace: null, startedAt, over };
    });
    const task = [Buffer.from(JSON.stringify({ ...ground, folder })), order];
    for (const part of partsOf(task)) child.stdin?.write(part);
    const heard = await read;
    // Another one may be started as soon as this is answered.
    if (!heard.ok) await this.#running?.over;
    return heard;
  }

  /** Resolves when the process has ended and what became of it is kept. */
  #follow(child: ChildProcess, id: string): Promise<void> {
    let words = '';
    // A process that has ended reads no task; how it ended says why.
    child.stdin?.on('error', () => {});
    child.stderr?.on('data', (text: Buffer) => {
      words = `${words}${text.toString()}`.slice(0, 100_000);
    });
    // Absent where the process could not be started.
    const said = child.stdio?.[3] as Readable | null | undefined;
    if (said) {
      said.on('error', () => {});
      createInterface({ input: said })
        .on('line', (line) => this.#hear(readLine(line) as FromReplay | null))
        .on('error', () => {});
    }
    return new Promise((resolve) => {
      const over = (why: string) => {
        const running = this.#running;
        if (running?.id !== id) return;
        running.tell(notStarted(why));
        this.#end(running, { state: 'failed', problem: { reason: 'failed', message: why, diagnostics: [] } });
        // Until it is kept it is still the one that runs: whoever asks finds it, and nobody clears it away.
        void (running.job === null ? this.#forget(id) : this.#keep(running.job)).finally(() => {
          if (this.#running === running) this.#running = null;
          resolve();
        });
      };
      child.once('error', (error) => over(`the replay failed: ${error.message}`));
      child.once('close', (code, signal) => over(`the replay ${endOf(words, code, signal)}`));
    });
  }

  /** Null: it ended in the middle of a word. */
  #hear(said: FromReplay | null): void {
    const running = this.#running;
    if (running === null || said === null) return;
    const { is, ...rest } = said;
    if (said.is === 'accepted') this.#accept(running, said.order);
    else if (said.is === 'malformed') this.#refuse(running, said);
    else if (said.is === 'progress') this.#progress(running, said);
    else if (is === 'failed') this.#end(running, { state: 'failed', problem: rest as ReplayProblem });
    else this.#end(running, { state: 'done', outcome: rest as ReplayOutcome });
  }

  #refuse({ tell, child }: Running, problem: StartProblem): void {
    tell(fail(problem));
    child.kill('SIGKILL');
  }

  #accept(running: Running, order: ShownOrder): void {
    const { id, startedAt } = running;
    const open = { progress: null, problem: null, outcome: null, endedAt: null };
    running.job = { id, state: 'running', startedAt, order, ...open };
    running.tell(ok(running.job));
  }

  #progress(running: Running, { phase, done, total }: Progress): void {
    const ms = this.#options.clock.tickMs();
    if (running.pace?.phase !== phase) running.pace = { phase, ms, done };
    const perMs = (done - running.pace.done) / (ms - running.pace.ms);
    const secondsLeft = perMs > 0 ? Math.ceil((total - done) / perMs / 1_000) : null;
    if (running.job !== null) running.job = { ...running.job, progress: { phase, done, total, secondsLeft } };
  }

  /** What is said first counts. */
  #end(running: Running, how: Pick<ReplayJob, 'state'> & Partial<ReplayJob>): void {
    if (running.job?.state !== 'running') return;
    const endedAt = new Date(this.#options.clock.wallMs()).toISOString();
    running.job = { ...running.job, progress: null, endedAt, ...how };
  }

  /** A disk that is full loses what was said of it, and no more. */
  async #keep(job: ReplayJob): Promise<void> {
    const folder = join(this.#options.folder, job.id);
    const entries = await readdir(folder).catch(() => []);
    const names: readonly string[] = Object.values(reportFiles);
    const rest = entries.filter((entry) => !names.includes(entry));
    await Promise.all(rest.map((entry) => rm(join(folder, entry), { recursive: true, force: true })));
    await writeFile(join(folder, reportFiles.job), JSON.stringify(job)).catch(() => undefined);
  }

  /** Ids, newest first. */
  async #kept(): Promise<readonly string[]> {
    const names = await readdir(this.#options.folder).catch(() => []);
    return names
      .filter((name) => idForm.test(name))
      .toSorted()
      .reverse();
  }

  /** A folder without its job is of a replay that went down with the node. */
  async #forgetOldest(): Promise<void> {
    const ids = await this.#kept();
    const isWhole = (id: string) => existsSync(join(this.#options.folder, id, reportFiles.job));
    const kept = new Set(ids.filter(isWhole).slice(0, keptJobs - 1));
    for (const id of ids) if (!kept.has(id)) await this.#forget(id);
  }

  async #forget(id: string): Promise<void> {
    await rm(join(this.#options.folder, id), { recursive: true, force: true });
  }

  async #file(id: string, name: string): Promise<Buffer | null> {
    if (!idForm.test(id)) return null;
    return await readFile(join(this.#options.folder, id, name)).catch(() => null);
  }
}

function notStarted(message: string): Result<never, StartProblem> {
  return fail({ is: 'failed', message });
}

/** Null: it is not whole. */
function readLine(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
