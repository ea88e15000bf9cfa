/**
 * Readings: what a person (or several) read in the text of each point. One row a point; either parameters, or
 * a reason for leaving the point out. `decided` says how the parameters were found.
 */
import { fail, ok, type Result } from '../../base/result.js';
import type { CsvRow } from './csv-text.js';

export const decisions = ['stated', 'derived', 'judged'] as const;
export type Decided = (typeof decisions)[number];

export interface Reading {
  readonly point: string;
  readonly decided: Decided;
  /** Slug of the reason for which the point has no row; null where it has one. */
  readonly leaveOut: string | null;
  /** All columns of the reading file, the parameters among them. */
  readonly cells: CsvRow;
}

/** Readings by point of one file. Problems name file and line; all are reported together. */
export function readReadings(
  file: string,
  rows: readonly CsvRow[],
): Result<ReadonlyMap<string, Reading>, readonly string[]> {
  const readings = new Map<string, Reading>();
  const problems: string[] = [];
  rows.forEach((cells, i) => {
    const where = `${file}:${i + 2}`;
    const point = cells['point'] ?? '';
    const decided = decisions.find((word) => word === cells['decided']);
    const leaveOut = cells['leave_out'] ?? '';
    if (point === '') problems.push(`${where}: no point`);
    else if (readings.has(point)) problems.push(`${where}: ${point} has been read before`);
    if (decided === undefined) problems.push(`${where}: decided is none of ${decisions.join(', ')}`);
    if (leaveOut !== '' && !/^[a-z][a-z0-9-]*$/.test(leaveOut)) {
      problems.push(`${where}: leave_out is not a slug: ${leaveOut}`);
    }
    if (point !== '' && decided !== undefined) {
      readings.set(point, { point, decided, leaveOut: leaveOut === '' ? null : leaveOut, cells });
    }
  });
  return problems.length > 0 ? fail(problems) : ok(readings);
}
