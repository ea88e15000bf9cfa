/**
 * The rows of `rules/tables/*.csv`, read plainly. Apart from the compiler's own reader on purpose: the generator
 * should not agree with the compiler about a row only because both use the same code.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';

/** One row of one table, every cell as text; empty cells are unknown. */
export interface KnowledgeRow {
  readonly table: string;
  readonly cells: Readonly<Record<string, string>>;
}

/**
 * Rows that are valid everywhere on `day` (`YYYY-MM-DD`) and were known then, in the order of the files.
 * Throws where the folder cannot be read.
 */
export function readKnowledgeRows(tablesDir: string, day: string): KnowledgeRow[] {
  return readdirSync(tablesDir)
    .filter((name) => name.endsWith('.csv'))
    .sort()
    .flatMap((name) => {
      const text = readFileSync(join(tablesDir, name), 'utf8');
      const rows = parse(text, { columns: true, skip_empty_lines: true, bom: true }) as Record<
        string,
        string
      >[];
      return rows
        .filter((cells) => validOn(cells, day))
        .map((cells) => ({ table: name.slice(0, -'.csv'.length), cells }));
    });
}

function validOn(cells: Readonly<Record<string, string>>, day: string): boolean {
  const { knownFrom = '', validFrom = '', validTo = '', region = '' } = cells;
  return knownFrom <= day && validFrom <= day && (validTo === '' || day < validTo) && region === '';
}
