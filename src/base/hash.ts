/** Content hashes and derived ids. */
import { hash } from 'node:crypto';

/** SHA-256 in lower-case hex. Text is hashed as UTF-8. */
export function sha256Hex(content: Uint8Array | string): string {
  // In one call: ids are hashes of short texts, where making a hash object costs more than hashing.
  return hash('sha256', content, 'hex');
}

/**
 * An id of 32 characters: a letter that says its kind, then 31 hex digits of the hash of `parts`. Parts are
 * joined as a JSON list, so that no two lists of parts read the same.
 */
export function derivedId(
  letter: string,
  parts: readonly (string | number | null | readonly string[])[],
): string {
  return letter + sha256Hex(JSON.stringify(parts)).slice(0, 31);
}
