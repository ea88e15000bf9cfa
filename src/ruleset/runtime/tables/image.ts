/**
 * An image: arrays of numbers behind a description, in one piece of shared memory that any thread can look into
 * without copying. Bytes 0–3 a mark, 4–7 the length of the description, then the description (JSON, UTF-8), then
 * the arrays, each at a multiple of eight. It never leaves the process, so numbers lie as the machine has them.
 */
import { assert } from '../../../base/assert.js';

const mark = 0x43_47_49_31;
const headerBytes = 8;
const alignment = 8;

/** Where an array lies: bytes behind the description, and its number of elements. */
export interface Span {
  readonly at: number;
  readonly length: number;
}

type NumberArray = Uint8Array | Int8Array | Int32Array | Float64Array;

export class ImageWriter {
  readonly #arrays: (readonly [number, NumberArray])[] = [];
  #end = 0;

  add(array: NumberArray): Span {
    const at = this.#end;
    this.#arrays.push([at, array]);
    this.#end = aligned(at + array.byteLength);
    return { at, length: array.length };
  }

  /** The whole image; `description` is plain data and says where the arrays are. */
  finish(description: unknown): SharedArrayBuffer {
    const text = Buffer.from(JSON.stringify(description));
    const first = aligned(headerBytes + text.length);
    const image = new SharedArrayBuffer(first + this.#end);
    new Int32Array(image, 0, 2).set([mark, text.length]);
    const bytes = new Uint8Array(image);
    bytes.set(text, headerBytes);
    for (const [at, { buffer, byteOffset, byteLength }] of this.#arrays)
      bytes.set(new Uint8Array(buffer, byteOffset, byteLength), first + at);
    return image;
  }
}

export class ImageReader {
  readonly description: unknown;
  readonly #image: SharedArrayBuffer;
  readonly #first: number;

  constructor(image: SharedArrayBuffer) {
    const [found, length = 0] = new Int32Array(image, 0, 2);
    assert(found === mark, 'an image begins with its mark');
    this.#image = image;
    this.#first = aligned(headerBytes + length);
    // Copied: Buffer cannot decode from shared memory in every release of Node.
    const text = new Uint8Array(image).slice(headerBytes, headerBytes + length);
    this.description = JSON.parse(Buffer.from(text).toString('utf8'));
  }

  bytes({ at, length }: Span): Uint8Array {
    return new Uint8Array(this.#image, this.#first + at, length);
  }

  flags({ at, length }: Span): Int8Array {
    return new Int8Array(this.#image, this.#first + at, length);
  }

  integers({ at, length }: Span): Int32Array {
    return new Int32Array(this.#image, this.#first + at, length);
  }

  numbers({ at, length }: Span): Float64Array {
    return new Float64Array(this.#image, this.#first + at, length);
  }
}

function aligned(offset: number): number {
  return Math.ceil(offset / alignment) * alignment;
}
