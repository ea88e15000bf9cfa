/**
 * Item codes and texts of tables by their numbers: equality of texts that both have a number is equality of
 * integers, and rows and lines are found by number. What has no number of its own (a fact of the head, the
 * result of a function) is looked up by its text.
 */
import { assert } from '../../base/assert.js';
import { type Code, joinCode, js } from '../../base/code.js';
import { isItemCodeOfSlot } from '../check/probe.js';
import type { Typed, TypedOf } from '../check/typed.js';
import { cellNumberAccess, cellNumbersAccess, itemNumberAccess, slotName } from './access.js';
import type { Block } from './block.js';
import type { Emitter } from './emitter.js';

/** Whether a text is stored as a number. */
export function hasNumber(expr: Typed): boolean {
  if (expr.type.kind !== 'string') return false;
  return expr.kind === 'constant' || expr.kind === 'cell' || isItemCodeOfSlot(expr);
}

/** The number of a text that has one, or an Unknown. */
export function emitNumber(emitter: Emitter, expr: Typed, block: Block): Code {
  const { constants, entry } = emitter.options;
  if (expr.kind === 'constant') {
    return entry?.text(String(expr.value)) ?? constants.textNumber(String(expr.value));
  }
  if (expr.kind === 'cell') {
    const beside = entry?.cellNumber(expr) ?? null;
    if (beside !== null) return emitter.cell(expr, beside, block);
    const column = constants.column(expr.table, expr.column, 'text');
    return emitter.cell(expr, cellNumberAccess(column, slotName(expr.slot)), block);
  }
  assert(isItemCodeOfSlot(expr), 'an item code has a number');
  return emitter.fact(expr, itemNumberAccess(expr.slot), block);
}

/** The number of a text, or numbers of a list of texts, or an Unknown; whatever the expression. */
export function emitCodes(emitter: Emitter, expr: Typed, block: Block): Code {
  const { constants } = emitter.options;
  if (hasNumber(expr)) return emitNumber(emitter, expr, block);
  if (expr.kind === 'list') return emitNumberList(emitter, expr.items, block);
  if (expr.kind === 'cell') {
    const column = constants.column(expr.table, expr.column, 'list');
    return emitter.cell(expr, cellNumbersAccess(column, slotName(expr.slot)), block);
  }
  const find = constants.runtimeFunction('numbersOf');
  return emitter.strict([expr], block, ([value]) => js`${find}(view, ${value as Code})`);
}

/** Whether an item code begins with a constant, asked by its number; null: the call is another. */
export function emitItemPrefix(
  emitter: Emitter,
  { name, args: [item, prefix] }: TypedOf<'call'>,
  block: Block,
): Code | null {
  if (name !== 'startsWith' || item === undefined || prefix?.kind !== 'constant') return null;
  if (!isItemCodeOfSlot(item)) return null;
  const begins = emitter.options.constants.itemPrefix(String(prefix.value));
  return emitter.strict([item], block, ([number]) => js`${begins}(${number as Code})`, emitNumber);
}

function emitNumberList(emitter: Emitter, items: readonly Typed[], block: Block): Code {
  const { constants } = emitter.options;
  const values = items.map((item) => (item.kind === 'constant' ? String(item.value) : null));
  const texts = values.filter((value) => value !== null);
  if (texts.length === items.length) return constants.textNumbers(texts);
  return emitter.strict(items, block, (codes) => js`[${joinCode(codes, ', ')}]`, emitCodes);
}
