/** The calendar days that a line of a claim serves. */
import type { EpochDay } from '../../../base/calendar.js';
import { type LineColumns, lineKinds } from '../../../claim/columns/line-columns.js';
import { lastServiceDay, medicineKinds } from '../../../history/events/service-days.js';

export { longestServiceDays } from '../../../history/events/service-days.js';

const isMedicine = lineKinds.map((kind) => (medicineKinds as readonly string[]).includes(kind));

/** NaN: not known. */
export function lastDayOf({ at, until, kind, days }: LineColumns, line: number): EpochDay {
  return lastServiceDay(at[line]!, until[line]!, isMedicine[kind[line]!] === true ? days[line]! : Number.NaN);
}
