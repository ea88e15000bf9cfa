import type { Clock } from './clock.js';

/** Something to be done at a time of the clock, one at a time: another one takes the place of the one before. */
export class Appointment {
  readonly #clock: Pick<Clock, 'wallMs'>;
  #timer: NodeJS.Timeout | null = null;

  constructor(clock: Pick<Clock, 'wallMs'>) {
    this.#clock = clock;
  }

  /** `atMs`: since 1970. It keeps nobody from ending. */
  make(atMs: number, then: () => void): void {
    this.cancel();
    // Timers hold no more than 24 days, and may come before the time of the clock.
    const goOn = () => (this.#clock.wallMs() < atMs ? this.make(atMs, then) : then());
    this.#timer = setTimeout(goOn, Math.min(atMs - this.#clock.wallMs(), longestWaitMs)).unref();
  }

  cancel(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
  }
}

const longestWaitMs = 24 * 60 * 60 * 1000;
