/**
 * Which rules a claim concerns, and for which lines and rows: found by the claim's own item codes, so that rules
 * which no line touches cost nothing, however many there are. What is asked of an item lies together in memory, with
 * all that a first look needs: most rules say no to it, and then nothing of the rule itself has been touched.
 */
import { dayOf } from '../../base/calendar.js';
import type { ClaimView } from './claim-view.js';
import type { Look } from './generated.js';
import { entry, entryHead, groupPart, ItemEntries, noLook, noRow, type RuleEntry } from './item-entries.js';
import type { Meter } from './screened.js';

/** First looks between two looks at the clock. */
const looksPerGlance = 64;

export class AskedRules {
  /** Positions of the rules that are asked of every claim, ascending. */
  readonly #always: readonly number[];
  /** Positions of the rules that are found by item code, ascending. */
  readonly #indexed: readonly number[];
  readonly #scenes: Int32Array;
  readonly #index: ItemEntries;
  readonly #look: Look;
  /** By rule: its first and last question in the claim at hand; -1: none. */
  readonly #first: Int32Array;
  readonly #last: Int32Array;
  /** Three numbers a question: line, row, and the next question of the same rule. */
  #questions = new Int32Array(3 * 256);
  #asked = 0;
  /** Where the entries of the claim's items begin and end, in the order of the items' first lines. */
  #spans = new Int32Array(2 * 64);
  /** Looks until the clock is looked at; below 0 once the budget is over. */
  #left = 0;
  /** A rule that has said no at first sight; -1: none. */
  #refused = -1;
  readonly #touched: number[] = [];
  readonly #found: number[] = [];
  readonly #applying: number[] = [];
  /** Lines and rows of the rule that was last looked at. */
  readonly #lines: number[] = [];
  readonly #rows: number[] = [];
  readonly #answer = { lines: this.#lines as readonly number[], rows: this.#rows as readonly number[] };

  constructor(rules: readonly RuleEntry[], items: number, look: Look) {
    const positions = [...rules.keys()];
    this.#always = positions.filter((position) => rules[position]?.codes === null);
    this.#indexed = positions.filter((position) => rules[position]?.codes !== null);
    this.#scenes = Int32Array.from(rules, ({ scenes }) => scenes);
    this.#first = new Int32Array(positions.length).fill(-1);
    this.#last = new Int32Array(positions.length).fill(-1);
    this.#index = new ItemEntries(rules, items);
    this.#look = look;
  }

  /**
   * Positions of the rules to ask about a claim, ascending; `scene`: its bit, `known`: facts that it knows. Rules
   * that say no at first sight are left out, as long as the budget lasts. Valid until the next call.
   */
  find(view: ClaimView, scene: number, known: number, meter: Meter): readonly number[] {
    for (const position of this.#touched) this.#first[position] = -1;
    if (this.#touched.length > 0) this.#touched.length = 0;
    this.#asked = 0;
    this.#gather(view, scene, known, meter);
    const { uncoded } = view;
    if (uncoded.length === 0 && this.#always.length === 0) return ascending(this.#touched);
    // A line without a code could have any.
    const indexed = uncoded.length > 0 ? this.#indexed : ascending(this.#touched);
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
    cutTo(lines, n);
    cutTo(rows, n);
    return this.#answer;
  }

  #inScene(positions: readonly number[], scene: number): readonly number[] {
    const applying = this.#applying;
    let n = 0;
    for (const position of positions) if ((this.#scenes[position]! & scene) !== 0) applying[n++] = position;
    cutTo(applying, n);
    return applying;
  }

  #gather(view: ClaimView, scene: number, known: number, meter: Meter): void {
    this.#findSpans(view);
    const { firstLines, next, count } = view.itemLines;
    const { at: times } = view.lines;
    const spans = this.#spans;
    this.#refused = -1;
    this.#left = meter.mayGoOn() ? looksPerGlance : -1;
    for (let i = 0; i < count; i++) {
      const from = spans[2 * i]!;
      const to = spans[2 * i + 1]!;
      if (from === to) continue;
      for (let line = firstLines[i]!; line >= 0; line = next[line]!) {
        this.#askAll(view, line, dayOf(times[line]!), from, to, scene, known);
        if (this.#left === 0) this.#left = meter.mayGoOn() ? looksPerGlance : -1;
      }
    }
    if (this.#refused >= 0) meter.enter(this.#refused);
  }

  /**
   * Where the entries of each item begin and end. Loops of their own, so that the processor waits for the memory of
   * all items together: first for these numbers, then for the entries.
   */
  #findSpans(view: ClaimView): void {
    const { firstLines, count } = view.itemLines;
    const { itemCode } = view.lines;
    const { starts, integers } = this.#index;
    if (this.#spans.length < 2 * count) this.#spans = new Int32Array(4 * count);
    const spans = this.#spans;
    const known = starts.length - 1;
    for (let i = 0; i < count; i++) {
      const item = itemCode[firstLines[i]!]!;
      spans[2 * i] = item < known ? starts[item]! : 0;
      spans[2 * i + 1] = item < known ? starts[item + 1]! : 0;
    }
    let seen = 0;
    for (let i = 0; i < count; i++) seen ^= integers[2 * spans[2 * i]!]!;
    this.seen = seen;
  }

  /** What was read ahead; kept, so that reading it cannot be left out. */
  seen = 0;

  /** Everything that is asked of a line, but what it answers at first sight. */
  #askAll(
    view: ClaimView,
    line: number,
    day: number,
    from: number,
    to: number,
    scene: number,
    known: number,
  ): void {
    const { integers, numbers, groups } = this.#index;
    const ask = this.#look;
    let left = this.#left;
    for (let at = from; at < to; ) {
      const i = 2 * at;
      const group = integers[i + entry.group]!;
      const values = at + entryHead;
      at = values + groups[group + groupPart.values]!;
      // A row that is not in force on the line's day is no question. An unknown day is NaN, neither early nor late.
      if (day < integers[i + entry.from]! || day >= integers[i + entry.to]!) continue;
      if ((groups[group + groupPart.scenes]! & scene) === 0) continue;
      const look = groups[group + groupPart.look]!;
      const needs = groups[group + groupPart.needs]!;
      if (look !== noLook && (known & needs) === needs && left >= 0) {
        if (left > 0) left--;
        if (!ask(look, view, line, integers[i + entry.row]!, numbers, values)) {
          this.#refused = integers[i + entry.rule]!;
          continue;
        }
      }
      this.#ask(integers[i + entry.rule]!, line, integers[i + entry.row]!);
    }
    this.#left = left;
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
  cutTo(into, n);
}

/** Setting a length is slow, even where it is the same. */
function cutTo(list: number[], length: number): void {
  if (list.length !== length) list.length = length;
}
