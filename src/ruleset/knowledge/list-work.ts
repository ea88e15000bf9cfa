/** What is done with the lists that people author: shown, drafted, written into the file that the import reads. */
import { fail, ok, type Result } from '../../base/result.js';
import type { RulesSource } from '../parse/parse-rules.js';
import type { KnowledgeClass } from './classes.js';
import { type CsvRow, readCsv, writeCsv } from './csv-text.js';
import { draftLists, pointWords } from './draft-lists.js';
import { type AuthoredRow, type KnowledgeTexts, readKnowledgeBody } from './knowledge-body.js';
import { authoredClasses, type ListedRow, listRows } from './list-rows.js';
import { readLists, withLists } from './lists.js';
import { readPoints } from './points.js';
import { readReadings } from './readings.js';
import { readingColumn, reviewColumns } from './table-shape.js';

export type ListTask =
  | { readonly what: 'show'; readonly source: RulesSource; readonly today: string }
  | {
      readonly what: 'draft' | 'enter';
      readonly table: string;
      /** As it came. */
      readonly body: Uint8Array;
      /** Of the node. */
      readonly own: KnowledgeTexts;
      /** `YYYY-MM-DD`, in China. */
      readonly today: string;
    };

/** A file of lists. */
export interface ListFile {
  readonly text: string;
  readonly rows: number;
  /** Where it belongs, within the rules folder. */
  readonly target: string;
}

export interface ShownLists {
  readonly table: string;
  readonly rule: string;
  readonly rows: readonly ListedRow[];
}

/** All problems are told, those of a file with their lines. */
export type ListAnswer = Result<
  { readonly shown: readonly ShownLists[] } | { readonly file: ListFile },
  readonly string[]
>;

/** Fails with a sentence where the body makes no sense. */
export function workOnLists(task: ListTask): Result<ListAnswer, string> {
  if (task.what === 'show') return ok(show(task.source, task.today));
  const read = readKnowledgeBody(task.body, task.own);
  if (!read.ok) return read;
  const { points, rows, ...sent } = read.value;
  const texts = { ...sent, today: task.today };
  if (task.what === 'draft') {
    return points === null
      ? fail('"points" is missing.')
      : ok(asAnswer(draftOf(task.table, { ...texts, points })));
  }
  return rows === null ? fail('"rows" is missing.') : ok(asAnswer(entered(task.table, texts, rows)));
}

function asAnswer(made: Result<ListFile, readonly string[]>): ListAnswer {
  return made.ok ? ok({ file: made.value }) : made;
}

function show({ files }: RulesSource, today: string): ListAnswer {
  const shown: ShownLists[] = [];
  for (const knowledge of authoredClasses()) {
    const text = files.get(`tables/${knowledge.table}.csv`);
    const rows = text === undefined ? ok([]) : listRows(knowledge, text, today);
    if (!rows.ok) return fail([rows.error]);
    shown.push({ table: knowledge.table, rule: knowledge.rule, rows: rows.value });
  }
  return ok({ shown });
}

type Texts = KnowledgeTexts & { readonly today: string };

/** A file to be filled in, with a row for each point whose list nobody has authored. */
export function draftOf(
  table: string,
  { points: text, ...texts }: Texts & { readonly points: string },
): Result<ListFile, readonly string[]> {
  const read = readFiles(table, texts);
  const points = readPoints(text);
  if (!read.ok || !points.ok) return fail([read, points].flatMap((one) => (one.ok ? [] : one.error)));
  const { knowledge, file, readings, lists } = read.value;
  return ok({ ...draftLists(knowledge, readings, lists, pointWords(text)), target: targetOf(file) });
}

/** The file with these rows in it, in place of those of the same points. */
function entered(
  table: string,
  texts: Texts,
  rows: readonly AuthoredRow[],
): Result<ListFile, readonly string[]> {
  const read = readFiles(table, texts);
  if (!read.ok) return read;
  const { knowledge, file, readings, rows: present } = read.value;
  const columns = [...(knowledge.authored ?? []), ...reviewColumns];
  const byPoint = new Map(present.map((row) => [row['point'] ?? '', row]));
  for (const { point, cells } of rows) {
    const own = columns.map((column) => [readingColumn(column), cells[column] ?? ''] as const);
    byPoint.set(point, { ...byPoint.get(point), point, ...Object.fromEntries(own) });
  }
  const all = [...byPoint.values()];
  const lists = readLists(file, all, knowledge, texts.today);
  const fits = lists.ok ? withLists(file, readings, lists.value) : lists;
  if (!fits.ok) return fits;
  const text = writeCsv(['point', ...columns.map(readingColumn), 'note'], all);
  return ok({ text, rows: all.length, target: targetOf(file) });
}

function targetOf(file: string): string {
  return `knowledge/${file}`;
}

function readFiles(table: string, texts: Texts) {
  const knowledge = authoredClasses().find((one) => one.table === table);
  if (knowledge === undefined) {
    const names = authoredClasses().map((one) => one.table);
    return fail([`"${table}" has no lists; there are ${names.join(', ')}`]);
  }
  return readClass(knowledge, texts);
}

function readClass(knowledge: KnowledgeClass, texts: Texts) {
  const { readings: name } = knowledge;
  const file = `lists/${name}.csv`;
  const read = rowsOf(name, texts.readings.get(name));
  const listed = rowsOf(name, texts.lists.get(name));
  if (!read.ok || !listed.ok) return fail([read, listed].flatMap((one) => (one.ok ? [] : [one.error])));
  const readings = readReadings(`${name}.csv`, read.value);
  const lists = readLists(file, listed.value, knowledge, texts.today);
  if (!readings.ok || !lists.ok) return fail([readings, lists].flatMap((one) => (one.ok ? [] : one.error)));
  return ok({ knowledge, file, readings: readings.value, lists: lists.value, rows: listed.value });
}

function rowsOf(name: string, text: string | undefined): Result<readonly CsvRow[], string> {
  return text === undefined ? ok([]) : readCsv(name, text);
}
