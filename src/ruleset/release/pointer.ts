/** Which version is in force, for whom and from when: signed by somebody other than its publisher. */
import { fail, ok, type Result } from '../../base/result.js';
import { canonicalText } from '../compile/canonical.js';
import { leaps } from './counted-on.js';
import { isCount, isInstant, isText, isTexts, orNull, readDocument, type Shape } from './document.js';
import { type Refusal, refusal } from './refusal.js';

export interface Pointer {
  readonly format: 1;
  /** One more than the pointer's before it: a pointer that was overtaken cannot be brought back. */
  readonly serial: number;
  readonly version: number;
  readonly rulesetId: string;
  /** Only for these; null: for all. */
  readonly institutions: readonly string[] | null;
  /** The version for all others, and for all before `notBefore`; null: the rules folder of the node. */
  readonly base: number | null;
  /** Null: at once. */
  readonly notBefore: string | null;
  /** The lowest version that may be in force. */
  readonly floor: number;
  readonly reason: string;
  readonly signedAt: string;
}

const pointer: Shape<Pointer> = {
  format: (value): value is 1 => value === 1,
  serial: isCount,
  version: isCount,
  rulesetId: isText,
  institutions: orNull(isTexts),
  base: orNull(isCount),
  notBefore: orNull(isInstant),
  floor: isCount,
  reason: isText,
  signedAt: isInstant,
};

export function readPointer(content: unknown): Result<Pointer, Refusal> {
  return readDocument(content, pointer, 'pointer to a rule set');
}

/** What a node has accepted before; it keeps this on disk, so that no restart forgets it. */
export interface Accepted {
  readonly serial: number;
  readonly floor: number;
}

/**
 * Which of two was meant to come after the other. One serial is given twice only where the broker has lost a change:
 * then what was signed later, so that all nodes come to the same.
 */
export function isLater(next: Pointer, last: Pointer): boolean {
  if (next.serial !== last.serial) return next.serial > last.serial;
  const [nextMs, lastMs] = [Date.parse(next.signedAt), Date.parse(last.signedAt)];
  return nextMs === lastMs ? canonicalText(next) > canonicalText(last) : nextMs > lastMs;
}

function overtakenText(serial: number, before: number): string {
  if (serial < before)
    return `change ${serial} is overtaken: change ${before} has been made since it was drafted`;
  const by = 'with this very request, or by somebody who was quicker';
  return `change ${serial} has been made already, ${by}: look at what is in force, and draft anew what is missing`;
}

/** Whether the pointer may follow what was accepted. `last`: the pointer itself, where it is known. */
export function follows(
  next: Pointer,
  accepted: Accepted,
  last: Pointer | null = null,
): Result<null, Refusal> {
  if (last === null ? next.serial <= accepted.serial : !isLater(next, last)) {
    const before = last?.serial ?? accepted.serial;
    return fail(refusal('overtaken', overtakenText(next.serial, before)));
  }
  if (leaps(next.serial, last?.serial ?? accepted.serial)) {
    const before = last?.serial ?? accepted.serial;
    return fail(refusal('unfit', `change ${next.serial} comes after change ${before}: nobody counts so far`));
  }
  const floor = Math.max(next.floor, accepted.floor);
  const lowest = Math.min(next.version, next.base ?? next.version);
  if (lowest >= floor) return ok(null);
  return fail(
    refusal('older-than-floor', `version ${lowest} is below ${floor}, the lowest that may be in force`),
  );
}
