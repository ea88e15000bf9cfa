/** The whole screening of one claim, rule by rule, inside its budget. */
import { type RuleTreatments, treatment } from '../overlay/treatments.js';
import type { ClaimView } from './claim-view.js';
import { CoverageGaps } from './coverage-gaps.js';
import { FindingMaker } from './finding-maker.js';
import { isPreEvent } from './roles.js';
import type { Anchors, CompiledRule, RuleMatcher } from './rule-matcher.js';
import { type Meter, nothingScreened, type Screened } from './screened.js';

/** Findings and gaps of one claim; what makes them is only made where there are any. */
class Results {
  readonly matcher: RuleMatcher;
  readonly view: ClaimView;
  readonly known: number;
  readonly treatments: RuleTreatments | null;
  #findings: FindingMaker | null = null;
  #gaps: CoverageGaps | null = null;

  constructor(matcher: RuleMatcher, view: ClaimView, treatments: RuleTreatments | null) {
    this.matcher = matcher;
    this.treatments = treatments;
    this.view = view;
    this.known = matcher.knownMask(view);
  }

  get findings(): FindingMaker {
    this.#findings ??= new FindingMaker(this.matcher, this.view, this.treatments);
    return this.#findings;
  }

  get gaps(): CoverageGaps {
    this.#gaps ??= new CoverageGaps(this.matcher, this.view, this.known);
    return this.#gaps;
  }

  finish(): Screened {
    if (this.#findings === null && this.#gaps === null) return nothingScreened;
    const { findings, excessByLine, heldBack } = this.#findings?.finish() ?? nothingScreened;
    return { findings, excessByLine, heldBack, notEvaluated: this.#gaps?.sorted() ?? [] };
  }
}

export function screenClaim(
  matcher: RuleMatcher,
  view: ClaimView,
  meter: Meter,
  treatments: RuleTreatments | null,
): Screened {
  const results = new Results(matcher, view, treatments);
  // A screening that does not say its scene leaves open whether a rule applies.
  const isInScene = view.head.kind !== 'screening' || view.head.scene !== null;
  for (const position of matcher.asked(view, results.known, meter)) {
    if (treatments !== null && treatments[position] === treatment.off) continue;
    if (!matcher.hasQuestions(position, view)) continue;
    if (!meter.mayGoOn()) {
      results.gaps.overBudget(matcher.rules[position]!);
      continue;
    }
    meter.enter(position);
    const compiled = matcher.rules[position]!;
    const anchors = matcher.anchorsOf(compiled, view);
    if (!screenRule(compiled, anchors, isInScene, meter, results)) results.gaps.overBudget(compiled);
  }
  return results.finish();
}

/** False where the budget ended within the rule: what it found so far stands. */
function screenRule(
  compiled: CompiledRule,
  anchors: Anchors,
  isInScene: boolean,
  meter: Meter,
  results: Results,
): boolean {
  const { matcher, view, known } = results;
  const { needs } = compiled.rule;
  const isKnown = isInScene && needs !== null && (known & needs) === needs;
  const { held, undecided, isCut } = matcher.match(compiled, view, anchors, isKnown, meter);
  for (let i = 0; i < held.length; i++) {
    if (i > 0 && !meter.mayGoOn()) return false;
    results.findings.add(compiled, held[i]!);
  }
  for (let i = 0; i < undecided.length; i++) {
    const match = undecided[i]!;
    // Only of what is being ordered can a finding turn out to stand on history alone.
    const isOrdered = isPreEvent(view.head);
    if (isOrdered && i > 0 && !meter.mayGoOn()) return false;
    const couldBeFound = !isOrdered || results.findings.couldBeFound(compiled, match);
    if (couldBeFound) results.gaps.undecided(compiled, match.spot.anchor, match.mask);
  }
  if (asksLooseLines(compiled, view)) askLooseLines(compiled, results);
  return !isCut;
}

/** Lines without a prescription id could belong to any group, or make one. */
function asksLooseLines({ rule }: CompiledRule, view: ClaimView): boolean {
  return rule.index.by === 'prescription' && view.supposed.length > 0;
}

function askLooseLines(compiled: CompiledRule, results: Results): void {
  const { matcher, view } = results;
  let lines: Set<number> | null = null;
  for (const prescription of view.supposed) {
    if (!matcher.couldHold(compiled, view, prescription)) continue;
    lines ??= new Set();
    for (const line of view.prescriptionLines(prescription)) lines.add(line);
  }
  if (lines !== null && isAnyCurrent(view, lines)) results.gaps.withoutPrescription(compiled, lines);
}

function isAnyCurrent(view: ClaimView, lines: Iterable<number>): boolean {
  return !isPreEvent(view.head) || [...lines].some((line) => view.isCurrent(line));
}
