/** What a release takes from a replay report: a mark for its manifest, what the gate asks, what a diff shows. */
import { sha256Hex } from '../../base/hash.js';
import { fail, ok, type Result } from '../../base/result.js';
import { canonicalText } from '../compile/canonical.js';
import type { ImpactReport, RuleImpact } from '../guard/impact-gate.js';
import { isCount, isText } from './document.js';
import type { Band, ReplayMark } from './manifest.js';

/** Of one rule, over the claims of a replay. */
export interface RuleEffect extends RuleImpact {
  /** Claims with a finding more, and with one fewer, than with the rule set it was compared with. */
  readonly change: { readonly gainedClaims: number; readonly lostClaims: number } | null;
}

/** By rule. */
export type ReplayEffects = ReadonlyMap<string, RuleEffect>;

export interface ReadReplay {
  /** The report in the form that is kept. */
  readonly bytes: Uint8Array;
  readonly mark: ReplayMark;
  readonly impact: ImpactReport;
  readonly effects: ReplayEffects;
  /** Rule set that it was compared with; null: none. */
  readonly against: string | null;
}

/** Of the report, what is read here; what is replayed comes first in its lists. */
interface Report {
  readonly rulesets: readonly { readonly id: string }[];
  readonly from: string;
  readonly to: string;
  readonly claims: number;
  readonly totals: readonly { readonly seen: number }[];
  /** Scene and claims are absent in reports from before they were told. */
  readonly scenes: readonly { readonly band: Band; readonly scene?: string; readonly claims?: number }[];
  readonly rules: readonly ReportedRule[];
}

interface ReportedRule {
  readonly rule: string;
  /** Null: the rule set does not have the rule. */
  readonly told: readonly (Omit<RuleImpact, 'rule'> | null)[];
  readonly change: RuleEffect['change'];
}

/** A report as `claimgate replay` writes it. Fails with a sentence. */
export function readReplay(bytes: Uint8Array): Result<ReadReplay, string> {
  let report: unknown;
  try {
    report = JSON.parse(Buffer.from(bytes).toString('utf8'));
  } catch {
    return fail('the replay report is not JSON');
  }
  const odd = oddity((report ?? {}) as Partial<Report>);
  return odd === null ? ok(partsOf(report as Report)) : fail(`this is no replay report: ${odd}`);
}

function partsOf(report: Report): ReadReplay {
  const bytes = Buffer.from(canonicalText(report));
  const { from, to, claims, scenes, rulesets, totals } = report;
  const effects = report.rules.flatMap(({ rule, told: [own], change }): RuleEffect[] => {
    if (own === null || own === undefined) return [];
    const { hits, byInstitution, byDepartment, excessFen } = own;
    return [{ rule, hits, byInstitution, byDepartment, excessFen, change }];
  });
  const bands = scenes.map(({ band }) => band);
  return {
    bytes,
    mark: { digest: sha256Hex(bytes), from, to, claims, hits: totals[0]?.seen ?? 0, bands },
    impact: { rulesetId: rulesets[0]?.id ?? '', claims, rules: effects, scenes: claimsByScene(scenes) },
    effects: new Map(effects.map((effect) => [effect.rule, effect])),
    against: rulesets[1]?.id ?? null,
  };
}

function claimsByScene(scenes: Report['scenes']): ImpactReport['scenes'] {
  const told = scenes.flatMap(({ scene, claims }) =>
    isText(scene) && isCount(claims) ? [[scene, claims]] : [],
  );
  return told.length < scenes.length ? null : Object.fromEntries(told);
}

/** Bands are looked at when the manifest that takes them over is read. */
function oddity({ rulesets, from, to, claims, totals, scenes, rules }: Partial<Report>): string | null {
  if (!isText(from) || !isText(to) || !isCount(claims)) return 'from, to or claims is missing';
  if (!isListOf(rulesets, ({ id }) => isText(id)) || rulesets.length === 0) return 'rulesets is odd';
  if (!isListOf(totals, ({ seen }) => isCount(seen))) return 'totals is odd';
  if (!isListOf(scenes, ({ band }) => typeof band === 'object')) return 'scenes is odd';
  return isListOf(rules, isReportedRule) ? null : 'rules is odd';
}

function isReportedRule({ rule, told, change }: ReportedRule): boolean {
  if (!isText(rule) || !Array.isArray(told)) return false;
  const [own] = told as ReportedRule['told'];
  const isTold =
    own === null ||
    (own !== undefined && isCount(own.hits) && Number.isSafeInteger(own.excessFen) && isSpread(own));
  return isTold && (change === null || (isCount(change?.gainedClaims) && isCount(change.lostClaims)));
}

function isSpread({ byInstitution, byDepartment }: Omit<RuleImpact, 'rule'>): boolean {
  return [byInstitution, byDepartment].every(
    (spread) => typeof spread === 'object' && spread !== null && Object.values(spread).every(isCount),
  );
}

function isListOf<T>(value: readonly T[] | undefined, fits: (entry: T) => boolean): value is readonly T[] {
  if (!Array.isArray(value)) return false;
  return (value as readonly T[]).every((entry) => typeof entry === 'object' && entry !== null && fits(entry));
}
