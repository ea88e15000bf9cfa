/**
 * PG-11: the calendar.
 *
 * Forbidden: a condition that depends on where in a month, quarter or year a service falls: a day of a table
 * that belongs to no item, the remainder of a number of days, a list or a row in force for part of a year
 * only, a rule valid for part of a year.
 *
 * Lawful look-alikes: rolling windows (近 N 天), 医保年度 of an item by its document, rows superseded by
 * others, waivers (a list under which a rule does not fire), the day from which a rule stands.
 */
import { type Typed, walk } from '../../check/typed.js';
import { everyOccurrence, type JudgedRule, valuesOf } from '../judged-rule.js';
import { readingsOf } from '../measures.js';
import { isRowOfItem } from '../selection.js';
import { shortestPeriod, traitsOf } from '../table-traits.js';
import type { Verdict } from '../verdict.js';

export function checkCalendar(rule: JudgedRule, verdict: Verdict): void {
  const { parsed } = rule.rule;
  const { validFrom, validTo } = parsed;
  if (validFrom !== null && validTo !== null && validTo - validFrom < shortestPeriod) {
    const found = `the rule stands for ${validTo - validFrom} days`;
    verdict.refuse('CG-P111', found, parsed.placeOf('valid'));
  }
  for (const { join, parsed: written } of rule.joins) {
    if (hasSeasons(rule, join.table))
      verdict.refuse('CG-P111', `rows of '${join.table}' come and go within a year`, written.table.place);
  }
  for (const occurrence of everyOccurrence(rule)) {
    const place = rule.places.placeOf(occurrence.atom.node);
    const values = [...valuesOf(occurrence)];
    const dated = readingsOf(occurrence.atom).find((r) => r.measure === 'calendar');
    const day = values.find((v) => v.kind === 'cell' && v.type.kind === 'day' && !isRowOfItem(rule, v));
    const isOfItem = values.some((v) => v.kind === 'cell' && v.type.kind === 'day' && isRowOfItem(rule, v));
    const part = values.find(isCalendarPart);
    if (part !== undefined) verdict.refuse('CG-P111', `'${part.text}' is a part of a calendar`, place);
    else if (day !== undefined) verdict.refuse('CG-P111', `'${day.text}' is a day of no item`, place);
    else if (dated !== undefined && !isOfItem) {
      verdict.refuse('CG-P111', `'${dated.node.text}' is a place in the calendar`, place);
    }
    const season = seasonAsked(rule, occurrence.atom.kind === 'test' && occurrence.atom.holds, values);
    if (season !== null) verdict.refuse('CG-P111', `rows of '${season}' come and go within a year`, place);
  }
}

/** The remainder of a number of days. */
function isCalendarPart(value: Typed): boolean {
  if (value.kind !== 'arithmetic' || value.operator !== '%') return false;
  return [...walk(value.left)].some((part) => {
    return part.kind === 'call' && ['daysBetween', 'ageDays', 'ageAt', 'hoursBetween'].includes(part.name);
  });
}

function seasonAsked(rule: JudgedRule, holds: boolean, values: readonly Typed[]): string | null {
  if (!holds) return null;
  const listed = values.find((v) => v.kind === 'listed' && hasSeasons(rule, v.table));
  return listed?.kind === 'listed' ? listed.table : null;
}

function hasSeasons({ tables }: JudgedRule, name: string): boolean {
  const table = tables.get(name);
  return table !== undefined && traitsOf(table).hasSeasons;
}
