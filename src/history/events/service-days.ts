/** The days that a service lasts: the same for what is recorded and for the claim at hand, or they would not add up. */
import { dayOf, type EpochDay, type EpochMs } from '../../base/calendar.js';
import type { LineKind } from '../../claim/claim.js';

/** An order said to run longer is a mistake; counting its days would take the time of many claims. */
export const longestServiceDays = 1_000;

/** Kinds that are supplied for days. */
export const medicineKinds: readonly (LineKind | null)[] = ['drug', 'piece', 'granule'];

/**
 * The end of a long order, or of what a medicine is supplied for; else the day of the service. Unknown is NaN, and so
 * is the answer where `at` is. `days`: of a medicine; NaN for everything else.
 */
export function lastServiceDay(at: EpochMs, until: EpochMs, days: number): EpochDay {
  const first = dayOf(at);
  const last = Number.isNaN(until) ? (days > 1 ? first + days - 1 : first) : Math.max(first, dayOf(until));
  return Math.min(last, first + longestServiceDays - 1);
}
