/** The rules folder of this repository, as the tests of the shipped knowledge read it. */
import { readdirSync, readFileSync } from 'node:fs';
import { type CsvRow, readCsv } from '../../../src/ruleset/knowledge/csv-text.js';

export const rulesFolder = new URL('../../../rules/', import.meta.url).pathname;

/** Rows of every file with this ending in a sub-folder of `rules/`, by name without the ending. */
export function shippedCsv(folder: 'tables' | 'knowledge'): ReadonlyMap<string, readonly CsvRow[]> {
  const files = readdirSync(`${rulesFolder}${folder}`).filter((file) => file.endsWith('.csv'));
  return new Map(
    files.map((file) => {
      const name = file.replace(/\.csv$/, '');
      return [name, rowsOf(name, readFileSync(`${rulesFolder}${folder}/${file}`, 'utf8'))];
    }),
  );
}

export function rowsOf(name: string, text: string): readonly CsvRow[] {
  const rows = readCsv(name, text);
  if (!rows.ok) throw new Error(rows.error);
  return rows.value;
}
