/** Whether an outcome is what a generated claim was made for. */
import type { Case } from './claims.js';
import type { Judgement } from './judgement.js';
import type { Row } from './tables.js';

/** Classes whose finding names one of several points that apply. */
const toldOnce: ReadonlySet<string> = new Set(['pieces_alone', 'surgery_group_items']);

/** What is wrong with the outcome, in one line; null where it is as it must be. */
export function problemOf(one: Case, outcome: Judgement): string | null {
  const { row, expected, claim, blamed } = one;
  const found = outcome.found
    .filter(({ table, point }) => point === row.point || (toldOnce.has(table) && table === row.table))
    .map(({ lines }) => lines.join(' '));
  const open = outcome.open.filter(({ table }) => table === row.table).map(({ line }) => line);
  const wanted = blamed.map((lines) => [...lines].sort().join(' '));
  if (expected === 'found' && wanted.every((lines) => found.includes(lines))) return null;
  if (expected === 'open' && found.length === 0 && blamed.every((lines) => meets(lines, open, row)))
    return null;
  if (expected === 'not found' && found.length === 0) return null;
  if (expected === 'neither' && found.length === 0 && open.length === 0) return null;
  const about = `${row.table} ${row.point} ${one.kind} (${one.how})`;
  const seen = `found [${found}], open [${open}]`;
  return `${about}: expected ${expected} [${wanted}], ${seen}\n${JSON.stringify(claim)}`;
}

/** An included item is left open on the line that includes it, everything else on the lines to blame. */
function meets(lines: readonly string[], open: readonly string[], row: Row): boolean {
  if (row.table === 'included_items') return open.length > 0;
  return lines.some((line) => open.includes(line));
}
