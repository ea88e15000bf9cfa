/**
 * What questions need of the texts of recorded codes, kept from claim to claim: patients have had the same few
 * thousand, and making a text of each code's generic for every claim took longer than most questions.
 */
import type { ItemCodes } from '../../../claim/columns/item-codes.js';

/** ATC code and generic of a western drug; strengths, makers and packs follow. */
export const genericLength = 10;

export interface CodeFact {
  /** Number of the first characters, as `findGeneric` finds it. */
  readonly generic: number;
  /** The code's number among the rule set's own, which stays; -1: the rule set does not name it. */
  readonly item: number;
}

/** Texts that are remembered; beyond it all are forgotten between two claims. */
const mostTexts = 32_768;

export class CodeFacts {
  readonly #most: number;
  readonly #facts = new Map<string, CodeFact>();
  readonly #generics = new Map<string, number>();

  constructor(most = mostTexts) {
    this.#most = most;
  }

  /** So many numbers of generics are in use. */
  get generics(): number {
    return this.#generics.size;
  }

  /** Before a claim: numbers of generics may change here, and nowhere else. */
  beginClaim(): void {
    if (this.#facts.size <= this.#most) return;
    this.#facts.clear();
    this.#generics.clear();
  }

  /** `items`: always the same. */
  of(text: string, items: ItemCodes): CodeFact {
    const known = this.#facts.get(text);
    if (known !== undefined) return known;
    const fact = { generic: this.#genericOf(text), item: items.known.findText(text) };
    this.#facts.set(text, fact);
    return fact;
  }

  /** The number of a generic, which is `genericLength` characters; -1: no code that was asked for has it. */
  findGeneric(generic: string): number {
    return this.#generics.get(generic) ?? -1;
  }

  #genericOf(text: string): number {
    const generic = text.slice(0, genericLength);
    const known = this.#generics.get(generic);
    if (known !== undefined) return known;
    this.#generics.set(generic, this.#generics.size);
    return this.#generics.size - 1;
  }
}
