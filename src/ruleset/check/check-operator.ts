/** Operators: which types they take, what they give, and constants that make no sense. */
import { didYouMean } from '../diagnostics/nearest-name.js';
import type { Checker, OperatorExpr, Spot } from './check-expression.js';
import { rangeOf } from './integer-range.js';
import type { Scope } from './scope.js';
import type { Arithmetic, Comparison, Typed } from './typed.js';
import { bool, int, isNumber, isScalar, join, type Type, typeName } from './types.js';

export function checkOperator(
  checker: Checker,
  expr: OperatorExpr,
  common: Spot,
  scope: Scope,
): Typed | null {
  if (expr.operator === 'in') return checkIn(checker, expr, common, scope);
  const args = expr.args.map((arg) => checker.check(arg, scope));
  if (args.includes(null)) return null;
  const [a, b, c] = args as readonly Typed[];
  if (a === undefined) return null;
  switch (expr.operator) {
    case '!':
      return wantBool(checker, a) && { ...common, kind: 'not', of: a, type: bool };
    case 'negate':
      return negate(checker, a, common);
    case '?:':
      return b === undefined || c === undefined ? null : conditional(checker, a, b, c, common);
    default:
      return b === undefined ? null : binary(checker, expr.operator, a, b, common);
  }
}

function binary(
  checker: Checker,
  operator: Exclude<OperatorExpr['operator'], '!' | 'negate' | '?:' | 'in'>,
  left: Typed,
  right: Typed,
  common: Spot,
): Typed | null {
  switch (operator) {
    case '&&':
    case '||': {
      const kind = operator === '&&' ? 'and' : 'or';
      return (
        wantBool(checker, left) && wantBool(checker, right) && { ...common, kind, left, right, type: bool }
      );
    }
    case '+':
    case '-':
    case '*':
    case '/':
    case '%':
      return arithmetic(checker, operator, left, right, common);
    default:
      return compare(checker, operator, left, right, common);
  }
}

function wantBool(checker: Checker, typed: Typed): Typed | null {
  if (typed.type.kind === 'bool') return typed;
  return checker.report(
    'CG-E305',
    `a condition is needed, '${typed.text}' is ${typeName(typed.type)}`,
    typed.at,
  );
}

function negate(checker: Checker, of: Typed, common: Spot): Typed | null {
  const { type } = of;
  if (type.kind === 'int')
    return { ...common, kind: 'negate', of, type: { ...type, ...int(-type.max, -type.min) } };
  if (type.kind === 'double') return { ...common, kind: 'negate', of, type };
  return checker.report('CG-E305', `- needs a number, '${of.text}' is ${typeName(type)}`, of.at);
}

function conditional(checker: Checker, test: Typed, yes: Typed, no: Typed, common: Spot): Typed | null {
  if (wantBool(checker, test) === null) return null;
  const type = join(yes.type, no.type);
  if (type !== null && isScalar(type)) return { ...common, kind: 'conditional', test, yes, no, type };
  const both = `${typeName(yes.type)} and ${typeName(no.type)}`;
  return checker.report(
    'CG-E305',
    `both sides of ?: must be one kind of single value, these are ${both}`,
    common.at,
  );
}

function compare(
  checker: Checker,
  operator: Comparison,
  left: Typed,
  right: Typed,
  common: Spot,
): Typed | null {
  const isComparable = isScalar(left.type) && isScalar(right.type);
  // Numbers compare by value whatever their type, as CEL evaluators do.
  const isSameKind = left.type.kind === right.type.kind || (isNumber(left.type) && isNumber(right.type));
  if (!isComparable || !isSameKind) {
    const code = left.type.kind === 'list' && right.type.kind === 'list' ? 'CG-E213' : 'CG-E305';
    const both = `${typeName(left.type)} with ${typeName(right.type)}`;
    return checker.report(code, `${operator} cannot compare ${both}`, common.at);
  }
  const stranger = strangerIn(left, right) ?? strangerIn(right, left);
  if (stranger !== null) return checker.report('CG-E307', stranger.message, stranger.at);
  return { ...common, kind: 'compare', operator, left, right, type: bool };
}

