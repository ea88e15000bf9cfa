/**
 * UTF-8 of short texts, checked where they stand: a call into the runtime costs more than most texts are long.
 */
import { isUtf8 } from 'node:buffer';
import { isCleanText } from '../clean-text.js';

const highBits = 0x80808080 | 0;
/** Longer ones are worth the call. */
const longText = 256;

/** Whether the bytes from `start` to `end`, all within the body, are valid UTF-8. `view`: of the same body. */
export function isUtf8At(body: Uint8Array, view: DataView, start: number, end: number): boolean {
  const length = end - start;
  if (length < 4) {
    let bits = 0;
    for (let i = start; i < end; i++) bits |= body[i] as number;
    return bits < 0x80 || isWideUtf8At(body, view, start, end);
  }
  if (length > 32) return isLongUtf8At(body, view, start, end);
  // Words that overlap instead of a loop: up to 8, 16, 32 bytes.
  let bits = view.getInt32(start, true) | view.getInt32(end - 4, true);
  if (length > 8) {
    bits |= view.getInt32(start + 4, true) | view.getInt32(end - 8, true);
    if (length > 16) {
      bits |= view.getInt32(start + 8, true) | view.getInt32(start + 12, true);
      bits |= view.getInt32(end - 16, true) | view.getInt32(end - 12, true);
    }
  }
  return (bits & highBits) === 0 || isWideUtf8At(body, view, start, end);
}

/**
 * What the bytes are to a fact of at most `maxLength` UTF-16 units: 1: a text that is the fact as it stands; 0: a text
 * that has to be looked at again; -1: no valid UTF-8.
 */
export function textFormAt(
  body: Uint8Array,
  view: DataView,
  start: number,
  end: number,
  maxLength: number,
): number {
  const found = lookOver(body, view, start, end);
  if (found === odd) {
    if (!isUtf8At(body, view, start, end)) return -1;
    return isCleanText(body, start, end, maxLength, view) ? 1 : 0;
  }
  return found === plain && isCleanText(body, start, end, maxLength, null) ? 1 : 0;
}

const [odd, controlled, plain] = [0, 1, 2];

/**
 * Nearly all names: ASCII and Chinese characters, whose three bytes leave no second one special. One walk says that
 * they are valid and whether there is a control character; `odd`: there is something else.
 */
function lookOver(body: Uint8Array, view: DataView, start: number, end: number): number {
  let i = start;
  let found = plain;
  for (; i + 4 <= end; ) {
    const word = view.getInt32(i, true);
    const lead = word & 0xff;
    if (lead > 0xe0 && lead < 0xed && (word & 0xc0c000) === 0x808000) i += 3;
    else if (lead < 0x80) {
      if (lead < 0x20 || lead === 0x7f) found = controlled;
      i++;
    } else return odd;
  }
  while (i < end) {
    const lead = body[i] as number;
    if (lead < 0x80) {
      if (lead < 0x20 || lead === 0x7f) found = controlled;
      i++;
    } else if (lead > 0xe0 && lead < 0xed && i + 2 < end) {
      if (!isFollowing(body[i + 1] as number) || !isFollowing(body[i + 2] as number)) return odd;
      i += 3;
    } else return odd;
  }
  return found;
}

function isLongUtf8At(body: Uint8Array, view: DataView, start: number, end: number): boolean {
  if (end - start > longText) return isUtf8(body.subarray(start, end));
  let bits = view.getInt32(end - 4, true);
  for (let i = start; i + 4 <= end; i += 4) bits |= view.getInt32(i, true);
  return (bits & highBits) === 0 || isWideUtf8At(body, view, start, end);
}

function isWideUtf8At(body: Uint8Array, view: DataView, start: number, end: number): boolean {
  let i = start;
  // Chinese characters in one look each: three bytes, of which no second one is special.
  while (i + 4 <= end) {
    const word = view.getInt32(i, true);
    const lead = word & 0xff;
    if (lead < 0x80) i++;
    else if (lead > 0xe0 && lead < 0xed && (word & 0xc0c000) === 0x808000) i += 3;
    else break;
  }
  while (i < end) {
    const lead = body[i] as number;
    if (lead < 0x80) i++;
    // Chinese characters: three bytes, of which no second one is special.
    else if (lead > 0xe0 && lead < 0xed) {
      if (i + 2 >= end || !isFollowing(body[i + 1] as number) || !isFollowing(body[i + 2] as number)) {
        return false;
      }
      i += 3;
    } else {
      const length = lengthOf(body, i, end);
      if (length === 0) return false;
      i += length;
    }
  }
  return true;
}

/** Bytes of the character at `i`, whose lead byte is not ASCII; 0 where it is not well-formed. */
function lengthOf(body: Uint8Array, i: number, end: number): number {
  const lead = body[i] as number;
  const length = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
  if (lead < 0xc2 || lead > 0xf4 || i + length > end) return 0;
  for (let k = 1; k < length; k++) if (!isFollowing(body[i + k] as number)) return 0;
  const second = body[i + 1] as number;
  // Longer than needed, a surrogate, beyond the last character.
  if ((lead === 0xe0 && second < 0xa0) || (lead === 0xed && second > 0x9f)) return 0;
  return (lead === 0xf0 && second < 0x90) || (lead === 0xf4 && second > 0x8f) ? 0 : length;
}

function isFollowing(byte: number): boolean {
  return (byte & 0xc0) === 0x80;
}
