/**
 * Which rules a claim concerns, and for which lines and rows: found by the claim's own item codes, so that rules
 * which no line touches cost nothing, however many there are. What is asked of an item lies together in memory:
 * with many rules, each in a table of its own, looking them up one by one would wait for memory each time.
 */
import { dayOf } from '../../base/calendar.js';
import type { ClaimView } from './claim-view.js';
import type { Evaluate } from './generated.js';
import { noBeginning, noEnd, type Table } from './tables/table.js';
import type { Truth } from './unknown.js';

/** How a rule is found. */
export interface RuleEntry {
  /** Items that lead to it; null: it is asked of every claim. */
  readonly codes: readonly number[] | null;
  /** The table of whose rows each line is asked by its item code; null: the rule finds rows itself, or has none. */
  readonly table: Table | null;
  /** Bits of the scenes and kinds that it is for. */
  readonly scenes: number;
}

/** The budget is not looked at in between, so a quick look at a rule ends after so many. */
const quickQuestions = 32;

/** The row of an entry that has none. */
export const noRow = -1;

export class AskedRules {
  /** Positions of the rules that are asked of every claim, ascending. */
  readonly #always: readonly number[];
  /** Positions of the rules that are found by item code, ascending. */
  readonly #indexed: readonly number[];
  readonly #scenes: Int32Array;
  /** What is asked of item n: entries `#starts[n]` … `#starts[n + 1]`, rule by rule. */
  readonly #starts: Int32Array;
  /** Four numbers an entry: rule, row, and the days from which and before which the row is in force. */
  readonly #entries: Int32Array;
  /** By rule: its first and last question in the claim at hand; -1: none. */
  readonly #first: Int32Array;
  readonly #last: Int32Array;
  /** Three numbers a question: line, row, and the next question of the same rule. */
  #questions = new Int32Array(3 * 256);
  #asked = 0;
  readonly #itemLines: number[] = [];
  readonly #touched: number[] = [];
  readonly #found: number[] = [];
  readonly #applying: number[] = [];
  /** Lines and rows of the rule that was last looked at. */
  readonly #lines: number[] = [];
  readonly #rows: number[] = [];

  constructor(rules: readonly RuleEntry[], items: number) {
    const positions = [...rules.keys()];
    this.#always = positions.filter((position) => rules[position]?.codes === null);
    this.#indexed = positions.filter((position) => rules[position]?.codes !== null);
    this.#scenes = Int32Array.from(rules, ({ scenes }) => scenes);
    this.#first = new Int32Array(positions.length).fill(-1);
    this.#last = new Int32Array(positions.length).fill(-1);
    this.#starts = countEntries(rules, items);
    this.#entries = layEntries(rules, this.#starts);
  }

