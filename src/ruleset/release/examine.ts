/** Everything that is asked of a rule set before it is published, in one run; seconds of work for a whole pack. */
import type { Effect } from '../../decision/decision.js';
import type { Diagnostic } from '../diagnostics/diagnostic.js';
import { testRuleset } from '../examples/test-ruleset.js';
import type { RulesSource } from '../parse/parse-rules.js';
import { diffRulesets, type RulesetDiff } from './diff.js';

export interface ExamineTask {
  readonly source: RulesSource;
  /** What it is compared with; null: nothing. */
  readonly previous: RulesSource | null;
}

export interface FailedExample {
  readonly rule: string;
  readonly name: string;
  readonly file: string;
  readonly line: number;
  readonly problems: readonly string[];
}

export interface SoundRuleset {
  readonly rulesetId: string;
  readonly name: string;
  readonly version: number;
  readonly asOf: string;
  /** With the effects that the guard leaves them. */
  readonly rules: readonly {
    readonly id: string;
    readonly killSwitch?: string;
    readonly effect: Effect;
    readonly scenes: readonly (number | string)[];
  }[];
  readonly rows: number;
  /** What the guard lowered or remarked. */
  readonly warnings: readonly Diagnostic[];
  readonly examples: number;
  readonly failed: readonly FailedExample[];
  readonly diff: RulesetDiff;
}

export type Examination =
  /** `failure`: the compiler itself failed, or took too long. */
  | { readonly compiles: false; readonly diagnostics: readonly Diagnostic[]; readonly failure?: string }
  | ({ readonly compiles: true } & SoundRuleset);

/** Compiles, guards, runs the examples, compares. */
export function examine({ source, previous }: ExamineTask): Examination {
  const tested = testRuleset(source);
  if (!tested.ok) return { compiles: false, diagnostics: tested.error };
  const diff = diffRulesets(previous, source);
  if (!diff.ok) return { compiles: false, diagnostics: diff.error };
  const { artifact, warnings, outcomes } = tested.value;
  const { id: rulesetId, name, version, asOf, rules, tables } = artifact;
  return {
    compiles: true,
    rulesetId,
    name,
    version,
    asOf,
    rules: rules.map(({ id, killSwitch, effect, scenes }) => ({
      id,
      ...(killSwitch === undefined ? {} : { killSwitch }),
      effect,
      scenes,
    })),
    rows: Object.values(tables).reduce((sum, table) => sum + table.rows, 0),
    warnings,
    examples: outcomes.length,
    failed: outcomes.filter(({ problems }) => problems.length > 0),
    diff: diff.value,
  };
}
