/** Rebuilding typed expressions: parts replaced, kinds and types kept. */
import type { Slot, Typed } from '../check/typed.js';
import { bool, int } from '../check/types.js';

/** The same expression with each direct part replaced. */
export function mapParts(expr: Typed, map: (part: Typed) => Typed): Typed {
  switch (expr.kind) {
    case 'list':
      return { ...expr, items: expr.items.map(map) };
    case 'has':
    case 'not':
    case 'negate':
    case 'size':
      return { ...expr, of: map(expr.of) };
    case 'and':
    case 'or':
    case 'compare':
    case 'arithmetic':
      return { ...expr, left: map(expr.left), right: map(expr.right) };
    case 'conditional':
      return { ...expr, test: map(expr.test), yes: map(expr.yes), no: map(expr.no) };
    case 'in':
      return { ...expr, item: map(expr.item), list: map(expr.list) };
    case 'call':
      return { ...expr, args: expr.args.map(map) };
    case 'listed':
      return { ...expr, keys: expr.keys.map(map), time: map(expr.time) };
    case 'loop':
      return { ...expr, list: map(expr.list), body: map(expr.body) };
    case 'stands':
      return { ...expr, time: map(expr.time) };
    default:
      return expr;
  }
}

/** A macro's scalar variable replaced by the item that it stands for. */
export function substitute(expr: Typed, slot: Slot, item: Typed): Typed {
  if (expr.kind === 'scalarElement' && expr.slot.kind === slot.kind && expr.slot.index === slot.index)
    return item;
  return mapParts(expr, (part) => substitute(part, slot, item));
}

export function truth(value: boolean, { at }: Typed): Typed {
  return { kind: 'constant', value, at, text: String(value), type: bool };
}

export function number(value: number, { at }: Typed): Typed {
  return { kind: 'constant', value, at, text: String(value), type: int(value, value) };
}

export function not(of: Typed): Typed {
  return { kind: 'not', of, at: of.at, text: `!(${of.text})`, type: bool };
}

export function both(left: Typed, right: Typed): Typed {
  return { kind: 'and', left, right, at: left.at, text: `${left.text} && ${right.text}`, type: bool };
}

export function either(left: Typed, right: Typed): Typed {
  return { kind: 'or', left, right, at: left.at, text: `${left.text} || ${right.text}`, type: bool };
}

export function equals(left: Typed, right: Typed): Typed {
  const text = `${left.text} == ${right.text}`;
  return { kind: 'compare', operator: '==', left, right, at: left.at, text, type: bool };
}

/** How many of some conditions hold, as arithmetic. */
export function countOf(conditions: readonly Typed[], { at }: Typed): Typed {
  const zero: Typed = { kind: 'constant', value: 0, at, text: '0', type: int(0, 0) };
  return conditions.reduce((sum, test): Typed => {
    const one = number(1, test);
    const added: Typed = {
      kind: 'conditional',
      test,
      yes: one,
      no: zero,
      at: test.at,
      text: test.text,
      type: int(0, 1),
    };
    const text = `${sum.text} + ${added.text}`;
    return {
      kind: 'arithmetic',
      operator: '+',
      left: sum,
      right: added,
      at,
      text,
      type: int(0, conditions.length),
    };
  }, zero);
}
