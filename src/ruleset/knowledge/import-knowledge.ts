/**
 * The whole path of an import, from texts to texts: points and readings in, table files and their counts out.
 */

import { fail, ok, type Result } from '../../base/result.js';
import { provenanceColumns } from '../parse/table-text.js';
import { buildTables, type TableRows } from './build-tables.js';
import { type KnowledgeClass, leftOutTable } from './classes.js';
import { type Contradiction, contradictions, contradictionText } from './contradictions.js';
import { type ClassCount, countTables } from './counts.js';
import { type CsvRow, writeCsv } from './csv-text.js';
import { readLists, withLists } from './lists.js';
import { readPoints } from './points.js';
import { type Reading, readReadings } from './readings.js';
import { keyColumn, type TableShape } from './table-shape.js';
import { resolveValidity } from './validity.js';

export interface ImportTexts {
  /** JSON list of published points. */
  readonly points: string;
  /** Rows of `rules/knowledge/<name>.csv` by name. */
  readonly readings: ReadonlyMap<string, readonly CsvRow[]>;
  /** Rows of `rules/knowledge/lists/<name>.csv` by name of the readings. */
  readonly lists?: ReadonlyMap<string, readonly CsvRow[]>;
  /** Schemas of `rules/tables/<name>.yaml` by name. */
  readonly shapes: ReadonlyMap<string, TableShape>;
  readonly classes: readonly KnowledgeClass[];
  /** `YYYY-MM-DD`, in China. */
  readonly today: string;
}

export interface Imported {
  /** Text of `<table>.csv` by table name. */
  readonly files: ReadonlyMap<string, string>;
  readonly counts: readonly ClassCount[];
  /** Points ended by official link, and points ended because a later one holds all their codes. */
  readonly linked: number;
  readonly covered: readonly string[];
  /** Of each point that has ended: the point that ended it. */
  readonly endedBy: ReadonlyMap<string, string>;
}

/** Why nothing is made. */
export interface ImportProblem {
  /** A sentence that names point or file; several lines where a file cannot be read. */
  readonly message: string;
  /** Two points that say different things: a person has to decide. Null: something else. */
  readonly contradiction: Contradiction | null;
}

/** Problems that are no contradictions. */
export function plainProblems(messages: readonly string[]): readonly ImportProblem[] {
  return messages.map((message) => ({ message, contradiction: null }));
}

/**
 * Deterministic: the same texts give the same files. On any problem nothing is made, and all problems are
 * told.
 */
export function importKnowledge(texts: ImportTexts): Result<Imported, readonly ImportProblem[]> {
  const points = readPoints(texts.points);
  const readings = readAllReadings(texts);
  if (!points.ok || !readings.ok) {
    return fail(plainProblems([points, readings].flatMap((read) => (read.ok ? [] : read.error))));
  }
  const validity = resolveValidity(points.value, texts.classes);
  if (!validity.ok) return fail(plainProblems(validity.error));
  const tables = buildTables({
    points: points.value,
    classes: texts.classes,
    readings: readings.value,
    shapes: texts.shapes,
    validity: validity.value,
  });
  if (!tables.ok) return fail(plainProblems(tables.error));
  const contradicting = contradictions(tables.value, texts.classes);
  if (contradicting.length > 0) {
    return fail(contradicting.map((one) => ({ message: contradictionText(one), contradiction: one })));
  }
  const ended = [...validity.value].filter(([, { to }]) => to !== null);
  return ok({
    files: tableFiles(tables.value, texts.shapes),
    counts: countTables(tables.value, texts.readings, texts.classes),
    linked: ended.filter(([, { linked }]) => linked).length,
    covered: ended.filter(([, { linked }]) => !linked).map(([id, { endedBy }]) => `${id} by ${endedBy}`),
    endedBy: new Map(ended.map(([id, { endedBy }]) => [id, endedBy ?? ''])),
  });
}

function readAllReadings({
  readings: files,
  lists = new Map(),
  classes,
  today,
}: ImportTexts): Result<ReadonlyMap<string, ReadonlyMap<string, Reading>>, readonly string[]> {
  const problems = [...lists.keys()]
    .filter((name) => !files.has(name))
    .map((name) => `lists/${name}.csv: there are no readings of that name`);
  const all = new Map<string, ReadonlyMap<string, Reading>>();
  for (const [name, rows] of files) {
    const readings = readReadings(`${name}.csv`, rows);
    const listed = readings.ok
      ? listedReadings(name, readings.value, lists.get(name) ?? [], { classes, today })
      : readings;
    if (listed.ok) all.set(name, listed.value);
    else problems.push(...listed.error);
  }
  return problems.length > 0 ? fail(problems) : ok(all);
}

/** With what a person has authored. */
function listedReadings(
  name: string,
  readings: ReadonlyMap<string, Reading>,
  rows: readonly CsvRow[],
  { classes, today }: Pick<ImportTexts, 'classes' | 'today'>,
): Result<ReadonlyMap<string, Reading>, readonly string[]> {
  const file = `lists/${name}.csv`;
  const knowledge = classes.find((one) => one.readings === name);
  if (rows.length === 0 || knowledge === undefined) return ok(readings);
  if (knowledge.reviewed !== true) return fail([`${file}: this class has no lists`]);
  const lists = readLists(file, rows, knowledge, today);
  return lists.ok ? withLists(file, readings, lists.value) : lists;
}

function tableFiles(tables: TableRows, shapes: ImportTexts['shapes']): ReadonlyMap<string, string> {
  return new Map(
    [...tables].map(([name, rows]) => {
      const own =
        name === leftOutTable ? [keyColumn, 'table', 'reason'] : Object.keys(shapes.get(name)?.columns ?? {});
      return [name, writeCsv([...provenanceColumns, ...own], rows)];
    }),
  );
}
