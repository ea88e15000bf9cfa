/** The committed state as readers see it: without what lies before the horizon. */
import type { EpochMs } from '../../base/calendar.js';
import { type StateReader, type StateTable, touchedOf } from '../state.js';
import type { Environment } from './environment.js';

export class VisibleState implements StateReader {
  readonly #stored: Environment;
  readonly #horizonMs: number;
  #visibleFrom: EpochMs = Number.NEGATIVE_INFINITY;

  constructor(stored: Environment, horizonMs: number) {
    this.#stored = stored;
    this.#horizonMs = horizonMs;
  }

  /** The state now stands at this stream time; null: nothing has begun. */
  at(position: { readonly streamMs: EpochMs } | null): void {
    this.#visibleFrom = position === null ? Number.NEGATIVE_INFINITY : position.streamMs - this.#horizonMs;
  }

  hides(value: Uint8Array): boolean {
    return touchedOf(value) < this.#visibleFrom;
  }

  get(table: StateTable, key: Uint8Array): Uint8Array | undefined {
    const value = this.#stored.get(table, key);
    return value === undefined || this.hides(value) ? undefined : value;
  }

  /** Records that have not expired, by key; the bytes are the caller's. */
  *records(table: StateTable): Iterable<readonly [key: Uint8Array, value: Uint8Array]> {
    for (const record of this.#stored.range(table)) if (!this.hides(record[1])) yield record;
  }
}
