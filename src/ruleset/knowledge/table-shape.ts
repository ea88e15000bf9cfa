/** What the import has to know of a table: its columns after the provenance, in the order of its schema. */
import type { ColumnType } from '../parse/table-text.js';

export interface TableShape {
  readonly columns: Readonly<Record<string, ColumnShape>>;
}

export interface ColumnShape {
  readonly type: ColumnType;
  /** Closed set of an enumeration. */
  readonly values: readonly string[];
}

/**
 * Column that holds the item codes by which a line finds its row; it comes from the point, not from a
 * reading.
 */
export const keyColumn = 'codes';

/** Columns of a table whose lists a person authors: who has reviewed a row, and when; empty: nobody yet. */
export const reviewColumns = ['reviewedBy', 'reviewedOn'] as const;

/** The reading column of a table column: `maxAgeYears` is read from `max_age_years`. */
export function readingColumn(column: string): string {
  return column.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

const cellShapes: Partial<Readonly<Record<ColumnType, RegExp>>> = {
  code: /^\S+$/,
  integer: /^-?\d+$/,
  number: /^-?\d+(\.\d+)?$/,
  flag: /^(true|false)$/,
  money: /^\d+(\.\d{1,2})?$/,
  day: /^\d{4}-\d{2}-\d{2}$/,
};

/** Why a cell that is not empty does not fit its column, or null. */
export function cellProblem(shape: ColumnShape, cell: string): string | null {
  if (shape.type === 'enumeration' && !shape.values.includes(cell)) {
    return `"${cell}" is none of ${shape.values.join(', ')}`;
  }
  const pattern = cellShapes[shape.type];
  return pattern === undefined || pattern.test(cell) ? null : `"${cell}" is not of type ${shape.type}`;
}
