/** Rows of knowledge that came, ended, went or changed; a row counts from the day on which the rule set knows it. */
import { formatDay } from '../../base/calendar.js';
import type { Parsed } from '../parse/parse-rules.js';
import type { ParsedTable } from '../parse/table-text.js';
import { type Cells, compareRows, differ, type NamedRows, nameRows, type RowChanges } from './diff-rows.js';

export interface TableChange extends RowChanges {
  readonly table: string;
  readonly title: string;
  /** Rows that count on either side. */
  readonly rowsBefore: number;
  readonly rowsAfter: number;
  /** Rows that lie in the table and count only once `asOf` comes to them. */
  readonly waiting: number;
  readonly schemaChanged: boolean;
  /** A rule that asks the table may judge otherwise; false where only rows that still wait differ. */
  readonly judges: boolean;
}

export function diffTables(before: Parsed | null, after: Parsed): readonly TableChange[] {
  const names = new Set([...(before?.tables.keys() ?? []), ...after.tables.keys()]);
  return [...names].toSorted().flatMap((name) => {
    const [was, is] = [before?.tables.get(name), after.tables.get(name)];
    const sameDay = before?.header.asOf === after.header.asOf;
    const sameText = was?.rowsFile.text === is?.rowsFile.text && was?.schemaFile.text === is?.schemaFile.text;
    if (sameDay && sameText) return [];
    return tableChange(name, knownRows(was, before), knownRows(is, after)) ?? [];
  });
}

interface Known {
  readonly title: string;
  readonly rows: NamedRows;
  readonly waiting: number;
  readonly schema: string;
}

/** The rows that count on the rule set's day. */
function knownRows(table: ParsedTable | undefined, parsed: Parsed | null): Known {
  if (table === undefined || parsed === null) return { title: '', rows: new Map(), waiting: 0, schema: '' };
  const asOf = formatDay(parsed.header.asOf);
  const all = table.records.map(({ cells }) => cellsOf(table.header, cells));
  const known = all.filter(({ knownFrom = '' }) => knownFrom <= asOf);
  const key = table.key.map(({ value }) => value);
  return {
    title: table.title,
    rows: nameRows(known, key),
    waiting: all.length - known.length,
    schema: schemaText(table),
  };
}

function cellsOf(header: readonly string[], cells: readonly string[]): Cells {
  return Object.fromEntries(header.map((column, i) => [column, cells[i] ?? '']));
}

function schemaText({ key, columns }: ParsedTable): string {
  const shapes = columns.map(({ name, type, values, authored }) => [name.value, type, values, authored]);
  return JSON.stringify([key.map(({ value }) => value), shapes]);
}

function tableChange(table: string, was: Known, is: Known): TableChange | null {
  const rows = compareRows(was.rows, is.rows);
  const schemaChanged = was.schema !== is.schema;
  if (!differ(rows) && !schemaChanged && was.waiting === is.waiting) return null;
  return {
    table,
    title: is.title || was.title,
    rowsBefore: was.rows.size,
    rowsAfter: is.rows.size,
    ...rows,
    waiting: is.waiting,
    schemaChanged,
    judges: differ(rows) || schemaChanged,
  };
}
