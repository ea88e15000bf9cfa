/**
 * The whole path of an import, from texts to texts: points and readings in, table files and their counts out.
 */

import { fail, ok, type Result } from '../../base/result.js';
import { provenanceColumns } from '../parse/table-text.js';
import { buildTables, type TableRows } from './build-tables.js';
import { type KnowledgeClass, leftOutTable } from './classes.js';
import { contradictions } from './contradictions.js';
import { type ClassCount, countTables } from './counts.js';
import { type CsvRow, writeCsv } from './csv-text.js';
import { readPoints } from './points.js';
import { type Reading, readReadings } from './readings.js';
import { keyColumn, type TableShape } from './table-shape.js';
import { resolveValidity } from './validity.js';

export interface ImportTexts {
  /** JSON list of published points. */
  readonly points: string;
  /** Rows of `rules/knowledge/<name>.csv` by name. */
  readonly readings: ReadonlyMap<string, readonly CsvRow[]>;
  /** Schemas of `rules/tables/<name>.yaml` by name. */
  readonly shapes: ReadonlyMap<string, TableShape>;
  readonly classes: readonly KnowledgeClass[];
}

export interface Imported {
  /** Text of `<table>.csv` by table name. */
  readonly files: ReadonlyMap<string, string>;
  readonly counts: readonly ClassCount[];
  /** Points ended by official link, and points ended because a later one holds all their codes. */
  readonly linked: number;
  readonly covered: readonly string[];
}

/**
 * Deterministic: the same texts give the same files. On any problem nothing is made, and all problems are
 * told.
 */
export function importKnowledge(texts: ImportTexts): Result<Imported, readonly string[]> {
  const points = readPoints(texts.points);
  const readings = readAllReadings(texts.readings);
  if (!points.ok || !readings.ok) {
    return fail([...(points.ok ? [] : points.error), ...(readings.ok ? [] : readings.error)]);
  }
  const validity = resolveValidity(points.value, texts.classes);
  if (!validity.ok) return validity;
  const tables = buildTables({
    points: points.value,
    classes: texts.classes,
    readings: readings.value,
    shapes: texts.shapes,
    validity: validity.value,
  });
  if (!tables.ok) return tables;
  const contradicting = contradictions(tables.value, texts.classes);
  if (contradicting.length > 0) return fail(contradicting);
  const ended = [...validity.value].filter(([, { to }]) => to !== null);
  return ok({
    files: tableFiles(tables.value, texts.shapes),
    counts: countTables(tables.value, texts.readings, texts.classes),
    linked: ended.filter(([, { linked }]) => linked).length,
    covered: ended.filter(([, { linked }]) => !linked).map(([id, { endedBy }]) => `${id} by ${endedBy}`),
  });
}

function readAllReadings(
  files: ImportTexts['readings'],
): Result<ReadonlyMap<string, ReadonlyMap<string, Reading>>, readonly string[]> {
  const problems: string[] = [];
  const all = new Map<string, ReadonlyMap<string, Reading>>();
  for (const [name, rows] of files) {
    const readings = readReadings(`${name}.csv`, rows);
    if (readings.ok) all.set(name, readings.value);
    else problems.push(...readings.error);
  }
  return problems.length > 0 ? fail(problems) : ok(all);
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
