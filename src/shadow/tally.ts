/** What a shadow has shown so far on this node: sums, and nothing of a claim. */
import type { Status } from '../decision/decision.js';
import type { ComparedClaim, CompareReply, RuleComparison } from '../screening/protocol/shadow.js';

/** Of either version. */
export interface Sides {
  readonly live: number;
  readonly candidate: number;
}

export interface SceneFigures {
  readonly scene: string;
  /** Compared; all others are of them. */
  readonly claims: number;
  /** With another status. */
  readonly changed: number;
  readonly alerts: Sides;
  readonly holds: Sides;
  /** Findings on one line each. */
  readonly gained: number;
  readonly lost: number;
  /** Claims that the candidate has screened: what a band of this scene is made of. */
  readonly screened: number;
  /** Of these, with a finding of the candidate, by rule. */
  readonly found: Readonly<Record<string, number>>;
}

export interface RuleFigures {
  readonly rule: string;
  readonly findings: Sides;
  /** With a finding of this rule. */
  readonly claims: Sides;
  readonly gained: number;
  readonly lost: number;
  readonly gainedClaims: number;
  readonly lostClaims: number;
  /** Findings that both have, with different effects. */
  readonly otherEffect: number;
}

/** Why a claim that was screened was not compared: no leisure, too large a body, versions changed meanwhile. */
export const dropReasons = ['busy', 'large', 'stale'] as const;
export type DropReason = (typeof dropReasons)[number];

export interface ShadowFigures {
  /** ISO; figures begin anew with every change of what is in force. */
  readonly since: string;
  /** Advisory claims that the version in force has screened. */
  readonly seen: number;
  readonly compared: number;
  readonly dropped: Readonly<Record<DropReason, number>>;
  /** Claims with another status. */
  readonly changed: number;
  /** Claims that the candidate could not judge, through a bug. */
  readonly failed: number;
  /** What judging took; of the two only the ratio says something, since they come after everybody else. */
  readonly milliseconds: Sides;
  readonly scenes: readonly SceneFigures[];
  readonly rules: readonly RuleFigures[];
}

type Writable<Figures> = {
  -readonly [Key in keyof Figures]: Figures[Key] extends Sides
    ? Pair
    : Figures[Key] extends Readonly<Record<string, number>>
      ? Record<string, number>
      : Figures[Key];
};
interface Pair {
  live: number;
  candidate: number;
}

export class ShadowTally {
  readonly #since: string;
  readonly #scenes = new Map<string, Writable<SceneFigures>>();
  readonly #rules = new Map<string, Writable<RuleFigures>>();
  readonly #dropped = { busy: 0, large: 0, stale: 0 };
  readonly #milliseconds = pair();
  #seen = 0;
  #compared = 0;
  #changed = 0;
  #failed = 0;

  /** `since`: ISO. */
  constructor(since: string) {
    this.#since = since;
  }

  see(): void {
    this.#seen += 1;
  }

  drop(reason: DropReason, claims = 1): void {
    this.#dropped[reason] += claims;
  }

  add({ claims, liveMs, candidateMs }: CompareReply): void {
    this.#milliseconds.live += liveMs;
    this.#milliseconds.candidate += candidateMs;
    for (const claim of claims) this.#addClaim(claim);
  }

  figures(): ShadowFigures {
    return {
      since: this.#since,
      seen: this.#seen,
      compared: this.#compared,
      dropped: { ...this.#dropped },
      changed: this.#changed,
      failed: this.#failed,
      milliseconds: { ...this.#milliseconds },
      scenes: sorted(this.#scenes).map(copied),
      rules: sorted(this.#rules).map(copied),
    };
  }

  #addClaim({ scene, live, candidate, rules, failure }: ComparedClaim): void {
    this.#compared += 1;
    const row = this.#scene(scene);
    row.claims += 1;
    if (failure !== null) this.#failed += 1;
    if (live !== candidate) {
      this.#changed += 1;
      row.changed += 1;
    }
    tell(row, 'live', live);
    tell(row, 'candidate', candidate);
    if (candidate !== 'not_screened') row.screened += 1;
    for (const rule of rules) {
      if (rule.candidate > 0) row.found[rule.rule] = (row.found[rule.rule] ?? 0) + 1;
      row.gained += rule.gained;
      row.lost += rule.lost;
      this.#addRule(rule);
    }
  }

  #addRule({ rule, live, candidate, gained, lost, otherEffect }: RuleComparison): void {
    const row = this.#rule(rule);
    row.findings.live += live;
    row.findings.candidate += candidate;
    row.claims.live += live > 0 ? 1 : 0;
    row.claims.candidate += candidate > 0 ? 1 : 0;
    row.gained += gained;
    row.lost += lost;
    row.gainedClaims += gained > 0 ? 1 : 0;
    row.lostClaims += lost > 0 ? 1 : 0;
    row.otherEffect += otherEffect;
  }

  #scene(scene: string): Writable<SceneFigures> {
    const known = this.#scenes.get(scene);
    if (known !== undefined) return known;
    const counts = { claims: 0, changed: 0, gained: 0, lost: 0, screened: 0 };
    const row = { scene, ...counts, alerts: pair(), holds: pair(), found: {} };
    this.#scenes.set(scene, row);
    return row;
  }

  #rule(rule: string): Writable<RuleFigures> {
    const known = this.#rules.get(rule);
    if (known !== undefined) return known;
    const counts = { gained: 0, lost: 0, gainedClaims: 0, lostClaims: 0, otherEffect: 0 };
    const row = { rule, findings: pair(), claims: pair(), ...counts };
    this.#rules.set(rule, row);
    return row;
  }
}

/** So many of 10,000. */
export function per10000(count: number, of: number): number {
  return of === 0 ? 0 : (count * 10_000) / of;
}

function pair(): Pair {
  return { live: 0, candidate: 0 };
}

function tell({ alerts, holds }: Writable<SceneFigures>, side: keyof Pair, status: Status): void {
  if (status === 'alert') alerts[side] += 1;
  if (status === 'hold') holds[side] += 1;
}

/** Scenes by number, names after them. */
function sorted<Row>(rows: ReadonlyMap<string, Row>): readonly Row[] {
  const keys = [...rows.keys()].toSorted((a, b) => a.localeCompare(b, 'en', { numeric: true }));
  return keys.map((key) => rows.get(key) as Row);
}

function copied<Row extends object>(row: Row): Row {
  return structuredClone(row);
}
