/**
 * A knowledge table as rules read it: columns that lie in shared memory. Nothing of it may be written. Cells are
 * addressed by row; texts are numbers of the pool (see tables.ts).
 */
import { assert } from '../../../base/assert.js';
import type { CodeTable } from '../../../claim/columns/code-table.js';
import type { StoredKind } from './column-kind.js';
import type { ColumnDescription, TableDescription } from './description.js';
import type { ImageReader, Span } from './image.js';
import { positionOf } from './row-index.js';

export { noBeginning, noEnd } from './description.js';

interface Column {
  readonly kind: StoredKind;
  readonly numbers: Float64Array | null;
  readonly flags: Int8Array | null;
  /** Of a text column by row, of a list column one list after another. */
  readonly texts: Int32Array | null;
  readonly starts: Int32Array | null;
  /** Lists that this thread has asked for, by row. */
  readonly lists: Map<number, readonly string[]>;
}

export class Table {
  readonly name: string;
  readonly rows: number;
  /** The column by which rows are found: a text or a list of texts. */
  readonly key: string | null;
  /** Provenance first. */
  readonly columns: readonly string[];
  /** First day in force by row; `noBeginning` where always. */
  readonly validFrom: Int32Array;
  /** First day no longer in force; `noEnd` where never. */
  readonly validTo: Int32Array;
  /** Text number of the area code that an institution's must begin with; -1: everywhere. */
  readonly region: Int32Array;
  /** Some row has a first or last day, or a region: only then must a row be asked whether it is in force. */
  readonly isDated: boolean;
  readonly isRegional: boolean;
  /** Keys that have rows, as text numbers, ascending; by position (see `positionOf`). */
  readonly keyNumbers: Int32Array;
  /** The rows at position p, ascending: `rowNumbers` from `rowStart[p]` up to `rowStart[p + 1]`. */
  readonly rowStart: Int32Array;
  readonly rowNumbers: Int32Array;
  readonly #slots: Int32Array;
  readonly #image: ImageReader;
  readonly #description: TableDescription;
  readonly #columns = new Map<string, Column>();
  readonly #pool: CodeTable;

  constructor(image: ImageReader, pool: CodeTable, description: TableDescription) {
    const { name, rows, key, columns, index } = description;
    this.name = name;
    this.rows = rows;
    this.key = key;
    this.columns = columns.map((column) => column.name);
    this.validFrom = image.integers(description.validFrom);
    this.validTo = image.integers(description.validTo);
    this.region = image.integers(description.region);
    this.isDated = description.isDated;
    this.isRegional = description.isRegional;
    this.keyNumbers = image.integers(index.keyNumbers);
    this.#slots = image.integers(index.slots);
    this.rowStart = image.integers(index.rowStart);
    this.rowNumbers = image.integers(index.rowNumbers);
    this.#pool = pool;
    this.#image = image;
    this.#description = description;
  }

  kindOf(column: string): StoredKind {
    return this.#column(column).kind;
  }

  /** Numbers, days or fen by row; NaN: empty. */
  numbers(column: string): Float64Array {
    const { numbers } = this.#column(column);
    assert(numbers !== null, `${this.name}.${column} holds no numbers`);
    return numbers;
  }

  /** 1 true, 0 false, -1 empty, by row. */
  flags(column: string): Int8Array {
    const { flags } = this.#column(column);
    assert(flags !== null, `${this.name}.${column} holds no flags`);
    return flags;
  }

  /** Text numbers by row; -1: empty. */
  texts(column: string): Int32Array {
    const { texts, starts, kind } = this.#column(column);
    assert(texts !== null && (starts === null || kind === 'empty'), `${this.name}.${column} holds no texts`);
    return texts;
  }

  /** Where the list of each row begins in `listTexts`, and where the last one ends: rows + 1 offsets. */
  listStarts(column: string): Int32Array {
    const { starts } = this.#column(column);
    assert(starts !== null, `${this.name}.${column} holds no lists`);
    return starts;
  }

