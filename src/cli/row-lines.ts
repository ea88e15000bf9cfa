/** Rows of knowledge tables that came, ended, went or changed, as lines: the first few of each. */
import { type Cells, type ChangedRow, parametersOf, type RowChanges } from '../ruleset/release/diff-rows.js';
import type { Screen } from './terminal.js';
import { fitted } from './text-width.js';
import { count } from './words.js';

/** Rows of a kind that are written out; the rest is counted. */
const shownRows = 5;
const longestRow = 150;

/** `3 added, 1 superseded`. */
export function rowCounts({ added, superseded, removed, changed }: RowChanges): readonly string[] {
  const told = [
    [added.length, 'added'],
    [superseded.length, 'superseded'],
    [removed.length, 'removed'],
    [changed.length, 'changed'],
  ] as const;
  return told.filter(([rows]) => rows > 0).map(([rows, what]) => `${count(rows)} ${what}`);
}

/** `endedBy`: the point that superseded a point, where it is known. */
export function rowLines(
  { added, superseded, removed, changed }: RowChanges,
  paint: Screen['paint'],
  endedBy: ReadonlyMap<string, string> = new Map(),
): readonly string[] {
  const by = ({ point }: ChangedRow) => (endedBy.has(point) ? `  by ${endedBy.get(point)}` : '');
  return [
    ...firstOf(added, (row) => paint('green', `    + ${rowText(row)}`)),
    ...firstOf(superseded, (row) => paint('yellow', `    × ${changeText(row)}${by(row)}`)),
    ...firstOf(removed, (row) => paint('red', `    - ${rowText(row)}`)),
    ...firstOf(changed, (row) => paint('yellow', `    ~ ${changeText(row)}`)),
  ];
}

function firstOf<Row>(rows: readonly Row[], text: (row: Row) => string): readonly string[] {
  const more = rows.length - shownRows;
  return [...rows.slice(0, shownRows).map(text), ...(more > 0 ? [`      … and ${count(more)} more`] : [])];
}

function rowText(row: Cells): string {
  const from = row['validFrom'] ? [`from ${row['validFrom']}`] : [];
  const said = Object.entries(parametersOf(row)).filter(([, cell]) => cell !== '');
  const cells = said.map(([column, cell]) => `${column} ${shortened(cell)}`);
  return fitted([row['point'] ?? '', ...from, ...cells].filter((part) => part !== '').join('  '), longestRow);
}

/** Of many codes the first. */
function shortened(cell: string): string {
  const [first = '', ...more] = cell.split(' ');
  return more.length > 1 ? `${first} and ${more.length} more` : cell;
}

function changeText({ point, before, after }: ChangedRow): string {
  const cells = Object.keys(after).map(
    (column) => `${column} ${shortened(before[column] || '-')} → ${shortened(after[column] || '-')}`,
  );
  return fitted([point, ...cells].join('  '), longestRow);
}
