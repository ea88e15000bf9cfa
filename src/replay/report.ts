/** What a replay has shown, as a document that others read: stable keys, whole numbers, canonical JSON. */
import { formatDay } from '../base/calendar.js';
import { sha256Hex } from '../base/hash.js';
import type { Effect, Severity, Status } from '../decision/decision.js';
import type { Artifact } from '../ruleset/compile/artifact.js';
import { canonicalText } from '../ruleset/compile/canonical.js';
import type { ImpactReport } from '../ruleset/guard/impact-gate.js';
import { bandOf } from '../ruleset/release/brake/bands.js';
import type { Band, ReplayMark } from '../ruleset/release/manifest.js';
import type { Known } from './known-modes.js';
import type { Edition } from './known-then.js';
import type { Period } from './period.js';
import type { Sample, Spoilt, TallyData } from './tally.js';
import type { Side } from './verdict.js';

export interface Report {
  readonly format: 1;
  readonly source: string;
  readonly from: string;
  readonly to: string;
  readonly known: Known;
  /** Rules speak as they are written: kill switches, snoozes and brakes, of then or of now, hold nothing back. */
  readonly overlay: 'none';
  /** What was replayed, and where it was compared, with what. */
  readonly rulesets: readonly ReportedRuleset[];
  /** Claims that were judged. */
  readonly claims: number;
  /**
   * All other messages, by what became of them; and as `undated` those of the judged ones that do not say when they
   * were sent: they belong to the day of the message before them.
   */
  readonly messages: Readonly<Record<string, number>>;
  readonly totals: readonly Told[];
  readonly scenes: readonly SceneFigures[];
  readonly days: readonly (Counted & { readonly day: string })[];
  readonly institutions: readonly (Counted & { readonly institution: string })[];
  /** Of the claim; an empty one is not told. */
  readonly departments: readonly (Counted & { readonly department: string })[];
  /** By id. */
  readonly rules: readonly RuleFigures[];
  /** Messages that nobody could use, the first of them. */
  readonly unusable: readonly Spoilt[];
}

export interface ReportedRuleset {
  readonly id: string;
  readonly name: string;
  readonly version: number;
  readonly asOf: string;
  /** With `known: then`, what counted from each of these days on. */
  readonly editions: readonly { readonly from: string; readonly id: string }[];
}

/** Of one rule set. */
export interface Told {
  readonly statuses: Readonly<Partial<Record<Status, number>>>;
  /** Claims with a finding that somebody sees. */
  readonly seen: number;
  /** The same money counted once. */
  readonly excessFen: number;
}

export interface Counted {
  readonly claims: number;
  readonly told: readonly Told[];
}

export interface SceneFigures extends Counted {
  readonly scene: string;
  readonly band: Band;
}

export interface RuleFigures {
  readonly rule: string;
  readonly title: string;
  readonly severity: Severity;
  readonly effect: Effect;
  /** By rule set; null: it does not have the rule. */
  readonly told: readonly (RuleTold | null)[];
  /** Null without a comparison. */
  readonly change: RuleChange | null;
  readonly samples: readonly Omit<Sample, 'rule'>[];
}

export interface RuleTold {
  /** Claims with a finding. */
  readonly hits: number;
  readonly findings: number;
  /** Of 10,000 claims, to the hundredth. */
  readonly hitsPer10000: number;
  /** Of this rule alone; several rules may speak of the same money. */
  readonly excessFen: number;
  /** Findings that fell with a later reversal or return. */
  readonly retracted: number;
  /** Claims in which the rule could not be decided. */
  readonly undecided: number;
  readonly byInstitution: Readonly<Record<string, number>>;
  readonly byDepartment: Readonly<Record<string, number>>;
  readonly byScene: Readonly<Record<string, number>>;
}

export interface RuleChange {
  readonly gained: number;
  readonly gainedClaims: number;
  readonly gainedFen: number;
  readonly lost: number;
  readonly lostClaims: number;
  readonly lostFen: number;
  /** The same findings with another effect. */
  readonly otherEffect: number;
}

