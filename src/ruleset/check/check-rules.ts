/**
 * Second stage: parsed text becomes typed rules over typed tables; rules without sufficient examples are
 * reported.
 */
import type { Problems } from '../diagnostics/diagnostic.js';
import { didYouMean } from '../diagnostics/nearest-name.js';
import type { Parsed } from '../parse/parse-rules.js';
import type { ParsedHeader } from '../parse/ruleset-text.js';
import type { ParsedTable } from '../parse/table-text.js';
import { type CheckedRule, checkRule } from './check-rule.js';
import { type CheckedTable, checkTable } from './check-table.js';
import { sourcesOf } from './sources.js';

export interface Checked {
  readonly header: ParsedHeader;
  readonly rules: readonly CheckedRule[];
  readonly tables: ReadonlyMap<string, CheckedTable>;
  readonly regions: Readonly<Record<string, unknown>>;
}

export function checkRules(parsed: Parsed, problems: Problems, memory = new CheckedTables()): Checked {
  const tables = new Map<string, CheckedTable>();
  const brokenTables = new Set(parsed.unparsedTables);
  for (const table of parsed.tables.values()) {
    const checked = memory.of(table, parsed.header.asOf, problems);
    if (checked === null) brokenTables.add(table.name);
    else tables.set(table.name, checked);
  }
  const around = { tables, brokenTables, exceptions: parsed.exceptions };
  const rules = parsed.rules.flatMap((rule) => checkRule(rule, around, problems) ?? []);
  checkUniqueIds(parsed, problems);
  checkExamples(parsed, rules, tables, problems);
  return { header: parsed.header, rules, tables, regions: parsed.regions };
}

/** Tables that were checked before, for as long as their texts are remembered. */
export class CheckedTables {
  readonly #known = new WeakMap<ParsedTable, { readonly asOf: number; readonly checked: CheckedTable }>();

  of(table: ParsedTable, asOf: number, problems: Problems): CheckedTable | null {
    const known = this.#known.get(table);
    if (known?.asOf === asOf) return known.checked;
    const checked = checkTable(table, asOf, problems);
    if (checked !== null) this.#known.set(table, { asOf, checked });
    return checked;
  }
}

function checkUniqueIds(parsed: Parsed, problems: Problems): void {
  const seen = new Map<string, string>();
  for (const { id, file } of parsed.rules) {
    const earlier = seen.get(id.value);
    if (earlier !== undefined) problems.report('CG-E510', `'${id.value}' is also in ${earlier}`, id.place);
    seen.set(id.value, file.path);
  }
}

/**
 * Examples are part of the rule: one that hits, one that misses, one undecided where a fact can be missing.
 */
function checkExamples(
  parsed: Parsed,
  rules: readonly CheckedRule[],
  tables: Checked['tables'],
  problems: Problems,
): void {
  for (const rule of rules) {
    const { id } = rule.parsed;
    const examples = parsed.examples.get(id.value);
    if (examples === undefined) {
      problems.report('CG-E601', `there is no ${id.value}.examples.yaml`, id.place);
      continue;
    }
    const { examples: listed } = examples;
    if (listed === null) continue;
    const has = (expectation: string) => listed.some((e) => e.expect === expectation);
    const place = { file: examples.file, offset: 0 };
    // A rule whose answer needs a list that nobody has authored may never hit.
    const sources = sourcesOf([rule.when, ...rule.exceptions], tables);
    const canHit = !sources.some((s) => s.cause === 'list');
    if (canHit && !has('hit')) problems.report('CG-E602', `'${id.value}' never hits in its examples`, place);
    if (!has('miss')) problems.report('CG-E603', `'${id.value}' never misses in its examples`, place);
    const canBeUnknown = sources.length > 0 || rule.joins.length > 0;
    if (canBeUnknown && !has('not_evaluated')) {
      problems.report('CG-E604', `'${id.value}' is never left undecided in its examples`, place);
    }
  }
  const known = new Set([...parsed.rules.map((r) => r.id.value), ...parsed.unparsedRules]);
  for (const { file, ruleId } of parsed.examples.values()) {
    if (!known.has(ruleId)) {
      problems.report('CG-E605', `no rule '${ruleId}'${didYouMean(ruleId, known)}`, { file, offset: 0 });
    }
  }
}
