/**
 * Sums over one item code are asked for by each of its lines, so each is worked out once per claim. A small table
 * in which a later item may push out an earlier one: then it is worked out again. A sum is answered by its place
 * and read there: a number that a function returns may have to be put on the heap.
 */

/** Power of two. */
const places = 256;
/** Where the sum over a list of codes is put, which is not kept. */
export const unkept = places;

export class Sums {
  readonly #keys = new Int32Array(places).fill(-1);
  readonly #claims = new Int32Array(places);
  /** By place; NaN: unknown. Valid until the next sum is asked for. */
  readonly values = new Float64Array(places + 1);
  #claim = 1;

  /** Before another claim. */
  forget(): void {
    this.#claim = (this.#claim + 1) | 0;
  }

  /** The place of a sum, by the number of its function and an item. */
  placeOf(sum: number, item: number): number {
    return keyOf(sum, item) & (places - 1);
  }

  /** Whether the sum stands in its place; if not, its value is to be put there. */
  isKept(sum: number, item: number): boolean {
    const key = keyOf(sum, item);
    const place = key & (places - 1);
    if (this.#claims[place] === this.#claim && this.#keys[place] === key) return true;
    this.#claims[place] = this.#claim;
    this.#keys[place] = key;
    return false;
  }
}

/** Functions that keep their sums. */
const sumsAtMost = 8;

function keyOf(sum: number, item: number): number {
  return item * sumsAtMost + sum;
}
