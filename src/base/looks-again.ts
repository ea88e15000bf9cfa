/** Looks again after a while at what has failed for reasons that may be gone then. */

export class LooksAgain {
  readonly #look: () => void;
  readonly #pauseMs: number;
  /** What has failed last, and how often. */
  #what = '';
  #times = 0;
  #timer: NodeJS.Timeout | null = null;

  constructor(look: () => void, pauseMs: number) {
    this.#look = look;
    this.#pauseMs = pauseMs;
  }

  /** Whether it has failed, and is not to be tried before the pause is over. */
  waitsFor(what: string): boolean {
    return this.#timer !== null && what === this.#what;
  }

  /** It has failed. False: it has been looked at again often enough, and nobody will. */
  failed(what: string): boolean {
    this.stop();
    this.#times = what === this.#what ? this.#times + 1 : 1;
    this.#what = what;
    if (this.#times > mostTimes) return false;
    this.#timer = setTimeout(() => {
      this.#timer = null;
      this.#look();
    }, this.#pauseMs).unref();
    return true;
  }

  /** It has worked: what fails from now on fails for the first time. */
  succeeded(): void {
    this.#what = '';
    this.#times = 0;
  }

  stop(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
  }
}

/** What fails as often as that has a reason that stays. */
const mostTimes = 3;
