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
  /** Power of two long; number + 1, 0 where free. */
  readonly slots: Int32Array;
}

export class CodeTable {
  #count: number;
  #bytes: Uint8Array;
  #offsets: Int32Array;
  #slots: Int32Array;

  constructor({ count, bytes, offsets, slots }: CodeTableParts) {
    this.#count = count;
    this.#bytes = bytes;
    this.#offsets = offsets;
    this.#slots = slots;
  }

  /** An empty one to add to. */
  static growing(): CodeTable {
    return new CodeTable({
      count: 0,
      bytes: new Uint8Array(1024),
      offsets: new Int32Array(64),
      slots: new Int32Array(128),
    });
  }

  get size(): number {
    return this.#count;
  }

  /** The number of a code; -1 where it is not in the table. */
  find(bytes: Uint8Array, start: number, end: number): number {
    const mask = this.#slots.length - 1;
    for (let slot = hashOf(bytes, start, end) & mask; ; slot = (slot + 1) & mask) {
      const number = (this.#slots[slot] as number) - 1;
      if (number < 0 || this.#isAt(number, bytes, start, end)) return number;
    }
  }

  /** Adds a code that is not in the table yet, and answers its number. */
  add(bytes: Uint8Array, start: number, end: number): number {
    this.#makeRoom(end - start);
    const number = this.#count++;
    const at = this.#offsets[number] as number;
    this.#bytes.set(bytes.subarray(start, end), at);
    this.#offsets[number + 1] = at + end - start;
    this.#place(number, hashOf(bytes, start, end));
    return number;
  }

  textOf(number: number): string {
    const [from, to] = [this.#offsets[number] as number, this.#offsets[number + 1] as number];
    // Copied: Buffer cannot decode from shared memory in every release of Node.
    return Buffer.from(this.#bytes.slice(from, to)).toString('utf8');
  }

  /** What it is made of, for a copy in shared memory. */
  get parts(): CodeTableParts {
    const used = this.#offsets[this.#count] as number;
    return {
      count: this.#count,
      bytes: this.#bytes.subarray(0, used),
      offsets: this.#offsets.subarray(0, this.#count + 1),
      slots: this.#slots,
    };
  }

  #isAt(number: number, bytes: Uint8Array, start: number, end: number): boolean {
    const from = this.#offsets[number] as number;
    const length = end - start;
    if ((this.#offsets[number + 1] as number) - from !== length) return false;
    for (let i = 0; i < length; i++) if (this.#bytes[from + i] !== bytes[start + i]) return false;
    return true;
  }

  #place(number: number, hash: number): void {
    const mask = this.#slots.length - 1;
    let slot = hash & mask;
    while (this.#slots[slot] !== 0) slot = (slot + 1) & mask;
    this.#slots[slot] = number + 1;
  }

  #makeRoom(length: number): void {
    const used = this.#offsets[this.#count] as number;
    if (used + length > this.#bytes.length) {
      const bytes = new Uint8Array(Math.max(used + length, this.#bytes.length * 2));
      bytes.set(this.#bytes);
      this.#bytes = bytes;
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
      this.#place(number, hashOf(this.#bytes, from, to));
    }
  }
}

/** Codes differ mostly at their ends, so every byte counts. */
function hashOf(bytes: Uint8Array, start: number, end: number): number {
  let hash = end - start;
  for (let i = start; i < end; i++) hash = Math.imul(hash ^ (bytes[i] as number), 0x01000193);
  return hash ^ (hash >>> 15);
}
