/** Published points as a table: what a spreadsheet saves, with the names of the JSON list as its header. */
import { ok, type Result } from '../../base/result.js';
import { type CsvRow, readCsv } from './csv-text.js';

const numbers = ['batch', 'row'] as const;

/** The JSON list of the same points; codes of a point stand apart by blanks. Fails with a readable text. */
export function pointsOfCsv(name: string, text: string): Result<string, string> {
  const rows = readCsv(name, text);
  return rows.ok ? ok(JSON.stringify(rows.value.map(pointOf))) : rows;
}

function pointOf(row: CsvRow): object {
  // An empty cell is what a list leaves out.
  const given = Object.fromEntries(Object.entries(row).filter(([, cell]) => cell !== ''));
  const counted = numbers.flatMap((name) =>
    given[name] === undefined ? [] : [[name, numberOf(given[name])]],
  );
  const codes = (row['med_codes'] ?? '').split(/\s+/).filter((code) => code !== '');
  return { ...given, ...Object.fromEntries(counted), med_codes: codes };
}

/** What is no number stays as it is, and is complained of where points are read. */
function numberOf(cell: string): number | string {
  return /^\d+$/.test(cell) ? Number(cell) : cell;
}
