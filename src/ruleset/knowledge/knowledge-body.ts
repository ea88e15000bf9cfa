/**
 * What a client sends of knowledge, as JSON: points, readings, lists, rows of lists. It may be megabytes, so it is read
 * where it is worked on, beside the service.
 */
import { fail, ok, type Result } from '../../base/result.js';
import type { CsvRow } from './csv-text.js';
import { pointsOfCsv } from './points-csv.js';

/** Texts of `knowledge/<name>.csv` and `knowledge/lists/<name>.csv`, by name. */
export interface KnowledgeTexts {
  readonly readings: ReadonlyMap<string, string>;
  readonly lists: ReadonlyMap<string, string>;
}

/** Cells by table column: a list as codes apart by blanks, `reviewedBy`, `reviewedOn`. */
export interface AuthoredRow {
  readonly point: string;
  readonly cells: CsvRow;
}

export interface KnowledgeBody extends KnowledgeTexts {
  /** JSON list of the published points; null: there is none in it. */
  readonly points: string | null;
  /** Null: likewise. */
  readonly rows: readonly AuthoredRow[] | null;
}

type Members = Readonly<Record<string, unknown>>;

/** `own`: texts of the node, in whose place those of the body come. Fails with a sentence. */
export function readKnowledgeBody(bytes: Uint8Array, own: KnowledgeTexts): Result<KnowledgeBody, string> {
  let body: unknown;
  try {
    body = JSON.parse(Buffer.from(bytes).toString('utf8'));
  } catch {
    return fail('The body is not JSON.');
  }
  if (!isObject(body)) return fail('The body is not a JSON object.');
  const points = pointsIn(body);
  const readings = textsIn('readings', body, own.readings);
  const lists = textsIn('lists', body, own.lists);
  const rows = rowsIn(body);
  if (!points.ok) return points;
  if (!readings.ok) return readings;
  if (!lists.ok) return lists;
  if (!rows.ok) return rows;
  return ok({ points: points.value, readings: readings.value, lists: lists.value, rows: rows.value });
}

/** A list, or a CSV. */
function pointsIn({ points }: Members): Result<string | null, string> {
  if (points === undefined || points === null) return ok(null);
  if (Array.isArray(points)) return ok(JSON.stringify(points));
  return typeof points === 'string'
    ? pointsOfCsv('points', points)
    : fail('"points" is no list of points and no CSV.');
}

function textsIn(
  name: 'readings' | 'lists',
  body: Members,
  own: ReadonlyMap<string, string>,
): Result<ReadonlyMap<string, string>, string> {
  const given = body[name] ?? {};
  if (!isObject(given)) return fail(`"${name}" holds no CSV texts by name.`);
  const texts = new Map(own);
  for (const [file, text] of Object.entries(given)) {
    if (!/^[a-z][a-z0-9-]*$/.test(file)) return fail(`"${file}" is no name of ${name}.`);
    if (typeof text !== 'string') return fail(`"${name}.${file}" is no CSV text.`);
    texts.set(file, text);
  }
  return ok(texts);
}

/** Each with its point; lists as codes, or as one text. */
function rowsIn({ rows }: Members): Result<readonly AuthoredRow[] | null, string> {
  if (rows === undefined || rows === null) return ok(null);
  if (!Array.isArray(rows)) return fail('"rows" is no list of rows.');
  const read: AuthoredRow[] = [];
  for (const row of rows as readonly unknown[]) {
    if (!isObject(row)) return fail('A row is no object.');
    const { point, ...cells } = row;
    if (typeof point !== 'string' || point === '') return fail('A row has no "point".');
    const texts: Record<string, string> = {};
    for (const [column, cell] of Object.entries(cells)) {
      const text = cellText(cell);
      if (text === null) return fail(`"${column}" of a row is no text and no list of texts.`);
      texts[column] = text;
    }
    read.push({ point, cells: texts });
  }
  return ok(read);
}

function cellText(cell: unknown): string | null {
  if (cell === null) return '';
  if (typeof cell === 'string') return cell;
  return Array.isArray(cell) && cell.every((code) => typeof code === 'string') ? cell.join(' ') : null;
}

function isObject(value: unknown): value is Members {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
