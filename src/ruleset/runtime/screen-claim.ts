/** The whole screening of one claim, rule by rule, inside its budget. */
import type { Claim } from '../../claim/claim.js';
import type { ArtifactRule } from '../compile/artifact.js';
import type { ClaimView } from './claim-view.js';
import { CoverageGaps } from './coverage-gaps.js';
import { FindingMaker } from './finding-maker.js';
import { isPreEvent } from './roles.js';
import type { CompiledRule, RuleMatcher } from './rule-matcher.js';
import type { Meter, Screened } from './screened.js';

export function screenClaim(matcher: RuleMatcher, view: ClaimView, meter: Meter): Screened {
  const known = matcher.knownMask(view);
  const indexed = matcher.indexedLines(view);
  const findings = new FindingMaker(matcher, view);
  const gaps = new CoverageGaps(matcher, view, known);
  for (const compiled of matcher.rules) {
    const applies = appliesTo(compiled.rule, view.claim);
    if (applies === 'no') continue;
    const anchors = matcher.anchorsOf(compiled, view, indexed);
    if (anchors.length === 0 && !asksLooseLines(compiled, view)) continue;
    if (!meter.mayGoOn()) {
      gaps.overBudget(compiled);
      continue;
    }
    meter.enter(compiled.position);
    const isWhole = screenRule(
      matcher,
      compiled,
      view,
      anchors,
      known,
      applies === 'yes',
      meter,
      findings,
      gaps,
    );
    if (!isWhole) gaps.overBudget(compiled);
  }
  return { ...findings.finish(), notEvaluated: gaps.sorted() };
}

/** False where the budget ended within the rule: what it found so far stands. */
function screenRule(
  matcher: RuleMatcher,
  compiled: CompiledRule,
  view: ClaimView,
  anchors: readonly number[],
  known: number,
  isInScene: boolean,
  meter: Meter,
  findings: FindingMaker,
  gaps: CoverageGaps,
): boolean {
  const { needs } = compiled.rule;
  const isKnown = isInScene && needs !== null && (known & needs) === needs;
  const { held, undecided, isCut } = matcher.match(compiled, view, anchors, isKnown, meter);
  for (const [i, match] of held.entries()) {
    if (i > 0 && !meter.mayGoOn()) return false;
    findings.add(compiled, match);
  }
  for (const match of undecided) {
    if (findings.couldBeFound(compiled, match)) gaps.undecided(compiled, match.spot.anchor, match.mask);
  }
  if (asksLooseLines(compiled, view)) {
    const possible = view.supposed.filter((prescription) => matcher.couldHold(compiled, view, prescription));
    const lines = new Set(possible.flatMap((prescription) => view.prescriptions[prescription]?.lines ?? []));
    if (lines.size > 0 && isAnyCurrent(view, lines)) gaps.withoutPrescription(compiled, lines);
  }
  return !isCut;
}

/** Lines without a prescription id could belong to any group, or make one. */
function asksLooseLines({ rule }: CompiledRule, view: ClaimView): boolean {
  return rule.index.by === 'prescription' && view.supposed.length > 0;
}

function isAnyCurrent(view: ClaimView, lines: Iterable<number>): boolean {
  return !isPreEvent(view.claim) || [...lines].some((i) => view.lines[i]?.current === true);
}

/** `maybe`: a screening that does not say its scene. */
function appliesTo({ scenes }: ArtifactRule, { kind, scene }: Claim): 'yes' | 'no' | 'maybe' {
  if (kind !== 'screening') return scenes.includes(kind) ? 'yes' : 'no';
  if (scene !== null) return scenes.includes(scene) ? 'yes' : 'no';
  return scenes.some((s) => typeof s === 'number') ? 'maybe' : 'no';
}
