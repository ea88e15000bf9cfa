/**
 * Whether a condition is about named items: every case in which it holds has an exact item code, a row of a
 * table that is found by item code, or a list of them. "Not this code", a kind, or the beginning of a code
 * that a whole class shares names no item.
 */
import { isItemCodeOfSlot, sameSlot } from '../check/probe.js';
import { type Slot, type Typed, walk } from '../check/typed.js';
import { isNumber } from '../check/types.js';
import { type Atom, type Formula, implies, type Occurrence } from './formula.js';
import { type JudgedRule, joinOf } from './judged-rule.js';
import { type Reading, readingsOf } from './measures.js';
import { hasDocumentNumber, isNationalLibrary } from './official.js';
import type { Sum } from './sum.js';
import { traitsOf } from './table-traits.js';

/** How an item is named: in the rule itself, or by a table. */
export interface Selection {
  readonly tables: readonly string[];
  readonly isInline: boolean;
}

const inline: Selection = { tables: [], isInline: true };

/** The shortest beginning of a code that names one generic item, not a class of them. */
const genericLength = 10;

/** The items of a line (null: of any line of the claim) that everything beside and with the atom is about. */
export function selectionOf(rule: JudgedRule, occurrence: Occurrence, slot: Slot | null): Selection | null {
  const byTable = tablesNaming(rule, slot);
  if (byTable.length > 0) return { tables: byTable, isInline: false };
  const listed: string[] = [];
  const names = (atom: Atom) => {
    const selection = namedBy(rule, atom, slot);
    if (selection === null) return false;
    listed.push(...selection.tables);
    return true;
  };
  const formulas: readonly Formula[] = [...occurrence.context, { kind: 'atom', atom: occurrence.atom }];
  const isSelected = formulas.some((formula) => implies(formula, names));
  if (!isSelected) return null;
  return listed.length > 0 ? { tables: [...new Set(listed)], isInline: false } : inline;
}

/** Tables that the rule joins on the item code of a line. */
function tablesNaming(rule: JudgedRule, slot: Slot | null): readonly string[] {
  return rule.joins.flatMap(({ join }) => {
    const isOfSlot = isItemCodeOfSlot(join.on) && (slot === null || sameSlot(join.on.slot, slot));
    return isOfSlot ? [join.table] : [];
  });
}

function namedBy(rule: JudgedRule, atom: Atom, slot: Slot | null): Selection | null {
  switch (atom.kind) {
    case 'same': {
      if (!atom.holds) return null;
      const { left, right } = atom;
      return (
        (isCodeOf(left, slot) ? exactCode(rule, right) : null) ??
        (isCodeOf(right, slot) ? exactCode(rule, left) : null)
      );
    }
    case 'member':
      return atom.holds && isCodeOf(atom.item, slot) ? exactCode(rule, atom.list) : null;
    case 'test':
      return atom.holds ? namedByTest(rule, atom.of, slot) : null;
    default:
      return null;
  }
}

function namedByTest(rule: JudgedRule, of: Typed, slot: Slot | null): Selection | null {
  if (of.kind === 'listed') {
    return of.keys.some((key) => isCodeOf(key, slot)) ? { tables: [of.table], isInline: false } : null;
  }
  if (of.kind !== 'call') return null;
  const [first, second] = of.args;
  if (of.name === 'startsWith' && first !== undefined && second?.kind === 'constant') {
    return isCodeOf(first, slot) && String(second.value).length >= genericLength ? inline : null;
  }
  return of.name === 'claim.has' && slot === null && first !== undefined ? exactCode(rule, first) : null;
}

function isCodeOf(expr: Typed, slot: Slot | null): boolean {
  return isItemCodeOfSlot(expr) && (slot === null || sameSlot(expr.slot, slot));
}

