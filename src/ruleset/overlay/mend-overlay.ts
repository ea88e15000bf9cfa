/**
 * What a node writes at the broker that knows more than lies there: a broker may have lost its last changes, and
 * whoever may write there may have left out what nobody has signed.
 */
import { leaps, longestLeap } from '../release/counted-on.js';
import type { Manifest } from '../release/manifest.js';
import type { RuleAsOf } from '../release/since.js';
import { type BelievedOverlay, isLaterChange } from './accept-overlay.js';
import { type BrakeEntry, mostEntries, type StoredOverlay } from './stored-overlay.js';
import { brakesHeldIn } from './sweep-brakes.js';

/**
 * Instead of what nobody may go by: what operators have signed last, and everybody's brakes. `mine`: what this node has
 * accepted, `theirs`: what lies there; both by people who are trusted.
 */
export function joined(mine: BelievedOverlay, theirs: BelievedOverlay): StoredOverlay {
  const isLater =
    theirs.operator !== null &&
    theirs.operator.overlay.serial <= (mine.operator?.overlay.serial ?? 0) + longestLeap &&
    isLaterChange(theirs.operator, mine.operator);
  const operator = isLater ? theirs.operator : mine.operator;
  const more = lackingIn(mine.brakes, theirs.brakes, []);
  const highest = leaps(theirs.number, mine.number) ? mine.number : Math.max(theirs.number, mine.number);
  // As it was, where nothing came to it: no number says two things.
  const isMine = !isLater && more.length === 0 && highest === mine.number && theirs.number !== mine.number;
  const brakes = [...mine.brakes, ...more].slice(0, mostEntries);
  const number = isMine ? mine.number : highest + 1;
  return { format: 1, number, operator: operator?.signed ?? null, brakes };
}

/** With the brakes that hold rules of these versions and have been left out since; null: there are none. */
export function completed(
  mine: BelievedOverlay,
  theirs: BelievedOverlay,
  manifests: readonly Manifest[],
): StoredOverlay | null {
  const held = brakesHeldIn(manifests, mine.brakes);
  const missing = lackingIn(theirs.brakes, held, theirs.operator?.overlay.unbraked ?? []);
  if (missing.length === 0) return null;
  const { number, operator } = theirs;
  // These hold something, which of the others nobody knows: where there is no room for all, they go first.
  const brakes = [...missing, ...theirs.brakes].slice(0, mostEntries);
  return { format: 1, number: number + 1, operator: operator?.signed ?? null, brakes };
}

/** `known`: besides the entries. */
function lackingIn(
  entries: readonly BrakeEntry[],
  others: readonly BrakeEntry[],
  known: readonly RuleAsOf[],
): readonly BrakeEntry[] {
  const all = new Set(known.map(({ version, rule }) => `${version} ${rule}`));
  for (const { version, rules } of entries) for (const rule of rules) all.add(`${version} ${rule}`);
  return others.flatMap((entry) => {
    const rules = entry.rules.filter((rule) => !all.has(`${entry.version} ${rule}`));
    return rules.length === 0 ? [] : [{ ...entry, rules }];
  });
}
