/** The days that a replay judges, and what becomes of messages from before and after them. */
import {
  dateOf,
  dayFromDate,
  dayOf,
  type EpochDay,
  type EpochMs,
  formatDay,
  startOfDay,
} from '../base/calendar.js';
import { fail, ok, type Result } from '../base/result.js';
import { readDay } from '../claim/dates.js';
import { historyHorizonMs } from '../history/state.js';

/** Both days are judged. */
export interface Period {
  readonly from: EpochDay;
  readonly to: EpochDay;
}

/** `too-old`: before anything that history may still know. */
export type Fate = 'too-old' | 'warms' | 'judged' | 'after';

/** Fails with a sentence. Days are `YYYY-MM-DD`, in China. */
export function readPeriod(from: string, to: string): Result<Period, string> {
  const [first, last] = [dayNamed(from), dayNamed(to)];
  if (first === null) return fail(`'${from}' is no day (YYYY-MM-DD)`);
  if (last === null) return fail(`'${to}' is no day (YYYY-MM-DD)`);
  return first <= last ? ok({ from: first, to: last }) : fail(`${from} comes after ${to}`);
}

function dayNamed(text: string): EpochDay | null {
  const day = readDay(text);
  return typeof day === 'number' && formatDay(day) === text ? day : null;
}

/** The month before a moment's, in China. */
export function monthBefore(nowMs: EpochMs): Period {
  const to = firstOfMonth(dayOf(nowMs)) - 1;
  return { from: firstOfMonth(to), to };
}

function firstOfMonth(day: EpochDay): EpochDay {
  const [year, month] = dateOf(day);
  return dayFromDate(year, month, 1) ?? day;
}

export function fateOf({ from, to }: Period, at: EpochMs): Fate {
  if (at >= startOfDay(to + 1)) return 'after';
  if (at >= startOfDay(from)) return 'judged';
  return at >= startOfDay(from) - historyHorizonMs ? 'warms' : 'too-old';
}
