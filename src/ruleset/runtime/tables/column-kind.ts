/** How the cells of a column lie in memory. */
import { assert } from '../../../base/assert.js';
import type { ColumnKind } from '../../compile/artifact.js';

/**
 * `number`: whole and other numbers, days, fen. `list`: of texts. `empty`: no cell has a value and nobody says
 * what one would be.
 */
export type StoredKind = ColumnKind | 'empty';

/** The kind that a column's cells show; `empty` where all of them are. */
export function kindOfCells(cells: readonly unknown[]): StoredKind {
  const first = cells.find((cell) => cell !== null && cell !== undefined);
  if (first === undefined) return 'empty';
  if (Array.isArray(first)) return 'list';
  if (typeof first === 'number') return 'number';
  if (typeof first === 'boolean') return 'flag';
  assert(typeof first === 'string', `a cell holds a ${typeof first}`);
  return 'text';
}
