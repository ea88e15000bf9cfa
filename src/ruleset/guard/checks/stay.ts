/**
 * PG-02 and PG-18: the length of a stay.
 *
 * Forbidden (PG-02): a finding that comes when a stay is long, whatever spells the length (stayDays(), discharge
 * minus admission, a line that is so many days after admission, first line to last) and wherever the limit
 * comes from (a number, a table by visit type or department), unless the condition is about named items.
 * Forbidden (PG-18): the same for stays that are paid by the day, also where bed, nursing or day-rate items are
 * named: a limit on their number is the limit on the stay again.
 *
 * Lawful look-alikes: quantities above what the days of the stay allow (the stay is then the limit, not what
 * is limited); courses of an item in days of use; a fee before admission or after discharge.
 */
import { isItemCodeOfSlot } from '../../check/probe.js';
import type { Typed } from '../../check/typed.js';
import { walk } from '../../check/typed.js';
import { type Atom, type Formula, implies } from '../formula.js';
import { everyOccurrence, type JudgedRule, type PartOccurrence, valuesOf } from '../judged-rule.js';
import { asksForMoreThanOne, isWeighed, limitsNothing, type Reading, readingsOf } from '../measures.js';
import { selectionOf } from '../selection.js';
import { dayRateItems, traitsOf } from '../table-traits.js';
import type { Verdict } from '../verdict.js';

export function checkStay(rule: JudgedRule, verdict: Verdict): void {
  for (const occurrence of everyOccurrence(rule)) {
    for (const reading of readingsOf(occurrence.atom)) {
      if (!isLimit(reading) || (occurrence.part === 'weaken' && asksForMoreThanOne(reading))) continue;
      const place = rule.places.placeOf(occurrence.atom.node);
      const text = reading.node.text;
      if (reading.measure === 'stay' && isPaidByDay(rule, occurrence)) {
        verdict.refuse(
          'CG-P118',
          `'${text}' is held against psychiatric, rehabilitation or nursing stays`,
          place,
        );
      } else if (reading.measure === 'stay' && selectionOf(rule, occurrence, null) === null) {
        verdict.refuse('CG-P102', `the finding comes when '${text}' is large, whatever was charged`, place);
      } else if (occurrence.part !== 'weaken' && isDayRate(reading, rule, occurrence)) {
        verdict.refuse('CG-P118', `'${text}' counts the days of a stay by its daily item`, place);
      }
    }
  }
}

/** What is asked for is much of it, against something that is no count of the claim itself. */
function isLimit(reading: Reading): boolean {
  const { direction, measure } = reading;
  if (direction === 'lower' || limitsNothing(reading)) return false;
  if (measure !== 'stay' && measure !== 'use' && measure !== 'quantity') return true;
  return !isWeighed(reading, ['quantity', 'use', 'stay', 'supply', 'lines', 'stock']);
}

/** Departments are local codes; diagnoses and daily items say what kind of stay it is. */
const dayPaidDiagnoses = /^(F|Z50|Z51\.5|Z54|Z74|Z75|G81|I69)/;
/** 精神, 康复, 安宁, 护理: psychiatric, rehabilitation, hospice, nursing beds as department names write them. */
const dayPaidWords = /精神|康复|护理|安宁|床日/;

function isPaidByDay(rule: JudgedRule, occurrence: PartOccurrence): boolean {
  if (rule.joins.some(({ join }) => isItemCodeOfSlot(join.on) && hasDayRateKeys(rule, join.table)))
    return true;
  const around: readonly Formula[] = [...occurrence.context, { kind: 'atom', atom: occurrence.atom }];
  return around.some((formula) =>
    implies(formula, (atom) => {
      if (atom.kind === 'bound' || atom.kind === 'every' || !atom.holds) return false;
      return [...valuesOf({ atom, context: [] })].some((value) => saysDayPaid(rule, value));
    }),
  );
}

function saysDayPaid(rule: JudgedRule, value: Typed): boolean {
  if (value.kind === 'constant' && typeof value.value === 'string') {
    return (
      dayPaidDiagnoses.test(value.value) || dayRateItems.test(value.value) || dayPaidWords.test(value.value)
    );
  }
  return value.kind === 'listed' && hasDayRateKeys(rule, value.table);
}

/** Many days or much of an item that is charged for every day of a stay, against a fixed number. */
function isDayRate({ measure, node, term }: Reading, rule: JudgedRule, occurrence: PartOccurrence): boolean {
  const isDaily = (part: Typed) =>
    (part.kind === 'constant' && typeof part.value === 'string' && dayRateItems.test(part.value)) ||
    (part.kind === 'cell' && part.type.kind === 'list' && hasDayRateKeys(rule, part.table));
  if (measure === 'lines') return [...walk(node)].some(isDaily);
  if ((measure !== 'quantity' && measure !== 'use') || node.kind !== 'call' || term === null) return false;
  // On one day, or within a window: a frequency.
  if (node.name === 'claim.quantityOn' || node.name === 'history.quantityWithin') return false;
  const named = node.args.flatMap((arg) => [...walk(arg)]);
  if (named.some(isDaily)) return true;
  const isOwn = named.some((part) => part.kind === 'fact' && part.path === 'line.itemCode');
  if (!isOwn) return false;
  const isNamedByTable = rule.joins.some(({ join }) => hasDayRateKeys(rule, join.table));
  return (
    isNamedByTable || occurrence.context.some((formula) => implies(formula, (atom) => names(atom, isDaily)))
  );
}

/** An equality or membership that is met only by what `test` says. */
function names(atom: Atom, test: (part: Typed) => boolean): boolean {
  if (atom.kind === 'same' && atom.holds) return test(atom.left) || test(atom.right);
  return atom.kind === 'member' && atom.holds && [...walk(atom.list)].some(test);
}

function hasDayRateKeys({ tables }: JudgedRule, name: string): boolean {
  const table = tables.get(name);
  return table !== undefined && traitsOf(table).hasDayRates;
}
