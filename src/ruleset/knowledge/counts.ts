/**
 * What the tables hold, counted from the tables alone: for the command's answer and for the page of rule
 * authors.
 */

import type { TableRows } from './build-tables.js';
import { type KnowledgeClass, leftOutTable } from './classes.js';
import type { CsvRow } from './csv-text.js';
import { keyColumn } from './table-shape.js';

export interface ClassCount {
  readonly knowledge: KnowledgeClass;
  /** Published points: rows and left-out ones. */
  readonly points: number;
  readonly rows: number;
  /** Distinct item codes of the rows in force. */
  readonly codes: number;
  /** Rows in force, without an end. */
  readonly active: number;
  /** Rows ended by a later point. */
  readonly superseded: number;
  readonly leftOut: number;
  /** Active rows that a complete claim decides. */
  readonly decidable: number;
  readonly needsHistory: number;
  readonly needsList: number;
  /**
   * Decidable rows whose rule weakens: the parameter was judged, or the claim does not show a further
   * condition.
   */
  readonly weakened: number;
  /** Active rows whose text holds further conditions that nobody tests. */
  readonly joint: number;
  readonly decided: Readonly<Record<string, number>>;
  /** Left-out points by reason. */
  readonly reasons: Readonly<Record<string, number>>;
}

/**
 * One count a class, in the order of `classes`. Readings (rows by file name) tell which texts say more than
 * is tested.
 */
export function countTables(
  tables: TableRows,
  readings: TableRows,
  classes: readonly KnowledgeClass[],
): ClassCount[] {
  return classes.map((knowledge) => {
    const joint = jointPoints(readings.get(knowledge.readings) ?? []);
    const rows = tables.get(knowledge.table) ?? [];
    const leftOut = (tables.get(leftOutTable) ?? []).filter(({ table }) => table === knowledge.table);
    const active = rows.filter(({ validTo }) => validTo === '');
    const needs = active.map((row) => needOf(knowledge, row));
    return {
      knowledge,
      points: rows.length + leftOut.length,
      rows: rows.length,
      codes: new Set(active.flatMap((row) => (row[keyColumn] ?? '').split(' '))).size,
      active: active.length,
      superseded: rows.length - active.length,
      leftOut: leftOut.length,
      decidable: needs.filter((need) => need === null).length,
      needsHistory: needs.filter((need) => need === 'history').length,
      needsList: needs.filter((need) => need === 'list').length,
      weakened: active.filter((row, i) => needs[i] === null && isWeak(row)).length,
      joint: active.filter(({ point = '' }) => joint.has(point)).length,
      decided: tally(active.map(({ decided }) => decided ?? '')),
      reasons: tally(leftOut.map(({ reason }) => reason ?? '')),
    };
  });
}

function jointPoints(readings: readonly CsvRow[]): ReadonlySet<string> {
  return new Set(readings.flatMap(({ point = '', joint = '' }) => (joint === '' ? [] : [point])));
}

function isWeak({ decided, joint = '' }: CsvRow): boolean {
  return decided === 'judged' || joint !== '';
}

/**
 * What a row needs beyond the claim. A limit on first prescriptions needs to know whether there was an
 * earlier one.
 */
function needOf({ authored, needsHistory }: KnowledgeClass, row: CsvRow): 'history' | 'list' | null {
  if (authored?.every((column) => (row[column] ?? '') === '')) return 'list';
  return needsHistory === true || row['firstOnly'] === 'true' ? 'history' : null;
}

function tally(words: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const word of [...words].sort()) counts[word] = (counts[word] ?? 0) + 1;
  return counts;
}