/** A constant that the other side's closed set does not hold. */
function strangerIn(constant: Typed, other: Typed): { readonly message: string; readonly at: number } | null {
  if (constant.kind !== 'constant' || other.kind === 'constant') return null;
  return strangerOf(constant, other.type, other.text);
}

function strangerOf(constant: Typed, type: Type, name: string): { message: string; at: number } | null {
  if (constant.kind !== 'constant' || type.kind !== 'string' || type.values === undefined) return null;
  const { value } = constant;
  if (typeof value !== 'string' || type.values.includes(value)) return null;
  const known = type.values.join(', ');
  return {
    message: `'${name}' is one of ${known}, never '${value}'${didYouMean(value, type.values)}`,
    at: constant.at,
  };
}

function arithmetic(
  checker: Checker,
  operator: Arithmetic,
  left: Typed,
  right: Typed,
  common: Spot,
): Typed | null {
  const [a, b] = [left.type, right.type];
  if (a.kind !== b.kind || !isNumber(a)) {
    const both = `${typeName(a)} and ${typeName(b)}`;
    const hint = isNumber(a) && isNumber(b) ? '; write double(…) around the int' : '';
    const code = a.kind === b.kind ? 'CG-E213' : 'CG-E305';
    return checker.report(code, `${operator} is not defined for ${both}${hint}`, common.at);
  }
  if (operator === '/' || operator === '%') {
    const isConstant = right.kind === 'constant' || (right.kind === 'negate' && right.of.kind === 'constant');
    const isZero =
      right.type.kind === 'int' ? right.type.min === 0 : right.kind === 'constant' && right.value === 0;
    if (!isConstant || isZero)
      return checker.report('CG-E210', `'${right.text}' is no constant other than 0`, right.at);
  }
  if (a.kind === 'double' || b.kind === 'double') {
    if (operator === '%') return checker.report('CG-E213', '% is not defined for double', common.at);
    const money = isMoney(a) !== isMoney(b) || operator === '+' || operator === '-';
    const type: Type =
      money && (isMoney(a) || isMoney(b)) ? { kind: 'double', money: true } : { kind: 'double' };
    return { ...common, kind: 'arithmetic', operator, left, right, type };
  }
  if (a.kind !== 'int' || b.kind !== 'int') return null;
  const range = rangeOf(operator, a, b);
  if (range === null) {
    return checker.report('CG-E308', `'${common.text}' can leave ±${Number.MAX_SAFE_INTEGER}`, common.at);
  }
  const type: Type =
    isMoney(a) || isMoney(b) ? { kind: 'int', ...range, money: true } : int(range.min, range.max);
  return { ...common, kind: 'arithmetic', operator, left, right, type };
}

function isMoney(type: Type): boolean {
  return (type.kind === 'int' || type.kind === 'double') && type.money === true;
}

function checkIn(checker: Checker, expr: OperatorExpr, common: Spot, scope: Scope): Typed | null {
  const [itemExpr, listExpr] = expr.args;
  if (itemExpr === undefined || listExpr === undefined) return null;
  const item = checker.check(itemExpr, scope);
  const list = checker.check(listExpr, scope);
  if (item === null || list === null) return null;
  if (list.type.kind !== 'list') {
    return checker.report('CG-E305', `'in' needs a list, '${list.text}' is ${typeName(list.type)}`, list.at);
  }
  const { of } = list.type;
  const isFitting = of === null || (isScalar(of) && of.kind === item.type.kind);
  if (!isScalar(item.type) || !isFitting) {
    const message = `${typeName(item.type)} cannot be in ${typeName(list.type)}`;
    return checker.report('CG-E305', message, common.at);
  }
  const strangers = list.kind === 'list' ? list.items.map((i) => strangerOf(i, item.type, item.text)) : [];
  const stranger = item.kind === 'constant' ? null : (strangers.find((s) => s !== null) ?? null);
  if (stranger !== null) return checker.report('CG-E307', stranger.message, stranger.at);
  return { ...common, kind: 'in', item, list, type: bool };
}
