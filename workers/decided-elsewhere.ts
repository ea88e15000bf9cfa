/** What a follower takes from the decision that counts: which findings stand, and whether there was anything to do. */
import { assert } from '../src/base/assert.js';
import type { Decision } from '../src/decision/decision.js';
import { changesNothing, type Receipt } from '../src/decision/receipt.js';
import type { StandingFinding } from '../src/history/events/apply-event.js';

const utf8 = new TextDecoder();

export type Decided = Decision | Receipt;

/** Decisions are ours, so what is odd about them is a bug. */
export function readDecided(bytes: Uint8Array): Decided {
  const decided = JSON.parse(utf8.decode(bytes)) as Decided;
  assert(typeof decided.decisionId === 'string', 'an entry of DECISIONS names itself');
  return decided;
}

export function standingIn(decided: Decided): readonly StandingFinding[] {
  if (!('findings' in decided)) return [];
  return decided.findings.map(({ findingId, lines }) => ({
    findingId,
    violating: lines.filter(({ role }) => role === 'violating').map(({ id }) => id),
  }));
}

/**
 * The decider could not work the message off, had done so before, or has taken it apart: then nothing is to be done
 * here either.
 */
export function isWithoutEffect(decided: Decided): boolean {
  return 'note' in decided && (decided.note === 'duplicate' || changesNothing(decided.note));
}
