/** When and where a row of a knowledge table is in force, and whether a table lists an item. */
import { dayOf, type EpochMs } from '../../base/calendar.js';
import type { ClaimView } from './claim-view.js';
import { noBeginning, noEnd, type Table } from './tables/table.js';
import { and, or, type Truth, Unknown } from './unknown.js';

/** In force at a time? A row with neither first nor last day is, at any time, even an unknown one. */
export function standsAt(table: Table, row: number, time: EpochMs | Unknown): boolean | Unknown {
  const from = table.validFrom[row] as number;
  const to = table.validTo[row] as number;
  if (from === noBeginning && to === noEnd) return true;
  if (time instanceof Unknown) return time;
  const day = dayOf(time);
  return from <= day && day < to;
}

/** In force at a known time? */
export function isInForce(table: Table, row: number, time: EpochMs): boolean {
  return standsAt(table, row, time) === true;
}

/** In force where the institution is? Null where that is not known. */
export function standsHere(view: ClaimView, table: Table, row: number): boolean | null {
  const region = table.region[row] as number;
  if (region < 0) return true;
  const here = view.head.institution.region;
  return here === null ? null : here.startsWith(view.items.textOf(region));
}

/** A further key of `listed`: the cells of its column, and what they are asked for. */
type OtherKey = readonly [cells: (row: number) => unknown, value: unknown];

/**
 * Is there a row in force with these key values? Keys and time may be unknown: a code that no row has is not
 * listed, whatever the time. `elsewhere` is the Unknown of the region, null for a table without regions.
 */
export function listed(
  view: ClaimView,
  table: Table,
  elsewhere: Unknown | null,
  key: number | Unknown,
  others: readonly OtherKey[],
  time: EpochMs | Unknown,
): Truth {
  if (key instanceof Unknown) return key;
  const place = table.positionOf(key);
  if (place < 0) return false;
  let answer: Truth = false;
  const end = table.rowStart[place + 1] as number;
  for (let i = table.rowStart[place] as number; i < end; i++) {
    const stands = rowStands(view, table, elsewhere, table.rowNumbers[i] as number, others, time);
    if (stands === true) return true;
    answer = or(answer, stands);
  }
  return answer;
}

/** The same without the index. */
export const listedByScan: typeof listed = (view, table, elsewhere, key, others, time) => {
  if (key instanceof Unknown) return key;
  let answer: Truth = false;
  for (const row of table.rowsOfByScan(key)) {
    const stands = rowStands(view, table, elsewhere, row, others, time);
    if (stands === true) return true;
    answer = or(answer, stands);
  }
  return answer;
};

function rowStands(
  view: ClaimView,
  table: Table,
  elsewhere: Unknown | null,
  row: number,
  others: readonly OtherKey[],
  time: EpochMs | Unknown,
): Truth {
  let stands: Truth = standsAt(table, row, time);
  for (const [cells, value] of others) stands = kleeneAnd(stands, holds(cells(row), value));
  return kleeneAnd(stands, standsHere(view, table, row) ?? elsewhere ?? false);
}

function kleeneAnd(a: Truth, b: Truth): Truth {
  return a === false ? false : and(a, b);
}

function holds(cell: unknown, value: unknown): Truth {
  if (value instanceof Unknown) return value;
  return Array.isArray(cell) ? cell.includes(value) : cell === value;
}
