/**
 * What the author of a rule says about it, for whoever it has spoken to: what stands behind it, and how to appeal. In
 * the words of the version that has judged, which answers name; they themselves stay as short as they are.
 */
import { fail, ok, type Result } from '../../base/result.js';
import { Problems } from '../diagnostics/diagnostic.js';
import { nearestName } from '../diagnostics/nearest-name.js';
import type { RulesSource } from '../parse/parse-rules.js';
import { parseRules } from '../parse/parse-rules.js';
import type { BasisLevel } from '../parse/rule-text.js';

export interface RuleWords {
  readonly id: string;
  readonly title: string;
  /** Of the rule set. */
  readonly version: number;
  /** How a finding is answered; empty: the author says nothing. */
  readonly appeal: string;
  readonly document: string;
  readonly basis: {
    /** 文号. */
    readonly number: string | null;
    readonly level: BasisLevel | null;
    /** Official points that the rule names itself; those of tables stand in findings. */
    readonly points: readonly string[];
  };
  readonly owner: string;
  readonly file: string;
  /** The whole rule as it is written. */
  readonly text: string;
}

/** Nothing is compiled. Fails with the nearest rule id, or null, where there is no such rule that can be read. */
export function ruleWords(source: RulesSource, id: string): Result<RuleWords, string | null> {
  const rules = [...source.files].filter(([path]) => ruleFile.test(path));
  const own = rules.filter(([path]) => idOf(path) === id);
  const header = [...source.files].filter(([path]) => path === 'ruleset.yaml');
  const parsed = parseRules({ label: '', files: new Map([...header, ...own]) }, new Problems());
  const rule = parsed?.rules.find((one) => one.id.value === id);
  if (parsed === null || rule === undefined)
    return fail(
      nearestName(
        id,
        rules.map(([path]) => idOf(path)),
      ),
    );
  const { title, appeal, document, owner, file } = rule;
  const { number, level, points } = rule.basis;
  const basis = { number, level, points };
  const { version } = parsed.header;
  return ok({ id, title, version, appeal, document, basis, owner, file: file.path, text: file.text });
}

const ruleFile = /^packs\/.*(?<!\.examples)\.yaml$/;

/** Each stands in a file of its name. */
function idOf(path: string): string {
  return (path.split('/').at(-1) ?? '').replace(/\.yaml$/, '');
}
