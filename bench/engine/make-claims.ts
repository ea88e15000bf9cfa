/**
 * Claims of the simulated hospital whose items are exchanged for items of the synthetic library, by
 * popularity. Times, quantities, repetitions and people stay; so two libraries of different size are
 * asked the same questions about different codes, and what a claim's lines reach is the same in number.
 */
import { commonItems } from '../claims/common-items.js';
import { ClaimGenerator, usualOptions } from '../claims/generate.js';
import { usualShares } from '../claims/imperfections.js';
import { Random, Zipf } from '../claims/random.js';
import { nativeObject } from '../claims/render-native.js';
import type { SimulatedClaim, SimulatedLine } from '../claims/simulated-claim.js';
import { PlainJudge } from './hits.js';
import { type LineFacts, lineFacts, type NativeClaim } from './line-facts.js';
import { type Library, rulesByCode } from './make-rules.js';
import { type BenchRule, holds, type Shape, shapes } from './rule-shapes.js';

export interface ClaimPlan {
  readonly lines: number;
  readonly count: number;
  readonly seed: number;
  readonly tablesDir: string;
  /** How a line's code is drawn from all codes that have a row: a few often (Zipf), or all alike. */
  readonly popularity: 'zipf' | 'uniform';
  /** Share of claims with a planted violation. */
  readonly violationShare: number;
  /**
   * Unknown facts, refunds, self-paid and history lines; what the engines beside ours cannot be asked
   * about.
   */
  readonly imperfect: boolean;
}

/** Share of lines whose item has a row: 0.26 in the official library, more in a larger one. */
const reach = 0.75;
/** The other lines: what every hospital charges and no rule of ours speaks of. */
const commonCodes = Object.values(commonItems).flatMap((items) => items.map(([code]) => code));
const complete = { unknownSex: 0, unknownBirthDate: 0, selfPaid: 0, refunded: 0 };

export function makeClaims(plan: ClaimPlan, library: Library): SimulatedClaim[] {
  const generator = new ClaimGenerator({
    ...usualOptions,
    seed: plan.seed,
    tablesDir: plan.tablesDir,
    violationShare: 0,
    lines: plan.lines,
    shares: plan.imperfect ? usualShares : complete,
  });
  const exchange = new Exchange(plan, library);
  return wholeClaims(generator, plan).map((claim, index) => {
    // Where all is to be alike for engines that know no history lines, every line is a new one.
    if (!plan.imperfect) for (const line of claim.lines) line.current = true;
    exchange.items(claim, index);
    return claim;
  });
}

/** A short visit cannot always be filled up to the wanted number of lines: those claims are left out. */
function wholeClaims(generator: ClaimGenerator, { lines, count }: ClaimPlan): SimulatedClaim[] {
  const claims: SimulatedClaim[] = [];
  for (let index = 0; claims.length < count; index++) {
    if (index > 20 * count + 100) throw new Error(`hardly any simulated claim has ${lines} lines`);
    const { claim } = generator.claim(index);
    if (claim.lines.filter(({ reverses }) => reverses === null).length === lines) claims.push(claim);
  }
  return claims;
}

/** Exchanges the items of one claim after another. */
class Exchange {
  readonly #plan: ClaimPlan;
  readonly #codes: readonly string[];
  readonly #rules: readonly BenchRule[];
  readonly #index: ReadonlyMap<string, readonly number[]>;
  readonly #ranks: Zipf;
  readonly #judge: PlainJudge;
  /** Partner's code → codes that may not stand beside it. */
  readonly #rivals = new Map<string, string[]>();

  constructor(plan: ClaimPlan, { rules, codes }: Library) {
    this.#plan = plan;
    this.#codes = codes;
    this.#rules = rules;
    this.#judge = new PlainJudge(rules);
    for (const { shape, parameter, codes: own } of rules) {
      const partner = String(parameter);
      if (shape === 'pair') this.#rivals.set(partner, [...(this.#rivals.get(partner) ?? []), ...own]);
    }
    this.#index = rulesByCode(rules);
    this.#ranks = new Zipf(codes.length, plan.popularity === 'zipf' ? 1 : 0);
  }

