/**
 * Numbers of the head's texts, as first looks compare them with texts of tables: found once a claim, and remembered
 * by text, since there are few.
 */

/** The texts of a claim that looks compare, by their position; see compile/emit-quick. */
export type ReadWords = (view: unknown, words: Int32Array, numberOf: (text: string | null) => number) => void;

/** Texts of a claim's head. */
export const mostWords = 64;
/** No table and no rule has the text. */
const noWord = -2;
/** Senders choose some of these texts; beyond so many all are forgotten. */
const mostRemembered = 1_000;

export class Words {
  readonly #find: (text: string) => number;
  readonly #known = new Map<string, number>();

  /** `find` answers the number of a text of the tables and rules; -1: none. */
  constructor(find: (text: string) => number) {
    this.#find = find;
  }

  readonly numberOf = (text: string | null): number => {
    if (text === null) return noWord;
    const known = this.#known.get(text);
    if (known !== undefined) return known;
    const found = this.#find(text);
    const number = found < 0 ? noWord : found;
    if (this.#known.size >= mostRemembered) this.#known.clear();
    this.#known.set(text, number);
    return number;
  };
}
