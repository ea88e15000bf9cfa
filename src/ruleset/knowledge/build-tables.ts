/**
 * From points and readings to table rows: grouped by class, joined, dated, sorted. Facts only. Nothing is
 * dropped silently: every point ends as one row of its class's table or as one row of the left-out table with
 * its reason.
 */
import { assert } from '../../base/assert.js';
import { fail, ok, type Result } from '../../base/result.js';
import { type KnowledgeClass, leftOutTable } from './classes.js';
import type { CsvRow } from './csv-text.js';
import type { KnowledgePoint } from './points.js';
import type { Reading } from './readings.js';
import { cellProblem, keyColumn, readingColumn, reviewColumns, type TableShape } from './table-shape.js';
import type { Validity } from './validity.js';

export interface KnowledgeSources {
  readonly points: readonly KnowledgePoint[];
  readonly classes: readonly KnowledgeClass[];
  /** By readings name (`sex-drug`), then by point. */
  readonly readings: ReadonlyMap<string, ReadonlyMap<string, Reading>>;
  /** By table name. */
  readonly shapes: ReadonlyMap<string, TableShape>;
  readonly validity: ReadonlyMap<string, Validity>;
}

/** Rows by table name, in file order. */
export type TableRows = ReadonlyMap<string, readonly CsvRow[]>;

/** Every class's rows and the left-out points; or all problems, each naming its point or file. */
export function buildTables(sources: KnowledgeSources): Result<TableRows, readonly string[]> {
  const problems = [...unknownClasses(sources), ...strayReadings(sources)];
  const tables = new Map<string, readonly CsvRow[]>();
  const leftOut: CsvRow[] = [];
  for (const knowledge of sources.classes) {
    const rows: CsvRow[] = [];
    for (const point of sources.points.filter(({ ruleClass }) => ruleClass === knowledge.name)) {
      const row = pointRow(sources, knowledge, point);
      if (!row.ok) problems.push(...row.error);
      else if ('reason' in row.value) leftOut.push(row.value);
      else rows.push(row.value);
    }
    tables.set(knowledge.table, rows.sort(byPublication));
  }
  tables.set(leftOutTable, leftOut.sort(byPublication));
  return problems.length > 0 ? fail(problems) : ok(tables);
}

function pointRow(
  { readings, shapes, validity }: KnowledgeSources,
  knowledge: KnowledgeClass,
  point: KnowledgePoint,
): Result<CsvRow, readonly string[]> {
  const reading = readings.get(knowledge.readings)?.get(point.id);
  if (reading === undefined) return fail([`${point.id}: nobody has read it (${knowledge.readings}.csv)`]);
  const valid = validity.get(point.id);
  const shape = shapes.get(knowledge.table);
  assert(valid !== undefined, `${point.id} has been dated`);
  if (shape === undefined) return fail([`${knowledge.table}: no schema`]);
  const provenance = provenanceOf(point, valid, reading);
  if (reading.leaveOut !== null) {
    return ok({
      ...provenance,
      codes: sortedCodes(point.codes),
      table: knowledge.table,
      reason: reading.leaveOut,
    });
  }
  const key = keyCodes(knowledge, point, reading);
  const parameters = parameterCells(knowledge, shape, reading);
  const problems = [...(key.ok ? [] : key.error), ...(parameters.ok ? [] : parameters.error)];
  return key.ok && parameters.ok
    ? ok({ ...provenance, [keyColumn]: key.value, ...parameters.value })
    : fail(problems.map((problem) => `${point.id} (${knowledge.readings}.csv): ${problem}`));
}

function provenanceOf(point: KnowledgePoint, valid: Validity, reading: Reading): CsvRow {
  return {
    point: point.id,
    batch: point.batch === null ? '' : String(point.batch),
    row: point.row === null ? '' : String(point.row),
    knownFrom: valid.from,
    validFrom: valid.from,
    validTo: valid.to ?? '',
    region: '',
    decided: reading.decided,
  };
}

/** The codes by which a line finds the row: all of the point's, or of two items the including one. */
function keyCodes(
  { pair }: KnowledgeClass,
  point: KnowledgePoint,
  { cells }: Reading,
): Result<string, readonly string[]> {
  if (point.codes.length === 0) return fail(['a point without codes needs a reason to leave it out']);
  if (pair === undefined) return ok(sortedCodes(point.codes));
  const key = cells[pair.key] ?? '';
  const other = cells[pair.other] ?? '';
  const agrees = key !== other && sortedCodes([key, other]) === sortedCodes(point.codes);
  return agrees ? ok(key) : fail([`${key} and ${other} are not the point's two codes`]);
}

function parameterCells(
  knowledge: KnowledgeClass,
  shape: TableShape,
  { cells }: Reading,
): Result<CsvRow, readonly string[]> {
  const problems: string[] = [];
  const parameters: Record<string, string> = {};
  for (const [column, spec] of Object.entries(shape.columns)) {
    if (column === keyColumn) continue;
    const source = column === knowledge.pair?.column ? knowledge.pair.other : readingColumn(column);
    const read = cells[source] ?? '';
    // A mark that no reader set is a condition that the text does not make.
    const cell = read === '' && spec.type === 'flag' ? 'false' : read;
    const problem = cell === '' ? emptyProblem(knowledge, column) : cellProblem(spec, cell);
    if (problem !== null) problems.push(`${source}: ${problem}`);
    parameters[column] = cell;
  }
  const { optional = [], authored } = knowledge;
  if (
    optional.length > 0 &&
    authored === undefined &&
    Object.values(parameters).every((cell) => cell === '')
  ) {
    problems.push('no parameter at all, and no reason to leave the point out');
  }
  return problems.length > 0 ? fail(problems) : ok(parameters);
}

function emptyProblem(knowledge: KnowledgeClass, column: string): string | null {
  const { authored = [], optional = [], reviewed = false } = knowledge;
  const mayBeEmpty = [...authored, ...optional, ...(reviewed ? reviewColumns : [])];
  return mayBeEmpty.includes(column) ? null : 'empty, and no reason to leave the point out';
}

function sortedCodes(codes: readonly string[]): string {
  return [...new Set(codes)].sort().join(' ');
}

/** Order of the files: as published, so that a new batch adds lines at one place. */
function byPublication(a: CsvRow, b: CsvRow): number {
  return (
    compare(a['validFrom'], b['validFrom']) ||
    Number(a['batch'] || 0) - Number(b['batch'] || 0) ||
    compare(a['table'], b['table']) ||
    Number(a['row'] || 0) - Number(b['row'] || 0) ||
    compare(a['point'], b['point'])
  );
}

function compare(a = '', b = ''): number {
  return a === b ? 0 : a < b ? -1 : 1;
}

function unknownClasses({ points, classes }: KnowledgeSources): string[] {
  const known = new Set(classes.map(({ name }) => name));
  return points
    .filter(({ ruleClass }) => !known.has(ruleClass))
    .map(({ id, ruleClass }) => `${id}: no such class: ${ruleClass}`);
}

/** Readings of points that do not exist: a typing error, or a point that has been withdrawn unnoticed. */
function strayReadings({ points, readings }: KnowledgeSources): string[] {
  const ids = new Set(points.map(({ id }) => id));
  return [...readings].flatMap(([file, byPoint]) =>
    [...byPoint.keys()].filter((id) => !ids.has(id)).map((id) => `${file}.csv: no such point: ${id}`),
  );
}
