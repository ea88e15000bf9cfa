/**
 * What of a change of what is in force is up to whoever wants it, and whether that makes sense. Desks ask, whoever
 * drafted; nodes go by what older desks have let through.
 */
import { isInstitutionCode } from '../../base/institution-code.js';
import { visible } from '../../base/visible-text.js';
import type { Pointer } from './pointer.js';
import { clocksApartMs, oddReason } from './reason.js';
import { type Refusal, refusal } from './refusal.js';

/** Null: it makes sense. */
export function unfitWords({
  institutions,
  reason,
}: Pick<Pointer, 'institutions' | 'reason'>): Refusal | null {
  const odd = (institutions === null ? null : oddInstitutions(institutions)) ?? oddReason(reason);
  return odd === null ? null : refusal('unfit', odd);
}

/** When it was signed, as whoever signs writes; null: that may be. */
export function unfitTime({ signedAt }: Pick<Pointer, 'signedAt'>, nowMs: number): Refusal | null {
  if (Date.parse(signedAt) <= nowMs + clocksApartMs) return null;
  return refusal('unfit', `"signedAt": ${signedAt} is still to come`);
}

function oddInstitutions(codes: readonly string[]): string | null {
  if (codes.length === 0) return 'no institution is named: it would be in force at nobody';
  const wrong = codes.find((code) => !isInstitutionCode(code));
  if (wrong !== undefined) return `"${visible(wrong)}" is no code of an institution`;
  const twice = codes.find((code, i) => codes.indexOf(code) !== i);
  return twice === undefined ? null : `institution ${twice} is named twice`;
}
