/** Two points of one class that give one code different parameters at one time: a person has to decide. */

import { provenanceColumns } from '../parse/table-text.js';
import type { TableRows } from './build-tables.js';
import type { KnowledgeClass } from './classes.js';
import type { CsvRow } from './csv-text.js';
import { keyColumn } from './table-shape.js';

/** Two rows of a table that hold at one time. */
export interface Contradiction {
  readonly table: string;
  readonly code: string;
  readonly points: readonly [string, string];
}

export function contradictionText({ table, code, points: [one, other] }: Contradiction): string {
  return `${table}: ${one} and ${other} give ${code} different parameters`;
}

/** Each contradicting pair of rows, once for each code. */
export function contradictions(tables: TableRows, classes: readonly KnowledgeClass[]): Contradiction[] {
  return classes
    .filter(({ repeats }) => repeats !== true)
    .flatMap(({ table }) => contradictionsIn(table, tables.get(table) ?? []));
}

function contradictionsIn(table: string, rows: readonly CsvRow[]): Contradiction[] {
  const byCode = new Map<string, CsvRow[]>();
  const found = new Map<string, Contradiction>();
  for (const row of rows) {
    for (const code of (row[keyColumn] ?? '').split(' ')) {
      const earlier = byCode.get(code) ?? [];
      for (const other of earlier) {
        if (!meet(row, other) || parameters(row) === parameters(other)) continue;
        const contradiction = { table, code, points: [other['point'] ?? '', row['point'] ?? ''] } as const;
        found.set(contradictionText(contradiction), contradiction);
      }
      byCode.set(code, [...earlier, row]);
    }
  }
  return [...found.values()];
}

/** True where some day lies in both validities (ends are exclusive, an empty end is open). */
function meet(a: CsvRow, b: CsvRow): boolean {
  const before = (from = '', to = ''): boolean => to === '' || from < to;
  return before(a['validFrom'], b['validTo']) && before(b['validFrom'], a['validTo']);
}

function parameters(row: CsvRow): string {
  const apart: readonly string[] = [...provenanceColumns, keyColumn];
  return JSON.stringify(Object.entries(row).filter(([column]) => !apart.includes(column)));
}
