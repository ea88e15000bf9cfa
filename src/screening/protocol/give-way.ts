/**
 * Screenings have the right of way: as long as one of them has no answer, a thread that works off messages of the log
 * stands still between two of them. A doctor waits for a screening, and nobody for a message; where the cores are
 * fewer than what wants to run, a thread that is busy all the time takes them from all others, main included.
 *
 * The log is not starved: its thread stands still for so long at a time, for so many times as long as it has worked,
 * and for so long in a whole batch. So a ninth of a batch's time is the log's, whatever screenings come.
 */
import type { Clock } from '../../base/clock.js';

/** The last bounds how long a batch can take, which a watchdog looks at. */
export const mostStanding = { atATimeMs: 10, timesItsWork: 8, inABatchMs: 500 };

/** Int32: whether screenings have no answer yet, and how often that has begun. */
const cell = { open: 0, begun: 1 } as const;
const cells = 2;

/** Main's end. */
export class RightOfWay {
  /** For the threads; one for all of them. */
  readonly shared = new SharedArrayBuffer(cells * Int32Array.BYTES_PER_ELEMENT);
  readonly #cells = new Int32Array(this.shared);

  /** Screenings wait for their answer from now on. */
  take(): void {
    Atomics.add(this.#cells, cell.begun, 1);
    Atomics.store(this.#cells, cell.open, 1);
  }

  /** None does any more. */
  give(): void {
    Atomics.store(this.#cells, cell.open, 0);
    Atomics.notify(this.#cells, cell.open);
  }
}

/** A thread's end. */
export class Wayside {
  readonly #cells: Int32Array;
  readonly #clock: Clock;
  #seen = 0;
  #leftMs = 0;
  /** When it began to work, or went on with it. */
  #workingSinceMs = 0;

  constructor(shared: SharedArrayBuffer, clock: Clock) {
    this.#cells = new Int32Array(shared);
    this.#clock = clock;
  }

  /** A batch of the log begins; says whether screenings have come since the last one did. */
  begin(): boolean {
    this.#leftMs = mostStanding.inABatchMs;
    this.#workingSinceMs = this.#clock.tickMs();
    const begun = Atomics.load(this.#cells, cell.begun);
    const haveCome = begun !== this.#seen;
    this.#seen = begun;
    return haveCome;
  }

  /** Between two messages: returns when no screening waits, or the thread has stood still for long enough. */
  stand(): void {
    if (Atomics.load(this.#cells, cell.open) === 0 || this.#leftMs <= 0) return;
    const beganMs = this.#clock.tickMs();
    const { atATimeMs, timesItsWork } = mostStanding;
    const mostMs = Math.min(atATimeMs, timesItsWork * (beganMs - this.#workingSinceMs), this.#leftMs);
    let stoodMs = 0;
    while (stoodMs < mostMs && Atomics.load(this.#cells, cell.open) !== 0) {
      Atomics.wait(this.#cells, cell.open, 1, mostMs - stoodMs);
      stoodMs = this.#clock.tickMs() - beganMs;
    }
    this.#leftMs -= stoodMs;
    this.#workingSinceMs = beganMs + stoodMs;
  }
}
