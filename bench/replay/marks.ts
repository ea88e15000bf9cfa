/**
 * What a run took between marks: points of what it reads, of each of its readings. So the beginning, in which every
 * thread compiles its code, is told from what each further message takes, within one run.
 */
import type { Phase } from '../../src/replay/run-replay.js';
import type { Lap } from '../engine/measure.js';

/** One reading of everything, by its marks; the last one is its end. */
interface Reading {
  readonly phase: Phase;
  readonly at: (Lap | null)[];
  done: number;
}

export class Marks {
  readonly #places: readonly number[];
  readonly #lap: () => Lap;
  #readings: Reading[] = [];

  /** `places`: ascending, in what the source counts; `lap`: what the run has taken so far. */
  constructor(places: readonly number[], lap: () => Lap) {
    this.#places = places;
    this.#lap = lap;
  }

  /** So much has been handed out. */
  see(phase: Phase, done: number): void {
    const before = this.#readings.at(-1);
    const isSame = before?.phase === phase && done >= before.done;
    if (!isSame) this.#end();
    const reading = isSame ? before : { phase, at: this.#places.map(() => null), done };
    if (!isSame) this.#readings.push(reading);
    reading.done = done;
    for (const [i, place] of this.#places.entries()) if (done >= place) reading.at[i] ??= this.#lap();
  }

  /**
   * The run is over: by mark, what all readings that came so far took from it to the next one, or to their end. A
   * reading that was given up before the first mark does not count.
   */
  finish(): readonly Lap[] {
    this.#end();
    return this.#places.map((_, i) => {
      let [ms, cpuMs] = [0, 0];
      for (const { at } of this.#readings) {
        const [from, to] = [at[i], at[i + 1]];
        if (from == null || to == null) continue;
        ms += to.ms - from.ms;
        cpuMs += to.cpuMs - from.cpuMs;
      }
      return { ms, cpuMs };
    });
  }

  #end(): void {
    this.#readings.at(-1)?.at.push(this.#lap());
  }
}
