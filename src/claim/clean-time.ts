/**
 * Dates and times in the forms that nearly all senders use: `2026-03-18`, a time of day behind `T` or a blank, to the
 * second or the millisecond, in China time (unmarked or +08:00) or in UTC. Everything else is for dates.ts.
 */
import { dayFromDate, dayMs, type EpochDay, startOfDay } from '../base/calendar.js';

/** Years beyond are fillers; see dates.ts. */
export const firstYear = 1901;
export const lastYear = 2098;

const [zero, dash, colon, point, blank, letterT, letterZ, plus, eight] = [
  0x30, 0x2d, 0x3a, 0x2e, 0x20, 0x54, 0x5a, 0x2b, 0x38,
];
const longestMonth = 31;
const chinaOffsetMs = 8 * 3_600_000;
/** Where there is no day, time of day or offset of a clean form. Small integers, so that none of them is boxed. */
const noDay = -1_000_000;
const none = -1;

export class CleanTimes {
  /** Of the last instant read: whether it is a time of day, not a midnight. */
  timed = false;
  /** The lines of a claim share a few days. By day of the month, the date that came last; none is below zero. */
  readonly #dates = new Int32Array(longestMonth + 1).fill(-1);
  readonly #days = new Int32Array(longestMonth + 1);

  /** Writes the instant in these bytes to `into[index]`. False, and nothing written: they are of no clean form. */
  read(bytes: Uint8Array, start: number, end: number, into: Float64Array, index: number): boolean {
    const length = end - start;
    if (length < 10 || bytes[start + 4] !== dash || bytes[start + 7] !== dash) return false;
    const day = this.#dayAt(bytes, start);
    if (day === noDay) return false;
    let since = 0;
    if (length > 10) {
      const time = timeOfDay(bytes, start + 10, end);
      const offset = offsetAt(bytes, start, end);
      if (time === none || offset === none) return false;
      since = time + offset;
    }
    this.timed = since !== 0 && since !== dayMs;
    into[index] = startOfDay(day) + since;
    return true;
  }

  #dayAt(bytes: Uint8Array, start: number): EpochDay {
    const y1 = (bytes[start] as number) - zero;
    const y2 = (bytes[start + 1] as number) - zero;
    const y3 = (bytes[start + 2] as number) - zero;
    const y4 = (bytes[start + 3] as number) - zero;
    const m1 = (bytes[start + 5] as number) - zero;
    const m2 = (bytes[start + 6] as number) - zero;
    const d1 = (bytes[start + 8] as number) - zero;
    const d2 = (bytes[start + 9] as number) - zero;
    // One test for all: what is no digit makes one of these negative.
    const below = y1 | y2 | y3 | y4 | m1 | m2 | d1 | d2;
    const above = (9 - y1) | (9 - y2) | (9 - y3) | (9 - y4) | (9 - m1) | (9 - m2) | (9 - d1) | (9 - d2);
    if ((below | above) < 0) return noDay;
    const year = y1 * 1000 + y2 * 100 + y3 * 10 + y4;
    const month = m1 * 10 + m2;
    const dayOfMonth = d1 * 10 + d2;
    const date = (year << 14) | (month << 7) | dayOfMonth;
    if (dayOfMonth > longestMonth) return noDay;
    return date === this.#dates[dayOfMonth]
      ? (this.#days[dayOfMonth] as EpochDay)
      : this.#learn(date, year, month, dayOfMonth);
  }

  #learn(date: number, year: number, month: number, dayOfMonth: number): EpochDay {
    const day = year < firstYear || year > lastYear ? null : dayFromDate(year, month, dayOfMonth);
    if (day === null) return noDay;
    this.#dates[dayOfMonth] = date;
    this.#days[dayOfMonth] = day;
    return day;
  }
}

/** Milliseconds since midnight of `T10:21:40` or `T10:21:40.123`; -1 for another form. */
function timeOfDay(bytes: Uint8Array, start: number, end: number): number {
  if (end - start < 9) return none;
  const separator = bytes[start];
  if (separator !== letterT && separator !== blank) return none;
  if (bytes[start + 3] !== colon || bytes[start + 6] !== colon) return none;
  const h1 = (bytes[start + 1] as number) - zero;
  const h2 = (bytes[start + 2] as number) - zero;
  const m1 = (bytes[start + 4] as number) - zero;
  const m2 = (bytes[start + 5] as number) - zero;
  const s1 = (bytes[start + 7] as number) - zero;
  const s2 = (bytes[start + 8] as number) - zero;
  const hour = h1 * 10 + h2;
  const below = h1 | h2 | m1 | m2 | s1 | s2;
  const above = (23 - hour) | (9 - h2) | (5 - m1) | (9 - m2) | (5 - s1) | (9 - s2);
  if ((below | above) < 0) return none;
  const seconds = (hour * 3600 + (m1 * 10 + m2) * 60 + s1 * 10 + s2) * 1000;
  if (end - start < 13 || bytes[start + 9] !== point) return seconds;
  const [f1, f2, f3] = [
    bytes[start + 10] as number,
    bytes[start + 11] as number,
    bytes[start + 12] as number,
  ];
  const digits = isDigit(f1) && isDigit(f2) && isDigit(f3);
  return digits ? seconds + (f1 - zero) * 100 + (f2 - zero) * 10 + f3 - zero : none;
}

function isDigit(byte: number): boolean {
  return byte >= zero && byte <= zero + 9;
}

/** What to add to China time: nothing without an offset or for +08:00, eight hours for Z; -1 for another offset. */
function offsetAt(bytes: Uint8Array, start: number, end: number): number {
  const at = start + (end - start >= 23 && bytes[start + 19] === point ? 23 : 19);
  if (at === end) return 0;
  if (bytes[at] === letterZ && end - at === 1) return chinaOffsetMs;
  const china =
    end - at === 6 &&
    bytes[at] === plus &&
    bytes[at + 1] === zero &&
    bytes[at + 2] === eight &&
    bytes[at + 3] === colon &&
    bytes[at + 4] === zero &&
    bytes[at + 5] === zero;
  return china ? 0 : none;
}
