/** What first looks find beside an entry of the index, instead of in tables and constants; see emit-quick. */
import { type Code, js } from '../../base/code.js';
import type { FactPath, Slot, Typed, TypedOf } from '../check/typed.js';
import { type Access, entryCellAccess, entryCellNumberAccess, wordAccess } from './access.js';
import type { ArtifactCell, ColumnKind } from './artifact.js';
import type { Constants } from './constants.js';

/** Of one rule. */
export class EntryValues {
  readonly cells: ArtifactCell[] = [];
  readonly #words: FactPath[];

  /** `words`: facts of the head that are compared by the number of their text; grows. */
  constructor(words: FactPath[]) {
    this.#words = words;
  }

  /** A cell of the row that the index has found; null for one that does not lie beside the entry. */
  cell({ slot, column }: TypedOf<'cell'>, kind: ColumnKind, constants: Constants): Access | null {
    if (!isFirstRow(slot) || kind === 'list') return null;
    return entryCellAccess(this.#place({ column, kind }), kind, constants);
  }

  /** The number of the text in such a cell. */
  cellNumber({ slot, column }: TypedOf<'cell'>): Access | null {
    return isFirstRow(slot) ? entryCellNumberAccess(this.#place({ column, kind: 'text' })) : null;
  }

  number(number: number): Code {
    return this.#place({ number });
  }

  /** The number of a text. */
  text(text: string): Code {
    return this.#place({ text });
  }

  /** The number of a fact's text; null where the fact is no text of the head. */
  word(expr: Typed): Access | null {
    if (!isWord(expr)) return null;
    if (!this.#words.includes(expr.path)) this.#words.push(expr.path);
    return wordAccess(this.#words.indexOf(expr.path));
  }

  #place(cell: ArtifactCell): Code {
    const known = this.cells.findIndex((other) => isSame(other, cell));
    const position = known >= 0 ? known : this.cells.push(cell) - 1;
    return js`cells[at + ${position}]`;
  }
}

function isSame(a: ArtifactCell, b: ArtifactCell): boolean {
  return a.column === b.column && a.number === b.number && a.text === b.text;
}

function isFirstRow({ kind, index }: Slot): boolean {
  return kind === 'row' && index === 0;
}

function isWord(expr: Typed): expr is TypedOf<'fact'> {
  return expr.kind === 'fact' && expr.slot === null && expr.type.kind === 'string';
}
