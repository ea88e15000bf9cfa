/** Tells main what runs now, and the rules when the budget is over. One for all claims of a batch. */
import type { Clock } from '../src/base/clock.js';
import type { Meter } from '../src/ruleset/runtime/screened.js';
import { progressCell } from '../src/screening/protocol.js';

/** Reading the clock costs as much as a small rule, so only every so many questions are answered by it, */
const questionsPerReading = 8;
/** but each while those of a large claim take so long. */
const longMs = 0.5;

export class ClaimMeter implements Meter {
  readonly #progress: Int32Array;
  readonly #clock: Clock;
  #deadlineMs = 0;
  /** Questions until the clock is read, and how many there were between the last two readings. */
  #left = 0;
  #stretch = questionsPerReading;
  #readMs = 0;
  #inTime = true;
  #entered = false;

  constructor(progress: SharedArrayBuffer, clock: Clock) {
    this.#progress = new Int32Array(progress);
    this.#clock = clock;
  }

  /** The budget was over before the first rule of the claim at hand. */
  get nothingRan(): boolean {
    return !this.#inTime && !this.#entered;
  }

  /** Index of the rule that runs or ran last for the claim at hand; -1 where none has. */
  get rule(): number {
    return Atomics.load(this.#progress, progressCell.rule);
  }

  beginClaim(index: number, deadlineMs: number): void {
    Atomics.store(this.#progress, progressCell.claim, index);
    Atomics.store(this.#progress, progressCell.rule, -1);
    this.#deadlineMs = deadlineMs;
    this.#left = 0;
    this.#stretch = questionsPerReading;
    this.#readMs = Number.POSITIVE_INFINITY;
    this.#entered = false;
    this.#inTime = true;
  }

  /**
   * The claim at hand has turned out to have less time. Before the first rule; that one is asked by the
   * clock.
   */
  shortenTo(deadlineMs: number): void {
    this.#deadlineMs = Math.min(this.#deadlineMs, deadlineMs);
  }

  /** What follows is no rule's doing. */
  leaveRules(): void {
    Atomics.store(this.#progress, progressCell.rule, -1);
  }

  endBatch(): void {
    Atomics.store(this.#progress, progressCell.claim, -1);
    this.leaveRules();
  }

  /** Once false, false for the rest of the claim. The first question of a claim reads the clock. */
  mayGoOn(): boolean {
    if (this.#inTime && this.#left === 0) this.#readClock();
    this.#left -= 1;
    return this.#inTime;
  }

  #readClock(): void {
    const nowMs = this.#clock.tickMs();
    this.#inTime = nowMs < this.#deadlineMs;
    const isLong = nowMs - this.#readMs > longMs;
    this.#stretch = isLong ? 1 : Math.min(questionsPerReading, 2 * this.#stretch);
    this.#readMs = nowMs;
    this.#left = this.#stretch;
  }

  enter(ruleIndex: number): void {
    this.#entered = true;
    Atomics.store(this.#progress, progressCell.rule, ruleIndex);
  }
}
