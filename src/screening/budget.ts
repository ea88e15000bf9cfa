/** When an answer must be there: milliseconds from receipt, by the moment that the claim comes from. */
import type { Stage } from '../claim/stage.js';
import type { Deadlines, Envelope } from './protocol.js';

/** Budgets of 事前 and 事中 screening in milliseconds. */
export interface Budgets {
  readonly preMs: number;
  readonly midMs: number;
}

/**
 * `pre` is 3101, `mid` is 3102. Everything else is `native`: only the body says the scene, and main does not
 * read it.
 */
export type Route = Stage | 'native';

/**
 * The ticks (base/clock) at which the budget of a claim ends, as an envelope carries them. On a native route
 * that is the longer budget, by which queue and watchdog go, and beside it the one of each stage, for the
 * worker. The caller may lower all of them (`Claimgate-Budget-Ms`), never raise one; a caller's budget that
 * is no positive number is ignored.
 */
export function deadlinesOf(
  receivedTickMs: number,
  route: Route,
  budgets: Budgets,
  callerMs: number | null,
): Pick<Envelope, 'deadlineMs' | 'stageDeadlines'> {
  const usable = callerMs !== null && Number.isFinite(callerMs) && callerMs > 0;
  const endOf = (oursMs: number) => receivedTickMs + (usable ? Math.min(oursMs, callerMs) : oursMs);
  const ends: Deadlines = { preMs: endOf(budgets.preMs), midMs: endOf(budgets.midMs) };
  if (route === 'pre') return { deadlineMs: ends.preMs, stageDeadlines: null };
  if (route === 'mid') return { deadlineMs: ends.midMs, stageDeadlines: null };
  return { deadlineMs: Math.max(ends.preMs, ends.midMs), stageDeadlines: ends };
}
