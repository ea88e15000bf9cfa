/** Comparisons, membership and list literals. */

import { type Code, js } from '../../base/code.js';
import type { Typed, TypedOf } from '../check/typed.js';
import type { Block } from './block.js';
import { emitNumber, hasNumber } from './emit-number.js';
import type { EmitOperand, Emitter } from './emitter.js';

/** Longer lists of constants become a Set. */
const longList = 3;

export function emitComparison(emitter: Emitter, expr: TypedOf<'compare'>, block: Block): Code {
  const { left, right, operator } = expr;
  const isEquality = operator === '==' || operator === '!=';
  if (isEquality && hasNumber(left) && hasNumber(right) && (isStored(left) || isStored(right))) {
    const sign = (a: Code, b: Code) => (operator === '==' ? js`(${a} === ${b})` : js`(${a} !== ${b})`);
    return emitter.strict([left, right], block, ([a, b]) => sign(a as Code, b as Code), emitNumber);
  }
  const { entry } = emitter.options;
  if (entry !== undefined && isEquality && (hasNumber(left) || hasNumber(right))) {
    const [word, other] = hasNumber(left) ? [right, left] : [left, right];
    const access = entry.word(word);
    if (access !== null) {
      const sign = operator === '==' ? js`===` : js`!==`;
      const emit: EmitOperand = (e, operand, into) =>
        operand === word ? e.fact(word as TypedOf<'fact'>, access, into) : emitNumber(e, operand, into);
      return emitter.strict([word, other], block, ([a, b]) => js`(${a as Code} ${sign} ${b as Code})`, emit);
    }
  }
  return compareValues(emitter, expr, block);
}

const isStored = (expr: Typed) => expr.kind !== 'constant';

function compareValues(emitter: Emitter, expr: TypedOf<'compare'>, block: Block): Code {
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
  const byNumber = isStored(expr.item) && hasNumber(expr.item);
  const set = () =>
    byNumber
      ? emitter.options.constants.textNumberSet(constants.map(String))
      : emitter.options.constants.set(constants);
  const one = (constant: string | number | boolean) =>
    byNumber ? emitter.options.constants.textNumber(String(constant)) : js`${constant}`;
  const build = ([code]: readonly Code[]) => {
    const item = code as Code;
    if (constants.length === 0) return js`false`;
    if (constants.length > longList) return js`${set()}.has(${item})`;
    const kept = block.keep(item);
    const tests = constants.map((constant) => js`${kept} === ${one(constant)}`);
    return js`(${tests.reduce((all, test) => js`${all} || ${test}`)})`;
  };
  return emitter.strict([expr.item], block, build, byNumber ? emitNumber : undefined);
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
