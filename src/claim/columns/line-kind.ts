/** Kinds of items as numbers, for a column. */
import type { LineKind } from '../claim.js';
import { lineKinds } from './line-columns.js';

/** Position in `lineKinds`; -1: unknown. */
export type LineKindNumber = number;

export function lineKindNumber(kind: LineKind | null): LineKindNumber {
  return kind === null ? -1 : lineKinds.indexOf(kind);
}
