/**
 * Lines of a claim by item: a small hash table, so that asking for an item looks into memory that the claim at hand
 * has just used, however many items there are. Filled anew for each claim.
 */

const firstCapacity = 64;
/** Numbers a slot: item (-1 where free), its first line, its last line, and one to make it a power of two. */
const width = 4;

export class ItemLines {
  /** Twice as many slots as lines at the least, so that a miss ends soon. */
  #slots = new Int32Array(2 * firstCapacity * width).fill(-1);
  #mask = 2 * firstCapacity - 1;
  /** By line: the next line of the same item; -1: none. */
  next = new Int32Array(firstCapacity);
  /** The first line of each item, in the order of the lines: the first `count` of them. */
  firstLines = new Int32Array(firstCapacity);
  count = 0;
  /** Where the item of each stands in `#slots`. */
  #places = new Int32Array(firstCapacity);

  /** Forgets what was there, and takes these lines: ascending, all below `end`. Those without an item are left out. */
  fill(lines: readonly number[], end: number, itemCode: Int32Array): void {
    this.#forget();
    if (end > this.next.length) this.#grow(end);
    const { next, firstLines } = this;
    const [slots, places] = [this.#slots, this.#places];
    let count = 0;
    for (let i = 0; i < lines.length; i++) {
      const line = lines[i]!;
      const item = itemCode[line]!;
      if (item < 0) continue;
      const at = this.#find(item);
      next[line] = -1;
      if (slots[at] === -1) {
        slots[at] = item;
        slots[at + 1] = line;
        places[count] = at;
        firstLines[count++] = line;
      } else next[slots[at + 2]!] = line;
      slots[at + 2] = line;
    }
    this.count = count;
  }

  #forget(): void {
    const [slots, places] = [this.#slots, this.#places];
    for (let i = 0; i < this.count; i++) {
      const at = places[i]!;
      slots[at] = -1;
      slots[at + 1] = -1;
    }
  }

  /** The first line with an item; -1 where there is none. */
  firstOf(item: number): number {
    return this.#slots[this.#find(item) + 1]!;
  }

  /** The line after this one that has the same item; -1 where there is none. */
  nextOf(line: number): number {
    return this.next[line]!;
  }

  /** Where in `#slots` an item stands, or could. */
  #find(item: number): number {
    const slots = this.#slots;
    let slot = (item ^ (item >>> 7)) & this.#mask;
    for (;;) {
      const at = slot * width;
      const own = slots[at]!;
      if (own === item || own === -1) return at;
      slot = (slot + 1) & this.#mask;
    }
  }

  #grow(lines: number): void {
    const capacity = 2 ** Math.ceil(Math.log2(lines));
    this.#slots = new Int32Array(2 * capacity * width).fill(-1);
    this.#mask = 2 * capacity - 1;
    this.next = new Int32Array(capacity);
    this.#places = new Int32Array(capacity);
    this.firstLines = new Int32Array(capacity);
  }
}
