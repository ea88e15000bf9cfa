/**
 * Predicts keys. The objects of a list have the same keys in the same order, and those of a sender's next
 * message as well; so what led to the n-th value of an object is compared, as bytes, with what led to it in the
 * object before: comma, white space, key and colon at once.
 */

const mostLeads = 128;
/** Bytes of a lead that is remembered: a multiple of eight. */
const longestLead = 64;
/** Shorter ones (a key of no letter) are not. */
const shortestLead = 4;
const wordsPerLead = longestLead / 8;

export class KeyLeads {
  /** By position in the object; 0: unknown. */
  readonly #lengths = new Uint8Array(mostLeads);
  readonly #numbers = new Uint8Array(mostLeads);
  readonly #bytes = Buffer.alloc(mostLeads * longestLead);
  /** Eight bytes each: all whole words of a lead, then its last eight bytes. Compared as numbers. */
  readonly #words = new Float64Array(mostLeads * wordsPerLead);
  /** The same of leads shorter than that: their first and last four bytes. */
  readonly #shortWords = new Int32Array(mostLeads * 2);

  /**
   * Length of the lead that is expected before value `position`, where it stands at `at`; 0 where it does not.
   */
  lengthAt(position: number, view: DataView, at: number): number {
    if (position >= mostLeads) return 0;
    const length = this.#lengths[position] as number;
    if (length === 0 || at + length > view.byteLength) return 0;
    if (length < 8) {
      const word = position * 2;
      const same =
        view.getInt32(at, true) === this.#shortWords[word] &&
        view.getInt32(at + length - 4, true) === this.#shortWords[word + 1];
      return same ? length : 0;
    }
    let word = position * wordsPerLead;
    const last = at + length - 8;
    for (let i = at; i < last; i += 8) if (view.getFloat64(i, true) !== this.#words[word++]) return 0;
    return view.getFloat64(last, true) === this.#words[word] ? length : 0;
  }

  /** The number of the key that is expected before value `position`. */
  numberAt(position: number): number {
    return this.#numbers[position] as number;
  }

  /**
   * Remembers a lead. Its bytes have been read as JSON: without control characters but white space, so that no
   * eight of them are zero, and equal numbers are equal bytes.
   */
  learn(position: number, body: Buffer, start: number, end: number, number: number): void {
    const length = end - start;
    if (position >= mostLeads) return;
    const fits = length >= shortestLead && length <= longestLead;
    this.#lengths[position] = fits ? length : 0;
    this.#numbers[position] = number;
    if (!fits) return;
    const row = position * longestLead;
    this.#bytes.set(body.subarray(start, end), row);
    if (length < 8) {
      this.#shortWords[position * 2] = this.#bytes.readInt32LE(row);
      this.#shortWords[position * 2 + 1] = this.#bytes.readInt32LE(row + length - 4);
      return;
    }
    let word = position * wordsPerLead;
    for (let i = 0; i < length - 8; i += 8) this.#words[word++] = this.#bytes.readDoubleLE(row + i);
    this.#words[word] = this.#bytes.readDoubleLE(row + length - 8);
  }
}
