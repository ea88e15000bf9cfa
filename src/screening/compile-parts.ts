/** Byte strings on a pipe, each after its length; those of a rule set end where all threads can look into them. */

const lengthBytes = Uint32Array.BYTES_PER_ELEMENT;

/** What goes onto the pipe. */
export function partsOf(parts: readonly Uint8Array[]): readonly Uint8Array[] {
  return parts.flatMap((part) => {
    const length = Buffer.alloc(lengthBytes);
    length.writeUInt32LE(part.byteLength);
    return [length, part];
  });
}

/** Puts them together again from the pieces in which they come. */
export class PartsReader {
  readonly #parts: Uint8Array<SharedArrayBuffer>[] = [];
  readonly #length = Buffer.alloc(lengthBytes);
  /** Of the length at hand, and of the last part. */
  #lengthFilled = 0;
  #partFilled = 0;

  take(piece: Uint8Array): void {
    for (let rest = piece; rest.byteLength > 0; ) rest = rest.subarray(this.#takeSome(rest));
  }

  /** Those that are there to the last byte. */
  get whole(): readonly SharedArrayBuffer[] {
    const whole = this.#isPartOpen ? this.#parts.slice(0, -1) : this.#parts;
    return whole.map(({ buffer }) => buffer);
  }

  /** The same, of which it lets go: for a pipe on which one thing follows another. */
  takeWhole(): readonly SharedArrayBuffer[] {
    const { whole } = this;
    this.#parts.splice(0, whole.length);
    return whole;
  }

  get #isPartOpen(): boolean {
    return this.#partFilled < (this.#parts.at(-1)?.byteLength ?? 0);
  }

  /** Answers how many bytes of it went somewhere. */
  #takeSome(piece: Uint8Array): number {
    const part = this.#parts.at(-1);
    if (part !== undefined && this.#isPartOpen) {
      const taken = piece.subarray(0, part.byteLength - this.#partFilled);
      part.set(taken, this.#partFilled);
      this.#partFilled += taken.byteLength;
      return taken.byteLength;
    }
    const taken = piece.subarray(0, lengthBytes - this.#lengthFilled);
    this.#length.set(taken, this.#lengthFilled);
    this.#lengthFilled += taken.byteLength;
    if (this.#lengthFilled === lengthBytes) {
      this.#parts.push(new Uint8Array(new SharedArrayBuffer(this.#length.readUInt32LE())));
      [this.#lengthFilled, this.#partFilled] = [0, 0];
    }
    return taken.byteLength;
  }
}
