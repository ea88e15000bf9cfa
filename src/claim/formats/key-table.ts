/**
 * The keys that one level of a message may have, as bytes, so that a scanner tells them apart without making a
 * text. Built once from names of the field table; which number a name has is up to the caller.
 */
import { assert } from '../../base/assert.js';

/** Names, and numbers, that fit into bytes. */
const mostEntries = 255;
const longestName = 63;

export class KeyTable {
  /** How many names there are. */
  readonly size: number;
  readonly #names: readonly Uint8Array[];
  readonly #numbers: Uint8Array;
  /** Power of two long; entry + 1, 0 where free. */
  readonly #slots: Uint8Array;

  /** Entries are names of ASCII and their numbers; several names may share a number. */
  constructor(entries: readonly (readonly [name: string, number: number])[]) {
    assert(entries.length <= mostEntries, 'a key table is small');
    assert(
      entries.every(([name]) => name.length <= longestName),
      'a key is short',
    );
    this.size = entries.length;
    this.#names = entries.map(([name]) => Buffer.from(name, 'latin1'));
    this.#numbers = Uint8Array.from(entries, ([, number]) => number);
    this.#slots = new Uint8Array(8 << Math.ceil(Math.log2(entries.length)));
    for (const [entry, name] of this.#names.entries()) this.#place(name, entry);
  }

  /** The entry (not yet its number) whose name these bytes are; -1: none. */
  find(body: Uint8Array, start: number, end: number): number {
    const mask = this.#slots.length - 1;
    for (let slot = hashOf(body, start, end) & mask; ; slot = (slot + 1) & mask) {
      const entry = (this.#slots[slot] as number) - 1;
      if (entry < 0 || isAt(this.#names[entry] as Uint8Array, body, start, end)) return entry;
    }
  }

  numberOf(entry: number): number {
    return this.#numbers[entry] as number;
  }

  #place(name: Uint8Array, entry: number): void {
    const mask = this.#slots.length - 1;
    let slot = hashOf(name, 0, name.length) & mask;
    while (this.#slots[slot] !== 0) slot = (slot + 1) & mask;
    this.#slots[slot] = entry + 1;
  }
}

function isAt(name: Uint8Array, body: Uint8Array, start: number, end: number): boolean {
  if (end - start !== name.length) return false;
  for (let i = 0; i < name.length; i++) if (body[start + i] !== name[i]) return false;
  return true;
}

/** Names of one table differ in length, at the front, in the middle or at the end. */
function hashOf(bytes: Uint8Array, start: number, end: number): number {
  const length = end - start;
  if (length === 0) return 0;
  const [first, last] = [bytes[start] as number, bytes[end - 1] as number];
  const middle = bytes[start + (length >> 1)] as number;
  return Math.imul((length << 24) ^ (first << 16) ^ (middle << 8) ^ last, 0x9e3779b1) >>> 20;
}
