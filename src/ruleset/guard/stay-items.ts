/**
 * Items that are charged because somebody stays or comes, whatever is treated: their days are the days of the
 * stay, their uses are visits. Whether a condition asks of them is found from what it lets pass, not from how
 * their codes are written: equalities, lists, beginnings, parts, rows of tables.
 */
import { isItemCodeOfSlot, sameSlot } from '../check/probe.js';
import { type Slot, type Typed, walk } from '../check/typed.js';
import { type Atom, atomsOf, type Formula, type Occurrence } from './formula.js';
import { type JudgedRule, valuesOf } from './judged-rule.js';
import { type Answer, canHold, firstOf, type Situation, type Texts, withTexts } from './situations.js';

export interface StayItems {
  readonly codes: RegExp;
  /** Some of them, as lines have them. */
  readonly samples: readonly Texts[];
}

/** A line with a service's code. */
const lineOf = (code: string): Texts => ({ 'line.itemCode': code, 'line.kind': 'service' });

const samplesOfStays = ['001109000010000', '001102000050000', '001201000040000'].map(lineOf);

/**
 * Charged once for each day: 诊查费 but those of one visit (00110200001 to 3), 急诊监护, 取暖, 空调, 床位, 护理
 * (frequencies of the national library, unit 日).
 */
export const dailyItems: StayItems = {
  codes: /^00(1102(?!0000[1-3])|110[3789]|1201)/,
  samples: samplesOfStays,
};

/** Charged once for each visit, or with every stay: 挂号, 诊查, 床位, 护理 by grades. */
export const visitItems: StayItems = {
  codes: /^00(110[1-3789]|12010000[1-79])/,
  samples: [...['001101000010000', '001102000010000'].map(lineOf), ...samplesOfStays],
};

/** What is charged for other reasons: examination, test, operation, exercise, needles; no code that is in use. */
const ordinary = [
  '002103000010007',
  '002504030010007',
  '003315070050007',
  '003402000220007',
  '004100000010007',
].map(lineOf);

/** `named`: the condition speaks of them. `met`: it leaves them in, among whatever else is charged. */
export type Mention = 'named' | 'met';

/** Whether codes that a call is given are, or can be, such items. */
export function givesItems(
  rule: JudgedRule,
  occurrence: Occurrence,
  codes: Typed,
  items: StayItems,
  mention: Mention,
): boolean {
  if (isItemCodeOfSlot(codes)) return linesAre(rule, occurrence, codes.slot, items, mention);
  return [...walk(codes)].some((part) => {
    if (part.kind === 'cell') return columnHas(rule, part, items);
    return part.kind === 'constant' && typeof part.value === 'string' && items.codes.test(part.value);
  });
}

/** Whether beginnings of codes that a call is given take such items in. */
export function givesBeginnings(rule: JudgedRule, codes: Typed, items: StayItems): boolean {
  const takesIn = (beginning: string) =>
    items.codes.test(beginning) ||
    // One letter or digit is whatever a visit brings.
    beginning.length <= 1 ||
    items.samples.some((sample) => sample['line.itemCode']?.startsWith(beginning) === true);
  return [...walk(codes)].some((part) => {
    if (part.kind === 'cell') return textsOf(rule, part).some(takesIn);
    return part.kind === 'constant' && typeof part.value === 'string' && takesIn(part.value);
  });
}

/** Whether a line in `slot` (null: any) is, or can be, such an item where the atom holds. */
export function linesAre(
  rule: JudgedRule,
  occurrence: Occurrence,
  slot: Slot | null,
  items: StayItems,
  mention: Mention,
): boolean {
  const joined = rule.joins.filter(({ join }) => {
    return isItemCodeOfSlot(join.on) && (slot === null || sameSlot(join.on.slot, slot));
  });
  const isInTable = ({ join }: (typeof joined)[number]) => keysHave(rule, join.table, items);
  if (joined.length > 0 && !joined.some(isInTable)) return false;
  const around: readonly Formula[] = [...occurrence.context, { kind: 'atom', atom: occurrence.atom }];
  const passes = (line: Texts, lines: StayItems | null) =>
    around.every((formula) => canHold(formula, onLine(rule, line, slot, lines)));
  const met = probesFor(around, items).filter((line) => passes(line, items));
  if (met.length === 0) return false;
  if (mention === 'met' || joined.length > 0 || !ordinary.some((line) => passes(line, null))) return true;
  return around.some((formula) =>
    [...atomsOf(formula)].some((atom) => met.some((line) => isOnlyFor(rule, atom, line, slot, items))),
  );
}

