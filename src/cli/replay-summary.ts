/** What a replay has shown, in the few lines that a terminal is for; the page says the rest. */

import type { Report, RuleFigures } from '../replay/report.js';
import type { ReplayMark } from '../ruleset/release/manifest.js';
import { count, yuan } from './words.js';

const shownRules = 10;

export function replaySummary(report: Report, mark: ReplayMark | null): readonly string[] {
  const { claims, from, to, totals, unusable, messages } = report;
  const spoilt = (messages.unusable ?? 0) + (messages.crashed ?? 0);
  const head = `${count(claims)} claims judged, ${from} to ${to}`;
  const lost =
    spoilt === 0 ? [] : [`${count(spoilt)} messages could not be used, the first: ${placeOf(unusable)}`];
  const undated = messages.undated ?? 0;
  const guessed =
    undated === 0
      ? []
      : [
          `${count(undated)} of them do not say when they were sent: they count for the day of the one before`,
        ];
  const sides = totals.map(({ seen, excessFen }, side) => {
    const { name = '', version = 0 } = report.rulesets[side] ?? {};
    const rate = claims === 0 ? 0 : (seen * 10_000) / claims;
    const what = `${count(seen)} with findings (${rate.toFixed(1)} of 10,000), ${yuan(excessFen)} yuan`;
    return `${side === 0 ? '' : 'against '}${name} version ${version}: ${what}`;
  });
  const rules = topRules(report.rules).map(ruleLine);
  return [head, ...guessed, ...lost, ...sides, ...rules, ...(mark === null ? [] : [`digest ${mark.digest}`])];
}

function placeOf(unusable: Report['unusable']): string {
  const [first] = unusable;
  return first === undefined ? '' : `${first.place} (${first.reason})`;
}

/** With a comparison those that changed most, else those that hit most. */
function topRules(rules: readonly RuleFigures[]): readonly RuleFigures[] {
  const weight = ({ change, told }: RuleFigures) =>
    change === null ? (told[0]?.hits ?? 0) : change.gained + change.lost;
  return rules
    .filter((rule) => weight(rule) > 0)
    .toSorted((a, b) => weight(b) - weight(a))
    .slice(0, shownRules);
}

function ruleLine({ rule, title, told, change }: RuleFigures): string {
  const { hitsPer10000 = 0 } = told[0] ?? {};
  const moved = change === null ? '' : `  +${count(change.gained)} −${count(change.lost)} findings`;
  return `  ${hitsPer10000.toFixed(1).padStart(8)} of 10,000  ${rule} ${title}${moved}`;
}
