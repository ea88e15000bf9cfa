/** How far those have counted who count on from each other, where anybody may have written any number. */

/** More changes than there are ever at once: whoever leaps further does not count, and nobody counts on from there. */
export const longestLeap = 1_000_000;

/** Of versions: a text states at most a million, and people publish them. */
export const longestVersionLeap = 1_000;

/** `counts`: in the order in which they were written; null: it said none. 0 where none has. */
export function countedOn(counts: readonly (number | null)[], longest: number = longestLeap): number {
  const all = counts.filter((count) => count !== null);
  let last = all.length === 0 ? 0 : Math.min(...all);
  for (const count of all) if (count <= last + longest) last = Math.max(last, count);
  // The first of all may have leapt, too.
  return last > mostCounted ? 0 : last;
}

/** Leaves room to count on. */
export const mostCounted = 2 ** 52;

/**
 * Whether nobody can have counted to `next` since `before`; 0: whoever asks knows of nothing yet. What is believed then
 * leaves as much room again, or nothing could ever come after.
 */
export function leaps(next: number, before: number): boolean {
  return next > (before > 0 ? before + longestLeap : mostCounted / 2);
}
