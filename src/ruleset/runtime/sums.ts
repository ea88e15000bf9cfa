/**
 * Sums over one item code are asked for by each of its lines, so each is worked out once per claim. A small table
 * in which a later item may push out an earlier one: then it is worked out again.
 */

/** Power of two. */
const places = 256;

export class Sums {
  readonly #items = new Int32Array(places);
  readonly #claims = new Int32Array(places);
  readonly #values = new Float64Array(places);
  #claim = 1;

  /** Before another claim. */
  forget(): void {
    this.#claim = (this.#claim + 1) | 0;
  }

  /** The sum that was kept under a number of its function and an item; undefined where none is. */
  find(sum: number, item: number): number | undefined {
    const place = placeOf(sum, item);
    const isKept = this.#claims[place] === this.#claim && this.#items[place] === keyOf(sum, item);
    return isKept ? this.#values[place] : undefined;
  }

  keep(sum: number, item: number, value: number): number {
    const place = placeOf(sum, item);
    this.#claims[place] = this.#claim;
    this.#items[place] = keyOf(sum, item);
    this.#values[place] = value;
    return value;
  }
}

/** Functions that keep their sums. */
const sumsAtMost = 8;

function keyOf(sum: number, item: number): number {
  return item * sumsAtMost + sum;
}

function placeOf(sum: number, item: number): number {
  return keyOf(sum, item) & (places - 1);
}
