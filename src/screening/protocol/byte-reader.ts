/** Reads what a ByteWriter has written. The bytes come from our own program, so what is odd about them is a bug. */
import { assert } from '../../base/assert.js';

/** Length of a text that is null. */
export const absent = 0xffff_ffff;

export class ByteReader {
  readonly #bytes: Buffer;
  readonly #view: DataView;
  #at = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  u8(): number {
    return this.#view.getUint8(this.#pass(1));
  }

  u32(): number {
    return this.#view.getUint32(this.#pass(4), true);
  }

  f64(): number {
    return this.#view.getFloat64(this.#pass(8), true);
  }

  text(): string | null {
    const length = this.u32();
    if (length === absent) return null;
    const at = this.#pass(length);
    return this.#bytes.toString('utf8', at, at + length);
  }

  /** A text that cannot be null. */
  someText(): string {
    const text = this.text();
    assert(text !== null, 'a text is missing');
    return text;
  }

  /** A view, no copy. */
  bytes(): Uint8Array {
    const length = this.u32();
    const at = this.#pass(length);
    return new Uint8Array(this.#bytes.buffer, this.#bytes.byteOffset + at, length);
  }

  /** Everything that has not been read: a view, no copy. */
  rest(): Uint8Array {
    const at = this.#pass(this.#bytes.byteLength - this.#at);
    return this.#bytes.subarray(at);
  }

  list<Item>(read: () => Item): Item[] {
    const items: Item[] = [];
    for (let left = this.u32(); left > 0; left--) items.push(read());
    return items;
  }

  /** Everything has to be read: else writer and reader do not mean the same. */
  end(): void {
    assert(this.#at === this.#bytes.byteLength, 'a message is longer than what was read of it');
  }

  #pass(size: number): number {
    const at = this.#at;
    this.#at = at + size;
    return at;
  }
}
