/**
 * PG-16, asked when a rule set is activated, not when it compiles: no rule reaches a hospital before its
 * effect on history is known, and one that would speak too often needs a second approval. Whoever reviews
 * findings can only review so many.
 */
import type { Effect } from '../../decision/decision.js';
import { shareMayBe } from '../release/brake/chance.js';

/** What the gate must know of a rule set; an artifact has it. */
export interface GatedRuleset {
  readonly id: string;
  readonly rules: readonly {
    readonly id: string;
    readonly effect: Effect;
    /** In which it speaks: numbers of screenings, or kinds of settled events. Absent: anywhere. */
    readonly scenes?: readonly (number | string)[];
  }[];
}

/** What a replay of history has shown of one rule. */
export interface RuleImpact {
  readonly rule: string;
  /** Claims with a finding of this rule. */
  readonly hits: number;
  readonly byInstitution: Readonly<Record<string, number>>;
  readonly byDepartment: Readonly<Record<string, number>>;
  readonly excessFen: number;
}

export interface ImpactReport {
  /** Content id of the rule set that was replayed. */
  readonly rulesetId: string;
  /** Claims that were screened. */
  readonly claims: number;
  readonly rules: readonly RuleImpact[];
  /** Claims by scene; null: not told. */
  readonly scenes: Readonly<Record<string, number>> | null;
}

/** What a shadow has shown of scenes that no replay has claims of: claims, and those with a finding, by rule. */
export type ShadowImpact = readonly {
  readonly scene: string;
  readonly claims: number;
  readonly rules: Readonly<Record<string, number>>;
}[];

/** Hits per 10,000 claims above which a second person must approve. */
export interface ImpactCeiling {
  readonly perRule: number;
  /** Of all rules that somebody sees together. */
  readonly inAll: number;
  /** Fewer claims measure nothing. */
  readonly fewestClaims: number;
}

/** One sentence for each thing that stands in the way. */
export interface ImpactAnswer {
  /** Needs a second approval, whatever else is not measured. */
  readonly loud: readonly string[];
  /** Is not known. */
  readonly missing: readonly string[];
}

/**
 * `report` null: none is attached. Rules that only record are measured too, but never too loud. `shadow`: of scenes
 * that the report has no claims of, what a shadow has seen.
 */
export function impactGate(
  ruleset: GatedRuleset,
  report: ImpactReport | null,
  ceiling: ImpactCeiling,
  shadow: ShadowImpact = [],
): ImpactAnswer {
  if (report === null) return { loud: [], missing: ['no replay of history is attached'] };
  const beside = shadow.filter(({ scene }) => (report.scenes?.[scene] ?? 0) === 0);
  return {
    loud: [...loudRules(ruleset, report, ceiling), ...loudBeside(ruleset, beside, ceiling)],
    missing: [...gapsOf(ruleset, report, ceiling), ...unheard(ruleset, report, beside)],
  };
}

/** What a report alone says, be there a shadow or not. */
export interface OwnImpact {
  /** `partly`: but for scenes that no claim was replayed of, for which a shadow can make up. */
  readonly measured: 'wholly' | 'partly' | 'not';
  /** A second person has to approve. */
  readonly loud: boolean;
}

/** As `impactGate`; stands in a manifest, so that nodes know it without report and rules. */
export function ownImpact(
  ruleset: GatedRuleset,
  report: ImpactReport | null,
  ceiling: ImpactCeiling,
): OwnImpact {
  if (report === null) return { measured: 'not', loud: false };
  const loud = loudRules(ruleset, report, ceiling).length > 0;
  if (gapsOf(ruleset, report, ceiling).length > 0) return { measured: 'not', loud };
  return { measured: unheard(ruleset, report, []).length > 0 ? 'partly' : 'wholly', loud };
}

