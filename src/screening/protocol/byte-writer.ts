/**
 * Writes values one after another into shared memory that both sides keep, so that nothing is allocated for a batch,
 * and into a buffer of its own where that is too small. Little-endian; texts and byte strings stand behind their
 * length.
 */
import { absent } from './byte-reader.js';
import { copyBytes } from './copy-bytes.js';

export class ByteWriter {
  readonly #home: SharedArrayBuffer;
  #bytes: Buffer;
  #view: DataView;
  #at = 0;

  constructor(home: SharedArrayBuffer) {
    this.#home = home;
    this.#bytes = Buffer.from(home);
    this.#view = new DataView(home);
  }

  /** Bytes written so far. */
  get length(): number {
    return this.#at;
  }

  /** What was written, where it did not fit into the shared memory: to be moved. Else null. */
  get overflow(): ArrayBuffer | null {
    const { buffer } = this.#bytes;
    return buffer instanceof ArrayBuffer ? buffer : null;
  }

  /** Begins anew, in the shared memory. */
  restart(): void {
    this.#at = 0;
    if (this.#bytes.buffer !== this.#home) this.#writeTo(this.#home);
  }

  u8(value: number): void {
    const at = this.#take(1);
    this.#bytes[at] = value;
  }

  u32(value: number): void {
    const at = this.#take(4);
    this.#view.setUint32(at, value, true);
  }

  f64(value: number): void {
    const at = this.#take(8);
    this.#view.setFloat64(at, value, true);
  }

  /** A well-formed text, or null. */
  text(value: string | null): void {
    if (value === null) this.u32(absent);
    else {
      // A UTF-16 unit takes at most three bytes as UTF-8.
      const at = this.#take(4 + value.length * 3) + 4;
      const length = writeText(this.#bytes, value, at);
      this.#view.setUint32(at - 4, length, true);
      this.#at = at + length;
    }
  }

  bytes(value: Uint8Array): void {
    this.u32(value.byteLength);
    this.raw(value);
  }

  /** Bytes without their length. */
  raw(value: Uint8Array): void {
    const at = this.#take(value.byteLength);
    copyBytes(value, this.#bytes, at);
  }

  /** The list's length, then its items as `write` writes one. */
  list<Item>(items: readonly Item[], write: (item: Item) => void): void {
    this.u32(items.length);
    for (const item of items) write(item);
  }

  #take(size: number): number {
    const at = this.#at;
    this.#at = at + size;
    if (this.#at > this.#bytes.length) this.#grow(at);
    return at;
  }

  #grow(written: number): void {
    const before = this.#bytes;
    this.#writeTo(new ArrayBuffer(Math.max(this.#at, 2 * before.length)));
    this.#bytes.set(before.subarray(0, written));
  }

  #writeTo(buffer: ArrayBuffer | SharedArrayBuffer): void {
    this.#bytes = Buffer.from(buffer as ArrayBuffer);
    this.#view = new DataView(buffer);
  }
}

/** Most texts are short and ASCII; those need no call out of JavaScript. */
function writeText(bytes: Buffer, text: string, at: number): number {
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit > 127) return bytes.write(text, at, 'utf8');
    bytes[at + i] = unit;
  }
  return text.length;
}