/** A code or codes written out, of a row, or of a line that a table names. */
export function exactCode(rule: JudgedRule, expr: Typed): Selection | null {
  switch (expr.kind) {
    case 'constant':
      return typeof expr.value === 'string' && expr.value !== '' ? inline : null;
    case 'list':
      return expr.items.length > 0 && expr.items.every((i) => exactCode(rule, i) !== null) ? inline : null;
    case 'cell':
      // Codes of a row that no item has found are a group of the author's.
      return isRowOfItem(rule, expr) ? { tables: [expr.table], isInline: false } : null;
    case 'fact': {
      const tables = isItemCodeOfSlot(expr) ? tablesNaming(rule, expr.slot) : [];
      return tables.length > 0 ? { tables, isInline: false } : null;
    }
    default:
      return null;
  }
}

/** Items of a call such as `claim.quantity(code)`: written out, or of a line that is selected elsewhere. */
export function selectionOfCall(
  rule: JudgedRule,
  occurrence: Occurrence,
  args: readonly Typed[],
): Selection | null {
  const [codes] = args;
  if (codes === undefined) return null;
  if (isItemCodeOfSlot(codes)) return selectionOf(rule, occurrence, codes.slot);
  return exactCode(rule, codes);
}

/** Whether a document stands behind each item: its own point in every row, or the rule's document. */
export function isDocumented(rule: JudgedRule, selection: Selection): boolean {
  if (hasOwnDocument(rule)) return true;
  if (selection.isInline) return isNationalLibrary(rule.rule.parsed);
  return selection.tables.every((name) => isDocumentedTable(rule, name));
}

/**
 * The same of a limit: a number in the rule is none of the points' that the table has for something else, unless
 * it only narrows a limit of the points that is asked beside it.
 */
export function isDocumentedCap(
  rule: JudgedRule,
  selection: Selection,
  { measure, sum }: Reading,
  { context }: Occurrence,
): boolean {
  if (!isDocumented(rule, selection)) return false;
  if (selection.isInline || hasOwnDocument(rule)) return true;
  const isSameLimit = (atom: Atom) =>
    readingsOf(atom).some(
      (r) => r.measure === measure && r.direction === 'upper' && isLimitOfTable(rule, r.sum),
    );
  return isLimitOfTable(rule, sum) || context.some((formula) => implies(formula, isSameLimit));
}

/** Every number of a table in it is documented, and there is one. */
function isLimitOfTable(rule: JudgedRule, sum: Sum): boolean {
  const cells = sum.terms.flatMap(({ factors }) => factors.flatMap(({ node }) => [...walk(node)]));
  const numbers = cells.filter((node) => node.kind === 'cell' && isNumber(node.type));
  return numbers.length > 0 && numbers.every((n) => n.kind === 'cell' && isDocumentedTable(rule, n.table));
}

function hasOwnDocument({ rule: { parsed } }: JudgedRule): boolean {
  return hasDocumentNumber(parsed) || parsed.basis.points.length > 0;
}

/** Of official points; or, beside the national libraries, of rows that nobody has made up. */
function isDocumentedTable(rule: JudgedRule, name: string): boolean {
  const table = rule.tables.get(name);
  if (table === undefined) return false;
  const { isOfPoints: hasPoints, isHomeMade } = traitsOf(table);
  return hasPoints || (isNationalLibrary(rule.rule.parsed) && !isHomeMade);
}

/** Every row of the table carries an official point, and rows are found by item code. */
export function isOfPoints({ tables }: JudgedRule, name: string): boolean {
  const table = tables.get(name);
  return table !== undefined && traitsOf(table).isOfPoints;
}

/** The cell's row was found by the code of an item. */
export function isRowOfItem(rule: JudgedRule, cell: Typed & { readonly kind: 'cell' }): boolean {
  const join = joinOf(rule, cell.slot);
  if (join === null) return false;
  if (isItemCodeOfSlot(join.on)) return true;
  return join.on.kind === 'cell' && isRowOfItem(rule, join.on);
}
