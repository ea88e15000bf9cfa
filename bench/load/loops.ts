/**
 * The two ways to put load on something that answers. Open loop: requests leave at a stated rate whatever
 * comes back, and latency counts from the moment at which a request should have left, so that a stall is seen
 * by all requests it delays. Closed loop: so many in flight, the next leaves when one is answered; gives the
 * most that can be carried.
 */
import { systemClock } from '../../src/base/clock.js';
import { type Latency, Tally } from './tally.js';
import { type StartTicker, timerTicker } from './ticker.js';

/** Sends request number `index`; resolves to the answer's status word, rejects where none came. */
export type Send = (index: number) => Promise<string>;

export interface OpenPlan {
  /** Requests a second. */
  readonly rate: number;
  readonly seconds: number;
  /**
   * Requests that may wait for their answer at once; beyond it a request is not sent and counts as failed.
   */
  readonly inFlightMax: number;
}

export interface LoopResult {
  readonly sent: number;
  readonly elapsedSeconds: number;
  /** Answers a second. */
  readonly rate: number;
}

export interface OpenResult extends LoopResult {
  /** How late requests left: the pacing's own error, which is part of every latency of the run. */
  readonly late: Latency;
}

/** Runs until the time is over or `stop` is aborted, then waits for the answers that are still out. */
export async function openLoop(
  plan: OpenPlan,
  send: Send,
  tally: Tally,
  stop?: AbortSignal,
  startTicker: StartTicker = timerTicker,
): Promise<OpenResult> {
  const inFlight = new InFlight(send, tally);
  const gapMs = 1000 / plan.rate;
  const startMs = systemClock.tickMs();
  const total = Math.floor(plan.rate * plan.seconds);
  const departures = new Tally();
  const ticker = startTicker({ startMs, gapMs });
  const dueMs = (index: number): number => startMs + index * gapMs;
  let next = 0;
  while (next < total && stop?.aborted !== true) {
    for (let nowMs = systemClock.tickMs(); next < total && dueMs(next) <= nowMs; next++) {
      departures.answered('left', systemClock.tickMs() - dueMs(next));
      if (inFlight.size >= plan.inFlightMax) tally.failed();
      else inFlight.start(next, dueMs(next));
    }
    if (next < total) await ticker.tick(dueMs(next));
  }
  await ticker.close();
  await inFlight.drained();
  return { ...resultOf(next, inFlight.answered, startMs), late: departures.whole().latency };
}

/** Keeps `width` requests in flight for `seconds`, then waits for the rest. */
export async function closedLoop(
  width: number,
  seconds: number,
  send: Send,
  tally: Tally,
): Promise<LoopResult> {
  const inFlight = new InFlight(send, tally);
  const startedMs = systemClock.tickMs();
  const endMs = startedMs + seconds * 1000;
  let next = 0;
  await Promise.all(
    Array.from({ length: width }, async () => {
      // The first `width` leave whatever the time: of a machine that stands still, too, all are in flight at once.
      for (let nowMs = systemClock.tickMs(); next < width || nowMs < endMs; nowMs = systemClock.tickMs()) {
        await inFlight.start(next++, nowMs);
      }
    }),
  );
  return resultOf(next, inFlight.answered, startedMs);
}

function resultOf(sent: number, answered: number, startedMs: number): LoopResult {
  const elapsedSeconds = (systemClock.tickMs() - startedMs) / 1000;
  return { sent, elapsedSeconds, rate: answered / elapsedSeconds };
}

class InFlight {
  size = 0;
  answered = 0;
  readonly #send: Send;
  readonly #tally: Tally;
  #whenEmpty: (() => void) | null = null;

  constructor(send: Send, tally: Tally) {
    this.#send = send;
    this.#tally = tally;
  }

  /** Never rejects: a failure is counted. */
  async start(index: number, intendedMs: number): Promise<void> {
    this.size++;
    try {
      const status = await this.#send(index);
      this.answered++;
      this.#tally.answered(status, systemClock.tickMs() - intendedMs);
    } catch {
      // Counted, and reported with the result; one lost answer must not end a measurement.
      this.#tally.failed();
    } finally {
      this.size--;
      if (this.size === 0) this.#whenEmpty?.();
    }
  }

  drained(): Promise<void> {
    if (this.size === 0) return Promise.resolve();
    return new Promise((resolve) => {
      this.#whenEmpty = resolve;
    });
  }
}
