/** Bands from what nodes have seen of a shadow: for scenes of which replays of settled claims say nothing. */
import { bandOf } from '../ruleset/release/brake/bands.js';
import { windowClaims } from '../ruleset/release/brake/share-window.js';
import type { Band } from '../ruleset/release/manifest.js';
import type { TrialFigures } from '../ruleset/release/trial-figures.js';
import type { SceneFigures } from './tally.js';

/** Of a scene, what a band is made of. */
export interface TriedScene extends Pick<SceneFigures, 'scene' | 'screened' | 'found'> {
  readonly alerts: Pick<SceneFigures['alerts'], 'candidate'>;
  readonly holds: Pick<SceneFigures['holds'], 'candidate'>;
}

/** Of the report of a node. */
export interface TriedClaims {
  readonly order: Pick<TrialFigures, 'version' | 'rulesetId'> | null;
  readonly figures: { readonly scenes: readonly TriedScene[] } | null;
}

export interface TrialBands extends Pick<TrialFigures, 'claims' | 'bands'> {
  /** Scenes with too few claims to say what is usual there, and how many these were. */
  readonly thin: readonly { readonly scene: string; readonly claims: number }[];
}

/** Fewer say less than one look of the brake. */
const fewestClaims = windowClaims;

/** Each node has seen claims of its own, so they add up; nodes that have seen another version count for nothing. */
export function trialBands(
  reports: readonly TriedClaims[],
  { version, rulesetId }: Pick<TrialFigures, 'version' | 'rulesetId'>,
): TrialBands {
  const fitting = reports.filter(({ order }) => order?.version === version && order.rulesetId === rulesetId);
  const scenes = new Map<string, TriedScene[]>();
  for (const { figures } of fitting) {
    for (const one of figures?.scenes ?? []) scenes.set(one.scene, [...(scenes.get(one.scene) ?? []), one]);
  }
  const sums = [...scenes].map(([scene, nodes]) => ({
    scene,
    nodes,
    claims: sumOf(nodes, (one) => one.screened),
  }));
  return {
    claims: sumOf(sums, ({ claims }) => claims),
    bands: sums
      .filter(({ claims }) => claims >= fewestClaims)
      .map(({ scene, nodes }) => bandFrom(scene, nodes)),
    thin: sums.filter(({ claims }) => claims < fewestClaims).map(({ scene, claims }) => ({ scene, claims })),
  };
}

/** All of them as one: a node's claims are no day of their own. */
function bandFrom(scene: string, nodes: readonly TriedScene[]): Band {
  const whole = {
    claims: sumOf(nodes, ({ screened }) => screened),
    alerts: sumOf(nodes, ({ alerts }) => alerts.candidate),
    holds: sumOf(nodes, ({ holds }) => holds.candidate),
  };
  const rules = new Map<string, number>();
  for (const { found } of nodes) {
    for (const [rule, claims] of Object.entries(found)) rules.set(rule, (rules.get(rule) ?? 0) + claims);
  }
  return bandOf(scene, [whole], Object.fromEntries(rules));
}

function sumOf<Item>(items: readonly Item[], of: (item: Item) => number): number {
  return items.reduce((total, item) => total + of(item), 0);
}
