/**
 * All tables of a rule set in a thread: views of the image that main has packed, nothing copied, and texts
 * decoded when they are first asked for.
 */
import { assert } from '../../../base/assert.js';
import { CodeTable } from '../../../claim/columns/code-table.js';
import { ItemCodes } from '../../../claim/columns/item-codes.js';
import type { TableDescription, TablesDescription } from './description.js';
import { ImageReader } from './image.js';
import { Table } from './table.js';

export class Tables {
  /** Every text of the tables and every constant of the rules; a text's number is its number here. */
  readonly texts: CodeTable;
  /** So many of them, the first ones, are item codes of a national shape. */
  readonly nationalCount: number;
  /** In the order of the artifact. */
  readonly names: readonly string[];
  readonly #reader: ImageReader;
  readonly #descriptions: ReadonlyMap<string, TableDescription>;
  readonly #opened = new Map<string, Table>();

  constructor(reader: ImageReader, { pool, tables }: TablesDescription) {
    this.texts = new CodeTable({
      count: pool.count,
      seed: pool.seed,
      bytes: reader.bytes(pool.bytes),
      offsets: reader.integers(pool.offsets),
      slots: reader.integers(pool.slots),
    });
    this.nationalCount = pool.nationalCount;
    this.names = tables.map(({ name }) => name);
    this.#reader = reader;
    this.#descriptions = new Map(tables.map((table) => [table.name, table]));
  }

  /** The table of a name that rules use. */
  get(name: string): Table {
    const table = this.find(name);
    assert(table !== null, `no table ${name}`);
    return table;
  }

  find(name: string): Table | null {
    const opened = this.#opened.get(name);
    if (opened !== undefined) return opened;
    const description = this.#descriptions.get(name);
    if (description === undefined) return null;
    const table = new Table(this.#reader, this.texts, description);
    this.#opened.set(name, table);
    return table;
  }

  text(number: number): string {
    return this.texts.textOf(number);
  }

  /** -1: neither a table nor a rule has this text. */
  numberOfText(text: string): number {
    return this.texts.findText(text);
  }

  /** Numbers for the codes of claims, in keeping with those of the tables. */
  newItemCodes(): ItemCodes {
    return new ItemCodes(this.texts, this.nationalCount);
  }
}

/** An image of `packTables`, opened in this thread. */
export function openTables(image: SharedArrayBuffer): Tables {
  const reader = new ImageReader(image);
  return new Tables(reader, reader.description as TablesDescription);
}