  /** Positions of the rules to ask about a claim, ascending. `scene`: its bit. Valid until the next call. */
  find(view: ClaimView, scene: number): readonly number[] {
    for (const position of this.#touched) this.#first[position] = -1;
    this.#touched.length = 0;
    this.#asked = 0;
    this.#gather(view, scene);
    // A line without a code could have any.
    const indexed = view.uncoded.length > 0 ? this.#indexed : ascending(this.#touched);
    merge(this.#always, indexed, this.#found);
    return this.#inScene(this.#found, scene);
  }

  /**
   * The lines of an indexed rule in the claim at hand: by item in the order of the items' first lines, those
   * without a code last. `rows`: with each the row to ask it with, or `noRow`. Valid until the next call.
   */
  questionsOf(
    position: number,
    view: ClaimView,
  ): { readonly lines: readonly number[]; readonly rows: readonly number[] } {
    const [lines, rows] = [this.#lines, this.#rows];
    let n = 0;
    for (let at = this.#first[position]!; at >= 0; at = this.#questions[at + 2]!) {
      lines[n] = this.#questions[at]!;
      rows[n++] = this.#questions[at + 1]!;
    }
    for (const line of view.uncoded) {
      lines[n] = line;
      rows[n++] = noRow;
    }
    lines.length = n;
    rows.length = n;
    return this.#answer;
  }

  /** Whether a condition is false for all questions of a rule; false as well where there are too many to look at. */
  noneHolds(position: number, view: ClaimView, condition: Evaluate<Truth>): boolean {
    if (view.uncoded.length > 0) return false;
    let left = quickQuestions;
    for (let at = this.#first[position]!; at >= 0; at = this.#questions[at + 2]!) {
      if (--left < 0) return false;
      const truth = condition(view, this.#questions[at]!, this.#questions[at + 1]!, -1, -1, -1);
      if (truth !== false) return false;
    }
    return true;
  }

  readonly #answer = { lines: this.#lines as readonly number[], rows: this.#rows as readonly number[] };

  #inScene(positions: readonly number[], scene: number): readonly number[] {
    const applying = this.#applying;
    let n = 0;
    for (const position of positions) if ((this.#scenes[position]! & scene) !== 0) applying[n++] = position;
    applying.length = n;
    return applying;
  }

  #gather(view: ClaimView, scene: number): void {
    const items = this.#findStarts(view);
    for (let i = 0; i < items; i++) {
      const line = this.#itemLines[i]!;
      const item = view.lines.itemCode[line]!;
      const [from, to] = [this.#starts[item]!, this.#starts[item + 1]!];
      for (let same = line; same >= 0; same = view.nextOf(same)) this.#askAll(view, same, from, to, scene);
    }
  }

  /**
   * First lines of the items that are asked about; answers how many. A loop of its own, so that the processor
   * waits for the memory of all items together.
   */
  #findStarts(view: ClaimView): number {
    const { itemCode } = view.lines;
    const known = this.#starts.length - 1;
    let items = 0;
    for (const line of view.allLines) {
      const item = itemCode[line]!;
      if (item < 0 || item >= known || this.#starts[item] === this.#starts[item + 1]) continue;
      if (view.firstOf(item) === line) this.#itemLines[items++] = line;
    }
    return items;
  }

  /** Everything that is asked of a line. A row that is not in force on the line's day is no question. */
  #askAll(view: ClaimView, line: number, from: number, to: number, scene: number): void {
    const at = view.lines.at[line]!;
    const day = dayOf(at);
    for (let entry = from; entry < to; entry++) {
      const i = entry * 4;
      const rule = this.#entries[i]!;
      // An unknown time is NaN, which is neither too early nor too late.
      const isOut = day < this.#entries[i + 2]! || day >= this.#entries[i + 3]!;
      if (!isOut && (this.#scenes[rule]! & scene) !== 0) this.#ask(rule, line, this.#entries[i + 1]!);
    }
  }

  #ask(rule: number, line: number, row: number): void {
    const at = this.#asked * 3;
    if (at === this.#questions.length) this.#grow();
    this.#asked++;
    this.#questions[at] = line;
    this.#questions[at + 1] = row;
    this.#questions[at + 2] = -1;
    if (this.#first[rule] === -1) {
      this.#first[rule] = at;
      this.#touched.push(rule);
    } else this.#questions[this.#last[rule]! + 2] = at;
    this.#last[rule] = at;
  }

  #grow(): void {
    const questions = new Int32Array(this.#questions.length * 2);
    questions.set(this.#questions);
    this.#questions = questions;
  }
}

/** Where each item's entries begin. */
function countEntries(rules: readonly RuleEntry[], items: number): Int32Array {
  const starts = new Int32Array(items + 1);
  for (const { codes, table } of rules) {
    for (const code of codes ?? []) starts[code + 1]! += table === null ? 1 : table.rowsOf(code).length;
  }
  for (let item = 0; item < items; item++) starts[item + 1]! += starts[item]!;
  return starts;
}

function layEntries(rules: readonly RuleEntry[], starts: Int32Array): Int32Array {
  const entries = new Int32Array(4 * starts[starts.length - 1]!);
  const filled = starts.slice();
  const lay = (code: number, numbers: readonly number[]) => entries.set(numbers, 4 * filled[code]!++);
  for (const [rule, { codes, table }] of rules.entries()) {
    for (const code of codes ?? []) {
      if (table === null) lay(code, [rule, noRow, noBeginning, noEnd]);
      else {
        for (const row of table.rowsOf(code)) {
          lay(code, [rule, row, table.validFrom[row]!, table.validTo[row]!]);
        }
      }
    }
  }
  return entries;
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
