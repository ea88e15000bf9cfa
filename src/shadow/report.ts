/** What one node says of its shadow; other nodes see other claims, and say so themselves. */
import type { GivenOrder } from './order.js';
import { per10000, type RuleFigures, type SceneFigures, type ShadowFigures, type Sides } from './tally.js';
import type { Trial, TrialState } from './trial.js';

/** Of 10,000 compared claims, of a scene's where it is about a scene. */
export interface SceneRates {
  readonly changed: number;
  readonly alerts: Sides;
  readonly holds: Sides;
}

/** Of 10,000 compared claims: those with a finding of the rule, and those with one that only the one or other has. */
export interface RuleRates {
  readonly claims: Sides;
  readonly gainedClaims: number;
  readonly lostClaims: number;
}

export interface ShadowReport {
  /** `none`: nothing is ordered. */
  readonly state: TrialState | 'none';
  /** Why it does not compare; null: it does, or is about to. */
  readonly problem: string | null;
  readonly order: {
    readonly version: number;
    readonly rulesetId: string;
    readonly serial: number;
    readonly reason: string;
    readonly signedAt: string;
    readonly signer: { readonly key: string; readonly name: string };
  } | null;
  /** Ids of the rule sets in force that it is compared with. */
  readonly against: readonly string[];
  readonly figures: ReportedFigures | null;
}

export interface ReportedFigures extends Omit<ShadowFigures, 'scenes' | 'rules'> {
  readonly scenes: readonly (SceneFigures & { readonly per10000: SceneRates })[];
  readonly rules: readonly (RuleFigures & { readonly per10000: RuleRates })[];
}

/** `lost`: why the version of the order is not tried here, though it was. */
export function shadowReport(
  given: GivenOrder | null,
  trial: Pick<Trial, 'state' | 'problem' | 'shown'> | null,
  lost: string | null,
): ShadowReport {
  const order = given === null ? null : orderJson(given);
  if (order === null) return { state: 'none', problem: null, order, against: [], figures: null };
  if (trial === null) return { state: 'ended', problem: lost, order, against: [], figures: null };
  const { state, problem, shown } = trial;
  const figures = shown === null ? null : withRates(shown.figures);
  return { state, problem, order, against: shown?.against ?? [], figures };
}

function orderJson({ order, signer }: GivenOrder): ShadowReport['order'] {
  const { version, rulesetId, serial, reason, signedAt } = order;
  if (version === null || rulesetId === null) return null;
  return { version, rulesetId, serial, reason, signedAt, signer: { key: signer.id, name: signer.name } };
}

function withRates(figures: ShadowFigures): ReportedFigures {
  const { compared, scenes, rules } = figures;
  return {
    ...figures,
    scenes: scenes.map((scene) => ({ ...scene, per10000: sceneRates(scene) })),
    rules: rules.map((rule) => ({ ...rule, per10000: ruleRates(rule, compared) })),
  };
}

function sceneRates({ claims, changed, alerts, holds }: SceneFigures): SceneRates {
  return {
    changed: rate(changed, claims),
    alerts: rates(alerts, claims),
    holds: rates(holds, claims),
  };
}

function ruleRates({ claims, gainedClaims, lostClaims }: RuleFigures, compared: number): RuleRates {
  return {
    claims: rates(claims, compared),
    gainedClaims: rate(gainedClaims, compared),
    lostClaims: rate(lostClaims, compared),
  };
}

function rates({ live, candidate }: Sides, of: number): Sides {
  return { live: rate(live, of), candidate: rate(candidate, of) };
}

/** A tenth is as much as anybody reads. */
function rate(count: number, of: number): number {
  return Math.round(per10000(count, of) * 10) / 10;
}
