/**
 * exists, all, exists_one and filter. exists and all follow Kleene over their elements; exists_one and filter
 * are strict: one element that cannot be decided leaves the whole undecided, as in CEL.
 */

import { type Code, js } from '../../base/code.js';
import { probeOf } from '../check/probe.js';
import type { TypedOf } from '../check/typed.js';
import { candidatesAccess, slotName } from './access.js';
import type { Block } from './block.js';
import { emitCodes } from './emit-number.js';
import type { Emitter } from './emitter.js';

export function emitLoop(emitter: Emitter, expr: TypedOf<'loop'>, block: Block): Code {
  const list = block.keep(emitList(emitter, expr, block));
  if (!emitter.uncertain(expr.list)) return loopOver(emitter, expr, list, block);
  const result = block.let(list);
  const inner = block.nested();
  const value = loopOver(emitter, expr, list, inner);
  block.add(js`if (!(${list} instanceof Unknown)) {\n${inner.code}\n${result} = ${value};\n}`);
  return result;
}

/** filter() with the undecided elements left out. */
export function emitCertainOnly(emitter: Emitter, expr: TypedOf<'loop'>, block: Block): Code {
  const list = block.keep(emitList(emitter, expr, block));
  const kept = block.keep(js`[]`);
  const body = block.nested();
  const test = emitter.emit(expr.body, body);
  const element = slotName(expr.slot);
  block.add(js`for (const ${element} of ${list} instanceof Unknown ? [] : ${list}) {
${body.code}\nif (${test} === true) ${kept}.push(${element});\n}`);
  return kept;
}

/** Elements that can satisfy the body: the lines of one item code where the body asks for it. */
function emitList(emitter: Emitter, expr: TypedOf<'loop'>, block: Block): Code {
  const isAllLines = expr.list.kind === 'elements' && expr.list.source === 'claim.lines';
  // all() cares for the elements that do not match, so nothing may be left out.
  const probe = isAllLines && expr.macro !== 'all' ? probeOf(expr.body, expr.slot) : null;
  return probe === null ? emitter.emit(expr.list, block) : candidatesAccess(emitCodes(emitter, probe, block));
}

function loopOver(emitter: Emitter, expr: TypedOf<'loop'>, list: Code, block: Block): Code {
  const body = block.nested();
  const element = slotName(expr.slot);
  const test = body.keep(emitter.emit(expr.body, body));
  const shape = shapes[expr.macro](test, element, emitter.uncertain(expr.body), block);
  const index = js`i${expr.slot.index}`;
  block.add(js`for (let ${index} = 0; ${index} < ${list}.length; ${index}++) {
const ${element} = ${list}[${index}];\n${body.code}\n${shape.step}\n}`);
  return shape.result;
}

interface LoopShape {
  readonly step: Code;
  readonly result: Code;
}

type MakeShape = (test: Code, element: Code, isUncertain: boolean, block: Block) => LoopShape;

const shapes: Readonly<Record<TypedOf<'loop'>['macro'], MakeShape>> = {
  exists: (test, _, isUncertain, block) => kleene(test, true, isUncertain, block),
  all: (test, _, isUncertain, block) => kleene(test, false, isUncertain, block),
  exists_one: (test, _, isUncertain, block) => {
    const count = block.let(js`0`);
    return strict(test, js`${count}++;`, js`${count} === 1`, isUncertain, block);
  },
  filter: (test, element, isUncertain, block) => {
    const kept = block.keep(js`[]`);
    return strict(test, js`${kept}.push(${element});`, kept, isUncertain, block);
  },
};

/** Stops at the element that decides; remembers undecided ones. */
function kleene(test: Code, decisive: boolean, isUncertain: boolean, block: Block): LoopShape {
  const result = block.let(js`${!decisive}`);
  const decide = js`if (${test} === ${decisive}) {\n${result} = ${decisive};\nbreak;\n}`;
  if (!isUncertain) return { step: decide, result };
  const doubt = js`${result} === ${!decisive} ? ${test} : both(${result}, ${test})`;
  const remember = js`if (${test} !== ${!decisive}) ${result} = ${doubt};`;
  return { step: js`${decide}\n${remember}`, result };
}

function strict(test: Code, act: Code, value: Code, isUncertain: boolean, block: Block): LoopShape {
  if (!isUncertain) return { step: js`if (${test}) ${act}`, result: js`(${value})` };
  const undecided = block.let(js`null`);
  const step = js`if (${test} === true) ${act}
else if (${test} !== false) ${undecided} = ${undecided} === null ? ${test} : both(${undecided}, ${test});`;
  return { step, result: js`(${undecided} === null ? ${value} : ${undecided})` };
}