  /** Text numbers of all lists; an empty cell has the single entry -1. */
  listTexts(column: string): Int32Array {
    const { texts, starts } = this.#column(column);
    assert(texts !== null && starts !== null, `${this.name}.${column} holds no lists`);
    return texts;
  }

  /** The list in a cell; null: empty. The same array at every call. */
  list(column: string, row: number): readonly string[] | null {
    const { lists } = this.#column(column);
    const known = lists.get(row);
    if (known !== undefined) return known;
    const [starts, texts] = [this.listStarts(column), this.listTexts(column)];
    const [from, to] = [starts[row] as number, starts[row + 1] as number];
    if (to - from === 1 && texts[from] === -1) return null;
    const list = Array.from(texts.subarray(from, to), (number) => this.#pool.textOf(number));
    lists.set(row, list);
    return list;
  }

  /** A cell as a value, as the artifact has it; null: empty. For findings, not for conditions. */
  cell(column: string, row: number): unknown {
    const { kind, texts, numbers, flags } = this.#column(column);
    switch (kind) {
      case 'empty':
        return null;
      case 'text': {
        const number = texts?.[row] ?? -1;
        return number < 0 ? null : this.#pool.textOf(number);
      }
      case 'number': {
        const number = numbers?.[row] ?? Number.NaN;
        return Number.isNaN(number) ? null : number;
      }
      case 'flag': {
        const flag = flags?.[row] ?? -1;
        return flag < 0 ? null : flag === 1;
      }
      case 'list':
        return this.list(column, row);
    }
  }

  /** The position of a key, which is a text number; -1 where no row has it. Allocates nothing. */
  positionOf(key: number): number {
    return positionOf(key, this.#slots, this.keyNumbers);
  }

  /** Rows that have a key, ascending. */
  rowsOf(key: number): Int32Array {
    const position = this.positionOf(key);
    if (position < 0) return this.rowNumbers.subarray(0, 0);
    return this.rowNumbers.subarray(this.rowStart[position], this.rowStart[position + 1]);
  }

  /** The same without the index. */
  rowsOfByScan(key: number): readonly number[] {
    if (this.key === null || this.kindOf(this.key) === 'empty') return [];
    const { texts, starts } = this.#column(this.key);
    assert(texts !== null, 'keys are texts');
    const found: number[] = [];
    for (let row = 0; row < this.rows; row++) {
      const cell =
        starts === null ? texts.subarray(row, row + 1) : texts.subarray(starts[row], starts[row + 1]);
      if (key >= 0 && cell.includes(key)) found.push(row);
    }
    return found;
  }

  /** Opened when it is first asked for: most provenance never is. */
  #column(name: string): Column {
    const known = this.#columns.get(name);
    if (known !== undefined) return known;
    const found = this.#description.columns.find((column) => column.name === name);
    assert(found !== undefined, `no column ${this.name}.${name}`);
    const column = openColumn(this.#image, this.#description.empty, found);
    this.#columns.set(name, column);
    return column;
  }
}

function openColumn(
  image: ImageReader,
  empty: TableDescription['empty'],
  { kind, cells, starts }: ColumnDescription,
): Column {
  const is = (...kinds: readonly StoredKind[]) => kinds.includes(kind) || kind === 'empty';
  const at = (own: Span | null | undefined, wanted: boolean) => (wanted && own ? own : null);
  const numbers = at(cells ?? empty?.numbers, is('number'));
  const flags = at(cells ?? empty?.flags, is('flag'));
  const texts = at(cells ?? empty?.texts, is('text', 'list'));
  const offsets = at(starts ?? empty?.starts, is('list'));
  return {
    kind,
    numbers: numbers && image.numbers(numbers),
    flags: flags && image.flags(flags),
    texts: texts && image.integers(texts),
    starts: offsets && image.integers(offsets),
    lists: new Map(),
  };
}
