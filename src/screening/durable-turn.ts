/** The one batch of the log at a time: waits for its turn among the advisory claims. */
import { assert } from '../base/assert.js';
import type { Clock } from '../base/clock.js';
import type { Result } from '../base/result.js';
import type { Loss } from './loss.js';
import type { DecideReply } from './protocol/decide.js';

type Decided = Result<DecideReply, Loss>;

interface Waiting {
  readonly sinceMs: number;
  readonly run: () => Promise<Decided>;
  readonly resolve: (decided: Promise<Decided>) => void;
}

export class DurableTurn {
  readonly #patienceMs: number;
  readonly #clock: Clock;
  #waiting: Waiting | null = null;

  /** After `patienceMs` of waiting it is due before anything else. */
  constructor(patienceMs: number, clock: Clock) {
    this.#patienceMs = patienceMs;
    this.#clock = clock;
  }

  get isWaiting(): boolean {
    return this.#waiting !== null;
  }

  get isDue(): boolean {
    return this.#waiting !== null && this.#clock.tickMs() - this.#waiting.sinceMs >= this.#patienceMs;
  }

  wait(run: () => Promise<Decided>): Promise<Decided> {
    assert(this.#waiting === null, 'the log is decided one batch at a time');
    return new Promise((resolve) => {
      this.#waiting = { sinceMs: this.#clock.tickMs(), run, resolve };
    });
  }

  begin(): void {
    const waiting = this.#waiting;
    assert(waiting !== null, 'nobody waits for this turn');
    this.#waiting = null;
    waiting.resolve(waiting.run());
  }
}
