/**
 * Numbers in a comparison as one sum: coefficients times products of facts, results and thresholds, compared
 * with zero. Identities (`x + 0`, `2 * x`, `x - y + y`), moved sides and negations leave the same sum.
 * Times are days on one line, so a length of stay is the same however its ends are subtracted.
 */
import type { Comparison, Slot, Typed, TypedOf } from '../check/typed.js';

export interface Factor {
  readonly key: string;
  readonly node: Typed;
  /** A point in time, in days. */
  readonly isTime: boolean;
}

export interface Term {
  readonly coefficient: number;
  readonly factors: readonly Factor[];
}

/** `constant + Σ terms`. */
export interface Sum {
  readonly constant: number;
  readonly terms: readonly Term[];
}

export type SumOperator = '>' | '>=' | '==' | '!=';

export interface SumComparison {
  readonly sum: Sum;
  readonly operator: SumOperator;
}

/** `left operator right` as a sum compared with zero. */
export function compareSums(operator: Comparison, left: Typed, right: Typed): SumComparison {
  const [a, b] = [sumOf(left), sumOf(right)];
  if (operator === '<' || operator === '<=') {
    return { sum: add(b, scale(a, -1)), operator: operator === '<' ? '>' : '>=' };
  }
  return { sum: add(a, scale(b, -1)), operator };
}

export function negated({ sum, operator }: SumComparison): SumComparison {
  switch (operator) {
    case '>':
      return { sum: scale(sum, -1), operator: '>=' };
    case '>=':
      return { sum: scale(sum, -1), operator: '>' };
    case '==':
      return { sum, operator: '!=' };
    case '!=':
      return { sum, operator: '==' };
  }
}

export function sumOf(expr: Typed): Sum {
  if (expr.type.kind === 'instant' || expr.type.kind === 'day') return single(timeFactor(expr));
  switch (expr.kind) {
    case 'constant':
      return { constant: Number(expr.value), terms: [] };
    case 'negate':
      return scale(sumOf(expr.of), -1);
    case 'arithmetic':
      return arithmetic(expr);
    case 'call':
      return callSum(expr);
    default:
      return single(factor(expr));
  }
}

function arithmetic(expr: TypedOf<'arithmetic'>): Sum {
  const { operator, left, right } = expr;
  switch (operator) {
    case '+':
      return add(sumOf(left), sumOf(right));
    case '-':
      return add(sumOf(left), scale(sumOf(right), -1));
    case '*':
      return multiply(sumOf(left), sumOf(right));
    case '/': {
      const divisor = sumOf(right).constant;
      // A quotient of whole numbers drops the rest: `x - x / 365 * 365` is no nothing.
      if (divisor === 0 || expr.type.kind === 'int') return single(factor(expr));
      return scale(sumOf(left), 1 / divisor);
    }
    case '%':
      return single(factor(expr));
  }
}

const daysPerYear = 365.25;

function callSum(expr: TypedOf<'call'>): Sum {
  const [first, second] = expr.args;
  const daysFrom = (from: Typed, to: Typed) => add(sumOf(to), scale(sumOf(from), -1));
  if (expr.name === 'double' && first !== undefined) return sumOf(first);
  if (first === undefined || second === undefined) return single(factor(expr));
  switch (expr.name) {
    case 'daysBetween':
    case 'ageDays':
      return daysFrom(first, second);
    case 'hoursBetween':
      return scale(daysFrom(first, second), 24);
    case 'ageAt':
      return scale(daysFrom(first, second), 1 / daysPerYear);
    default:
      return single(factor(expr));
  }
}

function timeFactor(expr: Typed): Factor {
  const inner = expr.kind === 'call' && expr.name === 'day' ? (expr.args[0] ?? expr) : expr;
  return { key: keyOf(inner), node: inner, isTime: true };
}

function factor(node: Typed): Factor {
  return { key: keyOf(node), node, isTime: false };
}

function single(only: Factor): Sum {
  return { constant: 0, terms: [{ coefficient: 1, factors: [only] }] };
}

function add(a: Sum, b: Sum): Sum {
  return collect(a.constant + b.constant, [...a.terms, ...b.terms]);
}

function scale({ constant, terms }: Sum, by: number): Sum {
  return {
    constant: constant * by,
    terms: terms.map((t) => ({ ...t, coefficient: t.coefficient * by })),
  };
}

const maxTerms = 200;

function multiply(a: Sum, b: Sum): Sum {
  const terms = [...withConstant(a)].flatMap((x) =>
    [...withConstant(b)].map((y) => ({
      coefficient: x.coefficient * y.coefficient,
      factors: [...x.factors, ...y.factors].toSorted((p, q) => (p.key < q.key ? -1 : 1)),
    })),
  );
  return collect(0, terms.slice(0, maxTerms));
}

function* withConstant({ constant, terms }: Sum): Generator<Term> {
  if (constant !== 0) yield { coefficient: constant, factors: [] };
  yield* terms;
}

/** Equal products are added up; what adds up to nothing is gone. */
function collect(constant: number, terms: readonly Term[]): Sum {
  const byKey = new Map<string, Term>();
  let rest = constant;
  for (const term of terms) {
    if (term.factors.length === 0) {
      rest += term.coefficient;
      continue;
    }
    const key = term.factors.map((f) => f.key).join(' * ');
    const known = byKey.get(key);
    byKey.set(
      key,
      known === undefined ? term : { ...known, coefficient: known.coefficient + term.coefficient },
    );
  }
  return { constant: rest, terms: [...byKey.values()].filter((t) => Math.abs(t.coefficient) > 1e-12) };
}

/** What a value is, whatever it is called: the fact, the cell, or the call with its arguments. */
export function keyOf(expr: Typed): string {
  switch (expr.kind) {
    case 'fact':
      return `${slotKey(expr.slot)}${expr.path}`;
    case 'cell':
      return `${slotKey(expr.slot)}${expr.table}.${expr.column}`;
    case 'call':
      return `${expr.name}(${expr.args.map(keyOf).join(', ')})`;
    case 'element':
    case 'scalarElement':
      return slotKey(expr.slot);
    default:
      return expr.text;
  }
}

function slotKey(slot: Slot | null): string {
  return slot === null ? '' : `${slot.kind}${slot.index}:`;
}
