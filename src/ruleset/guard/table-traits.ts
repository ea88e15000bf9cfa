/** What the guard asks of a whole table, found once: tables are large and rules many. */
import type { CheckedTable } from '../check/check-table.js';

export interface TableTraits {
  /** Every row carries an official point. */
  readonly isOfPoints: boolean;
  /** Rows without an official point are in force for part of a year. */
  readonly hasSeasons: boolean;
  /** Some row without a point is of one area, or judged by whoever wrote it. */
  readonly isHomeMade: boolean;
}

/** What stands for less is a season, not a policy; days. */
export const shortestPeriod = 93;

const known = new WeakMap<CheckedTable, TableTraits>();

export function traitsOf(table: CheckedTable): TableTraits {
  const found = known.get(table) ?? findTraits(table);
  known.set(table, found);
  return found;
}

function findTraits(table: CheckedTable): TableTraits {
  const column = (name: string) => table.cells.get(name) ?? [];
  const [points, from, to] = [column('point'), column('validFrom'), column('validTo')];
  const [regions, decided] = [column('region'), column('decided')];
  const isShort = (row: number) => {
    const [first, after] = [from[row], to[row]];
    return typeof first === 'number' && typeof after === 'number' && after - first < shortestPeriod;
  };
  return {
    isOfPoints: points.every((point) => point !== null),
    hasSeasons: points.some((point, row) => point === null && isShort(row)),
    isHomeMade: points.some(
      (point, row) => point === null && (regions[row] !== null || decided[row] === 'judged'),
    ),
  };
}
