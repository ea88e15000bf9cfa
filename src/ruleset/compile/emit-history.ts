/** Calls of functions that ask of the past: what they answer may be unknown in either form. */
import { type Code, joinCode, js } from '../../base/code.js';
import { functionSpec } from '../check/functions.js';
import { history, ownSources } from '../check/sources.js';
import type { Typed, TypedOf } from '../check/typed.js';
import type { Block } from './block.js';
import { emitCodes } from './emit-number.js';
import { anyUnknown, unionOf } from './emit-unknown.js';
import type { Emitter } from './emitter.js';

/** Undefined stands for a past that is not known, null for a fact of the claim; see runtime/history. */
export function emitHistory(emitter: Emitter, expr: TypedOf<'call'>, block: Block): Code {
  const { constants, entry, tables } = emitter.options;
  // A first look leaves it to the rule: most claims never need the patient's record.
  if (entry !== undefined) return emitter.unknownOf([]);
  const { byCode } = functionSpec(expr.name);
  const emitArgument = (arg: Typed, i: number) =>
    byCode === true && i === 0 ? emitCodes(emitter, arg, block) : emitter.emit(arg, block);
  const args = expr.args.map((arg, i) => {
    const code = emitArgument(arg, i);
    return emitter.uncertain(arg) ? block.keep(code) : code;
  });
  const noPast = emitter.unknownOf([history]);
  const call = js`${constants.runtimeFunction(expr.name)}(${joinCode([js`view`, ...args], ', ')})`;
  const doubtful = args.filter((_, i) => emitter.uncertain(expr.args[i] as Typed));
  const answer = block.keep(doubtful.length === 0 ? call : unlessUnknown(doubtful, noPast, call));
  const facts = ownSources(expr, tables).filter(({ cause }) => cause === 'fact');
  const lacking = facts.length === 0 ? js`` : js`${answer} === null ? ${emitter.unknownOf(facts)} : `;
  return js`(${answer} === undefined ? ${noPast} : ${lacking}${answer})`;
}

/** An unknown argument is why; a past that is not known is another reason. */
function unlessUnknown(args: readonly Code[], noPast: Code, call: Code): Code {
  const union = unionOf(args);
  return js`${anyUnknown(args)} ? (view.history.isKnown(view) ? ${union} : both(${union}, ${noPast})) : ${call}`;
}
