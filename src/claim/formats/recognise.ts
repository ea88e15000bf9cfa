/**
 * Which format a body is in, from its Content-Type and its first bytes. Cheap, total and without parsing, so
 * that the main thread may ask; a body that is none of the formats is called native JSON and refused where it
 * is read.
 */
import type { WireFormat } from './wire-format.js';

/** Root keys that settle the question; a body's first one decides. */
const nationalKeys = new Set(['infno', 'msgid', 'input', 'mdtrtarea_admvs', 'fixmedins_code', 'infver']);
const nativeKeys = new Set([
  ...['eventId', 'kind', 'scene', 'sentAt', 'claimId', 'reverses', 'institution', 'patient'],
  ...['encounter', 'diagnoses', 'procedures', 'lines'],
]);
const [quote, backslash, openBrace, openBracket, closeBrace, closeBracket] = [
  0x22, 0x5c, 0x7b, 0x5b, 0x7d, 0x5d,
];
/** Keys longer than this decide nothing. */
const maxKeyLength = 32;

/**
 * The format of a body. A charset in the Content-Type wins; GBK is otherwise found by its bytes when it is
 * read.
 */
export function recogniseFormat(contentType: string | null, bytes: Uint8Array): WireFormat {
  const type = contentType?.toLowerCase() ?? '';
  if (/\bmsgpack\b|\bx-msgpack\b/.test(type)) return 'native-msgpack';
  if (/charset\s*=\s*"?(gbk|gb2312|gb18030|cp936)/.test(type)) return 'nhsa-gbk';
  const start = firstSignificant(bytes);
  if (!type.includes('json') && isMap(bytes[0])) return 'native-msgpack';
  return bytes[start] === openBrace && hasNationalKey(bytes, start + 1) ? 'nhsa-json' : 'native-json';
}

/**
 * A MessagePack claim is a map; no JSON text begins with these bytes (UTF-8 text cannot, GBK text is an
 * object).
 */
function isMap(byte: number | undefined): boolean {
  return byte !== undefined && ((byte >= 0x80 && byte <= 0x8f) || byte === 0xde || byte === 0xdf);
}

/** Past a byte order mark and white space. */
function firstSignificant(bytes: Uint8Array): number {
  let i = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0;
  while (bytes[i] === 0x20 || bytes[i] === 0x0a || bytes[i] === 0x0d || bytes[i] === 0x09) i++;
  return i;
}

/** Reads keys of the root object until one decides. */
function hasNationalKey(bytes: Uint8Array, start: number): boolean {
  let depth = 1;
  for (let i = start; i < bytes.length && depth > 0; i++) {
    const byte = bytes[i];
    if (byte === openBrace || byte === openBracket) depth++;
    else if (byte === closeBrace || byte === closeBracket) depth--;
    else if (byte === quote) {
      const end = endOfText(bytes, i + 1);
      // A text in value position is no known key, or stands after one that has decided.
      const key = depth === 1 && end - i <= maxKeyLength ? asciiText(bytes, i + 1, end) : '';
      if (nationalKeys.has(key) && isFollowedByColon(bytes, end + 1)) return true;
      if (nativeKeys.has(key) && isFollowedByColon(bytes, end + 1)) return false;
      i = end;
    }
  }
  return false;
}

function endOfText(bytes: Uint8Array, start: number): number {
  let i = start;
  while (i < bytes.length && bytes[i] !== quote) i += bytes[i] === backslash ? 2 : 1;
  return i;
}

function asciiText(bytes: Uint8Array, start: number, end: number): string {
  let text = '';
  for (let i = start; i < end; i++) text += String.fromCharCode(bytes[i] as number);
  return text;
}

function isFollowedByColon(bytes: Uint8Array, start: number): boolean {
  let i = start;
  while (bytes[i] === 0x20 || bytes[i] === 0x0a || bytes[i] === 0x0d || bytes[i] === 0x09) i++;
  return bytes[i] === 0x3a;
}