function gapsOf(ruleset: GatedRuleset, report: ImpactReport, ceiling: ImpactCeiling): readonly string[] {
  const nothing = saysNothing(ruleset, report, ceiling);
  if (nothing !== null) return [nothing];
  return ruleset.rules.flatMap(({ id }) => {
    const impact = report.rules.find(({ rule }) => rule === id);
    if (impact === undefined) return [`'${id}' is not in the replay`];
    if (impact.hits === 0) return [];
    const lacking = [
      ...(isSpread(impact.byInstitution) ? [] : ['institutions']),
      ...(isSpread(impact.byDepartment) ? [] : ['departments']),
    ];
    return lacking.length === 0 ? [] : [`'${id}' is not told by ${lacking.join(' and ')}`];
  });
}

/** Why a report counts for no rule at all; null: it counts. */
function saysNothing(
  { id }: GatedRuleset,
  { rulesetId, claims }: ImpactReport,
  { fewestClaims }: ImpactCeiling,
): string | null {
  if (rulesetId !== id) return `the replay is of another rule set (${rulesetId})`;
  if (claims >= Math.max(1, fewestClaims)) return null;
  return `the replay has ${claims} claims, at least ${fewestClaims} are needed`;
}

/** Rules that somebody would see where nobody has looked: that they found nothing says nothing. */
function unheard(
  { rules }: GatedRuleset,
  { scenes: replayed, rules: impacts }: ImpactReport,
  beside: ShadowImpact,
): readonly string[] {
  if (replayed === null) return [];
  const heard = new Set([...Object.keys(replayed), ...beside.map(({ scene }) => scene)]);
  const found = new Set(impacts.filter(({ hits }) => hits > 0).map(({ rule }) => rule));
  return rules.flatMap(({ id, effect, scenes }) => {
    if (effect === 'record' || scenes === undefined || found.has(id)) return [];
    if (scenes.some((scene) => heard.has(String(scene)))) return [];
    return [`'${id}' speaks in ${scenes.join(', ')} only, of which neither replay nor shadow has a claim`];
  });
}

function isSpread(counts: Readonly<Record<string, number>>): boolean {
  return Object.keys(counts).length > 0;
}

function loudRules(ruleset: GatedRuleset, report: ImpactReport, ceiling: ImpactCeiling): readonly string[] {
  if (saysNothing(ruleset, report, ceiling) !== null) return [];
  const { perRule, inAll } = ceiling;
  const seen = ruleset.rules.filter(({ effect }) => effect !== 'record').map(({ id }) => id);
  const rate = (hits: number) => (hits * 10_000) / report.claims;
  const impacts = report.rules.filter(({ rule }) => seen.includes(rule));
  const loud = impacts.filter(({ hits }) => rate(hits) > perRule);
  const total = rate(impacts.reduce((sum, { hits }) => sum + hits, 0));
  return [
    ...loud.map(
      ({ rule, hits }) => `'${rule}' hits ${shown(rate(hits))} of 10,000 claims, at most ${perRule}`,
    ),
    ...(total > inAll
      ? [`all rules together have ${shown(total)} hits in 10,000 claims, at most ${inAll}`]
      : []),
  ];
}

/** Standard errors: a shadow sees few claims. */
const doubt = 2;

function loudBeside(
  { rules }: GatedRuleset,
  beside: ShadowImpact,
  { perRule }: ImpactCeiling,
): readonly string[] {
  const claims = beside.reduce((sum, scene) => sum + scene.claims, 0);
  if (claims === 0) return [];
  return rules.flatMap(({ id, effect }) => {
    const hits = beside.reduce((sum, scene) => sum + (scene.rules[id] ?? 0), 0);
    if (effect === 'record' || shareMayBe(hits, claims, doubt, -1) * 10_000 <= perRule) return [];
    const rate = shown((hits * 10_000) / claims);
    return [`'${id}' hits ${rate} of 10,000 claims of its shadow, at most ${perRule}`];
  });
}

function shown(rate: number): string {
  return rate.toFixed(1);
}
