/**
 * How lines, encounters and claims are known inside a patient's record: by 64 bits of a hash of their names. One is
 * made for every line of every claim, and hashing in JavaScript costs a quarter of one call of SHA-256; against
 * somebody who looks for two names with one key, 64 bits of either are no protection. What a patient's lines collide
 * with are only the same patient's others.
 */

/** As two unsigned 32-bit numbers. */
export type Key64 = readonly [high: number, low: number];

/** Stands between two names; no UTF-16 unit is as large. */
const between = 0x1_0000;

/**
 * Two lanes as in MurmurHash3, over the UTF-16 units of the parts, two at a time. The same on every machine, and part
 * of the format of the state.
 */
export function key64(...parts: readonly string[]): Key64 {
  const lanes = new Lanes();
  for (const part of parts) lanes.take(part);
  return lanes.key();
}

/** Keys of names that begin with these parts, which are gone through once: `keysUnder(a)(b)` is `key64(a, b)`. */
export function keysUnder(...parts: readonly string[]): (last: string) => Key64 {
  const begun = new Lanes();
  for (const part of parts) begun.take(part);
  const lanes = new Lanes();
  return (last) => {
    lanes.goOnFrom(begun);
    lanes.take(last);
    return lanes.key();
  };
}

class Lanes {
  #high = 0x9e37_79b9 | 0;
  #low = 0x7f4a_7c15;
  #units = 0;

  goOnFrom(other: Lanes): void {
    this.#high = other.#high;
    this.#low = other.#low;
    this.#units = other.#units;
  }

  take(part: string): void {
    let high = this.#high;
    let low = this.#low;
    const { length } = part;
    for (let i = 0; i <= length; i += 2) {
      const first = i < length ? part.charCodeAt(i) : between;
      const pair = i + 1 < length ? first | (part.charCodeAt(i + 1) << 16) : first ^ 0x5bd1_e995;
      high ^= Math.imul(turned(Math.imul(pair, 0x239b_961b), 15), 0xab0e_9789);
      high = (Math.imul((turned(high, 19) + low) | 0, 5) + 0x561c_cd1b) | 0;
      low ^= Math.imul(turned(Math.imul(pair, 0xab0e_9789), 16), 0x38b3_4ae5);
      low = (Math.imul((turned(low, 17) + high) | 0, 5) + 0x0bca_a747) | 0;
    }
    this.#high = high;
    this.#low = low;
    this.#units += length + 1;
  }

  key(): Key64 {
    const units = this.#units;
    let high = ((this.#high ^ units) + (this.#low ^ units)) | 0;
    let low = ((this.#low ^ units) + high) | 0;
    high = spread(high);
    low = spread(low);
    high = (high + low) | 0;
    low = (low + high) | 0;
    return [high >>> 0, low >>> 0];
  }
}

function turned(value: number, by: number): number {
  return (value << by) | (value >>> (32 - by));
}

/** Every bit of the input reaches every bit of the output. */
function spread(value: number): number {
  const one = Math.imul(value ^ (value >>> 16), 0x85eb_ca6b);
  const two = Math.imul(one ^ (one >>> 13), 0xc2b2_ae35);
  return two ^ (two >>> 16);
}
