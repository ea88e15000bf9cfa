/** Rules that came, went or changed: by their own words, or through a table or an exception that they ask. */
import { canonicalText } from '../compile/canonical.js';
import { Problems } from '../diagnostics/diagnostic.js';
import type { CelText } from '../parse/cel-text.js';
import type { Expr } from '../parse/expression.js';
import type { Parsed } from '../parse/parse-rules.js';
import type { ParsedRule } from '../parse/rule-text.js';
import { plainData, readYaml } from '../parse/yaml.js';

export interface RuleName {
  readonly id: string;
  readonly title: string;
}

export interface ChangedKey {
  /** Of the rule file: `when`, `effect`, `scenes` … */
  readonly key: string;
  /** As text; null: the key was, or is, absent. */
  readonly before: string | null;
  readonly after: string | null;
}

export interface ChangedRule extends RuleName {
  /** Empty where only what the rule asks has changed. */
  readonly keys: readonly ChangedKey[];
  /** Tables and exceptions that the rule asks and that changed. */
  readonly tables: readonly string[];
  readonly exceptions: readonly string[];
}

export interface ChangedAround {
  readonly tables: ReadonlySet<string>;
  readonly exceptions: ReadonlySet<string>;
}

export interface RulesDiff {
  readonly added: readonly RuleName[];
  readonly removed: readonly RuleName[];
  readonly changed: readonly ChangedRule[];
}

export function diffRules(before: Parsed | null, after: Parsed, around: ChangedAround): RulesDiff {
  const old = byId(before?.rules ?? []);
  const young = byId(after.rules);
  const changed = [...young.values()].flatMap((rule) => {
    const was = old.get(rule.id.value);
    return was === undefined ? [] : (changeOf(was, rule, after, around) ?? []);
  });
  return {
    added: [...young.values()].filter(({ id }) => !old.has(id.value)).map(nameOf),
    removed: [...old.values()].filter(({ id }) => !young.has(id.value)).map(nameOf),
    changed,
  };
}

/** Tables that a rule asks: joined, looked up with `listed`, or asked by its exceptions. */
export function tablesAsked(rule: ParsedRule, exceptions: Parsed['exceptions']): ReadonlySet<string> {
  const { joins, partner, basisTable } = rule;
  const joined = [...joins, ...(partner?.join ? [partner.join] : [])].map(({ table }) => table.value);
  const excused = rule.except.flatMap(({ value }) => exceptions.get(value)?.when ?? []);
  const listed = [...expressionsOf(rule), ...excused].flatMap(({ expr }) => listedIn(expr));
  return new Set([...joined, ...(basisTable === null ? [] : [basisTable.value]), ...listed]);
}

function byId(rules: readonly ParsedRule[]): ReadonlyMap<string, ParsedRule> {
  return new Map(rules.map((rule) => [rule.id.value, rule]));
}

function nameOf({ id, title }: ParsedRule): RuleName {
  return { id: id.value, title };
}

function changeOf(
  was: ParsedRule,
  is: ParsedRule,
  { exceptions }: Parsed,
  around: ChangedAround,
): ChangedRule | null {
  const keys = was.file.text === is.file.text ? [] : changedKeys(was, is);
  const tables = [...tablesAsked(is, exceptions)].filter((table) => around.tables.has(table)).toSorted();
  const excused = is.except.map(({ value }) => value).filter((name) => around.exceptions.has(name));
  if (keys.length + tables.length + excused.length === 0) return null;
  return { ...nameOf(is), keys, tables, exceptions: excused };
}

/** In the order in which the rule is written now; keys that are gone come last. */
function changedKeys(was: ParsedRule, is: ParsedRule): readonly ChangedKey[] {
  const [old, young] = [contentOf(was), contentOf(is)];
  const keys = new Set([...Object.keys(young), ...Object.keys(old)]);
  const textAt = (content: Content, key: string) => (key in content ? textOf(content[key]) : null);
  return [...keys]
    .filter((key) => canonicalText(old[key] ?? null) !== canonicalText(young[key] ?? null))
    .map((key) => ({ key, before: textAt(old, key), after: textAt(young, key) }));
}

type Content = Readonly<Record<string, unknown>>;

/** The rule's keys with their values; how they were laid out does not matter. */
function contentOf({ file }: ParsedRule): Content {
  const root = readYaml(file, new Problems());
  return root === null ? {} : (plainData(root) as Content);
}

/** As a rule author writes it in one line. */
function textOf(value: unknown): string {
  if (typeof value === 'string') return value.trim();
  if (Array.isArray(value)) return `[${value.map(textOf).join(', ')}]`;
  if (typeof value !== 'object' || value === null) return String(value);
  return `{ ${Object.entries(value)
    .map(([key, member]) => `${key}: ${textOf(member)}`)
    .join(', ')} }`;
}

function expressionsOf(rule: ParsedRule): readonly CelText[] {
  const { joins, partner, lets, when, weaken, blame, say } = rule;
  return [
    ...joins.map(({ on }) => on),
    ...(partner === null ? [] : [partner.source, ...(partner.join === null ? [] : [partner.join.on])]),
    ...lets.map(({ value }) => value),
    when,
    ...weaken.map(({ condition }) => condition),
    ...blame.lines,
    ...blame.involved,
    ...(blame.excess === null ? [] : [blame.excess]),
    ...say.filter((part) => typeof part !== 'string'),
  ];
}

function listedIn(expr: Expr): readonly string[] {
  const inside = innerOf(expr).flatMap(listedIn);
  const [table] = expr.kind === 'call' && expr.name === 'listed' ? expr.args : [];
  return table?.kind === 'string' ? [table.value, ...inside] : inside;
}

function innerOf(expr: Expr): readonly Expr[] {
  switch (expr.kind) {
    case 'select':
    case 'has':
      return [expr.of];
    case 'list':
      return expr.items;
    case 'operator':
      return expr.args;
    case 'call':
      return expr.target === null ? expr.args : [expr.target, ...expr.args];
    case 'macro':
      return [expr.list, expr.body];
    default:
      return [];
  }
}
