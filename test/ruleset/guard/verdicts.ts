/** One small rule through the whole compiler, and what the guard says of it. */
import { examineRuleset, type RulesSource } from '../../../src/ruleset/build-ruleset.js';
import type { ArtifactRule } from '../../../src/ruleset/compile/artifact.js';
import type { Diagnostic } from '../../../src/ruleset/diagnostics/diagnostic.js';
import { rulesSource, type TableText } from '../rule-sources.js';

export type Keys = Readonly<Record<string, string | null>>;

export interface SmallRule {
  readonly keys?: Keys;
  readonly tables?: Readonly<Record<string, TableText>>;
  /** Table name to what stands instead of `key: codes`, e.g. `key: place\ntitle: 某表`. */
  readonly heads?: Readonly<Record<string, string>>;
  readonly exceptions?: string;
}

export interface Judgement {
  /** Codes of refusals, each once, in order. */
  readonly refused: readonly string[];
  readonly warned: readonly string[];
  readonly diagnostics: readonly Diagnostic[];
  /** As compiled; null where refused. */
  readonly rule: ArtifactRule | null;
}

/** A header with which nothing is wrong. */
const header: Keys = {
  national: null,
  severity: 'suspicious',
  effect: 'remind',
  scenes: '[7, 9, settlement]',
  say: '"{line.itemName}不符合限定支付范围的部分医保不予支付，经患者知情同意后可自费"',
  basis: '{ document: 某办法, number: 闽医保〔2026〕1号, level: province, region: 35 }',
  valid: '{ from: 2026-01-01 }',
  owner: '医保办',
  review: '2027-06-30',
};

export function sourceOf({ keys = {}, tables = {}, heads = {}, exceptions }: SmallRule): RulesSource {
  const isOfLine = (keys['for'] ?? 'line') === 'line';
  const plain: Keys = isOfLine ? {} : { say: '"供事后核查"', blame: '{ line: claim.lines, excess: 0 }' };
  const rules = { 'small-rule': { ...header, ...plain, ...keys } };
  // Only what the rule speaks of: compiling is most of these tests' time.
  const spoken = `${Object.values(keys).join(' ')} ${keys['except'] === undefined ? '' : exceptions}`;
  const used = Object.fromEntries(Object.entries(tables).filter(([name]) => spoken.includes(name)));
  const source = rulesSource({
    rules,
    tables: used,
    ...(keys['except'] === undefined ? {} : { exceptions: exceptions ?? '' }),
  });
  const files = new Map(source.files);
  for (const [name, head] of Object.entries(heads)) {
    if (used[name] === undefined) continue;
    const path = `tables/${name}.yaml`;
    files.set(path, (files.get(path) ?? '').replace('key: codes', head));
  }
  return { label: 'rules/', files };
}

export function judge(rule: SmallRule): Judgement {
  const source = sourceOf(rule);
  const { artifact, diagnostics } = examineRuleset(source);
  const broken = diagnostics.filter((d) => d.code.startsWith('CG-E'));
  if (broken.length > 0) throw new Error(`the test's rule is no rule: ${JSON.stringify(broken, null, 1)}`);
  const of = (severity: string) => [
    ...new Set(diagnostics.filter((d) => d.severity === severity).map((d) => d.code)),
  ];
  return { refused: of('error'), warned: of('warning'), diagnostics, rule: artifact?.rules[0] ?? null };
}

/** What is refused of a line rule with this condition and an otherwise perfect header. */
export function refusals(when: string, keys: Keys = {}): readonly string[] {
  return judge({ keys: { ...keys, when: JSON.stringify(when) } }).refused;
}
