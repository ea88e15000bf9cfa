/** Which lines of a finding violate and which are only involved. */
import type { ClaimHead } from '../../claim/columns/claim-columns.js';
import type { ClaimView } from './claim-view.js';

export interface Roles {
  /** Line numbers, ascending. */
  readonly violating: readonly number[];
  readonly involved: readonly number[];
  /** The line that the rule blames was history, so its current counterpart stands in. */
  readonly swapped: boolean;
}

/** 事前 scenes: what is being ordered now can still be changed, what came as history cannot. */
export function isPreEvent({ kind, scene }: ClaimHead): boolean {
  return kind === 'screening' && scene !== null && scene <= 5;
}

/** Roles for people; null where a 事前 finding would stand on history alone. */
export function assignRoles(
  view: ClaimView,
  blamed: ReadonlySet<number>,
  involved: ReadonlySet<number>,
): Roles | null {
  const others = new Set([...involved].filter((i) => !blamed.has(i)));
  if (!isPreEvent(view.head))
    return { violating: ascending(blamed), involved: ascending(others), swapped: false };
  const isCurrent = (i: number) => view.isCurrent(i);
  const swapped = ![...blamed].some(isCurrent);
  const all = new Set([...blamed, ...others]);
  const violating = [...(swapped ? others : blamed)].filter(isCurrent);
  if (violating.length === 0) return null;
  for (const i of violating) all.delete(i);
  return { violating: ascending(violating), involved: ascending(all), swapped };
}

function ascending(numbers: Iterable<number>): readonly number[] {
  return [...numbers].sort((a, b) => a - b);
}
