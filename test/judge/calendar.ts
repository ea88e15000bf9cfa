/** Days and instants for the judge: China time wherever no offset is written. */

const dayMs = 86_400_000;
const hourMs = 3_600_000;

/** Calendar days since 1970-01-01 of `YYYY-MM-DD`. */
export function dayOfDate(date: string): number {
  return Date.parse(`${date}T00:00:00Z`) / dayMs;
}

export function dateOfDay(day: number): string {
  return new Date(day * dayMs).toISOString().slice(0, 10);
}

/** Milliseconds of `YYYY-MM-DDTHH:mm:ss`, with or without an offset. */
export function instantOf(text: string): number {
  const offset = /(Z|[+-]\d\d:\d\d)$/.test(text) ? '' : '+08:00';
  const instant = Date.parse(`${text.replace(' ', 'T')}${offset}`);
  if (Number.isNaN(instant)) throw new RangeError(`not an instant: ${text}`);
  return instant;
}

/** The China calendar day on which an instant falls. */
export function chinaDay(text: string): number {
  return Math.floor((instantOf(text) + 8 * hourMs) / dayMs);
}

/** Birthdays passed between a birth date and a day; who is born on 29 February ages on 1 March in other years. */
export function completedYears(birthDate: string, day: number): number {
  const [year, rest] = [Number(birthDate.slice(0, 4)), birthDate.slice(5)];
  const today = dateOfDay(day);
  return Number(today.slice(0, 4)) - year - (today.slice(5) < rest ? 1 : 0);
}

/** Hours begun between two instants, at least 1. */
export function hoursBegun(from: string, to: string): number {
  return Math.max(1, Math.ceil((instantOf(to) - instantOf(from)) / hourMs));
}

/** Calendar days touched between two instants, at least 1. */
export function daysTouched(from: string, to: string): number {
  return Math.max(1, chinaDay(to) - chinaDay(from) + 1);
}
