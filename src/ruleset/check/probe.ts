/**
 * Finds the item code that an existential condition asks for: in `x.itemCode == K && …` only lines with code
 * K can make it true, so the claim's own code index answers instead of a loop. What is found here is an
 * optimisation only; the whole condition is still evaluated on every candidate. Not found, on purpose: an
 * equality under `||`, `!`, `?:` or `!=`, one whose other side reads the element itself, and anything on
 * another fact than the item code.
 */
import { type Slot, some, type Typed, type TypedOf } from './typed.js';

/** A string, or a list of strings, that the element's item code must equal or be in. */
export type Probe = Typed;

/** The conjuncts of a condition, outermost `&&` taken apart, in the order of the text. */
export function conjunctsOf(condition: Typed): readonly Typed[] {
  if (condition.kind !== 'and') return [condition];
  return [...conjunctsOf(condition.left), ...conjunctsOf(condition.right)];
}

export function probeOf(condition: Typed, slot: Slot): Probe | null {
  for (const conjunct of conjunctsOf(condition)) {
    const probe = probeOfConjunct(conjunct, slot);
    if (probe !== null) return probe;
  }
  return null;
}

function probeOfConjunct(conjunct: Typed, slot: Slot): Probe | null {
  if (conjunct.kind === 'compare' && conjunct.operator === '==') {
    if (isItemCode(conjunct.left, slot) && !mentions(conjunct.right, slot)) return conjunct.right;
    if (isItemCode(conjunct.right, slot) && !mentions(conjunct.left, slot)) return conjunct.left;
  }
  if (conjunct.kind === 'in' && isItemCode(conjunct.item, slot) && !mentions(conjunct.list, slot)) {
    return conjunct.list;
  }
  return null;
}

function isItemCode(expr: Typed, slot: Slot): boolean {
  return isItemCodeOfSlot(expr) && sameSlot(expr.slot, slot);
}

/** The item code of some line. */
export function isItemCodeOfSlot(expr: Typed): expr is TypedOf<'fact'> & { readonly slot: Slot } {
  return expr.kind === 'fact' && expr.path === 'line.itemCode' && expr.slot !== null;
}

export function sameSlot(a: Slot | null, b: Slot | null): boolean {
  return a !== null && b !== null && a.kind === b.kind && a.index === b.index;
}

export function slotOf(expr: Typed): Slot | null {
  return 'slot' in expr ? expr.slot : null;
}

/** Whether an expression reads this element. A loop's own variable lies inside it and is another slot. */
export function mentions(expr: Typed, slot: Slot): boolean {
  return some(expr, (part) => sameSlot(slotOf(part), slot));
}
