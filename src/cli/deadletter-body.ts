/**
 * A body that nobody could read, for a person to look at: as text where it is plainly text, else as bytes.
 */

/** What would not show, or would do something to a terminal; line ends and tabs are harmless. */
const unprintable = /(?![\t\n\r])[\p{C}\p{Zl}\p{Zp}]/u;

/** The text, if the body is well-formed UTF-8 of nothing but printable characters; else null. */
export function plainText(body: Uint8Array): string | null {
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(body);
    return unprintable.test(text) ? null : text;
  } catch {
    return null;
  }
}

/** Sixteen bytes a line: offset, hex, and what of them is ASCII. */
export function hexDump(body: Uint8Array): string {
  const lines: string[] = [];
  for (let at = 0; at < body.length; at += 16) {
    const row = body.subarray(at, at + 16);
    const hex = [...row].map((byte) => byte.toString(16).padStart(2, '0')).join(' ');
    const ascii = [...row]
      .map((byte) => (byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : '.'))
      .join('');
    lines.push(`${at.toString(16).padStart(8, '0')}  ${hex.padEnd(47)}  ${ascii}`);
  }
  return lines.join('\n');
}
