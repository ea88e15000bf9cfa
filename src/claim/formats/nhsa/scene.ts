/** 触发场景: one digit mostly; lists, unknown numbers and scenes of the other transaction are sent as well. */
import type { EncounterType } from '../../claim.js';
import type { FactReader } from '../../facts.js';
import { hasLines, stageOf } from '../../stage.js';
import { echo } from './nodes.js';

const lastScene = 10;

/**
 * The scene as a value for `normalise`: of a list the latest that fits the transaction (3101: 1–5, 3102:
 * 6–10), else the latest that exists. The latest, because an alert of a later scene must not turn green by an
 * earlier one that stands beside it; 挂号 and 住院登记, which have no lines and so no rules, come last for the
 * same reason. One that belongs to the other transaction is kept, with a note: what the sender does at that
 * moment is what rules ask for.
 */
export function readScene(value: unknown, infno: string | null, facts: FactReader): unknown {
  const text = Array.isArray(value) ? value.map(echo).join(',') : echo(value);
  if (text === null) return null;
  const parts = text.split(/[,，;；|\s]+/).filter((part) => part !== '');
  const scenes = parts.filter((part) => /^\d{1,2}$/.test(part)).map(Number);
  const known = scenes.filter((scene) => scene >= 1 && scene <= lastScene);
  const fitting = known.filter((candidate) => fits(candidate, infno));
  const scene = latestOf(fitting.length > 0 ? fitting : known);
  if (scene === undefined) return text;
  if (parts.length > 1) facts.note('claim.scene', 'repaired');
  if (!fits(scene, infno)) facts.note('claim.scene', 'conflict');
  return scene;
}

function latestOf(scenes: readonly number[]): number | undefined {
  const latestFirst = scenes.toSorted((a, b) => b - a);
  return latestFirst.find(hasLines) ?? latestFirst[0];
}

function fits(scene: number, infno: string | null): boolean {
  if (infno === null) return true;
  return stageOf(scene) === (infno === '3102' ? 'mid' : 'pre');
}

const inpatientScenes: ReadonlySet<unknown> = new Set([3, 4, 5, 8, 9]);
const outpatientScenes: ReadonlySet<unknown> = new Set([1, 2, 6, 7]);

/** The encounter type that a scene implies; null for none. */
export function typeOfScene(scene: unknown): EncounterType | null {
  if (inpatientScenes.has(scene)) return 'inpatient';
  if (outpatientScenes.has(scene)) return 'outpatient';
  return scene === lastScene ? 'pharmacy' : null;
}
