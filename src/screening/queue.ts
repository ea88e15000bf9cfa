/**
 * Claims that wait for a thread: advisory before durable, each in the order of receipt. Bounded in number and in
 * bytes, since a waiting body holds on to the socket memory that it came in.
 */
export interface QueueLimits {
  readonly claims: number;
  readonly bytes: number;
}

export interface Queued {
  readonly body: Uint8Array;
  readonly envelope: { readonly path: 'advisory' | 'durable' };
}

export class ClaimQueue<Item extends Queued> {
  readonly #limits: QueueLimits;
  readonly #lanes = { advisory: new Fifo<Item>(), durable: new Fifo<Item>() };
  #bytes = 0;

  constructor(limits: QueueLimits) {
    this.#limits = limits;
  }

  get size(): number {
    return this.#lanes.advisory.size + this.#lanes.durable.size;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** How many claims would be served before one that comes now. */
  ahead(path: Item['envelope']['path']): number {
    return path === 'advisory' ? this.#lanes.advisory.size : this.size;
  }

  hasRoomFor(body: Uint8Array): boolean {
    return this.size < this.#limits.claims && this.#bytes + body.byteLength <= this.#limits.bytes;
  }

  push(item: Item): void {
    this.#lanes[item.envelope.path].push(item);
    this.#bytes += item.body.byteLength;
  }

  /**
   * The next claims of one path in order, at least one if any waits: at most `claims` of them, and `bytes` unless
   * the first alone is more.
   */
  takeBatch(claims: number, bytes: number): Item[] {
    const lane = this.#next;
    const batch: Item[] = [];
    let taken = 0;
    for (let next = lane.peek(); next !== undefined && batch.length < claims; next = lane.peek()) {
      if (batch.length > 0 && taken + next.body.byteLength > bytes) break;
      lane.shift();
      batch.push(next);
      taken += next.body.byteLength;
    }
    this.#bytes -= taken;
    return batch;
  }

  /**
   * The same, where claims of different kinds must not travel together: the next claim, and with it those of its kind
   * in their order. The others stay where they are, so that the next batch begins with whoever has waited longest.
   */
  takeAlike(claims: number, bytes: number, kindOf: (item: Item) => string): Item[] {
    const lane = this.#next;
    const first = lane.peek();
    if (first === undefined) return [];
    const kind = kindOf(first);
    let [count, taken, full] = [0, 0, false];
    const batch = lane.remove((item) => {
      if (full || kindOf(item) !== kind) return false;
      full = count === claims || (count > 0 && taken + item.body.byteLength > bytes);
      if (full) return false;
      count += 1;
      taken += item.body.byteLength;
      return true;
    });
    this.#bytes -= taken;
    return batch;
  }

  get #next(): Fifo<Item> {
    return this.#lanes.advisory.size > 0 ? this.#lanes.advisory : this.#lanes.durable;
  }

  /** The earliest deadline among the waiting; Infinity where none waits. */
  earliest(deadline: (item: Item) => number): number {
    let earliest = Number.POSITIVE_INFINITY;
    for (const lane of Object.values(this.#lanes)) {
      lane.forEach((item) => {
        earliest = Math.min(earliest, deadline(item));
      });
    }
    return earliest;
  }

  /** Takes out every claim that `unwanted` names, wherever it waits. */
  remove(unwanted: (item: Item) => boolean): Item[] {
    const removed = [this.#lanes.advisory, this.#lanes.durable].flatMap((lane) => lane.remove(unwanted));
    for (const item of removed) this.#bytes -= item.body.byteLength;
    return removed;
  }
}

/** An array with a moving head: O(1) at both ends without shifting the rest for every claim. */
class Fifo<Item> {
  #items: Item[] = [];
  #head = 0;

  get size(): number {
    return this.#items.length - this.#head;
  }

  push(item: Item): void {
    this.#items.push(item);
  }

  forEach(visit: (item: Item) => void): void {
    for (let i = this.#head; i < this.#items.length; i++) visit(this.#items[i] as Item);
  }

  peek(): Item | undefined {
    return this.#items[this.#head];
  }

  shift(): void {
    this.#head += 1;
    if (this.#head * 2 < this.#items.length) return;
    // Half of the array is past: let go of it, so that answered claims are not kept alive.
    this.#items = this.#items.slice(this.#head);
    this.#head = 0;
  }

  remove(unwanted: (item: Item) => boolean): Item[] {
    const [kept, removed]: [Item[], Item[]] = [[], []];
    for (const item of this.#items.slice(this.#head)) (unwanted(item) ? removed : kept).push(item);
    this.#items = kept;
    this.#head = 0;
    return removed;
  }
}
