/** Gives every message its time and its fate, in the order of the source. */
import { dayOf, type EpochDay, type EpochMs, startOfDay } from '../base/calendar.js';
import { type Fate, fateOf, type Period } from './period.js';
import type { SourceMessage } from './source.js';

export interface Timed {
  readonly fate: Fate;
  /** To which it belongs. */
  readonly day: EpochDay;
  /** Never before that of the message before it; what history goes by. */
  readonly streamMs: EpochMs;
}

/**
 * A message belongs to the day it names, or without one to that of the message before it. What it does to history
 * happens in the order of the source: a wrong clock moves no other message.
 */
export class Timeline {
  readonly #period: Period;
  readonly #first: EpochMs;
  readonly #last: EpochMs;
  #named: EpochMs;
  #stream: EpochMs = 0;

  constructor(period: Period) {
    this.#period = period;
    this.#first = startOfDay(period.from);
    this.#last = startOfDay(period.to + 1) - 1;
    this.#named = this.#first;
  }

  next({ at }: Pick<SourceMessage, 'at'>): Timed {
    const named = at ?? this.#named;
    const fate = fateOf(this.#period, named);
    if (fate === 'warms' || fate === 'judged') {
      this.#named = named;
      this.#stream = Math.max(this.#stream, Math.min(named, this.#last));
    }
    return { fate, day: dayOf(named), streamMs: this.#stream };
  }
}
