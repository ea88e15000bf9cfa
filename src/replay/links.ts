/**
 * Which messages touch the same records, and so have to be worked off by one thread in their order: those of a
 * patient, and of patients who share a visit, a claim, an event id or a trace code. Found in a first reading by names
 * alone; about 28 bytes for each name and 5 for each message are all that is kept.
 */
import { grown } from './grown.js';
import { NameTable } from './name-table.js';
import { isPatientName } from './record-names.js';
import { Ties, tie } from './ties.js';

/** Nothing that a message does is seen by any other. */
const alone = -1;

export class Links {
  /** What each message has in common with which others, by its number. */
  readonly ties = new Ties();
  readonly #names = new NameTable();
  #parents = new Int32Array(1_024);
  #messages = new Int32Array(1_024);
  #count = 0;

  /** Messages so far. */
  get count(): number {
    return this.#count;
  }

  /** The next message, by the names of all records that it may touch. `isPlain`: see `NamesReply`. */
  add(names: ArrayLike<number>, isPlain: boolean, from = 0, to = names.length): void {
    let first = alone;
    this.ties.begin(this.#count);
    if (!isPlain) this.ties.share(this.#count);
    for (let i = from; i < to; i++) {
      const name = names[i] as number;
      const node = this.#names.numberOf(name);
      if (node >= this.#parents.length) this.#parents = grown(this.#parents);
      if (node === this.#names.count - 1 && !this.#names.wasKnown) this.#parents[node] = node;
      this.ties.add(this.#count, node, isPatientName(name));
      if (first === alone) first = node;
      else this.#join(first, node);
    }
    if (this.#count >= this.#messages.length) this.#messages = grown(this.#messages);
    this.#messages[this.#count] = first;
    this.#count += 1;
  }

  /**
   * The part of each message, 0 to `parts` − 1: groups go, in the order of their first message, where there is least
   * so far. The same messages give the same parts. From then on ties tell which groups are mixed.
   */
  deal(parts: number): (message: number) => number {
    const sizes = new Int32Array(this.#names.count);
    for (let i = 0; i < this.#count; i++) {
      const node = this.#messages[i] as number;
      if (node !== alone) sizes[this.#root(node)]! += 1;
    }
    this.#markMixed();
    const loads = new Float64Array(parts);
    const partOf = new Int16Array(this.#names.count).fill(-1);
    const lightest = () => loads.indexOf(Math.min(...loads));
    const dealt = new Int16Array(this.#count);
    for (let i = 0; i < this.#count; i++) {
      const node = this.#messages[i] as number;
      const root = node === alone ? alone : this.#root(node);
      const known = root === alone ? -1 : (partOf[root] as number);
      const part = known >= 0 ? known : lightest();
      if (known < 0) loads[part]! += root === alone ? 1 : (sizes[root] as number);
      if (root !== alone) partOf[root] = part;
      dealt[i] = part;
    }
    // What came only with the second reading has no part; whoever counts notices it.
    return (message) => dealt[message] ?? 0;
  }

  #markMixed(): void {
    const mixed = new Uint8Array(this.#names.count);
    for (const isMarking of [false, true]) {
      for (let i = 0; i < this.#count; i++) {
        const node = this.#messages[i] as number;
        if (node === alone) continue;
        const root = this.#root(node);
        if (isMarking && mixed[root] === 1) this.ties.mark(i, tie.mixed);
        else if ((this.ties.of(i) & tie.shared) !== 0) mixed[root] = 1;
      }
    }
  }

  #join(a: number, b: number): void {
    const [left, right] = [this.#root(a), this.#root(b)];
    // The older one stays, so that chains stay short: most names come once.
    if (left !== right) this.#parents[Math.max(left, right)] = Math.min(left, right);
  }

  #root(node: number): number {
    const parents = this.#parents;
    let at = node;
    while (parents[at] !== at) {
      parents[at] = parents[parents[at] as number] as number;
      at = parents[at] as number;
    }
    return at;
  }
}
