/** Comparisons, membership and list literals. */
import type { Typed, TypedOf } from '../check/typed.js';
import type { Block } from './block.js';
import { type Code, js } from './code.js';
import type { Emitter } from './emitter.js';

/** Longer lists of constants become a Set. */
const longList = 3;

export function emitComparison(emitter: Emitter, expr: TypedOf<'compare'>, block: Block): Code {
  const isText = expr.left.type.kind === 'string';
  const compareTexts = () => emitter.options.constants.runtimeFunction('compareTexts');
  return emitter.strict([expr.left, expr.right], block, ([a, b]) => {
    const [left, right] = [a as Code, b as Code];
    switch (expr.operator) {
      case '==':
        return js`(${left} === ${right})`;
      case '!=':
        return js`(${left} !== ${right})`;
      default:
        return isText
          ? ordered(js`${compareTexts()}(${left}, ${right})`, expr.operator, js`0`)
          : ordered(left, expr.operator, right);
    }
  });
}

function ordered(left: Code, operator: '<' | '<=' | '>' | '>=', right: Code): Code {
  switch (operator) {
    case '<':
      return js`(${left} < ${right})`;
    case '<=':
      return js`(${left} <= ${right})`;
    case '>':
      return js`(${left} > ${right})`;
    case '>=':
      return js`(${left} >= ${right})`;
  }
}

export function emitIn(emitter: Emitter, expr: TypedOf<'in'>, block: Block): Code {
  const constants = constantItems(expr.list);
  if (constants === null) {
    const isIn = emitter.options.constants.runtimeFunction('isIn');
    return emitter.strict(
      [expr.item, expr.list],
      block,
      ([item, list]) => js`${isIn}(${list as Code}, ${item as Code})`,
    );
  }
  return emitter.strict([expr.item], block, ([code]) => {
    const item = code as Code;
    if (constants.length === 0) return js`false`;
    if (constants.length > longList) return js`${emitter.options.constants.set(constants)}.has(${item})`;
    const kept = block.keep(item);
    const tests = constants.map((constant) => js`${kept} === ${constant}`);
    return js`(${tests.reduce((all, test) => js`${all} || ${test}`)})`;
  });
}

/** The values of a list literal that holds only constants. */
export function constantItems(list: Typed): readonly (string | number | boolean)[] | null {
  if (list.kind !== 'list') return null;
  const values = list.items.map((item) => (item.kind === 'constant' ? item.value : null));
  return values.includes(null) ? null : (values as readonly (string | number | boolean)[]);
}

export function emitList(emitter: Emitter, expr: TypedOf<'list'>, block: Block): Code {
  const constants = constantItems(expr);
  if (constants !== null) return emitter.options.constants.list(constants);
  return emitter.strict(expr.items, block, (codes) => {
    const items = codes.reduce((all, code) => js`${all}, ${code}`);
    return js`[${items}]`;
  });
}
