/**
 * Numbers for item codes, so that a reader resolves a code once and everything after it compares integers. The
 * codes of a rule set come first, numbered as its tables are; codes that only claims have follow as they are
 * seen. Only codes of a national shape have a number.
 */
import { kindOfItemCode } from '../codes.js';
import { CodeTable } from './code-table.js';
import { type LineKindNumber, lineKindNumber } from './line-kind.js';

/** Codes seen in claims that are remembered; beyond it all of them are forgotten between two claims. */
const mostSeen = 65_536;

export class ItemCodes {
  /** The rule set's own codes, in shared memory; their numbers are 0 … known.size - 1. */
  readonly known: CodeTable;
  #seen = CodeTable.growing();
  readonly #texts: string[] = [];
  readonly #kinds: LineKindNumber[] = [];

  constructor(known: CodeTable) {
    this.known = known;
  }

  /** One more than the highest number in use. */
  get size(): number {
    return this.known.size + this.#seen.size;
  }

  /** Before a claim is read: numbers of codes that no rule set has may change here, and nowhere else. */
  beginClaim(): void {
    if (this.#seen.size <= mostSeen) return;
    this.#seen = CodeTable.growing();
    this.#texts.length = Math.min(this.#texts.length, this.known.size);
    this.#kinds.length = Math.min(this.#kinds.length, this.known.size);
  }

  /** The number of the code in these bytes, which are ASCII; -1 where they have no national shape. */
  numberAt(bytes: Uint8Array, start: number, end: number): number {
    const known = this.known.find(bytes, start, end);
    if (known >= 0) return known;
    const seen = this.#seen.find(bytes, start, end);
    if (seen >= 0) return this.known.size + seen;
    const text = Buffer.from(bytes.subarray(start, end)).toString('latin1');
    if (kindOfItemCode(text) === null) return -1;
    return this.known.size + this.#seen.add(bytes, start, end);
  }

  /** The same for a text. */
  numberOf(code: string): number {
    const bytes = Buffer.from(code);
    return this.numberAt(bytes, 0, bytes.length);
  }

  textOf(number: number): string {
    const known = this.#texts[number];
    if (known !== undefined) return known;
    const own = number - this.known.size;
    const text = own < 0 ? this.known.textOf(number) : this.#seen.textOf(own);
    this.#texts[number] = text;
    return text;
  }

  /** Position in `lineKinds` of the kind that the code names. */
  kindOf(number: number): LineKindNumber {
    const known = this.#kinds[number];
    if (known !== undefined) return known;
    const kind = lineKindNumber(kindOfItemCode(this.textOf(number)));
    this.#kinds[number] = kind;
    return kind;
  }
}
