/**
 * Texts that are facts as they stand: nothing to trim, no placeholder, no control character. Whatever is not one
 * of these goes through facts.ts, which decides what it means.
 */

const [minus, smallN, capitalN, del] = [0x2d, 0x6e, 0x4e, 0x7f];

/**
 * Whether the valid UTF-8 in these bytes is a text that `FactReader.text` answers unchanged. `maxLength` in UTF-16
 * units, of which a text has at most as many as bytes. `view`: of the same bytes; null where the caller knows that
 * there is no control character.
 */
export function isCleanText(
  bytes: Uint8Array,
  start: number,
  end: number,
  maxLength: number,
  view: DataView | null,
): boolean {
  const length = end - start;
  if (length <= 0 || length > maxLength) return false;
  const first = bytes[start] as number;
  const last = bytes[end - 1] as number;
  if (first <= 0x20 || last <= 0x20) return false;
  if (first >= 0x80 && isBlankAt(bytes, start)) return false;
  if (last >= 0x80 && endsInBlank(bytes, start, end)) return false;
  // '-', '--', 'null', 'NULL'.
  if (length <= 4 && (first === minus || first === smallN || first === capitalN)) return false;
  return view === null || !holdsControl(view, start, end);
}

function holdsControl(view: DataView, start: number, end: number): boolean {
  if (end - start < 4) {
    for (let i = start; i < end; i++) {
      const byte = view.getUint8(i);
      if (byte < 0x20 || byte === del) return true;
    }
    return false;
  }
  // Four bytes at a time; the last four may overlap the ones before.
  for (let i = start; i < end - 4; i += 4) if (holdsControlByte(view.getInt32(i, true))) return true;
  return holdsControlByte(view.getInt32(end - 4, true));
}

/** Whether one of the four bytes is below 0x20 or is 0x7f: the well-known test for a byte that is less or zero. */
function holdsControlByte(word: number): boolean {
  const likeDel = word ^ 0x7f7f7f7f;
  return ((((word - 0x20202020) & ~word) | ((likeDel - 0x01010101) & ~likeDel)) & 0x80808080) !== 0;
}

function endsInBlank(bytes: Uint8Array, start: number, end: number): boolean {
  // No byte that begins a character ever stands inside one, so looking back cannot be misled.
  if (end - start >= 2 && isBlankAt(bytes, end - 2)) return true;
  return end - start >= 3 && isBlankAt(bytes, end - 3);
}

/**
 * Whether a blank beyond ASCII that `trim` removes begins here: U+00A0, 1680, 2000–200A, 2028, 2029, 202F, 205F,
 * 3000, FEFF.
 */
function isBlankAt(bytes: Uint8Array, i: number): boolean {
  const second = bytes[i + 1] as number;
  const third = bytes[i + 2] as number;
  switch (bytes[i]) {
    case 0xc2:
      return second === 0xa0;
    case 0xe1:
      return second === 0x9a && third === 0x80;
    case 0xe2:
      if (second === 0x81) return third === 0x9f;
      return second === 0x80 && (third <= 0x8a || third === 0xa8 || third === 0xa9 || third === 0xaf);
    case 0xe3:
      return second === 0x80 && third === 0x80;
    case 0xef:
      return second === 0xbb && third === 0xbf;
    default:
      return false;
  }
}

/** Whether the characters of a JSON number are the text that the number has: a plain integer that is safe. */
export function isPlainInteger(bytes: Uint8Array, start: number, end: number): boolean {
  if (end - start > 15 || end <= start) return false;
  if (bytes[start] === 0x30) return end - start === 1;
  for (let i = start; i < end; i++) {
    const byte = bytes[i] as number;
    if (byte < 0x30 || byte > 0x39) return false;
  }
  return true;
}
