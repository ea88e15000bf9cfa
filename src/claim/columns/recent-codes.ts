/**
 * Item codes that came lately and their numbers: a few items make up most of all claims. Each code has two places, of
 * which the one that came last takes the first; all of an entry lies together, where the whole table of codes would
 * have the processor wait for memory three or four times.
 */

const places = 4096;
const shortest = 8;
const longest = 32;
/** Of an entry, in words of 32 bits: the last eight bytes, and three times eight from the first on; number; length. */
const words = 10;
const [numberWord, lengthWord] = [8, 9];

export class RecentCodes {
  readonly #words = new Int32Array(places * words);
  readonly #doubles = new Float64Array(this.#words.buffer);

  clear(): void {
    this.#words.fill(0);
  }

  /** The number of the code in these bytes; -1 where it has not come lately. */
  numberAt(view: DataView, start: number, end: number): number {
    const length = end - start;
    if (length < shortest || length > longest) return -1;
    const place = placeOf(view, start, end);
    const number = this.#numberAt(place, view, start, end);
    return number >= 0 ? number : this.#numberAt(place ^ 1, view, start, end);
  }

  #numberAt(place: number, view: DataView, start: number, end: number): number {
    const length = end - start;
    const word = place * words;
    const double = place * (words / 2);
    // Codes are letters and digits: eight of them are neither zero nor NaN, and equal numbers are equal bytes.
    const isSame =
      this.#words[word + lengthWord] === length &&
      view.getFloat64(end - 8, true) === this.#doubles[double] &&
      view.getFloat64(start, true) === this.#doubles[double + 1] &&
      (length <= 16 || view.getFloat64(start + 8, true) === this.#doubles[double + 2]) &&
      (length <= 24 || view.getFloat64(start + 16, true) === this.#doubles[double + 3]);
    return isSame ? (this.#words[word + numberWord] as number) : -1;
  }

  /** Remembers a code of ASCII. */
  learn(view: DataView, start: number, end: number, number: number): void {
    const length = end - start;
    if (length < shortest || length > longest) return;
    const place = placeOf(view, start, end);
    const word = place * words;
    const double = place * (words / 2);
    this.#words.copyWithin((place ^ 1) * words, word, word + words);
    this.#doubles[double] = view.getFloat64(end - 8, true);
    this.#doubles[double + 1] = view.getFloat64(start, true);
    if (length > 16) this.#doubles[double + 2] = view.getFloat64(start + 8, true);
    if (length > 24) this.#doubles[double + 3] = view.getFloat64(start + 16, true);
    this.#words[word + numberWord] = number;
    this.#words[word + lengthWord] = length;
  }
}

/** Codes of one catalogue differ at the end most, then behind the first letters. */
function placeOf(view: DataView, start: number, end: number): number {
  const back = Math.imul(view.getInt32(end - 4, true), 0x9e3779b1) ^ view.getInt32(end - 8, true);
  const hash = Math.imul(back ^ (back >>> 15) ^ view.getInt32(start + 2, true), 0x85ebca6b);
  return (hash >>> 16) % places;
}
