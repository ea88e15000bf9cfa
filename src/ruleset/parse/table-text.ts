/**
 * A knowledge table: its schema (YAML) and its rows (CSV), cells still text. The only importer of csv-parse.
 */
import { CsvError, parse } from 'csv-parse/sync';
import type { Problems } from '../diagnostics/diagnostic.js';
import type { Place, SourceText } from '../diagnostics/source-text.js';
import { type Located, MapReader } from './map-reader.js';
import type { YamlNode } from './yaml.js';

export const columnTypes = [
  'codes',
  'code',
  'text',
  'integer',
  'number',
  'flag',
  'enumeration',
  'texts',
  'day',
  'money',
] as const;
export type ColumnType = (typeof columnTypes)[number];

/** Not declared in a schema, always the first columns of a CSV, in this order. */
export const provenanceColumns = [
  'point',
  'batch',
  'row',
  'knownFrom',
  'validFrom',
  'validTo',
  'region',
  'decided',
] as const;

export interface ParsedColumn {
  readonly name: Located<string>;
  readonly type: ColumnType;
  /** Closed set of an enumeration; empty otherwise. */
  readonly values: readonly string[];
  /** An empty cell is a list that a person has still to author, not an unknown fact. */
  readonly authored: boolean;
}

export interface ParsedTable {
  readonly name: string;
  readonly title: string;
  readonly schemaFile: SourceText;
  readonly rowsFile: SourceText;
  /** The column by which rows are found; more columns may follow for `listed`. */
  readonly key: readonly Located<string>[];
  readonly columns: readonly ParsedColumn[];
  readonly header: readonly string[];
  readonly records: readonly ParsedRecord[];
}

export interface ParsedRecord {
  readonly cells: readonly string[];
  /** Line of the CSV file on which the record begins, from 1. */
  readonly line: number;
}

export function parseTable(
  schemaFile: SourceText,
  rowsFile: SourceText,
  problems: Problems,
  root: YamlNode,
): ParsedTable | null {
  const before = problems.count;
  const map = MapReader.of(schemaFile, problems, root, 'a table schema');
  if (map === null) return null;
  map.onlyKeys(['table', 'title', 'key', 'columns']);
  const name = map.text('table');
  const expected = schemaFile.path
    .split('/')
    .at(-1)
    ?.replace(/\.yaml$/, '');
  if (!/^[a-z][a-z0-9_-]*$/.test(name.value))
    problems.report(
      'CG-E105',
      `table '${name.value}' is no name of lower-case letters, digits, _ and -`,
      name.place,
    );
  else if (name.value !== expected)
    problems.report('CG-E107', `table '${name.value}' stands in '${expected}.yaml'`, name.place);
  map.requireNode('columns');
  const columns = (map.map('columns')?.entries ?? []).flatMap((entry) => {
    const place = { file: schemaFile, offset: entry.keyOffset };
    return column(schemaFile, problems, { value: entry.key, place }, entry.value) ?? [];
  });
  const table = { name: name.value, title: map.text('title', '').value, key: map.texts('key'), columns };
  const rows = parseRows(rowsFile, problems);
  return problems.count > before || rows === null ? null : { ...table, schemaFile, rowsFile, ...rows };
}

function column(
  file: SourceText,
  problems: Problems,
  name: Located<string>,
  node: YamlNode,
): ParsedColumn | null {
  const map = MapReader.of(file, problems, node, `column '${name.value}'`);
  if (map === null) return null;
  map.onlyKeys(['type', 'values', 'authored', 'doc']);
  if (!/^[a-z][A-Za-z0-9]*$/.test(name.value)) {
    problems.report('CG-E105', `column '${name.value}' is not a word in camelCase`, name.place);
  }
  const authored = map.node('authored') !== null && map.word('authored', ['list'] as const) === 'list';
  const type = map.word('type', columnTypes);
  const values = map.texts('values').map((v) => v.value);
  if (type === 'enumeration' && values.length === 0)
    map.report('CG-E104', "key 'values' is missing", map.place.offset);
  return { name, type, values, authored };
}

interface InfoRecord {
  readonly record: string[];
  readonly info: { readonly lines: number };
}

function parseRows(
  file: SourceText,
  problems: Problems,
): { header: readonly string[]; records: readonly ParsedRecord[] } | null {
  try {
    const options = { bom: true, info: true, skip_empty_lines: true, relax_column_count: true } as const;
    const read = parse(file.text, options) as unknown as readonly InfoRecord[];
    // `lines` counts up to the record's end; a record begins one line after its predecessor's end.
    const records = read.map(({ record }, i) => ({
      cells: record,
      line: (read[i - 1]?.info.lines ?? 0) + 1,
    }));
    return { header: records[0]?.cells ?? [], records: records.slice(1) };
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    const line = Number((error as { lines?: number }).lines ?? 1);
    problems.report('CG-E101', `no CSV: ${error.message}`, { file, offset: lineOffset(file, line) });
    return null;
  }
}

function lineOffset(file: SourceText, line: number): number {
  let at = 0;
  for (let i = 1; i < line; i++) at = file.text.indexOf('\n', at) + 1;
  return at;
}

/** Where a cell begins in the file. Quoted cells are stepped over; good enough for a caret. */
export function cellPlace(table: ParsedTable, record: ParsedRecord, cell: number): Place {
  const file = table.rowsFile;
  let at = lineOffset(file, record.line);
  let quoted = false;
  for (let passed = 0; passed < cell && at < file.text.length; at++) {
    const c = file.text[at];
    if (c === '"') quoted = !quoted;
    if (c === ',' && !quoted) passed++;
    if (c === '\n' && !quoted) break;
  }
  return { file, offset: at };
}