export interface ReportInput {
  readonly source: string;
  readonly period: Period;
  readonly known: Known;
  readonly sides: readonly (readonly Edition[])[];
  readonly tally: TallyData;
}

type Row = Readonly<Record<string, number>>;

const statuses: readonly Status[] = ['pass', 'partial', 'alert', 'hold', 'not_screened'];

export function makeReport({ source, period, known, sides, tally }: ReportInput): Report {
  const { tables } = tally;
  const claims = tables.messages.get('judged')?.messages ?? 0;
  const told = (row: Row) => sides.map((_, side) => toldBy(row, side as Side));
  const days = summedBy(tables.scenes, (key) => key.split('\t')[1] ?? '');
  const all = summedBy(tables.scenes, () => '').get('') ?? {};
  const counted = (row: Row): Counted => ({ claims: row.claims ?? 0, told: told(row) });
  const messages = [...tables.messages].filter(([what]) => what !== 'judged');
  return {
    format: 1,
    source,
    from: formatDay(period.from),
    to: formatDay(period.to),
    known,
    overlay: 'none',
    rulesets: sides.map(rulesetOf),
    claims,
    messages: Object.fromEntries(
      messages.map(([what, row]) => [what.replace('\t', ' '), row.messages ?? 0] as const).sort(byFirst),
    ),
    totals: told(all),
    scenes: scenesOf(tables, counted),
    days: inOrder(days).map(([day, row]) => ({ day, ...counted(row) })),
    institutions: inOrder(tables.institutions).map(([institution, row]) => ({
      institution,
      ...counted(row),
    })),
    departments: inOrder(tables.departments).map(([department, row]) => ({ department, ...counted(row) })),
    rules: rulesOf(sides, claims, tally),
    unusable: tally.spoilt,
  };
}

function toldBy(row: Row, side: Side): Told {
  const by = statuses.map((status) => [status, row[`${status}${side}`] ?? 0] as const);
  return {
    statuses: Object.fromEntries(by.filter(([, count]) => count > 0)),
    seen: row[`seen${side}`] ?? 0,
    excessFen: row[`fen${side}`] ?? 0,
  };
}

function rulesetOf(editions: readonly Edition[]): ReportedRuleset {
  const { id, name, version, asOf } = lastOf(editions);
  const named = editions.map(({ from, artifact }) => ({ from: formatDay(from), id: artifact.id }));
  return { id, name, version, asOf, editions: editions.length > 1 ? named : [] };
}

function lastOf(editions: readonly Edition[]): Artifact {
  return (editions.at(-1) as Edition).artifact;
}

function scenesOf(
  { scenes, ruleScenes }: TallyData['tables'],
  counted: (row: Row) => Counted,
): readonly SceneFigures[] {
  const sums = summedBy(scenes, (key) => key.split('\t')[0] ?? '');
  return inOrder(sums).map(([scene, row]) => {
    const days = inOrder(scenes).filter(([key]) => key.split('\t')[0] === scene);
    const band = bandOf(
      scene,
      days.map(([, day]) => ({ claims: day.claims ?? 0, alerts: day.alert0 ?? 0, holds: day.hold0 ?? 0 })),
      hitsIn(scene, ruleScenes),
    );
    return { scene, ...counted(row), band };
  });
}

/** Claims of a scene with a finding, by rule, of what is replayed. */
function hitsIn(scene: string, ruleScenes: ReadonlyMap<string, Row>): Readonly<Record<string, number>> {
  const rows = inOrder(ruleScenes).flatMap(([key, { hits = 0 }]) => {
    const [side, rule, of] = key.split('\t');
    return side === '0' && rule !== undefined && of === scene ? [[rule, hits] as const] : [];
  });
  return Object.fromEntries(rows);
}

