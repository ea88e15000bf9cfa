/** JSON text in GBK; the only importer of iconv-lite (Node decodes GBK but does not encode it). */
import { TextDecoder } from 'node:util';
import iconv from 'iconv-lite';

/**
 * Encodes JSON text. A character that GBK lacks, or that decoders of GBK disagree about, is written as a JSON
 * escape: outside texts JSON is ASCII, so an escape is right wherever such a character stands.
 */
export function encodeGbkJson(json: string): Uint8Array {
  const safe = json.replace(/[\u0080-\uffff]/g, (unit) => (isPlain(unit) ? unit : escapeUnit(unit)));
  return new Uint8Array(iconv.encode(safe, 'gbk'));
}

const known = new Map<string, boolean>();
const otherDecoder = new TextDecoder('gbk');

/** Whether a UTF-16 unit is two bytes of GBK for two decoders of it. One entry per unit: at most 65,408. */
function isPlain(unit: string): boolean {
  const before = known.get(unit);
  if (before !== undefined) return before;
  const bytes = iconv.encode(unit, 'gbk');
  const plain =
    bytes.length === 2 && iconv.decode(bytes, 'gbk') === unit && otherDecoder.decode(bytes) === unit;
  known.set(unit, plain);
  return plain;
}

function escapeUnit(unit: string): string {
  return `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
