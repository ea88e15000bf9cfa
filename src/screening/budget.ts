/** When an answer must be there: milliseconds from receipt, by the door the claim came through. */

/** Budgets of 事前 and 事中 screening in milliseconds. */
export interface Budgets {
  readonly preMs: number;
  readonly midMs: number;
}

/**
 * `pre` is 3101, `mid` is 3102. Everything else is `native`: main does not know the scene before a worker has read
 * the body, so a native claim has the shorter of the two budgets whatever its scene turns out to be.
 */
export type Route = 'pre' | 'mid' | 'native';

/**
 * The tick (base/clock) at which the budget of a claim ends. The caller may lower the budget (`Claimgate-Budget-Ms`),
 * never raise it; a caller's budget that is no positive number is ignored.
 */
export function deadlineOf(
  receivedTickMs: number,
  route: Route,
  budgets: Budgets,
  callerMs: number | null,
): number {
  const ours = budgetOf(route, budgets);
  const usable = callerMs !== null && Number.isFinite(callerMs) && callerMs > 0;
  return receivedTickMs + (usable ? Math.min(ours, callerMs) : ours);
}

function budgetOf(route: Route, { preMs, midMs }: Budgets): number {
  if (route === 'pre') return preMs;
  if (route === 'mid') return midMs;
  return Math.min(preMs, midMs);
}
