/**
 * Time as integers. An instant is milliseconds since 1970 UTC. A day is the number of calendar days since
 * 1970-01-01 in China Standard Time (UTC+8, no daylight saving since 1991), so that "the same day" and
 * "within 30 days" are integer arithmetic.
 */
export type EpochMs = number;
export type EpochDay = number;

export const dayMs = 86_400_000;
const chinaOffsetMs = 8 * 3_600_000;

/** The calendar day in China on which an instant falls. */
export function dayOf(instant: EpochMs): EpochDay {
  return Math.floor((instant + chinaOffsetMs) / dayMs);
}

/** Midnight in China at the beginning of a day. */
export function startOfDay(day: EpochDay): EpochMs {
  return day * dayMs - chinaOffsetMs;
}

/** Proleptic Gregorian date of a day: [year, month 1–12, day of month 1–31]. */
export function dateOf(day: EpochDay): readonly [number, number, number] {
  const date = packedDate(day);
  const dayOfYear = ((date % 10_000) + 10_000) % 10_000;
  return [(date - dayOfYear) / 10_000, Math.floor(dayOfYear / 100), dayOfYear % 100];
}

/** The same as one number, year * 10000 + month * 100 + day: the order of dates is the order of these numbers. */
export function packedDate(day: EpochDay): number {
  const shifted = day + 719_468;
  const era = Math.floor(shifted / 146_097);
  const dayOfEra = shifted - era * 146_097;
  const yearOfEra = Math.floor(
    (dayOfEra -
      Math.floor(dayOfEra / 1_460) +
      Math.floor(dayOfEra / 36_524) -
      Math.floor(dayOfEra / 146_096)) /
      365,
  );
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const fromMarch = Math.floor((5 * dayOfYear + 2) / 153);
  const month = fromMarch < 10 ? fromMarch + 3 : fromMarch - 9;
  const year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0);
  return year * 10_000 + month * 100 + dayOfYear - Math.floor((153 * fromMarch + 2) / 5) + 1;
}

/** The day of a Gregorian date, or null where no such date exists (2026-02-30). */
export function dayFromDate(year: number, month: number, dayOfMonth: number): EpochDay | null {
  const exists = month >= 1 && month <= 12 && dayOfMonth >= 1 && dayOfMonth <= daysIn(year, month);
  return exists ? civilDay(year, month, dayOfMonth) : null;
}

const monthLengths = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

function daysIn(year: number, month: number): number {
  const leap = month === 2 && year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  return (monthLengths[month - 1] as number) + (leap ? 1 : 0);
}

/**
 * Arithmetic instead of a Date: every line of a claim has a date or two. Years are counted from March on, so that
 * the leap day is the last of its year.
 */
function civilDay(year: number, month: number, dayOfMonth: number): EpochDay {
  const y = month <= 2 ? year - 1 : year;
  const era = Math.floor(y / 400);
  const yearOfEra = y - era * 400;
  const dayOfYear = Math.floor((153 * (month > 2 ? month - 3 : month + 9) + 2) / 5) + dayOfMonth - 1;
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear;
  return era * 146_097 + dayOfEra - 719_468;
}

/** `2026-03-18` for a day. */
export function formatDay(day: EpochDay): string {
  return new Date(day * dayMs).toISOString().slice(0, 10);
}

/** Completed years between a birth date and a later day; a 29 February birthday completes on 1 March. */
export function fullYears(born: EpochDay, on: EpochDay): number {
  // The digits of month and day borrow a year where the birthday is still to come.
  return Math.floor((packedDate(on) - packedDate(born)) / 10_000);
}
