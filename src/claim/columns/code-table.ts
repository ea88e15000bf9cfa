/**
 * Byte strings and their numbers: an open-addressed hash table over one pool of bytes. Built once it can lie in
 * shared memory, where several threads only read it; a growing one belongs to one thread.
 */

/** Everything that a table is made of, as it lies in memory. */
export interface CodeTableParts {
  readonly count: number;
  /** All codes, one after another. */
  readonly bytes: Uint8Array;
  /** count + 1 offsets into `bytes`. */
  readonly offsets: Int32Array;
  /** Power of two long, at most half of them taken; number + 1, 0 where free. */
  readonly slots: Int32Array;
  /** Where hashing begins; a table that strangers fill has one that they cannot know. */
  readonly seed: number;
}

/** Where texts become bytes to look up; grown for a longer one. */
let scratch = Buffer.alloc(256);

/** The bytes that were looked into last, mostly those of the claim being read, four at a time. */
let viewed: Uint8Array = scratch;
let view = viewOf(scratch);

export class CodeTable {
  readonly #seed: number;
  #count: number;
  #bytes: Uint8Array;
  #view: DataView;
  #offsets: Int32Array;
  #slots: Int32Array;
  /** Texts that this thread has asked for. */
  readonly #texts: (string | undefined)[] = [];

  constructor({ count, bytes, offsets, slots, seed }: CodeTableParts) {
    this.#seed = seed;
    this.#count = count;
    this.#bytes = bytes;
    this.#view = viewOf(bytes);
    this.#offsets = offsets;
    this.#slots = slots;
  }

  /** An empty one to add to. */
  static growing(seed = 0): CodeTable {
    return new CodeTable({
      count: 0,
      bytes: new Uint8Array(1024),
      offsets: new Int32Array(64),
      slots: new Int32Array(128),
      seed,
    });
  }

  get size(): number {
    return this.#count;
  }

  /** Bytes of all codes together. */
  get byteLength(): number {
    return this.#offsets[this.#count] as number;
  }

  /** The number of a code; -1 where it is not in the table. */
  find(bytes: Uint8Array, start: number, end: number): number {
    if (bytes !== viewed) lookInto(bytes);
    const slots = this.#slots;
    const mask = slots.length - 1;
    for (let slot = hashOf(view, start, end, this.#seed) & mask; ; slot = (slot + 1) & mask) {
      const number = (slots[slot] as number) - 1;
      if (number < 0 || this.#isAt(number, view, start, end)) return number;
    }
  }

  /**
   * The number that stands in the first place where a code could be; -1 where none does. Mostly the code's own,
   * to be made sure of with `isNumberOf`. For many codes at once: looking into memory in a loop of its own, the
   * processor waits for all of them together instead of one after another.
   */
  guess(bytes: Uint8Array, start: number, end: number): number {
    if (bytes !== viewed) lookInto(bytes);
    const slots = this.#slots;
    return (slots[hashOf(view, start, end, this.#seed) & (slots.length - 1)] as number) - 1;
  }

  isNumberOf(number: number, bytes: Uint8Array, start: number, end: number): boolean {
    if (bytes !== viewed) lookInto(bytes);
    return this.#isAt(number, view, start, end);
  }

  /** The same for a text, as UTF-8. */
  findText(text: string): number {
    const length = writeText(text);
    return this.find(scratch, 0, length);
  }

  /** Adds a code that is not in the table yet, and answers its number. */
  add(bytes: Uint8Array, start: number, end: number): number {
    this.#makeRoom(end - start);
    const number = this.#count++;
    const at = this.#offsets[number] as number;
    this.#bytes.set(bytes.subarray(start, end), at);
    this.#offsets[number + 1] = at + end - start;
    this.#place(number, hashOf(this.#view, at, at + end - start, this.#seed));
    return number;
  }

  /** The number of a text, which is added where it is not in the table yet. */
  addText(text: string): number {
    const length = writeText(text);
    const known = this.find(scratch, 0, length);
    return known >= 0 ? known : this.add(scratch, 0, length);
  }

  /** The text of a number below `size`. Decoded once, when it is first asked for. */
  textOf(number: number): string {
    const known = this.#texts[number];
    if (known !== undefined) return known;
    const [from, to] = [this.#offsets[number] as number, this.#offsets[number + 1] as number];
    // Copied: Buffer cannot decode from shared memory in every release of Node.
    const text = Buffer.from(this.#bytes.slice(from, to)).toString('utf8');
    this.#texts[number] = text;
    return text;
  }

  /** What it is made of, for a copy in shared memory. */
  get parts(): CodeTableParts {
    return {
      count: this.#count,
      bytes: this.#bytes.subarray(0, this.byteLength),
      offsets: this.#offsets.subarray(0, this.#count + 1),
      slots: this.#slots,
      seed: this.#seed,
    };
  }

  /** From the end, where the codes of one catalogue differ. */
  #isAt(number: number, other: DataView, start: number, end: number): boolean {
    const from = this.#offsets[number] as number;
    const own = this.#view;
    let left = end - start;
    if ((this.#offsets[number + 1] as number) - from !== left) return false;
    for (; left >= 4; left -= 4)
      if (own.getInt32(from + left - 4, true) !== other.getInt32(start + left - 4, true)) return false;
    while (left-- > 0) if (own.getUint8(from + left) !== other.getUint8(start + left)) return false;
    return true;
  }

  #place(number: number, hash: number): void {
    const mask = this.#slots.length - 1;
    let slot = hash & mask;
    while (this.#slots[slot] !== 0) slot = (slot + 1) & mask;
    this.#slots[slot] = number + 1;
  }

  #makeRoom(length: number): void {
    const used = this.byteLength;
    if (used + length > this.#bytes.length) {
      const bytes = new Uint8Array(Math.max(used + length, this.#bytes.length * 2));
      bytes.set(this.#bytes);
      this.#bytes = bytes;
      this.#view = viewOf(bytes);
    }
    if (this.#count + 2 > this.#offsets.length) {
      const offsets = new Int32Array(this.#offsets.length * 2);
      offsets.set(this.#offsets);
      this.#offsets = offsets;
    }
    // At most half full: a miss ends after a probe or two.
    if ((this.#count + 1) * 2 > this.#slots.length) this.#rehash(this.#slots.length * 2);
  }

  #rehash(size: number): void {
    this.#slots = new Int32Array(size);
    for (let number = 0; number < this.#count; number++) {
      const [from, to] = [this.#offsets[number] as number, this.#offsets[number + 1] as number];
      this.#place(number, hashOf(this.#view, from, to, this.#seed));
    }
  }
}

/** Puts a text into `scratch` and answers how many bytes it has. */
function writeText(text: string): number {
  if (text.length * 3 > scratch.length) scratch = Buffer.alloc(text.length * 6);
  return scratch.write(text, 'utf8');
}

function viewOf({ buffer, byteOffset, byteLength }: Uint8Array): DataView {
  return new DataView(buffer, byteOffset, byteLength);
}

function lookInto(bytes: Uint8Array): void {
  viewed = bytes;
  view = viewOf(bytes);
}

/** Four bytes a step, and every bit of the sum reaches the low ones, which choose the slot. */
function hashOf(bytes: DataView, start: number, end: number, seed: number): number {
  let hash = seed ^ (end - start);
  let at = start;
  for (; at + 4 <= end; at += 4) {
    hash = Math.imul(hash ^ bytes.getInt32(at, true), 0x9e3779b1);
    hash ^= hash >>> 15;
  }
  for (; at < end; at++) hash = Math.imul(hash ^ bytes.getUint8(at), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  return hash ^ (hash >>> 13);
}
