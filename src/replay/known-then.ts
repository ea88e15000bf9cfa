/**
 * A rule set as it would have been with only what was known on a day. Rows that became known later do not count; nor
 * do ends that came with them: a row that was corrected later stood until then.
 */
import { type EpochDay, formatDay } from '../base/calendar.js';
import { fail, ok, type Result } from '../base/result.js';
import { checkRules } from '../ruleset/check/check-rules.js';
import type { Artifact } from '../ruleset/compile/artifact.js';
import { compileRules } from '../ruleset/compile/compile-rules.js';
import { planRules } from '../ruleset/compile/plan.js';
import { type Diagnostic, Problems } from '../ruleset/diagnostics/diagnostic.js';
import { guard } from '../ruleset/guard/guard.js';
import { type Parsed, parseRules, type RulesSource } from '../ruleset/parse/parse-rules.js';
import { type ParsedTable, provenanceColumns } from '../ruleset/parse/table-text.js';
import type { Known } from './known-modes.js';
import type { Period } from './period.js';

/** A rule set as it counts from a day on, until the next one does. */
export interface Edition {
  readonly from: EpochDay;
  readonly artifact: Artifact;
}

/** Ascending; `now` makes one, `then` one for each day of the period on which knowledge grew. Diagnostics else. */
export function editionsOf(
  source: RulesSource,
  known: Known,
  period: Period,
): Result<readonly Edition[], readonly Diagnostic[]> {
  const problems = new Problems();
  const parsed = parseRules(source, problems);
  if (parsed === null) return fail(problems.sorted());
  const asWritten = guard(checkRules(parsed, problems), problems);
  if (problems.count > 0) return fail(problems.sorted());
  if (known === 'now') return ok([{ from: period.from, artifact: compileRules(planRules(asWritten)) }]);
  const editions: Edition[] = [];
  for (const from of [period.from, ...daysOfChange(parsed, period)]) {
    const own = new Problems();
    const guarded = guard(checkRules(asKnownOn(parsed, from), own), own);
    const errors = own.sorted().filter(isObstacle);
    if (errors.length > 0) return fail(errors);
    editions.push({ from, artifact: compileRules(planRules(guarded)) });
  }
  return ok(editions);
}

/** Examples are of today: with fewer rows they may lack a hit, and hold no one up. */
function isObstacle({ severity, code }: Diagnostic): boolean {
  return severity === 'error' && !code.startsWith('CG-E6');
}

const [knownFromAt, validToAt] = (['knownFrom', 'validTo'] as const).map((name) =>
  provenanceColumns.indexOf(name),
) as [number, number];

/** Days within the period, after its first, on which a row became known or ended; nothing changes beyond `asOf`. */
function daysOfChange({ header, tables }: Parsed, { from, to }: Period): readonly EpochDay[] {
  const texts = new Set<string>();
  for (const { records } of tables.values()) {
    for (const { cells } of records) {
      texts.add(cells[knownFromAt] ?? '');
      texts.add(cells[validToAt] ?? '');
    }
  }
  const days: EpochDay[] = [];
  for (let day = from + 1; day <= Math.min(to, header.asOf); day++)
    if (texts.has(formatDay(day))) days.push(day);
  return days;
}

/** What was adopted later than `asOf` stays unknown whatever the day. */
export function asKnownOn(parsed: Parsed, day: EpochDay): Parsed {
  const asOf = Math.min(day, parsed.header.asOf);
  const tables = new Map(
    [...parsed.tables].map(([name, table]) => [name, withoutLaterEnds(table, formatDay(asOf))] as const),
  );
  return { ...parsed, header: { ...parsed.header, asOf }, tables };
}

/** Nobody knew of an end that was still to come; those that came with rows not known yet are left out by the check. */
function withoutLaterEnds(table: ParsedTable, asOf: string): ParsedTable {
  const records = table.records.map((record) => {
    const end = record.cells[validToAt] ?? '';
    return end <= asOf ? record : { ...record, cells: record.cells.with(validToAt, '') };
  });
  return { ...table, records };
}
