/** A column of lists of texts. A row's list is made when it is first asked for, and kept. */
import type { Table } from './tables/table.js';

export class ListColumn {
  readonly #table: Table;
  readonly #column: string;
  readonly #starts: Int32Array;
  readonly #texts: Int32Array;
  readonly #numbers: (readonly number[] | null | undefined)[] = [];

  constructor(table: Table, column: string) {
    this.#table = table;
    this.#column = column;
    this.#starts = table.listStarts(column);
    this.#texts = table.listTexts(column);
  }

  /** Null: the cell is empty. */
  at(row: number): readonly string[] | null {
    return this.#table.list(this.#column, row);
  }

  /** The same as numbers of texts. */
  numbersAt(row: number): readonly number[] | null {
    const known = this.#numbers[row];
    if (known !== undefined) return known;
    const numbers = [...this.#texts.subarray(this.#starts[row], this.#starts[row + 1])];
    // The table keeps an empty cell as a list of one text that there is not.
    const made = numbers.includes(-1) ? null : numbers;
    this.#numbers[row] = made;
    return made;
  }
}
