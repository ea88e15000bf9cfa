/**
 * Macros over lists that the author wrote out are only another spelling: `[a, b].exists(x, …)` is
 * `… || …`. They are written out here, so that nothing hides behind a variable.
 */
import type { Slot, Typed, TypedOf } from '../check/typed.js';
import { both, countOf, either, equals, mapParts, not, number, substitute, truth } from './rewrite.js';

export function spread(expr: Typed): Typed {
  const inner = mapParts(expr, spread);
  switch (inner.kind) {
    case 'loop':
      return spreadLoop(inner);
    case 'size': {
      const items = itemsOf(inner.of);
      return items === null ? inner : countOf(items.map(conditionOf), inner);
    }
    case 'in':
      return spreadMembership(inner);
    default:
      return inner;
  }
}

interface Item {
  readonly value: Typed;
  /** Under which it is in the list; null: always. */
  readonly given: Typed | null;
}

const conditionOf = ({ value, given }: Item): Typed => given ?? truth(true, value);

/** The items of a written-out list, filtered or not; null for any other list. */
function itemsOf(list: Typed): readonly Item[] | null {
  if (list.kind === 'list') return list.items.map((value) => ({ value, given: null }));
  if (list.kind !== 'loop' || list.macro !== 'filter') return null;
  const { slot, body } = list;
  return (
    itemsOf(list.list)?.map(({ value, given }) => {
      const passes = substitute(body, slot, value);
      return { value, given: given === null ? passes : both(given, passes) };
    }) ?? null
  );
}

function spreadLoop(loop: TypedOf<'loop'>): Typed {
  const items = loop.macro === 'filter' ? null : itemsOf(loop.list);
  if (items === null) return loop;
  const bodyFor = (value: Typed, slot: Slot = loop.slot) => spread(substitute(loop.body, slot, value));
  const holding = items.map(({ value, given }) => {
    const body = bodyFor(value);
    return given === null ? body : both(given, body);
  });
  switch (loop.macro) {
    case 'exists':
      return holding.reduce(either, truth(false, loop));
    case 'all':
      return items
        .map(({ value, given }) => (given === null ? bodyFor(value) : either(not(given), bodyFor(value))))
        .reduce(both, truth(true, loop));
    default:
      return equals(countOf(holding, loop), number(1, loop));
  }
}

/** Codes that are compared with a fact stay a list; anything else becomes its equalities. */
function spreadMembership(expr: TypedOf<'in'>): Typed {
  const { item, list } = expr;
  if (list.kind !== 'list') return expr;
  const isPlain = item.kind === 'fact' || item.kind === 'cell';
  if (isPlain && list.items.every((i) => i.kind === 'constant' && typeof i.value === 'string')) return expr;
  return list.items.map((i) => equals(item, i)).reduce(either, truth(false, expr));
}
