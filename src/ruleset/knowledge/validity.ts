/** From when to when a point holds: its own date or its batch's, ended by the point that corrects it. */
import { fail, ok, type Result } from '../../base/result.js';
import { batchDays, type KnowledgeClass, revisionDay } from './classes.js';
import type { KnowledgePoint } from './points.js';

export interface Validity {
  /** `YYYY-MM-DD`, the day of publication. */
  readonly from: string;
  /** First day on which it no longer holds; null while it does. */
  readonly to: string | null;
  /** Point that ended it. */
  readonly endedBy: string | null;
  /**
   * True where the end follows from an official link, false where the later point merely covers all its
   * codes.
   */
  readonly linked: boolean;
}

/**
 * Validity by point id. A batch without a known day is a problem, as is an end that is not after its
 * beginning.
 */
export function resolveValidity(
  points: readonly KnowledgePoint[],
  classes: readonly KnowledgeClass[],
): Result<ReadonlyMap<string, Validity>, readonly string[]> {
  const problems: string[] = [];
  const from = new Map<string, string>();
  for (const point of points) {
    const day = publicationDay(point);
    if (day === null)
      problems.push(`${point.id}: batch ${point.batch} has no known day, and the point has none`);
    from.set(point.id, day ?? '');
  }
  const ends = new Map<string, { readonly by: KnowledgePoint; readonly linked: boolean }>();
  for (const point of points) {
    if (point.supersedes !== null) ends.set(point.supersedes, { by: point, linked: true });
  }
  for (const [old, by] of coveredPoints(points, from, classes)) {
    if (!ends.has(old)) ends.set(old, { by, linked: false });
  }
  const result = new Map<string, Validity>();
  for (const { id } of points) {
    const end = ends.get(id);
    const begins = from.get(id) ?? '';
    const to = end === undefined ? null : (from.get(end.by.id) ?? '');
    if (to !== null && to <= begins) problems.push(`${id}: ended on ${to}, not after it began on ${begins}`);
    result.set(id, { from: begins, to, endedBy: end?.by.id ?? null, linked: end?.linked ?? false });
  }
  return problems.length > 0 ? fail(problems) : ok(result);
}

function publicationDay(point: KnowledgePoint): string | null {
  if (point.publishedOn !== null) return point.publishedOn;
  return point.batch === null ? revisionDay : (batchDays[point.batch] ?? null);
}

/**
 * Points that nobody linked, though a later point of their class holds all their codes: a correction under a
 * changed name. Without this both would stand, and a claim would be told the same thing twice. Where codes
 * repeat by nature (pairs, operation groups) nothing is concluded.
 */
function coveredPoints(
  points: readonly KnowledgePoint[],
  from: ReadonlyMap<string, string>,
  classes: readonly KnowledgeClass[],
): ReadonlyMap<string, KnowledgePoint> {
  const byCode = new Map<string, KnowledgePoint[]>();
  const plain = new Set(classes.filter((knowledge) => knowledge.repeats !== true).map(({ name }) => name));
  for (const point of points.filter((candidate) => plain.has(candidate.ruleClass))) {
    for (const code of point.codes) {
      const key = `${point.ruleClass} ${code}`;
      byCode.set(key, [...(byCode.get(key) ?? []), point]);
    }
  }
  const covered = new Map<string, KnowledgePoint>();
  for (const point of points.filter((candidate) => plain.has(candidate.ruleClass))) {
    const first = point.codes[0];
    const later = (byCode.get(`${point.ruleClass} ${first}`) ?? [])
      .filter((other) => (from.get(other.id) ?? '') > (from.get(point.id) ?? ''))
      .filter((other) => point.codes.every((code) => other.codes.includes(code)))
      .sort((a, b) => ((from.get(a.id) ?? '') < (from.get(b.id) ?? '') ? -1 : 1));
    if (later[0] !== undefined) covered.set(point.id, later[0]);
  }
  return covered;
}
