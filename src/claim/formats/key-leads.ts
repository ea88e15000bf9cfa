/**
 * Predicts keys. The objects of a list have the same keys in the same order, and those of a sender's next
 * message as well; so what led to the n-th value of an object is compared, as bytes, with what led to it in the
 * object before: comma, white space, key and colon at once.
 */

const mostLeads = 128;
/** Bytes of a lead that is remembered. */
const longestLead = 64;
/** Shorter ones (a key of no letter) are not. */
const shortestLead = 4;
/** Three words that may overlap are all of its bytes. */
const threeWords = 24;

export class KeyLeads {
  /** By position in the object; 0: unknown. */
  readonly #lengths = new Uint8Array(mostLeads);
  readonly #numbers = new Uint8Array(mostLeads);
  readonly #bytes = Buffer.alloc(mostLeads * longestLead);
  /** Where the word in the middle begins, of leads of eight bytes or more. */
  readonly #middles = new Uint8Array(mostLeads);
  /** The first, the middle and the last eight bytes. Compared as numbers. */
  readonly #words = new Float64Array(mostLeads * 3);
  /** The same of leads shorter than that: their first and last four bytes. */
  readonly #shortWords = new Int32Array(mostLeads * 2);

  /**
   * Length of the lead that is expected before value `position`, where it stands at `at`; 0 where it does not.
   * Without a loop: how often it would run differs from lead to lead, which no processor foresees.
   */
  lengthAt(position: number, body: Uint8Array, view: DataView, at: number): number {
    if (position >= mostLeads) return 0;
    const length = this.#lengths[position] as number;
    if (length === 0 || at + length > body.length) return 0;
    if (length < 8) {
      const word = position * 2;
      const same =
        view.getInt32(at, true) === this.#shortWords[word] &&
        view.getInt32(at + length - 4, true) === this.#shortWords[word + 1];
      return same ? length : 0;
    }
    const word = position * 3;
    const same =
      view.getFloat64(at, true) === this.#words[word] &&
      view.getFloat64(at + (this.#middles[position] as number), true) === this.#words[word + 1] &&
      view.getFloat64(at + length - 8, true) === this.#words[word + 2];
    return same && (length <= threeWords || this.#isRestAt(position, body, at)) ? length : 0;
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
    const middle = Math.min(8, length - 8);
    this.#middles[position] = middle;
    this.#words[position * 3] = this.#bytes.readDoubleLE(row);
    this.#words[position * 3 + 1] = this.#bytes.readDoubleLE(row + middle);
    this.#words[position * 3 + 2] = this.#bytes.readDoubleLE(row + length - 8);
  }

  /** The same of a long lead's bytes behind the first two words. */
  #isRestAt(position: number, body: Uint8Array, at: number): boolean {
    const row = position * longestLead;
    const length = this.#lengths[position] as number;
    for (let i = 16; i < length; i++) if (body[at + i] !== this.#bytes[row + i]) return false;
    return true;
  }
}