/** The samples, and what the condition itself writes of their codes. */
function probesFor(around: readonly Formula[], { codes, samples }: StayItems): readonly Texts[] {
  const written = around.flatMap((formula) =>
    [...atomsOf(formula)].flatMap((atom) =>
      [...valuesOf({ atom, context: [] })].flatMap((value) =>
        value.kind === 'constant' && typeof value.value === 'string' && codes.test(value.value)
          ? [lineOf(value.value.padEnd(15, '0'))]
          : [],
      ),
    ),
  );
  return [...samples, ...written];
}

/** An atom that the line meets and that no other kind of item does. */
function isOnlyFor(rule: JudgedRule, atom: Atom, line: Texts, slot: Slot | null, items: StayItems): boolean {
  if (onLine(rule, line, slot, items)(atom) !== true && !isRowWith(rule, atom, slot, items)) return false;
  return ordinary.every((other) => onLine(rule, other, slot, null)(atom) !== true);
}

function onLine(rule: JudgedRule, line: Texts, slot: Slot | null, items: StayItems | null): Situation {
  return firstOf(withTexts(line, slot), (atom) =>
    items !== null && asksOfRow(rule, atom, slot, items) === false ? !isHeld(atom) : null,
  );
}

const isHeld = (atom: Atom): boolean => 'holds' in atom && atom.holds;

/** Whether the rows with which a line is compared have such items; null where it is compared with no rows. */
function asksOfRow(rule: JudgedRule, atom: Atom, slot: Slot | null, items: StayItems): Answer {
  const isCode = (expr: Typed) => isItemCodeOfSlot(expr) && (slot === null || sameSlot(expr.slot, slot));
  if (atom.kind === 'test' && atom.of.kind === 'listed')
    return atom.of.keys.some(isCode) ? keysHave(rule, atom.of.table, items) : null;
  const sides = atom.kind === 'same' ? [atom.left, atom.right] : [];
  const asked = atom.kind === 'member' ? [atom.item, atom.list] : sides;
  const cell = asked.find((expr) => expr.kind === 'cell');
  return cell?.kind === 'cell' && asked.some(isCode) ? columnHas(rule, cell, items) : null;
}

function isRowWith(rule: JudgedRule, atom: Atom, slot: Slot | null, items: StayItems): boolean {
  return isHeld(atom) && asksOfRow(rule, atom, slot, items) === true;
}

/** Whether a table has a row for such an item. */
export function keysHave({ tables }: JudgedRule, name: string, items: StayItems): boolean {
  const table = tables.get(name);
  if (table === undefined) return false;
  const known = knownKeys.get(table) ?? new Map<StayItems, boolean>();
  knownKeys.set(table, known);
  const found = known.get(items) ?? table.key.some((key) => hasCode(table.cells.get(key) ?? [], items));
  known.set(items, found);
  return found;
}

/** Found once: tables are large and rules many. */
const knownKeys = new WeakMap<object, Map<StayItems, boolean>>();

function columnHas(rule: JudgedRule, cell: Typed & { readonly kind: 'cell' }, items: StayItems): boolean {
  return textsOf(rule, cell).some((code) => items.codes.test(code));
}

function textsOf({ tables }: JudgedRule, cell: Typed & { readonly kind: 'cell' }): readonly string[] {
  const cells = tables.get(cell.table)?.cells.get(cell.column) ?? [];
  return cells.flatMap((text): readonly string[] => {
    if (Array.isArray(text)) return text.filter((part) => typeof part === 'string');
    return typeof text === 'string' ? [text] : [];
  });
}

function hasCode(cells: readonly unknown[], { codes }: StayItems): boolean {
  const is = (code: unknown) => typeof code === 'string' && codes.test(code);
  return cells.some((code) => (Array.isArray(code) ? code.some(is) : is(code)));
}
