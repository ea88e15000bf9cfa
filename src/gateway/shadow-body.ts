/** What other nodes have seen of a version that is tried, as it comes in a body. */
import { ServiceError } from '../base/errors.js';
import type { TriedClaims, TriedScene } from '../shadow/trial-bands.js';

type Body = Readonly<Record<string, unknown>>;

/** `reports`: answers of nodes about what they try; of each, its order and its scenes. Throws ServiceError. */
export function reportsIn({ reports = [] }: Body): readonly TriedClaims[] {
  if (!Array.isArray(reports)) throw odd('"reports" is no list.');
  return reports.map(reportIn);
}

function reportIn(report: unknown): TriedClaims {
  const { order = null, figures = null } = bodyIn(report);
  if (order === null || figures === null) return { order: null, figures: null };
  const { version, rulesetId } = bodyIn(order);
  if (!isCount(version) || typeof rulesetId !== 'string') throw odd('An order names no version.');
  const { scenes } = bodyIn(figures);
  if (!Array.isArray(scenes)) throw odd('The figures have no "scenes".');
  return { order: { version, rulesetId }, figures: { scenes: scenes.map(sceneIn) } };
}

function sceneIn(told: unknown): TriedScene {
  const { scene, screened, found, alerts, holds } = bodyIn(told);
  const all = { screened, alerts: bodyIn(alerts)['candidate'], holds: bodyIn(holds)['candidate'] };
  const byRule = Object.entries(bodyIn(found));
  const wrong = [...Object.entries(all), ...byRule].find(([, figure]) => !isCount(figure));
  if (typeof scene !== 'string') throw odd('A scene has no name.');
  if (wrong !== undefined) throw odd(`"${wrong[0]}" of scene ${scene} is no number of claims.`);
  const more = [all.alerts, all.holds, ...byRule.map(([, figure]) => figure)].some(
    (figure) => Number(figure) > Number(all.screened),
  );
  if (more) throw odd(`Scene ${scene} tells of more claims than were screened.`);
  return {
    scene,
    screened: Number(all.screened),
    alerts: { candidate: Number(all.alerts) },
    holds: { candidate: Number(all.holds) },
    found: Object.fromEntries(byRule.map(([rule, claims]) => [rule, Number(claims)])),
  };
}

function bodyIn(value: unknown): Body {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Body;
  throw odd('"reports" are not what nodes answer.');
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && Number(value) >= 0;
}

function odd(sentence: string): ServiceError {
  return new ServiceError('malformed', sentence);
}
