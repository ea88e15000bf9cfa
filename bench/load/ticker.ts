/**
 * What wakes an open loop. Timers of Node fire up to a millisecond late, and a loop that turns until the time
 * has come takes a whole core, which on a small machine is taken from what is measured. A thread that sleeps
 * is neither: requests leave some 0.1 ms late, and waking and sending cost about 60 µs of CPU each (measured
 * at 1,000 to 5,000 a second on a busy machine with two cores).
 */
import { once } from 'node:events';
import { setTimeout as sleep, setImmediate as turn } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { systemClock } from '../../src/base/clock.js';

/** Moments at `startMs + n * gapMs` (monotonic milliseconds, n = 0, 1, 2 …). */
export interface Beat {
  readonly startMs: number;
  readonly gapMs: number;
}

export interface Ticker {
  /**
   * Resolves at `dueMs`, a moment of the beat, or sooner; where it has passed already, after one turn of the
   * loop.
   */
  tick(dueMs: number): Promise<void>;
  close(): Promise<void>;
}

export type StartTicker = (beat: Beat) => Ticker;

/** A loop that is asked to stop notices it after so long. */
const longestSleepMs = 100;

/** Sleeps on Node's timers: no precision below a millisecond, and none needed by a simulated hospital. */
export const timerTicker: StartTicker = () => ({
  async tick(dueMs) {
    const waitMs = dueMs - systemClock.tickMs();
    if (waitMs > 0) await sleep(Math.min(waitMs, longestSleepMs));
    else await turn();
  },
  close: async () => {},
});

/** What the pacing thread is given: two flags, and the beat. */
export interface PacingPlan extends Beat {
  readonly flags: Int32Array;
}

/** `sent`: 1 while a tick is on its way. `ended`: 1 ends the beat; the thread sleeps on it. */
export const pacingFlag = { sent: 0, ended: 1 } as const;

export interface PacingThread {
  readonly start: StartTicker;
  stop(): Promise<void>;
}

/** Starts the thread once, so that its start-up falls before every clock. Runs compiled code only. */
export async function startPacingThread(): Promise<PacingThread> {
  const thread = new Worker(new URL('./pacing-thread.js', import.meta.url));
  await once(thread, 'message');
  const stop = async (): Promise<void> => {
    await thread.terminate();
  };
  return { start: (beat) => new ThreadTicker(thread, beat), stop };
}

class ThreadTicker implements Ticker {
  readonly #thread: Worker;
  readonly #flags = new Int32Array(new SharedArrayBuffer(8));
  readonly #over: Promise<void>;
  #wake: (() => void) | null = null;

  constructor(thread: Worker, beat: Beat) {
    this.#thread = thread;
    this.#over = new Promise((resolve) => {
      const take = (word: unknown): void => {
        this.#wake?.();
        this.#wake = null;
        if (word !== 'over') return;
        thread.off('message', take);
        resolve();
      };
      thread.on('message', take);
    });
    const plan: PacingPlan = { ...beat, flags: this.#flags };
    this.#thread.postMessage(plan);
  }

  tick(dueMs: number): Promise<void> {
    // From here on the thread may send again; a moment that passed before this line is seen by the next one.
    Atomics.store(this.#flags, pacingFlag.sent, 0);
    if (systemClock.tickMs() >= dueMs) return turn();
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }

  async close(): Promise<void> {
    Atomics.store(this.#flags, pacingFlag.ended, 1);
    Atomics.notify(this.#flags, pacingFlag.ended);
    await this.#over;
  }
}
