/**
 * How often each scene may alert and hold before something must be wrong: what the brake holds a version to. It looks
 * at so many claims at a time, which differ by chance alone, and days differ from each other.
 */
import type { Band, BandFigures } from '../manifest.js';
import { leastTold, mostTold, shareMayBe } from './chance.js';
import { windowClaims } from './share-window.js';

/**
 * With which chance such claims leave the band on one side, where each is told something with the share of the replay.
 * The brake looks with every claim, which makes it 20 to 40 times as much for each window's length.
 */
const chance = 1e-8;
/** Standard errors by which the share itself may be another than the one that was counted. */
const doubt = 2;

export interface DayOfScene {
  readonly claims: number;
  readonly alerts: number;
  readonly holds: number;
}

const millionth = 1_000_000;

/**
 * `days`: of one scene, with a claim in all. Days with fewer claims than the brake looks at say nothing alone.
 * `rules`: claims with a finding, by rule.
 */
export function bandOf(scene: string, days: readonly DayOfScene[], rules: BandFigures['rules'] = {}): Band {
  const [alertLow, alertHigh] = boundsOf(days, ({ alerts }) => alerts);
  const [holdLow, holdHigh] = boundsOf(days, ({ holds }) => holds);
  const sum = (figure: keyof DayOfScene) => days.reduce((total, day) => total + day[figure], 0);
  const figures = { claims: sum('claims'), alerts: sum('alerts'), holds: sum('holds'), rules };
  return { scene, alertLow, alertHigh, holdLow, holdHigh, figures };
}

function boundsOf(
  days: readonly DayOfScene[],
  hitsOf: (day: DayOfScene) => number,
): [low: number, high: number] {
  const claims = days.reduce((total, day) => total + day.claims, 0);
  const hits = days.reduce((total, day) => total + hitsOf(day), 0);
  const whole = days.filter((day) => day.claims >= windowClaims).map((day) => hitsOf(day) / day.claims);
  const low = Math.min(shareMayBe(hits, claims, doubt, -1), ...whole);
  const high = Math.max(shareMayBe(hits, claims, doubt, 1), ...whole);
  const told = [leastTold(low, windowClaims, chance), mostTold(high, windowClaims, chance)];
  return told.map((count) => Math.round((count / windowClaims) * millionth)) as [number, number];
}
