/**
 * What batches of the log do to the state, as both ends of a line hold it. It goes with later batches for as long as it
 * is not known to be written, and the thread that has made it need not be sent it again. Both ends count the replies of
 * their line and forget alike: with each question, what that does not name.
 */
import { assert } from '../../base/assert.js';
import type { Write } from '../../history/state.js';

/** Of one reply: the same list for as long as it is held. */
type Writes = readonly Write[];

export class HeldWrites {
  readonly #byNumber = new Map<number, Writes>();
  #replies = 0;

  /** The writes of the next reply, whose bytes do not change any more. */
  add(writes: Writes): void {
    this.#byNumber.set(this.#replies, writes);
    this.#replies += 1;
  }

  /** By which the other end knows them; null: it does not hold them. */
  numberOf(writes: Writes): number | null {
    for (const [number, held] of this.#byNumber) if (held === writes) return number;
    return null;
  }

  at(number: number): Writes {
    const writes = this.#byNumber.get(number);
    assert(writes !== undefined, `the writes of reply ${number} are not held`);
    return writes;
  }

  /** Forgets all others. */
  keepOnly(named: readonly Writes[]): void {
    for (const [number, writes] of this.#byNumber) if (!named.includes(writes)) this.#byNumber.delete(number);
  }
}
