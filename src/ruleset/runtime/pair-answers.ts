/** What was answered about lines that are asked as one, for one rule and claim. */
import type { AlikeLines } from './alike-lines.js';
import type { Truth } from './unknown.js';

export interface Partner {
  readonly line: number;
  readonly row: number;
}

/** Of which anchor, by the first line that is like it, with which rows, in which form, and what else must hold. */
export interface PairQuestion {
  readonly first: number;
  readonly row0: number;
  readonly row1: number;
  readonly isCertain: boolean;
  /** Bits that leave open what else must hold; 0: it holds. */
  readonly mask: number;
}

export interface PairAnswer {
  readonly truth: Truth;
  /** Those that hold, then, where wanted, the undecided ones; by line. One list for all that it is right for. */
  partners(own: number, withUndecided: boolean): readonly Partner[];
}

export class PairAnswers {
  /** By the first line. */
  readonly #known = new Map<number, (PairQuestion & { readonly answer: PairAnswer })[]>();

  forget(): void {
    if (this.#known.size > 0) this.#known.clear();
  }

  find({ first, row0, row1, isCertain, mask }: PairQuestion): PairAnswer | null {
    for (const known of this.#known.get(first) ?? []) {
      const isSame = known.row0 === row0 && known.row1 === row1;
      if (isSame && known.isCertain === isCertain && known.mask === mask) return known.answer;
    }
    return null;
  }

  /** `held` and `undecided` name the first of lines that are alike; both are copied. */
  add(
    question: PairQuestion,
    truth: Truth,
    alike: AlikeLines,
    held: readonly Partner[],
    undecided: readonly Partner[],
  ): PairAnswer {
    const answer = new Answer(truth, alike, [...held], [...undecided]);
    const known = this.#known.get(question.first);
    if (known === undefined) this.#known.set(question.first, [{ ...question, answer }]);
    else known.push({ ...question, answer });
    return answer;
  }
}

class Answer implements PairAnswer {
  readonly truth: Truth;
  readonly #alike: AlikeLines;
  readonly #held: readonly Partner[];
  readonly #undecided: readonly Partner[];
  #allHeld: readonly Partner[] | null = null;
  #allNamed: readonly Partner[] | null = null;

  constructor(truth: Truth, alike: AlikeLines, held: readonly Partner[], undecided: readonly Partner[]) {
    this.truth = truth;
    this.#alike = alike;
    this.#held = held;
    this.#undecided = undecided;
  }

  partners(own: number, withUndecided: boolean): readonly Partner[] {
    const all = withUndecided ? this.#named() : this.#holding();
    const first = this.#alike.first[own]!;
    const isOne = ({ line }: Partner) => line === first;
    const named = this.#held.some(isOne) || (withUndecided && this.#undecided.some(isOne));
    return named ? all.filter(({ line }) => line !== own) : all;
  }

  #holding(): readonly Partner[] {
    this.#allHeld ??= this.#all(this.#held);
    return this.#allHeld;
  }

  #named(): readonly Partner[] {
    this.#allNamed ??= [...this.#holding(), ...this.#all(this.#undecided)];
    return this.#allNamed;
  }

  /** All lines that are like these, ascending; the rows of a line stay in their order. */
  #all(firsts: readonly Partner[]): readonly Partner[] {
    const { next } = this.#alike;
    const all: Partner[] = [];
    for (const { line: first, row } of firsts) {
      for (let line = first; line >= 0; line = next[line]!) all.push({ line, row });
    }
    return all.sort((a, b) => a.line - b.line);
  }
}
