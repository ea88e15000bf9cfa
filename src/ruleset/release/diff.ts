/**
 * What differs between two rule sets, as a person asks: which rules, which of their words, which rows of knowledge. Of
 * texts alone: both may be anything from a published version to a folder that does not compile yet.
 */
import { formatDay } from '../../base/calendar.js';
import { fail, ok, type Result } from '../../base/result.js';
import { canonicalText } from '../compile/canonical.js';
import { type Diagnostic, Problems } from '../diagnostics/diagnostic.js';
import { type Parsed, parseRules, type RulesSource } from '../parse/parse-rules.js';
import { type ChangedRule, diffRules, type RuleName } from './diff-rules.js';
import { diffTables, type TableChange } from './diff-tables.js';

export interface Side {
  readonly name: string;
  readonly version: number;
  /** Day up to which knowledge was known. */
  readonly asOf: string;
}

export interface ExceptionChange {
  readonly name: string;
  /** Its condition; null: there was, or is, no such exception. */
  readonly before: string | null;
  readonly after: string | null;
}

export interface RulesetDiff {
  /** Null: compared with nothing. */
  readonly before: Side | null;
  readonly after: Side;
  readonly added: readonly RuleName[];
  readonly removed: readonly RuleName[];
  /** Those that judge otherwise because a table or an exception does, too. */
  readonly changed: readonly ChangedRule[];
  /** Only tables that differ. */
  readonly tables: readonly TableChange[];
  readonly exceptions: readonly ExceptionChange[];
  /** Areas whose code dictionaries differ: every rule reads through these. */
  readonly regions: readonly string[];
}

/** Fails with the diagnostics of what cannot be read; mistakes that only a checker sees do not matter here. */
export function diffRulesets(
  before: RulesSource | null,
  after: RulesSource,
): Result<RulesetDiff, readonly Diagnostic[]> {
  const read = [before, after].map((source) => (source === null ? null : parsedOf(source)));
  const mistakes = read.flatMap((one) => (one === null || one.ok ? [] : one.error));
  const [old = null, young = null] = read.map((one) => (one?.ok === true ? one.value : null));
  if (mistakes.length > 0 || young === null) return fail(mistakes);
  return ok(diffParsed(old, young));
}

/** As `diffRulesets`, of what has been read already. */
export function diffParsed(before: Parsed | null, after: Parsed): RulesetDiff {
  const tables = diffTables(before, after);
  const exceptions = diffExceptions(before, after);
  const through = {
    tables: new Set(tables.filter(({ judges }) => judges).map(({ table }) => table)),
    exceptions: new Set(exceptions.map(({ name }) => name)),
  };
  return {
    before: before === null ? null : sideOf(before),
    after: sideOf(after),
    ...diffRules(before, after, through),
    tables,
    exceptions,
    regions: diffRegions(before, after),
  };
}

/** Rule ids as a manifest lists them; a dictionary that changed changes every rule. */
export function changedIds({ added, removed, changed, regions }: RulesetDiff, all: readonly string[]) {
  const ids = (rules: readonly RuleName[]) => rules.map(({ id }) => id).toSorted();
  const isNew = new Set(ids(added));
  const changedOnes = regions.length === 0 ? ids(changed) : all.filter((id) => !isNew.has(id)).toSorted();
  return { added: ids(added), removed: ids(removed), changed: changedOnes };
}

/** The same words, the same rows. */
export function isEmpty({ added, removed, changed, tables, exceptions, regions }: RulesetDiff): boolean {
  return [added, removed, changed, tables, exceptions, regions].every((list) => list.length === 0);
}

function parsedOf(source: RulesSource): Result<Parsed, readonly Diagnostic[]> {
  const problems = new Problems();
  const parsed = parseRules(source, problems);
  return parsed === null || problems.count > 0 ? fail(problems.sorted()) : ok(parsed);
}

function sideOf({ header: { name, version, asOf } }: Parsed): Side {
  return { name, version, asOf: formatDay(asOf) };
}

function diffExceptions(before: Parsed | null, after: Parsed): readonly ExceptionChange[] {
  const names = new Set([...(before?.exceptions.keys() ?? []), ...after.exceptions.keys()]);
  return [...names].toSorted().flatMap((name) => {
    const was = before?.exceptions.get(name)?.when.text.trim() ?? null;
    const is = after.exceptions.get(name)?.when.text.trim() ?? null;
    return was === is ? [] : [{ name, before: was, after: is }];
  });
}

function diffRegions(before: Parsed | null, after: Parsed): readonly string[] {
  const names = new Set([...Object.keys(before?.regions ?? {}), ...Object.keys(after.regions)]);
  const textOf = (parsed: Parsed | null, name: string) => canonicalText(parsed?.regions[name] ?? null);
  return [...names].toSorted().filter((name) => textOf(before, name) !== textOf(after, name));
}
