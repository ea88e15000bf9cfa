/** Rows of one table beside each other. Rows are superseded, not edited: an end that was set is told apart. */
import { provenanceColumns } from '../parse/table-text.js';

/** Cells by column. */
export type Cells = Readonly<Record<string, string>>;

export interface ChangedRow {
  readonly point: string;
  /** Only the columns that differ. */
  readonly before: Cells;
  readonly after: Cells;
}

export interface RowChanges {
  readonly added: readonly Cells[];
  /** Rows that have got an end, or an earlier one. */
  readonly superseded: readonly ChangedRow[];
  readonly removed: readonly Cells[];
  readonly changed: readonly ChangedRow[];
}

/** By what names a row: its point; rows of local tables by their key, area and first day. */
export type NamedRows = ReadonlyMap<string, Cells>;

export function nameRows(rows: readonly Cells[], key: readonly string[]): NamedRows {
  const byName = new Map<string, Cells>();
  for (const row of rows) {
    const point = row['point'] ?? '';
    const own = point === '' ? [...key, 'region', 'validFrom'].map((c) => row[c] ?? '') : [point];
    let name = own.join(' ');
    for (let again = 2; byName.has(name); again++) name = `${own.join(' ')} ${again}`;
    byName.set(name, row);
  }
  return byName;
}

export function compareRows(was: NamedRows, is: NamedRows): RowChanges {
  const superseded: ChangedRow[] = [];
  const changed: ChangedRow[] = [];
  for (const [name, row] of is) {
    const old = was.get(name);
    const change = old === undefined ? null : changeOf(old, row);
    if (change === null) continue;
    (hasEnded(change) ? superseded : changed).push(change);
  }
  return {
    added: [...is].filter(([name]) => !was.has(name)).map(([, row]) => row),
    superseded,
    removed: [...was].filter(([name]) => !is.has(name)).map(([, row]) => row),
    changed,
  };
}

export function differ({ added, superseded, removed, changed }: RowChanges): boolean {
  return added.length + superseded.length + removed.length + changed.length > 0;
}

/** What a row says, without where it comes from. */
export function parametersOf(row: Cells): Cells {
  const provenance: readonly string[] = provenanceColumns;
  return Object.fromEntries(Object.entries(row).filter(([column]) => !provenance.includes(column)));
}

function changeOf(was: Cells, is: Cells): ChangedRow | null {
  const columns = [...new Set([...Object.keys(was), ...Object.keys(is)])];
  const other = columns.filter((column) => (was[column] ?? '') !== (is[column] ?? ''));
  if (other.length === 0) return null;
  const pick = (row: Cells) => Object.fromEntries(other.map((column) => [column, row[column] ?? '']));
  return { point: is['point'] ?? '', before: pick(was), after: pick(is) };
}

function hasEnded({ before, after }: ChangedRow): boolean {
  const [was = '', is = ''] = [before['validTo'], after['validTo']];
  return is !== '' && (was === '' || is < was);
}
