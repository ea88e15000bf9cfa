/** How far the lists of a table have come that people author: row by row, as the rule set holds them. */
import { ok, type Result } from '../../base/result.js';
import { type KnowledgeClass, knowledgeClasses } from './classes.js';
import { type CsvRow, readCsv } from './csv-text.js';
import { keyColumn } from './table-shape.js';

/** `open`: nobody has authored a list. `unreviewed`: nobody has reviewed it until today. */
export const listStates = ['open', 'unreviewed', 'reviewed'] as const;
export type ListState = (typeof listStates)[number];

export interface ListedRow {
  readonly point: string;
  readonly state: ListState;
  readonly codes: readonly string[];
  /** Beginnings of codes, by column. */
  readonly lists: Readonly<Record<string, readonly string[]>>;
  readonly reviewedBy: string | null;
  /** `YYYY-MM-DD` */
  readonly reviewedOn: string | null;
  readonly validFrom: string;
}

/** The classes whose lists people author. */
export function authoredClasses(): readonly KnowledgeClass[] {
  return knowledgeClasses.filter(({ reviewed }) => reviewed === true);
}

/** Rows in force, of the text of a table. `today`: `YYYY-MM-DD`. Fails with a readable text. */
export function listRows(
  { table, authored = [] }: KnowledgeClass,
  text: string,
  today: string,
): Result<readonly ListedRow[], string> {
  const rows = readCsv(table, text);
  if (!rows.ok) return rows;
  return ok(rows.value.filter(({ validTo }) => validTo === '').map((row) => listedRow(row, authored, today)));
}

function listedRow(row: CsvRow, authored: readonly string[], today: string): ListedRow {
  const lists = Object.fromEntries(authored.map((column) => [column, words(row[column])]));
  const isOpen = Object.values(lists).every((list) => list.length === 0);
  const reviewedBy = row['reviewedBy'] || null;
  const reviewedOn = row['reviewedOn'] || null;
  const isReviewed = reviewedBy !== null && (reviewedOn === null || reviewedOn <= today);
  return {
    point: row['point'] ?? '',
    state: isOpen ? 'open' : isReviewed ? 'reviewed' : 'unreviewed',
    codes: words(row[keyColumn]),
    lists,
    reviewedBy,
    reviewedOn,
    validFrom: row['validFrom'] ?? '',
  };
}

function words(cell = ''): readonly string[] {
  return cell.split(/\s+/).filter((word) => word !== '');
}

/** How many rows of each state. */
export function countStates(rows: readonly ListedRow[]): Readonly<Record<ListState, number>> {
  const counts = { open: 0, unreviewed: 0, reviewed: 0 };
  for (const { state } of rows) counts[state] += 1;
  return counts;
}
