/**
 * One text fact of all lines. A scanned text stays where it is in the body, as a span, until somebody needs it
 * as a string; a text that had to be repaired or comes from the plain reader is a string from the start.
 */
export class TextColumn {
  /** Byte offset in the body; -1: unknown; -2: stands in `#texts` only. */
  #starts: Int32Array;
  #ends: Int32Array;
  readonly #texts: (string | null)[] = [];
  #body: Buffer = Buffer.alloc(0);

  constructor(capacity: number) {
    this.#starts = new Int32Array(capacity);
    this.#ends = new Int32Array(capacity);
  }

  /** Forgets everything; `body` is where spans will point into. */
  reset(body: Buffer): void {
    this.#body = body;
    if (this.#texts.length > 0) this.#texts.length = 0;
  }

  grow(capacity: number): void {
    this.#starts = grownInts(this.#starts, capacity);
    this.#ends = grownInts(this.#ends, capacity);
  }

  /** For a loop over all lines: `setSpan` writes here, and -1 into `starts` means unknown. Gone after `grow`. */
  get starts(): Int32Array {
    return this.#starts;
  }

  get ends(): Int32Array {
    return this.#ends;
  }

  /** A text of the body: valid UTF-8, nothing to repair. */
  setSpan(line: number, start: number, end: number): void {
    this.#starts[line] = start;
    this.#ends[line] = end;
  }

  setText(line: number, text: string | null): void {
    this.#starts[line] = text === null ? -1 : -2;
    if (text !== null) this.#texts[line] = text;
  }

  isKnown(line: number): boolean {
    return this.#starts[line] !== -1;
  }

  /** The text; null where unknown. Decoded once, when it is first asked for. */
  at(line: number): string | null {
    const start = this.#starts[line] as number;
    if (start === -1) return null;
    const known = this.#texts[line];
    if (known !== undefined) return known;
    const text = this.#body.toString('utf8', start, this.#ends[line]);
    this.#texts[line] = text;
    return text;
  }

  /** Whether two lines have the same known text; decodes nothing where both are spans. */
  isSame(a: number, b: number): boolean {
    const [startA, startB] = [this.#starts[a] as number, this.#starts[b] as number];
    if (startA < 0 || startB < 0) return startA !== -1 && startB !== -1 && this.at(a) === this.at(b);
    const length = (this.#ends[a] as number) - startA;
    if (length !== (this.#ends[b] as number) - startB) return false;
    for (let i = 0; i < length; i++) if (this.#body[startA + i] !== this.#body[startB + i]) return false;
    return true;
  }

  /** A number that is equal for equal texts; for a hash table. */
  hashAt(line: number): number {
    const start = this.#starts[line] as number;
    let hash = 0;
    if (start >= 0) {
      const end = this.#ends[line] as number;
      for (let i = start; i < end; i++) hash = (Math.imul(hash, 31) + (this.#body[i] as number)) | 0;
      return hash;
    }
    for (const byte of Buffer.from(this.at(line) ?? '')) hash = (Math.imul(hash, 31) + byte) | 0;
    return hash;
  }
}

export function grownInts(from: Int32Array, capacity: number): Int32Array<ArrayBuffer> {
  const grown = new Int32Array(capacity);
  grown.set(from);
  return grown;
}
