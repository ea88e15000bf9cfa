/**
 * Dates and times as senders write them: ISO 8601 with or without an offset, `2026-03-18 10:21:40`,
 * `20260318102140`, a date alone. Without an offset a time is China Standard Time.
 */
import { dayFromDate, dayOf, type EpochDay, type EpochMs, startOfDay } from '../base/calendar.js';
import { CleanTimes, firstYear, lastYear } from './clean-time.js';

export type ReadTime =
  | { readonly is: 'instant'; readonly at: EpochMs; readonly timed: boolean }
  /** 9999-12-31, 1900-01-01 and their like: a filler for "not yet" or "unknown". */
  | { readonly is: 'placeholder' }
  | { readonly is: 'malformed' };

const separated =
  /^(\d{4})[-/](\d{1,2})[-/](\d{1,2})(?:[T ](\d{1,2}):(\d{2})(?::(\d{2})(?:\.(\d{1,9}))?)?(Z|[+-]\d{2}:?\d{2})?)?$/;
const compact = /^(\d{4})(\d{2})(\d{2})(?:(\d{2})(\d{2})(\d{2})(\d{3})?)?$/;

const malformed: ReadTime = { is: 'malformed' };
const cleanTimes = new CleanTimes();
/** As long as the longest clean form. A Buffer as bodies are, so that compiled code sees one kind of bytes. */
const scratch = Buffer.alloc(29);
const instant = new Float64Array(1);
const chinaOffsetMinutes = 480;

/**
 * Reads one date or time. A time at exactly midnight counts as a date alone: senders without a clock time
 * fill it with zeros, and a rule that needs the hour must not trust them.
 */
export function readTime(text: string): ReadTime {
  if (readClean(text)) return { is: 'instant', at: instant[0] as EpochMs, timed: cleanTimes.timed };
  const match = separated.exec(text) ?? compact.exec(text);
  if (match === null) return malformed;
  const year = Number(match[1]);
  if (year < firstYear || year > lastYear) return { is: 'placeholder' };
  const day = dayFromDate(year, Number(match[2]), Number(match[3]));
  if (day === null) return malformed;
  const [hour, minute, second] = [Number(match[4] ?? 0), Number(match[5] ?? 0), Number(match[6] ?? 0)];
  if (hour > 23 || minute > 59 || second > 59) return malformed;
  const offset = readOffset(match[8]);
  if (offset === null) return malformed;
  const millisecond = Number((match[7] ?? '0').padEnd(3, '0').slice(0, 3));
  const sinceMidnight = ((hour * 60 + minute) * 60 + second) * 1000 + millisecond;
  const at = startOfDay(day) + sinceMidnight + (chinaOffsetMinutes - offset) * 60_000;
  return { is: 'instant', at, timed: at !== startOfDay(dayOf(at)) };
}

/** Reads a usual form into `instant`, without a regular expression; false for another form. */
function readClean(text: string): boolean {
  const { length } = text;
  if (length > scratch.length) return false;
  for (let i = 0; i < length; i++) {
    const unit = text.charCodeAt(i);
    if (unit > 0x7f) return false;
    scratch[i] = unit;
  }
  return cleanTimes.read(scratch, 0, length, instant, 0);
}

/** Minutes east of UTC; China's where none is written. */
function readOffset(text: string | undefined): number | null {
  if (text === undefined) return chinaOffsetMinutes;
  if (text === 'Z') return 0;
  const hours = Number(text.slice(1, 3));
  const minutes = Number(text.slice(-2));
  if (hours > 14 || minutes > 59) return null;
  return (text.startsWith('-') ? -1 : 1) * (hours * 60 + minutes);
}

/** Reads a calendar day; a time of day is dropped. */
export function readDay(text: string): EpochDay | 'placeholder' | 'malformed' {
  const time = readTime(text);
  return time.is === 'instant' ? dayOf(time.at) : time.is;
}

/** `20260318102140208`: the national answer's form of an instant, in China time. */
export function nationalStamp(at: EpochMs): string {
  const shifted = new Date(at + chinaOffsetMinutes * 60_000);
  return shifted.toISOString().replace(/[-T:.Z]/g, '');
}

/** `2026-03-18T10:21:40+08:00`, with milliseconds where there are any. */
export function formatInstant(at: EpochMs): string {
  const text = new Date(at + chinaOffsetMinutes * 60_000).toISOString().slice(0, -1);
  return `${at % 1000 === 0 ? text.slice(0, 19) : text}+08:00`;
}
