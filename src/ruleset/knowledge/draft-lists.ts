/** A draft of the lists that a person has to author, with the official text beside the empty columns. */
import type { KnowledgeClass } from './classes.js';
import { writeCsv } from './csv-text.js';
import type { AuthoredLists } from './lists.js';
import type { Reading } from './readings.js';
import { readingColumn, reviewColumns } from './table-shape.js';

/** What the official text says of a point, for whoever drafts. */
export interface PointWords {
  readonly item: string;
  readonly limit: string;
}

/**
 * A file to be filled in: the points of a class whose list nobody has authored, with their text beside the empty
 * columns. Filled in, its rows go to the class's lists; the columns for reading do not matter there.
 */
export function draftLists(
  { authored = [] }: KnowledgeClass,
  readings: ReadonlyMap<string, Reading>,
  lists: AuthoredLists,
  words: ReadonlyMap<string, PointWords>,
): { readonly text: string; readonly rows: number } {
  const open = [...readings.values()].filter(
    ({ point, leaveOut }) => leaveOut === null && !lists.has(point) && words.has(point),
  );
  const rows = open.map(({ point, cells }) => ({
    point,
    item: words.get(point)?.item ?? '',
    limit: words.get(point)?.limit ?? '',
    also: cells['joint'] ?? '',
  }));
  const empty = [...authored, ...reviewColumns].map(readingColumn);
  return { text: writeCsv(['point', 'item', 'limit', 'also', ...empty, 'note'], rows), rows: rows.length };
}

/** The words of published points by id; empty where the file is no list of points, which the import says better. */
export function pointWords(text: string): ReadonlyMap<string, PointWords> {
  const points = JSON.parse(text) as readonly Readonly<Record<string, unknown>>[];
  const said = (value: unknown) => (typeof value === 'string' ? value.replace(/\s+/g, ' ').trim() : '');
  return new Map(
    points.map((point) => [
      said(point['kp_id']),
      { item: said(point['item_name']), limit: said(point['constraint']) },
    ]),
  );
}
