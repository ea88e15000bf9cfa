/** What an import would change in the tables that are there, row by row. */
import { fail, ok, type Result } from '../../base/result.js';
import { compareRows, differ, nameRows, type RowChanges } from '../release/diff-rows.js';
import { readCsv } from './csv-text.js';
import { keyColumn } from './table-shape.js';

export interface TablePlan extends RowChanges {
  readonly table: string;
  /** Latest day from which an added row is known, `YYYY-MM-DD`; it counts once `asOf` comes to it. */
  readonly newestDay: string | null;
}

/**
 * Only tables whose rows differ. `present`: the texts that are there, by table; one that is not there is empty. Fails
 * with a text that names the table that cannot be read.
 */
export function planImport(
  files: ReadonlyMap<string, string>,
  present: ReadonlyMap<string, string>,
): Result<readonly TablePlan[], string> {
  const plans: TablePlan[] = [];
  for (const [table, text] of files) {
    const was = present.get(table);
    const before = was === undefined ? ok([]) : readCsv(table, was);
    const after = readCsv(table, text);
    if (!before.ok) return before;
    if (!after.ok) return fail(after.error);
    const rows = compareRows(nameRows(before.value, [keyColumn]), nameRows(after.value, [keyColumn]));
    if (!differ(rows)) continue;
    const days = rows.added.map(({ knownFrom = '' }) => knownFrom).toSorted();
    plans.push({ table, ...rows, newestDay: days.at(-1) ?? null });
  }
  return ok(plans);
}
