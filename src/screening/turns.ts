/**
 * How many batches run at the same time. Main needs a core as well: where there are as many threads as cores, two
 * running threads take time from main and from each other, and what could be one batch becomes several. So the last
 * thread stands by, until another one is late.
 */
import { availableParallelism } from 'node:os';

export interface TurnSettings {
  /** Batches at the same time, as long as none of them is late. */
  readonly atOnce: number;
  /** A batch that has run this long keeps no other one waiting. */
  readonly lateAfterMs: number;
}

/** A batch of small claims takes a millisecond or two, and budgets are hundreds. */
export const usualTurns: TurnSettings = {
  atOnce: Math.max(1, availableParallelism() - 1),
  lateAfterMs: 10,
};

export class Turns {
  readonly #settings: TurnSettings;
  readonly #whenRoom: () => void;
  #prompt = 0;

  /** `whenRoom`: called whenever another batch may run. */
  constructor(settings: TurnSettings, whenRoom: () => void) {
    this.#settings = settings;
    this.#whenRoom = whenRoom;
  }

  /** Whether another batch may run now. */
  get hasRoom(): boolean {
    return this.#prompt < this.#settings.atOnce;
  }

  /** Whether another batch could run beside so many that do, late ones included. */
  hasRoomBeside(running: number): boolean {
    return running < this.#settings.atOnce;
  }

  /** How many of so many threads work side by side. */
  sideBySide(threads: number): number {
    return Math.min(threads, this.#settings.atOnce);
  }

  /** A batch begins; the function that comes back is to be called when it has ended. */
  begin(): () => void {
    this.#prompt += 1;
    let counts = true;
    const leave = (): void => {
      if (!counts) return;
      counts = false;
      this.#prompt -= 1;
      this.#whenRoom();
    };
    const timer = setTimeout(leave, this.#settings.lateAfterMs);
    return () => {
      clearTimeout(timer);
      leave();
    };
  }
}
