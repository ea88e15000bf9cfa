/** How large the normal form of a condition can become, before it is made. */
import type { Typed } from '../check/typed.js';
import { partsOf } from '../check/typed.js';

/** Shipped rules stay below 2,000; a condition beyond this takes seconds and no person reads it. */
export const heaviest = 8_000;

export function weightOf(expr: Typed): number {
  const parts = partsOf(expr).reduce((sum, part) => sum + weightOf(part), 1);
  switch (expr.kind) {
    case 'conditional':
      return parts + weightOf(expr.test);
    case 'compare':
      // Truth compared with truth is asked both ways; a value is taken apart into its cases.
      return expr.left.type.kind === 'bool' ? 2 * parts : casesIn(expr) * parts;
    case 'in':
      return expr.list.kind === 'list' ? Math.max(1, expr.list.items.length) * parts : casesIn(expr) * parts;
    case 'loop':
      return 2 * (weightOf(expr.list) + itemsIn(expr.list) * weightOf(expr.body));
    case 'size':
      return 2 * parts;
    default:
      return parts;
  }
}

function casesIn(expr: Typed): number {
  if (expr.kind === 'loop' || expr.kind === 'size') return 1;
  const own = expr.kind === 'conditional' ? 2 : 1;
  return Math.min(
    heaviest,
    partsOf(expr).reduce((product, part) => product * casesIn(part), own),
  );
}

/** Items of a list that the author wrote out; each has the body written out for it. */
function itemsIn(list: Typed): number {
  if (list.kind === 'loop') return itemsIn(list.list);
  return list.kind === 'list' ? list.items.length : 1;
}
