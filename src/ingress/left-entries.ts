/**
 * Where entries stand in DECISIONS that are not kept here: they are fetched when their turn comes. What is decided in
 * turn is stored in turn, so a run of entries takes as much room as one.
 */
import type { EntryPlace } from '../history/store.js';

/** `count` messages one after the other, and their entries likewise. */
interface Run {
  /** The first message. */
  readonly seq: number;
  /** Its entry. */
  readonly place: number;
  readonly count: number;
  /** What was read before it. */
  readonly before: EntryPlace;
}

export class LeftEntries {
  /** In the order of DECISIONS. */
  #runs: Run[] = [];

  get isEmpty(): boolean {
    return this.#runs.length === 0;
  }

  /** Runs: what it takes to keep them. */
  get size(): number {
    return this.#runs.length;
  }

  /** The entry at `place` is of the message `seq`. Entries come in the order of DECISIONS. */
  note(seq: number, place: number, before: EntryPlace): void {
    const last = this.#runs.at(-1);
    if (last !== undefined && seq === last.seq + last.count && place === last.place + last.count)
      this.#runs[this.#runs.length - 1] = { ...last, count: last.count + 1 };
    else this.#runs.push({ seq, place, count: 1, before });
  }

  /** Where entries of a message stand, ascending. */
  placesOf(seq: number): readonly number[] {
    const places: number[] = [];
    for (const run of this.#runs)
      if (run.seq <= seq && seq < run.seq + run.count) places.push(run.place + seq - run.seq);
    return places;
  }

  /** The last message that has one; 0: none. */
  get last(): number {
    let last = 0;
    for (const { seq, count } of this.#runs) last = Math.max(last, seq + count - 1);
    return last;
  }

  /** What was read before the first of them; null: there is none. */
  get before(): EntryPlace | null {
    return this.#runs[0]?.before ?? null;
  }

  /** Those of messages up to this one. */
  forgetTo(seq: number): void {
    if (this.isEmpty) return;
    this.#runs = this.#runs.flatMap((run) => {
      const gone = seq - run.seq + 1;
      if (gone <= 0) return [run];
      if (gone >= run.count) return [];
      const place = run.place + gone;
      return [{ seq: seq + 1, place, count: run.count - gone, before: { seq: place - 1, id: null } }];
    });
  }

  /** Those of messages from this one on. */
  forgetFrom(seq: number): void {
    this.#runs = this.#runs.flatMap((run) => {
      const count = Math.min(run.count, seq - run.seq);
      return count > 0 ? [{ ...run, count }] : [];
    });
  }
}
