/**
 * Which rules a claim concerns, and for which lines: found by the claim's own item codes, so that rules which no
 * line touches cost nothing, however many there are.
 */
import type { ClaimView } from './claim-view.js';

export class AskedRules {
  /** Positions of the rules that are asked of every claim, ascending. */
  readonly #always: readonly number[];
  /** Positions of the rules that are found by item code, ascending. */
  readonly #indexed: readonly number[];
  /** Rules of item n: `#rules[#starts[n]]` … `#rules[#starts[n + 1]]`. */
  readonly #starts: Int32Array;
  readonly #rules: Int32Array;
  /** By rule: first and last entry of its lines in the claim at hand; -1: none. */
  readonly #firstEntry: Int32Array;
  readonly #lastEntry: Int32Array;
  #lineOf = new Int32Array(256);
  #nextEntry = new Int32Array(256);
  #entries = 0;
  readonly #touched: number[] = [];
  readonly #asked: number[] = [];
  readonly #lines: number[] = [];

  /** `codesOf[position]`: items that lead to the rule; null: it is asked of every claim. */
  constructor(codesOf: readonly (readonly number[] | null)[], items: number) {
    const positions = [...codesOf.keys()];
    this.#always = positions.filter((position) => codesOf[position] === null);
    this.#indexed = positions.filter((position) => codesOf[position] !== null);
    this.#starts = new Int32Array(items + 1);
    this.#firstEntry = new Int32Array(positions.length).fill(-1);
    this.#lastEntry = new Int32Array(positions.length).fill(-1);
    for (const codes of codesOf) for (const code of codes ?? []) this.#starts[code + 1]!++;
    for (let i = 0; i < items; i++) this.#starts[i + 1]! += this.#starts[i]!;
    this.#rules = new Int32Array(this.#starts[items]!);
    const filled = this.#starts.slice();
    for (const position of positions) {
      for (const code of codesOf[position] ?? []) this.#rules[filled[code]!++] = position;
    }
  }

  /** Positions of the rules to ask about a claim, ascending. Valid until the next call. */
  find(view: ClaimView): readonly number[] {
    this.#forget();
    this.#gather(view);
    // A line without a code could have any.
    const indexed = view.uncoded.length > 0 ? this.#indexed : ascending(this.#touched);
    merge(this.#always, indexed, this.#asked);
    return this.#asked;
  }

  /**
   * The lines of an indexed rule in the claim at hand: by item in the order of the items' first lines. Valid until
   * the next call.
   */
  linesOf(position: number, view: ClaimView): readonly number[] {
    const lines = this.#lines;
    lines.length = 0;
    for (let entry = this.#firstEntry[position]!; entry >= 0; entry = this.#nextEntry[entry]!) {
      lines.push(this.#lineOf[entry]!);
    }
    for (const line of view.uncoded) lines.push(line);
    return lines;
  }

  #forget(): void {
    for (const position of this.#touched) this.#firstEntry[position] = -1;
    this.#touched.length = 0;
    this.#entries = 0;
  }

  #gather(view: ClaimView): void {
    const { itemCode } = view.lines;
    const items = this.#starts.length - 1;
    for (const line of view.allLines) {
      const item = itemCode[line]!;
      if (item < 0 || item >= items || view.firstOf(item) !== line) continue;
      const end = this.#starts[item + 1]!;
      for (let i = this.#starts[item]!; i < end; i++) this.#add(this.#rules[i]!, line, view);
    }
  }

  /** All lines of the item whose first line this is. */
  #add(position: number, first: number, view: ClaimView): void {
    for (let line = first; line >= 0; line = view.nextOf(line)) {
      const entry = this.#entries++;
      if (entry === this.#lineOf.length) this.#grow();
      this.#lineOf[entry] = line;
      this.#nextEntry[entry] = -1;
      if (this.#firstEntry[position] === -1) {
        this.#firstEntry[position] = entry;
        this.#touched.push(position);
      } else this.#nextEntry[this.#lastEntry[position]!] = entry;
      this.#lastEntry[position] = entry;
    }
  }

  #grow(): void {
    const [lineOf, nextEntry] = [new Int32Array(this.#entries * 2), new Int32Array(this.#entries * 2)];
    lineOf.set(this.#lineOf);
    nextEntry.set(this.#nextEntry);
    this.#lineOf = lineOf;
    this.#nextEntry = nextEntry;
  }
}

const byNumber = (a: number, b: number) => a - b;
/** Shorter lists are sorted in place, without the memory that sort() takes. */
const shortList = 48;

function ascending(numbers: number[]): readonly number[] {
  if (numbers.length > shortList) return numbers.sort(byNumber);
  for (let i = 1; i < numbers.length; i++) {
    const number = numbers[i]!;
    let at = i;
    for (; at > 0 && numbers[at - 1]! > number; at--) numbers[at] = numbers[at - 1]!;
    numbers[at] = number;
  }
  return numbers;
}

/** Two ascending lists into one. */
function merge(a: readonly number[], b: readonly number[], into: number[]): void {
  let [i, j, n] = [0, 0, 0];
  while (i < a.length || j < b.length) {
    const takeA = j >= b.length || (i < a.length && a[i]! < b[j]!);
    into[n++] = takeA ? a[i++]! : b[j++]!;
  }
  into.length = n;
}
