/** What a rule set says about a claim, in one comparable form for all engines. */
import type { LineFacts } from './line-facts.js';
import { rulesByCode } from './make-rules.js';
import { type BenchRule, holds } from './rule-shapes.js';

/** A rule that holds for a line; both by number. */
export interface Hit {
  readonly rule: number;
  readonly line: number;
}

/** `rule|line` or `rule|line|partner's item code`, sorted. */
export type HitTexts = readonly string[];

export function hitTexts(
  hits: readonly Hit[],
  lines: readonly LineFacts[],
  rules: readonly BenchRule[],
): HitTexts {
  return hits
    .map(({ rule, line }) => {
      const { id, shape, parameter } = rules[rule] as BenchRule;
      const partner = shape === 'pair' ? `|${parameter}` : '';
      return `${id}|${lines[line]?.id}${partner}`;
    })
    .sort();
}

/** The plain meaning of the rules: every rule asked about every line that has one of its codes. */
export class PlainJudge {
  readonly #rules: readonly BenchRule[];
  readonly #index: ReadonlyMap<string, readonly number[]>;

  constructor(rules: readonly BenchRule[]) {
    this.#rules = rules;
    this.#index = rulesByCode(rules);
  }

  judge(lines: readonly LineFacts[]): Hit[] {
    return lines.flatMap((facts, line) =>
      (this.#index.get(facts.itemCode) ?? [])
        .filter((rule) => holds(this.#rules[rule] as BenchRule, facts))
        .map((rule) => ({ rule, line })),
    );
  }
}
