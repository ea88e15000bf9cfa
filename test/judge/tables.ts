/** The shipped tables as plain rows: the judge reads the same CSV that the product compiles, and nothing else of it. */
import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { dayOfDate } from './calendar.js';

export interface Row {
  readonly table: string;
  readonly point: string;
  readonly codes: readonly string[];
  /** The same codes, to ask for one. */
  readonly has: ReadonlySet<string>;
  readonly knownFrom: string;
  /** First day, and the day after the last (Infinity while in force). */
  readonly validFrom: number;
  readonly validTo: number;
  /** Leading digits of the areas where it holds; empty: everywhere. */
  readonly region: string;
  /** Every column by its name, as written. */
  readonly cells: Readonly<Record<string, string>>;
}

/** Rows of every table that were known on `asOf` (`YYYY-MM-DD`). */
export function readTables(folder: string, asOf: string): readonly Row[] {
  const files = readdirSync(folder).filter((name) => name.endsWith('.csv'));
  const rows = files.sort().flatMap((file) => readTable(join(folder, file)));
  return rows.filter((row) => row.knownFrom <= asOf);
}

function readTable(path: string): readonly Row[] {
  const text = readFileSync(path, 'utf8').replace(/^\uFEFF/, '');
  if (text.includes('"')) throw new Error(`${path}: the judge reads no quoted cells`);
  const [header = '', ...lines] = text.split(/\r?\n/).filter((line) => line !== '');
  const names = header.split(',');
  return lines.map((line) => {
    const values = line.split(',');
    return rowOf(basename(path, '.csv'), Object.fromEntries(names.map((name, i) => [name, values[i] ?? ''])));
  });
}

/** A row from its cells; made-up rows in tests come this way too. */
export function rowOf(table: string, cells: Readonly<Record<string, string>>): Row {
  const codes = listOf(cells['codes'] ?? '');
  const validTo = cells['validTo'] ?? '';
  return {
    table,
    point: cells['point'] ?? '',
    codes,
    has: new Set(codes),
    knownFrom: cells['knownFrom'] ?? '',
    validFrom: dayOfDate(cells['validFrom'] ?? ''),
    validTo: validTo === '' ? Number.POSITIVE_INFINITY : dayOfDate(validTo),
    region: cells['region'] ?? '',
    cells,
  };
}

/** The words of a list cell. */
export function listOf(cell: string): readonly string[] {
  return cell.split(' ').filter((word) => word !== '');
}

/** A number cell; null where it is empty. */
export function numberIn(row: Row, column: string): number | null {
  const cell = row.cells[column] ?? '';
  return cell === '' ? null : Number(cell);
}
