/**
 * PG-07 and PG-09: visits and stays counted, readmissions, admissions without treatment (49 to 53 of the 88).
 *
 * Forbidden (PG-07): such a rule, by its number or by what it asks, in scene 1 or 3 (registration, admission).
 * Lowered: severity to suspicious, effect to remind, the doctor's other scenes left out.
 * Forbidden (PG-09): such a count of visits or readmissions that can meet an emergency, a newborn or returning
 * treatment (chemotherapy, radiotherapy, dialysis), or that no table of waivers can suspend.
 *
 * The past of items that come with every visit or stay (registration, consultation, bed, nursing) is the past
 * of visits.
 *
 * Lawful look-alikes: counts of an item per day, hour or cycle; "first prescription" asked of the past; an
 * interval between two uses of an item.
 */
import { type Typed, walk } from '../../check/typed.js';
import { type Atom, implies, occurrences } from '../formula.js';
import { everyOccurrence, type JudgedRule, type PartOccurrence, valuesOf } from '../judged-rule.js';
import { asksForMoreThanDaily, limitsNothing, type Reading, readingsOf } from '../measures.js';
import { numberOfCode } from '../national-numbers.js';
import { selectionOf } from '../selection.js';
import { canHold, diagnosed, emergency, newborn, ofMedType, type Situation } from '../situations.js';
import { givesBeginnings, givesItems, type Mention, visitItems } from '../stay-items.js';
import type { Verdict } from '../verdict.js';

const numbers: Readonly<Record<number, string>> = {
  49: '分解住院',
  50: '频繁门诊',
  51: '频繁购药',
  52: '频繁住院',
  53: '低标准入院',
};

export function checkVisits(rule: JudgedRule, verdict: Verdict): void {
  const { parsed } = rule.rule;
  const counted = countsVisits(rule);
  const number = numbers[parsed.nationalSeq ?? 0] ?? numbers[numberOfCode(parsed.nationalCode ?? '') ?? 0];
  const admission = asksAdmissionOnly(rule);
  const what = number ?? (counted === null ? admission : `'${counted.text}'`);
  if (what === null) return;
  checkStage(rule, what, verdict);
  const isFrequency = counted !== null || (number !== undefined && number !== numbers[53]);
  if (isFrequency) checkExemptions(rule, verdict);
}

function checkStage(rule: JudgedRule, what: string, verdict: Verdict): void {
  const { parsed } = rule.rule;
  const { scenes } = parsed;
  const atDoor = scenes.filter((s) => s === 1 || s === 3);
  if (atDoor.length > 0) {
    const found = `${what} in scene ${atDoor.join(', ')} meets patients before they are cared for`;
    verdict.refuse('CG-P107', found, parsed.placeOf('scenes'));
    return;
  }
  const later = scenes.filter((s) => typeof s !== 'number' || s > 5);
  if (later.length === 0) {
    verdict.refuse('CG-P107', `${what} has only scenes of the doctor`, parsed.placeOf('scenes'));
    return;
  }
  verdict.lower('CG-P107', `${what} at care`, { scenes: later }, parsed.placeOf('scenes'));
  verdict.lower('CG-P107', `${what} proves nothing`, { severity: 'suspicious' }, parsed.placeOf('severity'));
  verdict.lower('CG-P107', `${what} may remind at most`, { effect: 'remind' }, parsed.placeOf('effect'));
}

const readmissionCalls = ['history.dischargedWithin', 'history.dischargedHereWithin'];

/** What of the condition asks how often the patient came; null where nothing does. */
function countsVisits(rule: JudgedRule): Typed | null {
  for (const occurrence of everyOccurrence(rule)) {
    const { atom } = occurrence;
    const reading = readingsOf(atom).find(
      ({ measure, direction }) =>
        (measure === 'visits' && direction !== 'lower') ||
        (measure === 'readmission' && direction !== 'upper'),
    );
    if (reading !== undefined) return reading.node;
    const call = readmissionTest(atom) ?? pastVisit(rule, occurrence) ?? pastVisits(rule, occurrence);
    if (call !== null) return call;
  }
  return null;
}

/** That something was used before which comes with every visit. */
function pastVisit(rule: JudgedRule, occurrence: PartOccurrence): Typed | null {
  const { atom } = occurrence;
  if (atom.kind !== 'test' || !atom.holds) return null;
  const found = [...walk(atom.of)].find((part) => {
    const [codes] = part.kind === 'call' ? part.args : [];
    if (part.kind !== 'call' || codes === undefined) return false;
    if (part.name === 'history.usedAny') return givesBeginnings(rule, codes, visitItems);
    return part.name === 'history.usedBefore' && givesItems(rule, occurrence, codes, visitItems, 'named');
  });
  return found ?? null;
}

