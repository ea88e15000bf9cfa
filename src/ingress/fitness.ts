/**
 * Whether this node can do what a decider has to. One that cannot write, or cannot follow, leaves deciding to another
 * and asks for it again when it could write as much as a batch takes; where that was not enough, later each time, so
 * that two nodes that are both ill do not take turns without a pause.
 */
import type { Clock } from '../base/clock.js';

const firstPauseMs = 1_000;
/** Nor does a node that is well again wait longer than this. */
const longestPauseMs = 8_000;

export interface FitnessOptions {
  /** Writes as much as a batch takes. */
  readonly canWrite: () => Promise<boolean>;
  readonly clock: Clock;
}

export class Fitness {
  readonly #options: FitnessOptions;
  /** The last pause; 0: nothing has failed since something was written. */
  #pauseMs = 0;
  #askAgainMs = 0;

  constructor(options: FitnessOptions) {
    this.#options = options;
  }

  /** Something that a decider has to do failed here. */
  failed(): void {
    // A follower tries again and again meanwhile: that puts nothing off.
    if (this.#options.clock.tickMs() < this.#askAgainMs) return;
    this.#pauseMs = Math.min(Math.max(firstPauseMs, 2 * this.#pauseMs), longestPauseMs);
    this.#askAgainMs = this.#options.clock.tickMs() + this.#pauseMs;
  }

  /** An operator has to do something before this node decides again. */
  halted(): void {
    this.#pauseMs = Number.POSITIVE_INFINITY;
    this.#askAgainMs = Number.POSITIVE_INFINITY;
  }

  /** A batch was written. */
  wrote(): void {
    if (this.#pauseMs === Number.POSITIVE_INFINITY) return;
    this.#pauseMs = 0;
    this.#askAgainMs = 0;
  }

  /** Asked again and again while another decides. */
  async mayDecide(): Promise<boolean> {
    if (this.#pauseMs === 0) return true;
    if (this.#options.clock.tickMs() < this.#askAgainMs) return false;
    if (await this.#options.canWrite()) return true;
    this.failed();
    return false;
  }
}
