/** CSV as this project keeps it: a header, comma, quotes only where needed, line feed, UTF-8 without a mark. */
import { fail, ok, type Result } from '../../base/result.js';
import { Problems } from '../diagnostics/diagnostic.js';
import { renderDiagnostics } from '../diagnostics/render.js';
import { SourceText } from '../diagnostics/source-text.js';
import { parseTable } from '../parse/table-text.js';
import { readYaml } from '../parse/yaml.js';

export type CsvRow = Readonly<Record<string, string>>;

/** One text for the same rows, always: equal content gives equal bytes. */
export function writeCsv(columns: readonly string[], rows: readonly CsvRow[]): string {
  const lines = rows.map((row) => columns.map((column) => quoted(row[column] ?? '')).join(','));
  return `${[columns.join(','), ...lines].join('\n')}\n`;
}

function quoted(cell: string): string {
  return /[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
}

/** The rows of `<name>.csv` by column name: read as a table that declares no columns. The error is a readable text. */
export function readCsv(name: string, text: string): Result<readonly CsvRow[], string> {
  const problems = new Problems();
  const schema = new SourceText(`${name}.yaml`, `table: ${name}\ncolumns: {}\n`);
  const root = readYaml(schema, problems);
  const file = new SourceText(`${name}.csv`, text);
  const table = root === null ? null : parseTable(schema, file, problems, root);
  if (table === null) return fail(renderDiagnostics(problems.sorted()));
  const uneven = table.records.find(({ cells }) => cells.length !== table.header.length);
  if (uneven !== undefined) return fail(`${name}.csv:${uneven.line}: ${uneven.cells.length} cells`);
  const rowOf = (cells: readonly string[]): CsvRow =>
    Object.fromEntries(table.header.map((column, i) => [column, cells[i] ?? '']));
  return ok(table.records.map(({ cells }) => rowOf(cells)));
}
