/**
 * All texts of a rule set's tables, each once, numbered: item codes of a national shape first, in the order in
 * which tables name them, so that the keys of one table stand close together.
 */
import { kindOfItemCode } from '../../../claim/codes.js';
import { CodeTable } from '../../../claim/columns/code-table.js';
import type { Artifact } from '../../compile/artifact.js';

export class TextPool {
  readonly codes = CodeTable.growing();
  /** How many of them are national item codes. */
  readonly nationalCount: number;
  readonly #numbers = new Map<string, number>();

  /** `texts`: those that rules compare with cells or codes, besides those of the tables. */
  constructor(tables: Artifact['tables'], texts: readonly string[]) {
    const all = textsOf(tables);
    for (const text of texts) all.add(text);
    const others: string[] = [];
    for (const text of all) {
      if (kindOfItemCode(text) === null) others.push(text);
      else this.#numbers.set(text, this.codes.addText(text));
    }
    this.nationalCount = this.codes.size;
    for (const text of others) this.#numbers.set(text, this.codes.addText(text));
  }

  /** -1: not a text of the pool. */
  numberOf(text: unknown): number {
    return typeof text === 'string' ? (this.#numbers.get(text) ?? -1) : -1;
  }
}

/** A table's keys before its other texts. */
function textsOf(tables: Artifact['tables']): Set<string> {
  const texts = new Set<string>();
  const collect = (cells: readonly unknown[] = []) => {
    for (const cell of cells) {
      if (typeof cell === 'string') texts.add(cell);
      else if (Array.isArray(cell)) for (const item of cell) if (typeof item === 'string') texts.add(item);
    }
  };
  for (const { key, columns } of Object.values(tables)) {
    if (key !== null) collect(columns[key]);
    for (const [name, cells] of Object.entries(columns)) if (name !== key) collect(cells);
  }
  return texts;
}
