/**
 * Knowledge tables, cell by cell: typed columns, provenance, and only the rows that were known at the rule
 * set's date.
 */
import type { EpochDay } from '../../base/calendar.js';
import { parseDecimal, scales } from '../../base/money.js';
import type { DiagnosticCode } from '../diagnostics/codes.js';
import type { Problems } from '../diagnostics/diagnostic.js';
import { didYouMean } from '../diagnostics/nearest-name.js';
import { parseDay } from '../parse/map-reader.js';
import {
  type ColumnType,
  cellPlace,
  type ParsedColumn,
  type ParsedRecord,
  type ParsedTable,
  provenanceColumns,
} from '../parse/table-text.js';
import { bool, day, double, fen, int, listOf, type ScalarType, string, type Type } from './types.js';
import { withoutUnadoptedEnds } from './unadopted-ends.js';

export interface CheckedTable {
  readonly name: string;
  /** Empty where the schema has none. */
  readonly title: string;
  readonly key: readonly string[];
  readonly columns: ReadonlyMap<string, CheckedColumn>;
  readonly rows: number;
  /** Declared and provenance columns, `rows` cells each; null is an empty cell. */
  readonly cells: ReadonlyMap<string, readonly Cell[]>;
  /** Some row has a first or last day, or a region: only then must a row be asked whether it is in force. */
  readonly dated: boolean;
  readonly regional: boolean;
}

export interface CheckedColumn {
  readonly name: string;
  readonly columnType: ColumnType;
  readonly type: Type;
  readonly authored: boolean;
  /** Some cell is empty. */
  readonly nullable: boolean;
}

export type Cell = string | number | boolean | readonly string[] | null;

export const tableLimits = { rows: 500_000, integer: 1_000_000_000, fen: 1_000_000_000_000 } as const;

export function checkTable(table: ParsedTable, asOf: EpochDay, problems: Problems): CheckedTable | null {
  const before = problems.count;
  checkSchema(table, problems);
  if (problems.count > before) return null;
  const wanted = [...provenanceColumns, ...table.columns.map((c) => c.name.value)];
  const readers = [...provenanceReaders, ...table.columns.map(readerOf)];
  const cells = new Map<string, Cell[]>(wanted.map((name) => [name, []]));
  for (const record of withoutUnadoptedEnds(table, asOf).records) {
    const row = readRecord(table, record, readers, problems);
    if (row === null || !isKnown(row, asOf)) continue;
    for (const [i, name] of wanted.entries()) cells.get(name)?.push(row[i] ?? null);
  }
  if (problems.count > before) return null;
  const rows = cells.get('point')?.length ?? 0;
  const some = (name: string) => (cells.get(name) ?? []).some((cell) => cell !== null);
  return {
    name: table.name,
    title: table.title,
    key: table.key.map((k) => k.value),
    columns: new Map([
      ...table.columns.map((c) => [c.name.value, checkedColumn(c, cells.get(c.name.value) ?? [])] as const),
      ['decided', decidedColumn(cells.get('decided') ?? [])],
    ]),
    rows,
    cells,
    dated: some('validFrom') || some('validTo'),
    regional: some('region'),
  };
}

function checkSchema(table: ParsedTable, problems: Problems): void {
  const names = table.columns.map((c) => c.name.value);
  for (const { value, place } of table.key) {
    if (!names.includes(value))
      problems.report('CG-E302', `no column '${value}'${didYouMean(value, names)}`, place);
  }
  for (const { name } of table.columns) {
    if ((provenanceColumns as readonly string[]).includes(name.value)) {
      problems.report('CG-E108', `'${name.value}' is a provenance column of every table`, name.place);
    }
  }
  const wanted = [...provenanceColumns, ...names].join(',');
  const found = table.header.join(',');
  if (found !== wanted) {
    problems.report('CG-E402', `header is not ${wanted}`, { file: table.rowsFile, offset: 0 });
  }
  if (table.records.length > tableLimits.rows) {
    problems.report('CG-E406', `more than ${tableLimits.rows} rows`, { file: table.rowsFile, offset: 0 });
  }
}

function isKnown(row: readonly Cell[], asOf: EpochDay): boolean {
  const knownFrom = row[provenanceColumns.indexOf('knownFrom')];
  return typeof knownFrom !== 'number' || knownFrom <= asOf;
}

const decisions = ['stated', 'derived', 'judged'] as const;

/** Reads a cell, or says why it does not fit. */
interface CellReader {
  readonly read: (text: string) => Cell | { readonly problem: string };
  readonly code: DiagnosticCode;
}

const provenanceReaders: readonly CellReader[] = provenanceColumns.map((name) => {
  if (name === 'batch') return reader(integerCell);
  if (name === 'knownFrom' || name === 'validFrom' || name === 'validTo') return reader(dayCell);
  if (name === 'decided') return reader((text) => oneOf(text, decisions));
  if (name === 'region')
    return reader((text) => (/^\d{2,6}$/.test(text) ? text : { problem: 'is no area code' }));
  return reader((text) => text);
});

function reader(read: CellReader['read'], code: DiagnosticCode = 'CG-E403'): CellReader {
  return { read: (text) => (text === '' ? null : read(text)), code };
}