function rulesOf(sides: readonly (readonly Edition[])[], claims: number, tally: TallyData) {
  const artifacts = sides.map(lastOf);
  const ids = [...new Set(artifacts.flatMap(({ rules }) => rules.map(({ id }) => id)))].sort();
  return ids.map((id): RuleFigures => {
    const found = artifacts.map(({ rules }) => rules.find((rule) => rule.id === id) ?? null);
    const { title, severity, effect } = found.find((rule) => rule !== null) as NonNullable<(typeof found)[0]>;
    return {
      rule: id,
      title,
      severity,
      effect,
      told: found.map((rule, side) => (rule === null ? null : ruleTold(side as Side, id, claims, tally))),
      change: sides.length > 1 ? changeOf(tally.tables.changes.get(id) ?? {}) : null,
      samples: samplesOf(id, tally.samples),
    };
  });
}

function ruleTold(side: Side, rule: string, claims: number, { tables }: TallyData): RuleTold {
  const row = tables.rules.get(`${side}\t${rule}`) ?? {};
  const spread = (table: ReadonlyMap<string, Row>) => {
    const prefix = `${side}\t${rule}\t`;
    const own = inOrder(table).filter(([key]) => key.startsWith(prefix));
    return Object.fromEntries(own.map(([key, { hits = 0 }]) => [key.slice(prefix.length), hits]));
  };
  const hits = row.hits ?? 0;
  return {
    hits,
    findings: row.findings ?? 0,
    hitsPer10000: claims === 0 ? 0 : Math.round((hits * 1_000_000) / claims) / 100,
    excessFen: row.fen ?? 0,
    retracted: row.retracted ?? 0,
    undecided: row.undecided ?? 0,
    byInstitution: spread(tables.ruleInstitutions),
    byDepartment: spread(tables.ruleDepartments),
    byScene: spread(tables.ruleScenes),
  };
}

function changeOf(row: Row): RuleChange {
  return {
    gained: row.gained ?? 0,
    gainedClaims: row.gainedClaims ?? 0,
    gainedFen: row.gainedFen ?? 0,
    lost: row.lost ?? 0,
    lostClaims: row.lostClaims ?? 0,
    lostFen: row.lostFen ?? 0,
    otherEffect: row.otherEffect ?? 0,
  };
}

function samplesOf(rule: string, samples: readonly Sample[]): RuleFigures['samples'] {
  return samples
    .filter((sample) => sample.rule === rule)
    .sort((a, b) => (a.change === b.change ? a.seq - b.seq : a.change < b.change ? -1 : 1))
    .map(({ rule: _, ...sample }) => sample);
}

function summedBy(table: ReadonlyMap<string, Row>, keyOf: (key: string) => string): Map<string, Row> {
  const sums = new Map<string, Record<string, number>>();
  for (const [key, row] of table) {
    const sum = sums.get(keyOf(key)) ?? {};
    sums.set(keyOf(key), sum);
    for (const [figure, value] of Object.entries(row)) sum[figure] = (sum[figure] ?? 0) + value;
  }
  return sums;
}

function inOrder(table: ReadonlyMap<string, Row>): (readonly [string, Row])[] {
  return [...table].sort(byFirst);
}

function byFirst<Entry extends readonly [string, unknown]>([a]: Entry, [b]: Entry): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** The report as it is stored; its SHA-256 is the digest that a release names. */
export function reportText(report: Report): string {
  return canonicalText(report);
}

/** What a release says of the replay; null where nothing was judged. */
export function replayMark(report: Report): ReplayMark | null {
  const [own] = report.totals;
  if (own === undefined || report.claims === 0) return null;
  const { from, to, claims, scenes } = report;
  const digest = sha256Hex(reportText(report));
  return { digest, from, to, claims, hits: own.seen, bands: scenes.map(({ band }) => band) };
}

/** What PG-16 asks of a replay. Spreads are by what is told: a department that nobody named is none. */
export function impactOf(report: Report): ImpactReport {
  const rules = report.rules.flatMap(({ rule, told: [own] }) => {
    if (own === null || own === undefined) return [];
    const { hits, byInstitution, byDepartment, excessFen } = own;
    return [{ rule, hits, byInstitution, byDepartment, excessFen }];
  });
  const scenes = Object.fromEntries(report.scenes.map(({ scene, claims }) => [scene, claims]));
  return { rulesetId: report.rulesets[0]?.id ?? '', claims: report.claims, rules, scenes };
}