/** How often, or how lately, something was used which comes with every visit. */
function pastVisits(rule: JudgedRule, occurrence: PartOccurrence): Typed | null {
  const found = readingsOf(occurrence.atom).find((reading) => {
    const { measure, direction, node } = reading;
    const [codes] = node.kind === 'call' && node.name.startsWith('history.') ? node.args : [];
    if (codes === undefined) return false;
    const asked = (mention: Mention) => givesItems(rule, occurrence, codes, visitItems, mention);
    if (measure === 'interval') return direction !== 'upper' && !isWithinDay(reading) && asked('met');
    if (direction === 'lower' || limitsNothing(reading) || asksForMoreThanDaily(reading)) return false;
    return (measure === 'use' && asked('met')) || (measure === 'quantity' && asked('named'));
  });
  return found?.node ?? null;
}

/** Two of them on one day: charged twice. */
function isWithinDay({ sum }: Reading): boolean {
  const scale = Math.max(...sum.terms.map((term) => Math.abs(term.coefficient)));
  return sum.terms.every((t) => t.factors.every((f) => f.isTime)) && Math.abs(sum.constant) / scale <= 1;
}

function readmissionTest(atom: Atom): Typed | null {
  if (atom.kind !== 'test' || !atom.holds) return null;
  const found = [...walk(atom.of)].find(
    (part) => part.kind === 'call' && readmissionCalls.includes(part.name),
  );
  return found ?? null;
}

/** A stay is found for what was not done in it: every line is of some kind, or there was no operation. */
function asksAdmissionOnly(rule: JudgedRule): string | null {
  const { parsed } = rule.rule;
  if (parsed.anchor !== 'encounter' && parsed.anchor !== 'claim') return null;
  const isInpatient = implies(rule.condition, (atom) => {
    return atom.kind === 'same' && atom.holds && [atom.left, atom.right].some(isInpatientConstant);
  });
  if (!isInpatient) return null;
  const lacking = [...occurrences(rule.condition)].find((occurrence) => {
    const { atom } = occurrence;
    return atom.kind === 'every' && selectionOf(rule, occurrence, null) === null && !isOfDiagnoses(atom.list);
  });
  return lacking === undefined ? null : 'a stay without treatment';
}

function isInpatientConstant(expr: Typed): boolean {
  return expr.kind === 'constant' && expr.value === 'inpatient';
}

function isOfDiagnoses(list: Typed): boolean {
  return list.kind === 'loop'
    ? isOfDiagnoses(list.list)
    : list.kind === 'elements' && list.source === 'claim.diagnoses';
}

interface Exemption {
  readonly who: string;
  /** The rule must fire in none of these; one exemption may be written in several ways. */
  readonly ways: readonly (readonly Situation[])[];
}

const exemptions: readonly Exemption[] = [
  { who: 'an emergency (13, 24)', ways: [[emergency], [ofMedType('13'), ofMedType('24')]] },
  { who: 'a newborn', ways: [[newborn], [diagnosed('Z38.000')], [diagnosed('P07.300')]] },
  { who: 'chemotherapy or radiotherapy', ways: [[diagnosed('Z51.100'), diagnosed('Z51.000')]] },
  { who: 'dialysis', ways: [[diagnosed('Z49.100')], [diagnosed('N18.600')], [diagnosed('Z99.200')]] },
];

function checkExemptions(rule: JudgedRule, verdict: Verdict): void {
  const place = rule.rule.parsed.placeOf(rule.rule.parsed.except.length > 0 ? 'except' : 'when');
  const met = exemptions.filter(({ ways }) => {
    return !ways.some((situations) => situations.every((situation) => !canHold(rule.fires, situation)));
  });
  for (const { who } of met) verdict.refuse('CG-P109', `the rule can meet ${who}`, place);
  if (!hasWaiver(rule)) verdict.refuse('CG-P109', 'no table of waivers can suspend the rule by date', place);
}

/** A list that is asked by time, and in which the rule does not fire. */
function hasWaiver(rule: JudgedRule): boolean {
  return implies(rule.fires, (atom) => {
    if (atom.kind !== 'test' || atom.holds || atom.of.kind !== 'listed') return false;
    const keys = [...valuesOf({ atom, context: [] })];
    return !keys.some((value) => value.kind === 'fact' && value.path === 'line.itemCode');
  });
}