function readerOf(column: ParsedColumn): CellReader {
  switch (column.type) {
    case 'codes':
      return {
        code: 'CG-E407',
        read: (text) => (text.trim() === '' ? { problem: 'is empty' } : words(text)),
      };
    case 'texts':
      return reader(words);
    case 'integer':
      return reader(integerCell);
    case 'number':
      return reader(numberCell);
    case 'flag':
      return reader((text) =>
        text === 'true' ? true : text === 'false' ? false : { problem: 'is not true or false' },
      );
    case 'enumeration':
      return reader((text) => oneOf(text, column.values));
    case 'day':
      return reader(dayCell);
    case 'money':
      return reader(moneyCell);
    case 'code':
    case 'text':
      return reader((text) => text);
  }
}

function words(text: string): readonly string[] {
  return [...new Set(text.trim().split(/\s+/))];
}

function integerCell(text: string): Cell | { readonly problem: string } {
  const value = Number(text);
  const fits = /^-?\d+$/.test(text) && Math.abs(value) <= tableLimits.integer;
  return fits ? value : { problem: 'is no whole number' };
}

function numberCell(text: string): Cell | { readonly problem: string } {
  const fits = /^-?\d+(\.\d+)?$/.test(text) && Math.abs(Number(text)) <= tableLimits.integer;
  return fits ? Number(text) : { problem: 'is no number' };
}

function moneyCell(text: string): Cell | { readonly problem: string } {
  const decimal = parseDecimal(text, scales.fen);
  const fits = decimal?.exact === true && Math.abs(decimal.units) <= tableLimits.fen;
  return fits ? decimal.units : { problem: 'is no amount of yuan' };
}

function dayCell(text: string): Cell | { readonly problem: string } {
  return parseDay(text) ?? { problem: 'is no day (YYYY-MM-DD)' };
}

function oneOf(text: string, values: readonly string[]): Cell | { readonly problem: string } {
  return values.includes(text)
    ? text
    : { problem: `is none of ${values.join(', ')}${didYouMean(text, values)}` };
}

function readRecord(
  table: ParsedTable,
  record: ParsedRecord,
  readers: readonly CellReader[],
  problems: Problems,
): readonly Cell[] | null {
  if (record.cells.length !== readers.length) {
    const message = `${record.cells.length} cells where the header has ${readers.length}`;
    problems.report('CG-E402', message, cellPlace(table, record, 0));
    return null;
  }
  const before = problems.count;
  const row = readers.map(({ read, code }, i) => {
    const text = record.cells[i] ?? '';
    const cell = read(text);
    if (cell === null || typeof cell !== 'object' || !('problem' in cell)) return cell;
    problems.report(
      code,
      `'${text}' ${cell.problem} (column ${table.header[i]})`,
      cellPlace(table, record, i),
    );
    return null;
  });
  return problems.count > before ? null : row;
}

function checkedColumn(column: ParsedColumn, cells: readonly Cell[]): CheckedColumn {
  return {
    name: column.name.value,
    columnType: column.type,
    type: columnType(column),
    authored: column.authored,
    nullable: cells.some((cell) => cell === null),
  };
}

/**
 * The one provenance column that rules may read: how a row's parameter was found, to weaken what was judged.
 */
function decidedColumn(cells: readonly Cell[]): CheckedColumn {
  return {
    name: 'decided',
    columnType: 'enumeration',
    type: { kind: 'string', values: decisions },
    authored: false,
    nullable: cells.includes(null),
  };
}

function columnType(column: ParsedColumn): Type {
  switch (column.type) {
    case 'codes':
    case 'texts':
      return listOf(string as ScalarType);
    case 'code':
    case 'text':
      return string;
    case 'enumeration':
      return { kind: 'string', values: column.values };
    case 'integer':
      return int(-tableLimits.integer, tableLimits.integer);
    case 'number':
      return double;
    case 'flag':
      return bool;
    case 'day':
      return day;
    case 'money':
      return fen(-tableLimits.fen, tableLimits.fen);
  }
}

/**
 * Two rows that one code finds on the same day in the same place: [earlier row, later row, code]; null where
 * none.
 */
export function firstConflict(table: CheckedTable): readonly [number, number, string] | null {
  const known = conflicts.get(table);
  const found = known === undefined ? findConflict(table) : known;
  conflicts.set(table, found);
  return found;
}

type Conflict = readonly [number, number, string] | null;
/** Asked by every rule that joins the table. */
const conflicts = new WeakMap<CheckedTable, Conflict>();

function findConflict(table: CheckedTable): Conflict {
  const keyCells = table.cells.get(table.key[0] ?? '') ?? [];
  const rowsByCode = new Map<string, number[]>();
  for (let row = 0; row < table.rows; row++) {
    const key = keyCells[row];
    for (const code of Array.isArray(key) ? key : typeof key === 'string' ? [key] : []) {
      const earlier = rowsByCode.get(code) ?? [];
      const conflict = earlier.find((other) => meet(table, other, row));
      if (conflict !== undefined) return [conflict, row, code];
      rowsByCode.set(code, [...earlier, row]);
    }
  }
  return null;
}

function meet(table: CheckedTable, a: number, b: number): boolean {
  const cell = (name: string, row: number) => table.cells.get(name)?.[row] ?? null;
  const from = (row: number) => (cell('validFrom', row) as number | null) ?? -Infinity;
  const to = (row: number) => (cell('validTo', row) as number | null) ?? Infinity;
  const regionA = (cell('region', a) as string | null) ?? '';
  const regionB = (cell('region', b) as string | null) ?? '';
  const sameTime = from(a) < to(b) && from(b) < to(a);
  return sameTime && (regionA.startsWith(regionB) || regionB.startsWith(regionA));
}
