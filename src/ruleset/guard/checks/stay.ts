/**
 * PG-02 and PG-18: the length of a stay.
 *
 * Forbidden (PG-02): a finding that comes when a stay is long, whatever spells the length (stayDays(), discharge
 * minus admission, a line that is so many days after admission, first line to last, a line until it was sent)
 * and wherever the limit comes from (a number, a table by visit type or department), unless the condition is
 * about named items.
 * Forbidden (PG-18): the same for stays that are paid by the day, also where bed, nursing or other daily items
 * are named, or left in among all others whose days are counted: a limit on their number is the limit on the
 * stay again.
 *
 * Lawful look-alikes: quantities above what the days of the stay allow (the stay is then the limit, not what
 * is limited); courses of an item in days of use; a fee before admission or after discharge.
 */
import { isItemCodeOfSlot } from '../../check/probe.js';
import { type Slot, type Typed, walk } from '../../check/typed.js';
import { type Formula, formulaOf, implies, occurrences } from '../formula.js';
import { everyOccurrence, type JudgedRule, type PartOccurrence, valuesOf } from '../judged-rule.js';
import {
  asksForMoreThanDaily,
  asksForMoreThanOne,
  isWeighed,
  limitsNothing,
  lineOf,
  type Reading,
  readingsOf,
} from '../measures.js';
import { selectionOf } from '../selection.js';
import { dailyItems, givesItems, keysHave, linesAre, type Mention } from '../stay-items.js';
import type { Verdict } from '../verdict.js';
import { isStayUntilSent } from './delays.js';

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
      } else if (reading.measure === 'stay' && isUnnamed(rule, occurrence)) {
        verdict.refuse('CG-P102', `the finding comes when '${text}' is large, whatever was charged`, place);
      } else if (
        reading.measure === 'delay' &&
        isUnnamed(rule, occurrence) &&
        isStayUntilSent(rule, reading)
      ) {
        verdict.refuse(
          'CG-P102',
          `the time until '${text}' is as long as a stay, whatever was charged`,
          place,
        );
      } else if (occurrence.part !== 'weaken' && isDayRate(reading, rule, occurrence)) {
        verdict.refuse('CG-P118', `'${text}' counts the days of a stay by its daily item`, place);
      }
    }
  }
}

function isUnnamed(rule: JudgedRule, occurrence: PartOccurrence): boolean {
  return selectionOf(rule, occurrence, null) === null;
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
      dayPaidDiagnoses.test(value.value) ||
      dailyItems.codes.test(value.value) ||
      dayPaidWords.test(value.value)
    );
  }
  return value.kind === 'listed' && hasDayRateKeys(rule, value.table);
}

/** Many days or much of an item that is charged for every day of a stay, against a fixed number. */
function isDayRate(reading: Reading, rule: JudgedRule, occurrence: PartOccurrence): boolean {
  const { measure, node, term } = reading;
  const areDaily = (slot: Slot | null, mention: Mention) =>
    linesAre(rule, occurrence, slot, dailyItems, mention);
  if (measure === 'lines') return countsDaily(rule, node);
  if (measure === 'supply') {
    const isOfDrugs = node.kind === 'fact' && node.path === 'line.days';
    return areDaily(lineOf(node), isOfDrugs ? 'named' : 'met');
  }
  if ((measure !== 'quantity' && measure !== 'use') || term === null) return false;
  if (node.kind === 'fact') return !isWeighedByTime(reading) && areDaily(node.slot, 'named');
  if (node.kind !== 'call' || node.name === 'claim.quantityOn') return false;
  if (node.name.startsWith('history.') && asksForMoreThanDaily(reading)) return false;
  const [codes] = node.args;
  // Days of whatever is charged are days of the bed, too; how much of it, is not.
  const mention = measure === 'use' ? 'met' : 'named';
  return codes !== undefined && givesItems(rule, occurrence, codes, dailyItems, mention);
}

/** Hours or days of the line itself are what is allowed. */
function isWeighedByTime({ sum, term }: Reading): boolean {
  return sum.terms.some((other) => other !== term && other.factors.some((factor) => factor.isTime));
}

/** Lines are counted that are such items. */
function countsDaily(rule: JudgedRule, count: Typed): boolean {
  return [...walk(count)].some((part) => {
    if (part.kind === 'constant') return typeof part.value === 'string' && dailyItems.codes.test(part.value);
    if (part.kind !== 'loop') return false;
    const asked = [...occurrences(formulaOf(part.body))];
    return asked.some((occurrence) => linesAre(rule, occurrence, part.slot, dailyItems, 'named'));
  });
}

function hasDayRateKeys(rule: JudgedRule, name: string): boolean {
  return keysHave(rule, name, dailyItems);
}
