/**
 * Numbers for item codes, so that a reader resolves a code once and everything after it compares integers. One
 * numbering for all that a thread compares: the texts of the rule set's tables come first, numbered as its image
 * has them (its national item codes before the others), then codes that only claims have, as they are seen.
 * Equal numbers are equal texts.
 */
import { randomInt } from 'node:crypto';
import { kindOfItemCode } from '../codes.js';
import { CodeTable } from './code-table.js';
import { type LineKindNumber, lineKindNumber } from './line-kind.js';
import { RecentCodes } from './recent-codes.js';

/** Codes seen in claims that are remembered; beyond it all of them are forgotten between two claims. */
const mostSeen = { codes: 65_536, bytes: 4 * 1024 * 1024 } as const;
/** No national code is longer; a longer one is not worth remembering. */
const longestCode = 64;
const notJudged = -2;

export class ItemCodes {
  /** The rule set's texts, in shared memory; their numbers are 0 … known.size - 1. */
  readonly known: CodeTable;
  /** How many of them are item codes of a national shape: the first ones. */
  readonly nationalCount: number;
  #seen = seenCodes();
  /** National codes and their numbers. */
  readonly #recent = new RecentCodes();
  /** By number: position in `lineKinds`, -1 for no national code, `notJudged`. */
  #kinds: Int8Array;

  constructor(known: CodeTable, nationalCount = known.size) {
    this.known = known;
    this.nationalCount = nationalCount;
    this.#kinds = new Int8Array(known.size + 256).fill(notJudged);
  }

  /** One more than the highest number in use. */
  get size(): number {
    return this.known.size + this.#seen.size;
  }

  /** Before a claim is read: numbers of codes that no rule set has may change here, and nowhere else. */
  beginClaim(): void {
    if (this.#seen.size <= mostSeen.codes && this.#seen.byteLength <= mostSeen.bytes) return;
    this.#seen = seenCodes();
    this.#recent.clear();
    this.#kinds = new Int8Array(this.known.size + 256).fill(notJudged);
  }

  /** The number of the code in these bytes as they are; -1 where they have no national shape. */
  numberAt(bytes: Uint8Array, start: number, end: number): number {
    const known = this.known.find(bytes, start, end);
    if (known >= 0) return known < this.nationalCount ? known : -1;
    if (end - start > longestCode) return -1;
    const seen = this.#seen.find(bytes, start, end);
    const number = this.known.size + (seen >= 0 ? seen : this.#seen.add(bytes, start, end));
    return this.kindOf(number) < 0 ? -1 : number;
  }

  /** The number of the national code in these bytes, if it has come lately; else -1. `view`: of the same bytes. */
  recentAt(view: DataView, start: number, end: number): number {
    return this.#recent.numberAt(view, start, end);
  }

  /** A number that is mostly the code's; -1 where there is none. `sure` makes it certain. */
  guess(bytes: Uint8Array, start: number, end: number): number {
    return this.known.guess(bytes, start, end);
  }

  /** What `numberAt` answers, given a guess. Remembered by `recentAt`. */
  sure(guess: number, bytes: Uint8Array, view: DataView, start: number, end: number): number {
    const isRight =
      guess >= 0 && guess < this.nationalCount && this.known.isNumberOf(guess, bytes, start, end);
    const number = isRight ? guess : this.numberAt(bytes, start, end);
    if (number >= 0) this.#recent.learn(view, start, end, number);
    return number;
  }

  /** The number of any text, whatever its shape. */
  numberOf(text: string): number {
    const known = this.known.findText(text);
    return known >= 0 ? known : this.known.size + this.#seen.addText(text);
  }

  textOf(number: number): string {
    const own = number - this.known.size;
    return own < 0 ? this.known.textOf(number) : this.#seen.textOf(own);
  }

  /** Position in `lineKinds` of the kind that the code names; -1 for a code of no national shape. */
  kindOf(number: number): LineKindNumber {
    if (number >= this.#kinds.length) this.#growKinds(number);
    const judged = this.#kinds[number] as number;
    if (judged !== notJudged) return judged;
    const kind = lineKindNumber(kindOfItemCode(this.textOf(number)));
    this.#kinds[number] = kind;
    return kind;
  }

  #growKinds(number: number): void {
    const kinds = new Int8Array(number * 2).fill(notJudged);
    kinds.set(this.#kinds);
    this.#kinds = kinds;
  }
}

/** Senders choose these codes, so they must not be able to choose where they collide. */
function seenCodes(): CodeTable {
  return CodeTable.growing(randomInt(2 ** 31));
}
