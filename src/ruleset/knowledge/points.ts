/**
 * Reads published knowledge points: facts only. The sentences of a point (its name, its limit, its logic) are
 * for people; they are read by a person into `rules/knowledge/*.csv` and never enter a table.
 */
import { dayFromDate } from '../../base/calendar.js';
import { fail, ok, type Result } from '../../base/result.js';

export interface KnowledgePoint {
  readonly id: string;
  /** Official name of the rule class. */
  readonly ruleClass: string;
  /** National rule code of edition 1.0; null where the class is new in 2025. */
  readonly national: string | null;
  /** National item codes, as published. Of a pair: the including and the included item. */
  readonly codes: readonly string[];
  /** Number of the published batch; null for a revision. */
  readonly batch: number | null;
  /** `YYYY-MM-DD`; null where only the batch tells. */
  readonly publishedOn: string | null;
  /** Point that this one corrects. */
  readonly supersedes: string | null;
  /** Row in its published attachment. */
  readonly row: number | null;
}

/** What the national code tables call a code; anything else is reported, not silently carried. */
const codeShapes: readonly RegExp[] = [
  /^X[A-Z]\d{2}[A-Z]{3}\d{3}[A-Z]\d{12}$/,
  /^Z[A-Z]\d{2}[A-Z]{3}\d{13}$/,
  /^T\d{9}$/,
  /^\d{15}$/,
  /^C\d{19}$/,
  /^C\d{26}$/,
];

/** True for a western drug, patent drug, decoction piece, service item or consumable code (DOMAIN §4.3). */
export function isNationalCode(code: string): boolean {
  return codeShapes.some((shape) => shape.test(code));
}

/** True for an existing calendar day written `YYYY-MM-DD`. */
export function isDay(text: string): boolean {
  const parts = /^(\d{4})-(\d{2})-(\d{2})$/.exec(text);
  return parts !== null && dayFromDate(Number(parts[1]), Number(parts[2]), Number(parts[3])) !== null;
}

/**
 * The points of a JSON list. All problems are reported together, each naming the point's place in the list:
 * a wrong type, an id used twice, a code of no national shape, a link to a point that is not there.
 */
export function readPoints(text: string): Result<readonly KnowledgePoint[], readonly string[]> {
  let list: unknown;
  try {
    list = JSON.parse(text);
  } catch (error) {
    return fail([`not JSON: ${error instanceof Error ? error.message : String(error)}`]);
  }
  if (!Array.isArray(list)) return fail(['not a list of points']);
  const problems: string[] = [];
  const points = list.flatMap((entry: unknown, i) => {
    const point = readPoint(entry);
    if (point.ok) return [point.value];
    problems.push(...point.error.map((problem) => `point ${i + 1}: ${problem}`));
    return [];
  });
  problems.push(...problemsBetween(points));
  return problems.length > 0 ? fail(problems) : ok(points);
}

function readPoint(entry: unknown): Result<KnowledgePoint, readonly string[]> {
  if (typeof entry !== 'object' || entry === null) return fail(['not an object']);
  const reader = new PointReader(entry as Readonly<Record<string, unknown>>);
  const point: KnowledgePoint = {
    id: reader.text('kp_id'),
    ruleClass: reader.text('rule_class'),
    national: reader.maybe('gz_code', () => reader.text('gz_code')),
    codes: reader.codes('med_codes'),
    batch: reader.maybe('batch', () => reader.integer('batch')),
    publishedOn: reader.maybe('published_at', () => reader.day('published_at')),
    supersedes: reader.maybe('supersedes', () => reader.text('supersedes')),
    row: reader.maybe('row', () => reader.integer('row')),
  };
  return reader.problems.length > 0 ? fail(reader.problems) : ok(point);
}

/** Reads the fields of one entry and keeps the problems, so that one run tells them all. */
class PointReader {
  readonly problems: string[] = [];
  readonly #entry: Readonly<Record<string, unknown>>;

  constructor(entry: Readonly<Record<string, unknown>>) {
    this.#entry = entry;
  }

  maybe<T>(field: string, read: () => T): T | null {
    const value = this.#entry[field];
    return value === null || value === undefined ? null : read();
  }

  text(field: string): string {
    const value = this.#entry[field];
    if (typeof value === 'string' && value !== '') return value;
    this.problems.push(`${field} is not a text`);
    return '';
  }

  integer(field: string): number {
    const value = this.#entry[field];
    if (typeof value === 'number' && Number.isSafeInteger(value) && value > 0) return value;
    this.problems.push(`${field} is not a positive integer`);
    return 0;
  }

  day(field: string): string {
    const value = this.text(field);
    if (value !== '' && !isDay(value)) this.problems.push(`${field} is not a day: ${value}`);
    return value;
  }

  codes(field: string): readonly string[] {
    const value = this.#entry[field];
    if (!Array.isArray(value) || !value.every((code) => typeof code === 'string')) {
      this.problems.push(`${field} is not a list of texts`);
      return [];
    }
    const strange = value.filter((code) => !isNationalCode(code));
    if (strange.length > 0) this.problems.push(`${field} has no national code: ${strange.join(', ')}`);
    return value;
  }
}

function problemsBetween(points: readonly KnowledgePoint[]): string[] {
  const byId = new Map<string, KnowledgePoint>();
  const problems: string[] = [];
  for (const point of points) {
    if (byId.has(point.id)) problems.push(`${point.id}: this id is used twice`);
    byId.set(point.id, point);
  }
  const correctedBy = new Map<string, string>();
  for (const { id, supersedes, ruleClass } of points) {
    if (supersedes === null) continue;
    const old = byId.get(supersedes);
    if (old === undefined) problems.push(`${id}: supersedes ${supersedes}, which is not among the points`);
    else if (old.ruleClass !== ruleClass) problems.push(`${id}: supersedes a point of another class`);
    const other = correctedBy.get(supersedes);
    if (other !== undefined) problems.push(`${id}: supersedes ${supersedes}, as ${other} does`);
    correctedBy.set(supersedes, id);
  }
  return problems;
}
