/** Normal spelling of an expression: the key under which a finding shows what a condition saw. */
import type { Expr, Operator } from './expression.js';

const precedence: Readonly<Record<Operator, number>> = {
  '?:': 0,
  '||': 1,
  '&&': 2,
  '==': 3,
  '!=': 3,
  '<': 3,
  '<=': 3,
  '>': 3,
  '>=': 3,
  in: 3,
  '+': 4,
  '-': 4,
  '*': 5,
  '/': 5,
  '%': 5,
  '!': 6,
  negate: 6,
};

export function expressionText(expr: Expr): string {
  return spell(expr, 0);
}

function spell(expr: Expr, outer: number): string {
  switch (expr.kind) {
    case 'bool':
    case 'int':
      return String(expr.value);
    case 'double':
      return Number.isInteger(expr.value) ? expr.value.toFixed(1) : String(expr.value);
    case 'string':
      return JSON.stringify(expr.value);
    case 'name':
      return expr.name;
    case 'select':
      return `${spell(expr.of, 7)}.${expr.field}`;
    case 'has':
      return `has(${spell(expr.of, 7)}.${expr.field})`;
    case 'list':
      return `[${expr.items.map((i) => spell(i, 0)).join(', ')}]`;
    case 'operator':
      return operator(expr.operator, expr.args, outer);
    case 'call': {
      const target = expr.target === null ? '' : `${spell(expr.target, 7)}.`;
      return `${target}${expr.name}(${expr.args.map((a) => spell(a, 0)).join(', ')})`;
    }
    case 'macro':
      return `${spell(expr.list, 7)}.${expr.macro}(${expr.variable}, ${spell(expr.body, 0)})`;
    case 'refused':
      return expr.what;
  }
}

function operator(name: Operator, args: readonly Expr[], outer: number): string {
  const mine = precedence[name];
  const [a, b, c] = args;
  const spelled =
    name === '?:'
      ? `${spell(a as Expr, 1)} ? ${spell(b as Expr, 1)} : ${spell(c as Expr, 0)}`
      : name === '!' || name === 'negate'
        ? `${name === '!' ? '!' : '-'}${spell(a as Expr, mine)}`
        : `${spell(a as Expr, mine)} ${name} ${spell(b as Expr, mine + 1)}`;
  return mine < outer ? `(${spelled})` : spelled;
}
