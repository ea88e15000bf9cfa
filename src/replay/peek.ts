/**
 * When a body of a file says it was sent, and by whom, from its first bytes: what a stream tells of its messages
 * without opening them. Nothing rests on it: the worker reads the body, and where it finds another sender it goes by
 * that one.
 */
import type { EpochMs } from '../base/calendar.js';
import { readTime } from '../claim/dates.js';

/** The head of a claim stands before its lines in what every known sender writes; and these two near its start. */
const headBytes = [512, 4_096] as const;
/** Keys without their first quote: it is everywhere, and would be looked at everywhere. */
const timeKeys = ['sentAt"', 'inf_time"'].map((key) => Buffer.from(key));
const time = /\s*:\s*"([^"\\]{8,35})"/y;
const sender = /"(?:fixmedins_code|code)"\s*:\s*"([A-Z]\d{11})"/;
const quote = 0x22;

export function peekTime(body: Uint8Array): EpochMs | null {
  const read = readTime(timeIn(headOf(body, headBytes[1])) ?? '');
  return read.is === 'instant' ? read.at : null;
}

/** The value of the first of the keys that has one. */
function timeIn(head: Buffer): string | null {
  let first = head.length;
  let found: string | null = null;
  for (const key of timeKeys) {
    const before = head.subarray(0, first);
    for (let at = before.indexOf(key); at >= 0 && at < first; at = before.indexOf(key, at + 1)) {
      const value = head[at - 1] === quote ? valueAt(head, at + key.length) : null;
      if (value === null) continue;
      first = at;
      found = value;
    }
  }
  return found;
}

/** With little white space before it, which is as good as always, no more than so much has to become a text. */
const usualLength = 64;

function valueAt(head: Buffer, start: number): string | null {
  return (
    matchIn(head.toString('latin1', start, start + usualLength)) ?? matchIn(head.toString('latin1', start))
  );
}

function matchIn(text: string): string | null {
  time.lastIndex = 0;
  return time.exec(text)?.[1] ?? null;
}

export function peekSender(body: Uint8Array): string | null {
  for (const bytes of headBytes) {
    // What is found in the shorter head is what the longer one would have given: no match lies within another.
    const found = sender.exec(headOf(body, bytes).toString('latin1'))?.[1];
    if (found !== undefined) return found;
    if (body.length <= bytes) break;
  }
  return null;
}

function headOf(body: Uint8Array, bytes: number): Buffer {
  return Buffer.from(body.buffer, body.byteOffset, Math.min(body.length, bytes));
}
