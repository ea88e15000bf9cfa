/** Days and times as a hospital system writes them: `2026-10-12 09:30:00`, China time. */
import { type EpochDay, formatDay } from '../../src/base/calendar.js';

/** The instant `minutes` after midnight of a day. */
export function instantText(day: EpochDay, minutes: number, seconds = 0): string {
  const pad = (part: number): string => String(part).padStart(2, '0');
  return `${formatDay(day)} ${pad(Math.floor(minutes / 60))}:${pad(minutes % 60)}:${pad(seconds)}`;
}

/** The same instant in the native form: `2026-10-12T09:30:00+08:00`. */
export function isoText(instant: string): string {
  return `${instant.replace(' ', 'T')}+08:00`;
}
