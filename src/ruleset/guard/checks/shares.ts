/**
 * PG-05: a share of the whole, without a number. "Every line is a drug" is 药占比 = 100 %, however it is said: all
 * lines are, none is anything else, as many as there are.
 *
 * Lawful look-alikes: no line with a named code; every line of one prescription (单方); a stay without treatment,
 * which visits.ts lowers.
 */
import type { Slot, Typed } from '../../check/typed.js';
import { implies } from '../formula.js';
import type { JudgedRule, PartOccurrence } from '../judged-rule.js';
import { isDocumented, selectionOf } from '../selection.js';
import { canHold, firstOf, type Texts, withTexts } from '../situations.js';

const lineOf = (kind: string, code: string): Texts => ({ 'line.kind': kind, 'line.itemCode': code });
/** What 药占比 and 耗占比 count. */
const goods: readonly Texts[] = [
  lineOf('drug', 'XC05CAQ005B001010100526'),
  lineOf('drug', 'ZA01BAX0474010100124'),
  lineOf('piece', 'T001700233'),
  lineOf('consumable', 'C0201010010100100001'),
];
/** What 检查占比 counts. */
const examinations: readonly Texts[] = [
  lineOf('service', '002103000010000'),
  lineOf('service', '002503010010000'),
];
const treatments: readonly Texts[] = [
  lineOf('service', '001109000010000'),
  lineOf('service', '003315070050000'),
  lineOf('service', '003402000220000'),
];

/** The atom asks it of every line of the claim, and only one class of them meets it. */
export function isWholeShare(rule: JudgedRule, occurrence: PartOccurrence): boolean {
  const { atom, context } = occurrence;
  if (atom.kind !== 'every' || sourceOf(atom.list) !== 'claim.lines') return false;
  const selection = selectionOf(rule, occurrence, atom.slot);
  if (selection !== null && isDocumented(rule, selection)) return false;
  const slots = [atom.slot, ...slotsOf(atom.list)];
  const meets = (line: Texts) => {
    const situation = firstOf(...slots.map((slot) => withTexts(line, slot)));
    return context.every((part) => canHold(part, situation));
  };
  const services = [...examinations, ...treatments];
  if (goods.some(meets)) return !services.some(meets);
  return examinations.some(meets) && !treatments.some(meets) && !isOfStays(rule);
}

/** A line is the same in every filter that it went through. */
function slotsOf(list: Typed): readonly Slot[] {
  return list.kind === 'loop' ? [list.slot, ...slotsOf(list.list)] : [];
}

function sourceOf(list: Typed): string | null {
  if (list.kind === 'loop') return sourceOf(list.list);
  return list.kind === 'elements' ? list.source : null;
}

function isOfStays(rule: JudgedRule): boolean {
  return implies(rule.condition, (atom) => {
    const isInpatient = (side: Typed) => side.kind === 'constant' && side.value === 'inpatient';
    return atom.kind === 'same' && atom.holds && (isInpatient(atom.left) || isInpatient(atom.right));
  });
}
