/**
 * Membership in a list of items. A table's cell is the same list for all claims, and may name hundreds of codes where a
 * patient had few.
 */
const made = new WeakMap<readonly number[], ReadonlySet<number>>();

/** The list as a set, made when it is first asked for. The list must not change afterwards. */
export function itemSetOf(items: readonly number[]): ReadonlySet<number> {
  const known = made.get(items);
  if (known !== undefined) return known;
  const set = new Set(items);
  made.set(items, set);
  return set;
}
