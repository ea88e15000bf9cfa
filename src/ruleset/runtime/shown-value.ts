/** Values as a finding shows them: in messages for people, in `facts` as data. */
import { dateOf, dayOf, startOfDay } from '../../base/calendar.js';
import { formatDecimal, scales } from '../../base/money.js';
import type { ArtifactValue } from '../compile/artifact.js';
import { Unknown } from './unknown.js';

const two = (value: number) => String(value).padStart(2, '0');

function dayText(day: number): string {
  const [year, month, dayOfMonth] = dateOf(day);
  return `${String(year).padStart(4, '0')}-${two(month)}-${two(dayOfMonth)}`;
}

function instantText(instant: number): string {
  const minutes = Math.floor((instant - startOfDay(dayOf(instant))) / 60_000);
  return `${dayText(dayOf(instant))} ${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`;
}

/** As data: days and instants as text (China time), money as fen. Null where unknown. */
export function factValue({ format }: ArtifactValue, value: unknown): string | number | boolean | null {
  if (value === null || value === undefined || value instanceof Unknown) return null;
  if (typeof value === 'number') {
    if (format === 'day') return dayText(value);
    if (format === 'instant') return instantText(value);
    // No finding may hold what JSON cannot say, nor a negative zero.
    return Number.isFinite(value) ? value + 0 : null;
  }
  return typeof value === 'string' || typeof value === 'boolean' ? value : null;
}

/** As text for a person; money in yuan. Null where unknown. */
export function messageText(shown: ArtifactValue, value: unknown): string | null {
  if (shown.format === 'money' && typeof value === 'number' && Number.isFinite(value)) {
    return formatDecimal(Math.round(value), scales.fen);
  }
  const plain = factValue(shown, value);
  return plain === null ? null : String(plain);
}
