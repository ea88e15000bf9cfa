/**
 * PG-03 (and rule 9 of the 88): days and amounts of drugs.
 *
 * Forbidden: a finding that comes when a line supplies many days, an item was used on many days, or much of
 * it was given, where the condition can meet drugs and no document stands behind the exact item. Also with a
 * document: a cap on the days of a line below twelve weeks that can meet 门诊慢特病 or a long prescription.
 *
 * Lawful look-alikes: the official course of an item (支付不超过14天), counted in days of use; intervals and
 * frequencies of services; what is left of an earlier prescription (重复开药 bounds no prescription).
 */
import { isItemCodeOfSlot, sameSlot } from '../../check/probe.js';
import type { Slot, Typed } from '../../check/typed.js';
import { type Atom, type Formula, implies, type Occurrence } from '../formula.js';
import { everyOccurrence, type JudgedRule, type PartOccurrence } from '../judged-rule.js';
import {
  asksForMoreThanOne,
  isWeighed,
  limitsNothing,
  lineOf,
  type Reading,
  readingsOf,
} from '../measures.js';
import { isDocumentedCap, type Selection, selectionOf, selectionOfCall } from '../selection.js';
import { allKnown, canHold, firstOf, type Situation, withTexts } from '../situations.js';
import type { Verdict } from '../verdict.js';

/** Stable chronic disease: up to twelve weeks. */
const longPrescriptionDays = 84;

export function checkSupply(rule: JudgedRule, verdict: Verdict): void {
  for (const occurrence of everyOccurrence(rule)) {
    for (const reading of readingsOf(occurrence.atom)) {
      if (occurrence.part === 'weaken' && asksForMoreThanOne(reading)) continue;
      if (!isCap(reading) || !canMeetDrugs(occurrence, lineAskedBy(reading.node))) continue;
      const selection = selectionOfReading(rule, occurrence, reading);
      const place = rule.places.placeOf(occurrence.atom.node);
      if (selection === null || !isDocumentedCap(rule, selection, reading, occurrence)) {
        const why = selection === null ? 'of any drug' : 'of items for which no document is named';
        verdict.refuse('CG-P103', `'${reading.node.text}' ${why} is limited`, place);
      } else if (meetsLongPrescriptions(rule, occurrence, reading)) {
        const found = `'${reading.node.text}' is limited below ${longPrescriptionDays} days for 门诊慢特病, too`;
        verdict.refuse('CG-P103', found, place);
      }
    }
  }
}

function isCap(reading: Reading): boolean {
  const { measure, direction, term } = reading;
  // Too soon after the last one is too many.
  if (measure === 'interval') return direction !== 'upper';
  if (measure !== 'supply' && measure !== 'use' && measure !== 'quantity') return false;
  if (direction === 'lower' || limitsNothing(reading)) return false;
  if (measure === 'supply' || term === null) return true;
  return !isWeighed(reading, ['quantity', 'use', 'stock']);
}

/** The line whose kind decides: its own fact, or the line that gives a call its item code. */
function lineAskedBy(node: Typed): Slot | null {
  const [code] = node.kind === 'call' ? node.args : [];
  return code === undefined ? lineOf(node) : lineOf(code);
}

export function selectionOfReading(
  rule: JudgedRule,
  occurrence: PartOccurrence,
  { node }: Reading,
): Selection | null {
  if (node.kind === 'call') return selectionOfCall(rule, occurrence, node.args);
  return selectionOf(rule, occurrence, lineOf(node));
}

const drugKinds = ['drug', 'piece', 'granule'] as const;

/** Whether nothing in the condition leaves drugs out; `slot`: of which line, null of any. */
export function canMeetDrugs(occurrence: Occurrence, slot: Slot | null): boolean {
  const around: readonly Formula[] = [...occurrence.context, { kind: 'atom', atom: occurrence.atom }];
  const leavesOut = (atom: Atom) =>
    drugKinds.every((kind) => withTexts({ 'line.kind': kind }, slot)(atom) === false) ||
    isOtherCode(atom, slot);
  return !around.some((formula) => implies(formula, leavesOut));
}

/** Drugs have codes that begin with X, Z or T. */
function isOtherCode(atom: Atom, slot: Slot | null): boolean {
  const isCode = (expr: Typed | undefined) =>
    expr !== undefined && isItemCodeOfSlot(expr) && (slot === null || sameSlot(expr.slot, slot));
  const isOther = (expr: Typed | undefined) =>
    expr?.kind === 'constant' && typeof expr.value === 'string' && /^[^XZT]/.test(expr.value);
  if (atom.kind === 'same' && atom.holds) {
    return (isCode(atom.left) && isOther(atom.right)) || (isCode(atom.right) && isOther(atom.left));
  }
  if (atom.kind === 'member' && atom.holds && atom.list.kind === 'list') {
    return isCode(atom.item) && atom.list.items.every(isOther);
  }
  if (atom.kind !== 'test' || !atom.holds || atom.of.kind !== 'call') return false;
  const [text, part] = atom.of.args;
  return atom.of.name === 'startsWith' && isCode(text) && isOther(part);
}

/** 门诊慢特病, also by its longer codes. */
const chronicVisits: readonly Situation[] = ['14', '1401', '140104'].map((medType) =>
  firstOf(allKnown, withTexts({ 'encounter.type': 'outpatient', 'encounter.medType': medType })),
);

/** Only the days that one line supplies, and only where they make the finding: weakening by them is mild. */
function meetsLongPrescriptions(rule: JudgedRule, occurrence: PartOccurrence, reading: Reading): boolean {
  if (reading.measure !== 'supply' || occurrence.part === 'weaken') return false;
  if (smallestBound(rule, reading) >= longPrescriptionDays) return false;
  const around = [...occurrence.context, rule.fires];
  return chronicVisits.some((visit) => around.every((formula) => canHold(formula, visit)));
}

/** The fewest days at which the cap acts; 0 where that is not a number of the rule or of a table. */
function smallestBound({ tables }: JudgedRule, { sum, term }: Reading): number {
  if (term === null) return Math.abs(sum.constant);
  const others = sum.terms.filter((t) => t !== term);
  const scale = Math.abs(term.coefficient);
  if (others.length === 0) return Math.abs(sum.constant) / scale;
  const [only, ...rest] = others;
  const node = only?.factors.length === 1 ? only.factors[0]?.node : undefined;
  if (only === undefined || rest.length > 0 || node?.kind !== 'cell') return 0;
  const cells = tables.get(node.table)?.cells.get(node.column) ?? [];
  const numbers = cells.filter((cell) => typeof cell === 'number');
  return (Math.min(...numbers, Number.MAX_SAFE_INTEGER) * Math.abs(only.coefficient) - sum.constant) / scale;
}
