/** What clients sign, and what they want signed, as it comes in a body. */
import { ServiceError } from '../base/errors.js';
import { isInstitutionCode } from '../base/institution-code.js';
import { type Signed, signedIn as signedOf } from '../ruleset/release/statement.js';

/** Three texts; whether they fit each other is seen later. Throws ServiceError. */
export function signedIn(value: unknown, name: string): Signed {
  const signed = signedOf(value);
  if (signed !== null) return signed;
  throw new ServiceError('malformed', `"${name}" has no "statement", "key" and "signature".`);
}

export interface WantedChange {
  /** Null: the version before, of a rollback. */
  readonly version: number | null;
  readonly institutions: readonly string[] | null;
  /** UTC. */
  readonly notBefore: string | null;
  readonly reason: string;
  readonly rollback: boolean;
}

/** Throws ServiceError. */
export function wantedIn(body: Readonly<Record<string, unknown>>): WantedChange {
  const { version = null, institutions = null, notBefore = null, reason, rollback = false } = body;
  if (version !== null && (!Number.isSafeInteger(version) || Number(version) < 1)) {
    throw new ServiceError('malformed', '"version" is no number of a version.');
  }
  if (typeof reason !== 'string' || reason.trim() === '') {
    throw new ServiceError('malformed', 'Say why in "reason".');
  }
  if (institutions !== null && !isCodes(institutions)) {
    throw new ServiceError('invalid-institution', '"institutions" is no list of institution codes.');
  }
  return {
    version: version === null ? null : Number(version),
    institutions,
    notBefore: notBefore === null ? null : instantIn(notBefore),
    reason,
    rollback: rollback === true,
  };
}

function isCodes(value: unknown): value is readonly string[] {
  return (
    Array.isArray(value) &&
    value.length > 0 &&
    value.every((code) => typeof code === 'string' && isInstitutionCode(code))
  );
}

function instantIn(value: unknown): string {
  const ms = typeof value === 'string' && /[Z+-]/.test(value.slice(10)) ? Date.parse(value) : Number.NaN;
  if (Number.isNaN(ms)) throw new ServiceError('malformed', '"notBefore" is no time with an offset.');
  return new Date(ms).toISOString();
}
