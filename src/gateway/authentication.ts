/** Who asks. One key with all scopes; without a key (loopback only) everything is open. */
import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { ServiceError } from '../base/errors.js';

export type KeyCheck = (headers: IncomingHttpHeaders) => void;

/**
 * A check that throws `unauthorised` unless the request carries the key: as Bearer token, or, where
 * `plainHeader` is set, in an `apikey` header, which is what hospital systems know how to send.
 */
export function keyCheck(apiKey: string | null, options: { readonly plainHeader: boolean }): KeyCheck {
  if (apiKey === null) return () => {};
  const expected = digest(apiKey);
  return (headers) => {
    const bearer = /^Bearer +(\S+) *$/i.exec(headers.authorization ?? '')?.[1];
    const plain = options.plainHeader ? headers['apikey'] : undefined;
    const given = bearer ?? (typeof plain === 'string' ? plain : '');
    // Digests have equal length, so the comparison takes the same time whatever was sent.
    if (!timingSafeEqual(digest(given), expected)) throw new ServiceError('unauthorised');
  };
}

function digest(key: string): Buffer {
  return createHash('sha256').update(key).digest();
}