  items(claim: SimulatedClaim, index: number): void {
    const random = new Random(this.#plan.seed, 1_000_003 + index);
    const used = new Set<string>();
    for (const group of groupByItem(claim.lines)) {
      if (!random.chance(reach)) {
        rename(group, random.pick(commonCodes));
        continue;
      }
      const facts = factsOf(claim, group);
      const code = this.#draw(random, used, (candidate) => this.#broken(facts, candidate, used) === null);
      if (code === null) continue;
      used.add(code);
      rename(group, code);
    }
    if (random.chance(this.#plan.violationShare))
      this.#plant(claim, used, random, shapes[index % shapes.length]);
  }

  /** Makes one item break a rule: one of this shape, where the library and the claim allow it. */
  #plant(claim: SimulatedClaim, used: ReadonlySet<string>, random: Random, wanted: Shape | undefined): void {
    const group = random.pick(groupByItem(claim.lines));
    const facts = factsOf(claim, group);
    let other: string | null = null;
    for (let tries = 0; tries < 3_000; tries++) {
      const code = random.pick(this.#codes);
      const shape = used.has(code) ? null : this.#broken(facts, code, used);
      if (shape === null || (other !== null && shape !== wanted)) continue;
      // What may not stand in one claim is broken only where both are of one day.
      if (!this.#isHit(claim, group, code)) continue;
      other = code;
      if (shape === wanted) break;
    }
    if (other !== null) rename(group, other);
  }

  /** Whether the claim would break a rule with this code in these lines. */
  #isHit(claim: SimulatedClaim, group: readonly SimulatedLine[], code: string): boolean {
    const renamed = claim.lines.map((line) => (group.includes(line) ? { ...line, itemCode: code } : line));
    return this.#judge.judge(factsOf(claim, renamed)).length > 0;
  }

  #draw(random: Random, used: ReadonlySet<string>, fits: (code: string) => boolean): string | null {
    for (let tries = 0; tries < 50; tries++) {
      const code = this.#codes[this.#ranks.draw(random)] as string;
      if (!used.has(code) && fits(code)) return code;
    }
    // A small library has few codes that fit, and the claim should reach as many rows as in a large one.
    const shuffled = this.#codes.length <= 1_000 ? random.shuffled(this.#codes) : [];
    return shuffled.find((code) => !used.has(code) && fits(code)) ?? shuffled.find(fits) ?? null;
  }

  /** The shape of a rule that lines with these facts would break under this code; null where all is well. */
  #broken(facts: readonly LineFacts[], code: string, used: ReadonlySet<string>): Shape | null {
    if (this.#rivals.get(code)?.some((rival) => used.has(rival))) return 'pair';
    for (const number of this.#index.get(code) ?? []) {
      const rule = this.#rules[number] as BenchRule;
      const breaks =
        rule.shape === 'pair' ? used.has(String(rule.parameter)) : facts.some((line) => holds(rule, line));
      if (breaks) return rule.shape;
    }
    return null;
  }
}

/** The facts of some lines; they keep those facts whatever code they get. */
function factsOf(claim: SimulatedClaim, group: readonly SimulatedLine[]): LineFacts[] {
  const native = nativeObject({ ...claim, lines: [...group] }) as NativeClaim;
  // Unknown facts hold nothing back here: what the rules make of them is seen when they run.
  const { patient } = native;
  return lineFacts({
    ...native,
    patient: { ...patient, sex: patient.sex ?? 'female', birthDate: patient.birthDate ?? '1970-01-01' },
  });
}

function groupByItem(lines: readonly SimulatedLine[]): SimulatedLine[][] {
  const groups = new Map<string, SimulatedLine[]>();
  for (const line of lines) {
    const known = groups.get(line.itemCode);
    if (known === undefined) groups.set(line.itemCode, [line]);
    else known.push(line);
  }
  return [...groups.values()];
}

function rename(group: readonly SimulatedLine[], code: string): void {
  for (const line of group) line.itemCode = code;
}

/** How many (line, rule) pairs the claims' codes reach, per claim: what an index leaves to be judged. */
export function reachedPerClaim(claims: readonly SimulatedClaim[], rules: readonly BenchRule[]): number {
  const index = rulesByCode(rules);
  let reached = 0;
  for (const { lines } of claims) for (const line of lines) reached += index.get(line.itemCode)?.length ?? 0;
  return reached / claims.length;
}
