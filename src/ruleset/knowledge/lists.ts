/**
 * Lists that a person authors: which diagnoses a limit on indications means, which drugs come first. They stand beside
 * the readings, in `rules/knowledge/lists/<readings>.csv`, with whoever reviewed a row and when; a row that nobody has
 * reviewed is in the table, and its rule only records.
 */
import { fail, ok, type Result } from '../../base/result.js';
import type { KnowledgeClass } from './classes.js';
import type { CsvRow } from './csv-text.js';
import { isDay } from './points.js';
import type { Reading } from './readings.js';
import { readingColumn, reviewColumns } from './table-shape.js';

/** Cells by reading column: the authored ones, `reviewed_by`, `reviewed_on`. */
export type AuthoredLists = ReadonlyMap<string, CsvRow>;

/** What a cell may hold: beginnings of codes, apart by blanks. */
const beginnings: Readonly<Record<string, RegExp>> = {
  // Of diagnoses: N18, Z99.2, E.
  diagnoses: /^[A-Z](\d{1,2}(\.[0-9A-Za-z]{1,4})?)?$/,
  // Of national drug codes.
  firstLine: /^[XZT][A-Z0-9]{2,22}$/,
};

/**
 * Lists by point of one file; rows that are not filled in yet are none. `today`: in China, `YYYY-MM-DD`; nobody has
 * reviewed anything after it. All problems are told, with their lines.
 */
export function readLists(
  file: string,
  rows: readonly CsvRow[],
  { authored = [] }: KnowledgeClass,
  today: string,
): Result<AuthoredLists, readonly string[]> {
  const lists = new Map<string, CsvRow>();
  const problems: string[] = [];
  const columns = [...authored, ...reviewColumns];
  rows.forEach((cells, i) => {
    const where = `${file}:${i + 2}`;
    const point = cells['point'] ?? '';
    const read = Object.fromEntries(columns.map((c) => [readingColumn(c), cells[readingColumn(c)] ?? '']));
    const found = [...listProblems(cells, authored), ...reviewProblems(cells, authored, today)];
    if (point === '') found.push('no point');
    if (lists.has(point)) found.push(`${point} is there twice`);
    problems.push(...found.map((problem) => `${where}: ${problem}`));
    if (authored.some((column) => cells[readingColumn(column)])) lists.set(point, read);
  });
  return problems.length > 0 ? fail(problems) : ok(lists);
}

/** The readings with the lists in their cells. Problems name lists of points that have no row. */
export function withLists(
  file: string,
  readings: ReadonlyMap<string, Reading>,
  lists: AuthoredLists,
): Result<ReadonlyMap<string, Reading>, readonly string[]> {
  const problems = [...lists.keys()].flatMap((point) => {
    const reading = readings.get(point);
    if (reading === undefined) return [`${file}: nobody has read ${point}`];
    return reading.leaveOut === null ? [] : [`${file}: ${point} is left out (${reading.leaveOut})`];
  });
  if (problems.length > 0) return fail(problems);
  const merged = [...readings].map(([point, reading]) => {
    const cells = { ...reading.cells, ...lists.get(point) };
    return [point, { ...reading, cells }] as const;
  });
  return ok(new Map(merged));
}

function listProblems(cells: CsvRow, authored: readonly string[]): string[] {
  return authored.flatMap((column) => {
    const cell = (cells[readingColumn(column)] ?? '').trim();
    const wrong = cell.split(/\s+/).filter((word) => word !== '' && beginnings[column]?.test(word) === false);
    return wrong.map((word) => `${readingColumn(column)}: "${word}" is no beginning of a code`);
  });
}

/** Who and when belong together, and to a list. */
function reviewProblems(cells: CsvRow, authored: readonly string[], today: string): string[] {
  const by = cells['reviewed_by'] ?? '';
  const on = cells['reviewed_on'] ?? '';
  if (by === '' && on === '') return [];
  if (by === '') return ['reviewed_by is empty'];
  if (!isDay(on)) return [`reviewed_on: "${on}" is no day (YYYY-MM-DD)`];
  if (on > today) return [`reviewed_on: ${on} is still to come, so nobody has reviewed it`];
  const isListed = authored.some((column) => (cells[readingColumn(column)] ?? '') !== '');
  return isListed ? [] : ['reviewed, but nothing is listed'];
}
