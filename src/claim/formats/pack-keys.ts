/**
 * Keys of a MessagePack map, and which of them to expect: a sender keeps one order, so the key that came after
 * another one the last time is compared first, head byte and all, before anything is looked up.
 */
import { assert } from '../../base/assert.js';
import { KeyTable } from './key-table.js';

/** Bytes that are compared at most: the head byte and the name. */
export const longestPackedKey = 16;
const headOfText = 0xa0;

export class PackKeys {
  /** Stands for any key that is none of these; what follows the last one. */
  readonly unknown: number;
  /** Stands before the first key of a map. */
  readonly first: number;
  readonly #table: KeyTable;
  /** By key: bytes with the head byte. */
  readonly #lengths: Uint8Array;
  /**
   * By key: its first and last eight bytes, compared as numbers. The highest of eight is a letter, so that they
   * are neither zero nor NaN, and equal numbers are equal bytes.
   */
  readonly #fronts: Float64Array;
  readonly #backs: Float64Array;
  /** By key that has no eight bytes: two words, and the bits of them that are the key's. */
  readonly #words: Int32Array;
  readonly #masks: Int32Array;
  /** By key: the one that came after it. */
  readonly #followers: Uint8Array;

  /** The keys are numbered as the names are. */
  constructor(names: readonly string[]) {
    assert(
      names.every((name) => name.length < longestPackedKey),
      'a key of a claim is short',
    );
    const count = names.length;
    this.unknown = count;
    this.first = count + 1;
    this.#table = new KeyTable(names.map((name, number) => [name, number]));
    this.#lengths = Uint8Array.from(names, (name) => name.length + 1);
    this.#fronts = new Float64Array(count);
    this.#backs = new Float64Array(count);
    this.#words = new Int32Array(count * 2);
    this.#masks = new Int32Array(count * 2);
    this.#followers = Uint8Array.from({ length: count + 2 }, (_, key) => (key < count - 1 ? key + 1 : 0));
    for (const [key, name] of names.entries()) this.#prepare(name, key);
  }

  /** The key to expect after another one; never `unknown`. */
  after(previous: number): number {
    return this.#followers[previous] as number;
  }

  /** Bytes of a key with its head byte. */
  lengthOf(key: number): number {
    return this.#lengths[key] as number;
  }

  /** Whether a key stands at an offset; `longestPackedKey` bytes from there have to lie within the view. */
  standsAt(key: number, view: DataView, at: number): boolean {
    const length = this.#lengths[key] as number;
    if (length >= 8) {
      const isFront = view.getFloat64(at, true) === this.#fronts[key];
      return isFront && view.getFloat64(at + length - 8, true) === this.#backs[key];
    }
    const word = key * 2;
    const first = (view.getInt32(at, true) ^ (this.#words[word] as number)) & (this.#masks[word] as number);
    const second = view.getInt32(at + 4, true) ^ (this.#words[word + 1] as number);
    return (first | (second & (this.#masks[word + 1] as number))) === 0;
  }

  /** The key whose name these bytes are, or `unknown`; a known one is expected from now on. */
  find(previous: number, body: Uint8Array, start: number, end: number): number {
    const key = this.#table.find(body, start, end);
    if (key < 0) return this.unknown;
    this.#followers[previous] = key;
    return key;
  }

  #prepare(name: string, key: number): void {
    const length = name.length + 1;
    const bytes = Buffer.alloc(longestPackedKey);
    bytes[0] = headOfText | name.length;
    bytes.write(name, 1, 'latin1');
    if (length >= 8) {
      this.#fronts[key] = bytes.readDoubleLE(0);
      this.#backs[key] = bytes.readDoubleLE(length - 8);
      return;
    }
    const mask = Buffer.alloc(8).fill(0xff, 0, length);
    for (const word of [0, 1]) {
      this.#words[key * 2 + word] = bytes.readInt32LE(word * 4);
      this.#masks[key * 2 + word] = mask.readInt32LE(word * 4);
    }
  }
}
