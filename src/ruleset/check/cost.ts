/**
 * A bound on what one evaluation of a condition costs in the worst accepted claim, in elementary steps. A
 * condition that could hold up a doctor's screen does not compile.
 */
import { claimLimits } from '../../claim/fields.js';
import { functionSpec } from './functions.js';
import { probeOf } from './probe.js';
import { partsOf, type Typed } from './typed.js';

/** Per evaluation: one line, one prescription, or one claim. */
export const costLimits = {
  line: 100_000,
  prescription: 500_000,
  encounter: 2_000_000,
  claim: 2_000_000,
} as const;

/** Lines that one item code is taken to have: more is possible, but not for every code of the claim. */
const linesPerCode = 50;
const listBounds: Readonly<Record<string, number>> = {
  'claim.lines': claimLimits.lines,
  'claim.diagnoses': claimLimits.diagnoses,
  'claim.procedures': claimLimits.procedures,
  'prescription.lines': 200,
};

export function costOf(expr: Typed): number {
  switch (expr.kind) {
    case 'loop':
      return (
        costOf(expr.list) +
        lengthOf(expr.list, probeOf(expr.body, expr.slot) !== null) * (1 + costOf(expr.body))
      );
    case 'call':
      return functionSpec(expr.name).cost + sum(expr.args);
    case 'listed':
      return 10 + sum(expr.keys);
    case 'in':
      return (
        costOf(expr.item) + costOf(expr.list) + (expr.list.kind === 'list' ? expr.list.items.length : 10)
      );
    default:
      return 1 + sum(partsOf(expr));
  }
}

/** The cost of trying some expressions on every partner. */
export function partnerCost(exprs: readonly Typed[], source: Typed, isProbed: boolean): number {
  return lengthOf(source, isProbed) * (1 + sum(exprs));
}

function lengthOf(list: Typed, isProbed: boolean): number {
  if (list.kind === 'loop') return lengthOf(list.list, isProbed || probeOf(list.body, list.slot) !== null);
  if (list.kind === 'list') return list.items.length;
  if (list.kind !== 'elements') return 100;
  return isProbed ? linesPerCode : (listBounds[list.source] ?? claimLimits.lines);
}

function sum(parts: readonly Typed[]): number {
  return parts.reduce((total, part) => total + costOf(part), 0);
}
