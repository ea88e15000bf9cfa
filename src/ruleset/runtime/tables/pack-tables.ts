/**
 * The tables of an artifact as an image for all threads: a pool of texts, and per table its columns as arrays of
 * numbers, its rows by key, and when and where each row is in force. Equal tables give equal bytes.
 */
import { assert } from '../../../base/assert.js';
import type { CodeTable } from '../../../claim/columns/code-table.js';
import type { Artifact, ArtifactTable } from '../../compile/artifact.js';
import { kindOfCells, type StoredKind } from './column-kind.js';
import {
  type ColumnDescription,
  type EmptyDescription,
  noBeginning,
  noEnd,
  type TableDescription,
  type TablesDescription,
} from './description.js';
import { ImageWriter } from './image.js';
import { indexRows } from './row-index.js';
import { TextPool } from './text-pool.js';

/** A table that may say what its columns hold; else their cells tell. */
type Packable = ArtifactTable & { readonly kinds?: Readonly<Record<string, StoredKind>> };

/**
 * Packs tables once, for every thread. `texts` are those that rules compare with cells or item codes, besides
 * those that tables hold: they too have numbers that never change.
 */
export function packTables(tables: Artifact['tables'], texts: readonly string[] = []): SharedArrayBuffer {
  const writer = new ImageWriter();
  const pool = new TextPool(tables, texts);
  const description: TablesDescription = {
    pool: { nationalCount: pool.nationalCount, ...packPool(writer, pool.codes) },
    tables: Object.entries(tables).map(([name, table]) => packTable(writer, pool, name, table)),
  };
  return writer.finish(description);
}

function packPool(writer: ImageWriter, codes: CodeTable) {
  const { count, seed, bytes, offsets, slots } = codes.parts;
  return { count, seed, bytes: writer.add(bytes), offsets: writer.add(offsets), slots: writer.add(slots) };
}

function packTable(writer: ImageWriter, pool: TextPool, name: string, table: Packable): TableDescription {
  const { rows, key, columns, kinds = {} } = table;
  const { validFrom = [], validTo = [], region = [] } = columns;
  const some = (cells: readonly unknown[]) => cells.some((cell) => isValue(cell));
  const packed = Object.entries(columns).map(([column, cells]): ColumnDescription => {
    assert(cells.length === rows, `column ${name}.${column} has ${cells.length} of ${rows} cells`);
    const kind = kinds[column] ?? kindOfCells(cells);
    if (!some(cells)) return { name: column, kind, cells: null, starts: null };
    return { name: column, kind, ...packColumn(writer, pool, kind, cells) };
  });
  return {
    name,
    rows,
    key,
    columns: packed,
    empty: packed.some(({ cells }) => cells === null) ? packEmpty(writer, rows) : null,
    validFrom: writer.add(daysOf(validFrom, rows, noBeginning)),
    validTo: writer.add(daysOf(validTo, rows, noEnd)),
    region: writer.add(filled(new Int32Array(rows), (row) => pool.numberOf(region[row]))),
    isDated: some(validFrom) || some(validTo),
    isRegional: some(region),
    index: packIndex(writer, pool, key === null ? [] : (columns[key] ?? [])),
  };
}

function packIndex(writer: ImageWriter, pool: TextPool, keys: readonly unknown[]): TableDescription['index'] {
  const { slots, keyNumbers, rowStart, rowNumbers } = indexRows(keys, (text) => pool.numberOf(text));
  return {
    slots: writer.add(slots),
    keyNumbers: writer.add(keyNumbers),
    rowStart: writer.add(rowStart),
    rowNumbers: writer.add(rowNumbers),
  };
}

function packColumn(
  writer: ImageWriter,
  pool: TextPool,
  kind: StoredKind,
  cells: readonly unknown[],
): Pick<ColumnDescription, 'cells' | 'starts'> {
  const rows = cells.length;
  switch (kind) {
    case 'empty':
      return { cells: null, starts: null };
    case 'text': {
      const numbers = filled(new Int32Array(rows), (row) => {
        assert(!isValue(cells[row]) || typeof cells[row] === 'string', 'a text column holds texts');
        return pool.numberOf(cells[row]);
      });
      return { cells: writer.add(numbers), starts: null };
    }
    case 'number': {
      const numbers = filled(new Float64Array(rows), (row) => numberIn(cells[row]));
      return { cells: writer.add(numbers), starts: null };
    }
    case 'flag': {
      const flags = filled(new Int8Array(rows), (row) => flagIn(cells[row]));
      return { cells: writer.add(flags), starts: null };
    }
    case 'list':
      return packLists(writer, pool, cells);
  }
}

function packLists(writer: ImageWriter, pool: TextPool, cells: readonly unknown[]) {
  const starts = new Int32Array(cells.length + 1);
  const texts: number[] = [];
  for (const [row, cell] of cells.entries()) {
    // An empty cell says nothing; a list without anything in it would say "none".
    if (isValue(cell)) for (const number of listIn(cell, pool)) texts.push(number);
    else texts.push(-1);
    starts[row + 1] = texts.length;
  }
  return { cells: writer.add(Int32Array.from(texts)), starts: writer.add(starts) };
}

function packEmpty(writer: ImageWriter, rows: number): EmptyDescription {
  return {
    numbers: writer.add(new Float64Array(rows).fill(Number.NaN)),
    flags: writer.add(new Int8Array(rows).fill(-1)),
    texts: writer.add(new Int32Array(rows).fill(-1)),
    starts: writer.add(filled(new Int32Array(rows + 1), (row) => row)),
  };
}

function isValue(cell: unknown): boolean {
  return cell !== null && cell !== undefined;
}

function numberIn(cell: unknown): number {
  assert(!isValue(cell) || typeof cell === 'number', 'a number column holds numbers');
  return typeof cell === 'number' ? cell : Number.NaN;
}

function flagIn(cell: unknown): number {
  assert(!isValue(cell) || typeof cell === 'boolean', 'a flag column holds flags');
  return isValue(cell) ? Number(cell) : -1;
}

function listIn(cell: unknown, pool: TextPool): readonly number[] {
  assert(Array.isArray(cell), 'a list column holds lists');
  return cell.map((text) => {
    assert(typeof text === 'string', 'a list holds texts');
    return pool.numberOf(text);
  });
}

function daysOf(cells: readonly unknown[], rows: number, missing: number): Int32Array {
  return filled(new Int32Array(rows), (row) => {
    const day = cells[row];
    return typeof day === 'number' ? day : missing;
  });
}

function filled<T extends Int8Array | Int32Array | Float64Array>(array: T, at: (row: number) => number): T {
  for (let row = 0; row < array.length; row++) array[row] = at(row);
  return array;
}
