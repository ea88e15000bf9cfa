/** Which of the rules that a version has changed are stopped when a share has risen above its band. */
import type { ShareWindow } from './share-window.js';
import type { Usual } from './usual.js';

export interface Culprit {
  readonly rule: string;
  /** Claims of the window in which it was shown, among those that are counted. */
  readonly claims: number;
}

interface Suspect extends Culprit {
  /** More than usual. */
  readonly beyond: number;
}

/**
 * Those that can have put the share there, the most frequent first: each without which the share would not be
 * remarkable; where there is none, the fewest of whom all together say that; and whatever else there is, each that
 * alone is more than the band allows, or that is found much more often than it was and has a good part in it. None: it
 * is something that the version has not changed.
 */
export function culpritsOf(window: ShareWindow, usual: Usual): readonly Culprit[] {
  if (!window.isDriven) return [];
  const suspects = [...window.drivers()]
    .map(([rule, claims]): Suspect => ({ rule, claims, beyond: claims - usual.ofRule(rule, window.claims) }))
    .filter(({ beyond }) => beyond > 0)
    .sort((a, b) => b.beyond - a.beyond || (a.rule < b.rule ? -1 : 1));
  const calm = usual.calm(window.claims);
  const alone = suspects.filter(({ beyond }) => window.told - beyond <= calm);
  const enough = alone.length > 0 ? alone : together(suspects, window, calm);
  const astray = suspects.filter((suspect) => isAstray(suspect, window, usual));
  return [...new Set([...enough, ...astray])]
    .map(({ rule, claims }) => ({ rule, claims }))
    .sort((a, b) => b.claims - a.claims || (a.rule < b.rule ? -1 : 1));
}

/** None where all of them are not enough. */
function together(suspects: readonly Suspect[], window: ShareWindow, calm: number): readonly Suspect[] {
  const rules = new Set<string>();
  let asBefore = 0;
  for (const [i, { rule, claims, beyond }] of suspects.entries()) {
    rules.add(rule);
    asBefore += claims - beyond;
    if (window.toldWithout(rules) + asBefore <= calm) return suspects.slice(0, i + 1);
  }
  return [];
}

/** Of what is told too much. */
const goodPart = 1 / 4;

function isAstray({ rule, claims, beyond }: Suspect, window: ShareWindow, usual: Usual): boolean {
  if (beyond > window.limits.most) return true;
  const most = usual.mostOfRule(rule, window.claims);
  const tooMuch = window.told - usual.told(window.claims);
  return most !== null && claims > most && beyond >= goodPart * tooMuch;
}
