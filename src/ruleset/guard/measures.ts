/**
 * What a number in a condition measures, and in which direction a comparison asks for it: by the facts,
 * functions and columns that it comes from, never by what it is called.
 */
import { type Slot, type Typed, walk } from '../check/typed.js';
import type { Atom } from './formula.js';
import { spanOf } from './spans.js';
import type { Factor, Sum, SumOperator, Term } from './sum.js';

export type Measure =
  /** Length of the stay: admission to discharge, first line to last. */
  | 'stay'
  /** From a line to when it was sent: late, or in a claim of a whole stay the stay. */
  | 'delay'
  /** Days that a line supplies or orders. */
  | 'supply'
  /** Days on which an item was used. */
  | 'use'
  /** How much of an item. */
  | 'quantity'
  /** How many lines. */
  | 'lines'
  /** What an institution has left of an item. */
  | 'stock'
  | 'money'
  /** Of one unit. */
  | 'price'
  /** Encounters of the patient. */
  | 'visits'
  /** From an earlier discharge to this admission. */
  | 'readmission'
  /** From an earlier use of an item to this one. */
  | 'interval'
  | 'age'
  /** Days between a service and a day of a table, or a part of a calendar. */
  | 'calendar'
  /** A number of a table's row. */
  | 'threshold'
  | 'other';

/** `either`: an equation, or something that a sum cannot take apart. */
export type Direction = 'upper' | 'lower' | 'either';

/** A measure that a comparison asks for. `upper`: it holds when there is much of it. */
export interface Reading {
  readonly measure: Measure;
  readonly direction: Direction;
  readonly node: Typed;
  readonly term: Term | null;
  readonly sum: Sum;
  readonly operator: SumOperator;
}

export function readingsOf(atom: Atom): readonly Reading[] {
  if (atom.kind !== 'bound') return [];
  const { sum, operator } = atom;
  const isOneSided = operator === '>' || operator === '>=';
  const ofTerms = sum.terms.flatMap((term): readonly Reading[] => {
    if (term.factors.some((f) => f.isTime) && term.factors.length === 1) return [];
    const direction = !isOneSided || isOpaque(term) ? 'either' : term.coefficient > 0 ? 'upper' : 'lower';
    return measuresOf(term).map(({ measure, node }) => ({ measure, direction, node, term, sum, operator }));
  });
  return [...ofTerms, ...timeReadings(sum, operator)];
}

/** Times in a sum, each later one with each earlier one. */
function timeReadings(sum: Sum, operator: SumOperator): readonly Reading[] {
  const isOneSided = operator === '>' || operator === '>=';
  const times = sum.terms.filter((t) => t.factors.length === 1 && t.factors[0]?.isTime === true);
  const nodeOf = (term: Term) => (term.factors[0] as Factor).node;
  const plus = times.filter((t) => t.coefficient > 0);
  const minus = times.filter((t) => t.coefficient < 0);
  return plus.flatMap((p) =>
    minus.flatMap((m): readonly Reading[] => {
      const threshold = sum.terms.some((t) => !times.includes(t));
      const bound = -sum.constant / Math.abs(p.coefficient);
      const span = spanOf(nodeOf(m), nodeOf(p), threshold ? null : bound);
      if (span === null) return [];
      const direction = isOneSided ? span.direction : 'either';
      const node = [nodeOf(m), nodeOf(p)].find((time) => time.kind === 'call') ?? nodeOf(p);
      return [{ measure: span.measure, direction, node, term: null, sum, operator }];
    }),
  );
}

interface Measured {
  readonly measure: Measure;
  readonly node: Typed;
}

/** A price times a count is money; so is money times anything. */
export function measuresOf({ factors }: Term): readonly Measured[] {
  const measured = factors.flatMap(({ node }) => measuresIn(node));
  const of = (measure: Measure) => measured.find((m) => m.measure === measure);
  const money = of('money');
  if (money !== undefined) return [money];
  const price = of('price');
  const count = measured.find((m) => ['quantity', 'lines', 'use', 'supply', 'stay'].includes(m.measure));
  if (price !== undefined && count !== undefined) return [{ measure: 'money', node: price.node }];
  return measured;
}

function measuresIn(node: Typed): readonly Measured[] {
  const own = measureOf(node);
  if (own !== null) return [{ measure: own, node }];
  if (node.kind === 'size' || node.kind === 'loop') return [{ measure: 'other', node }];
  if (!isWhole(node)) return [{ measure: 'other', node }];
  const times = timesIn(node);
  // What decides between two values decides what the value is.
  const tests = node.kind === 'conditional' ? [...walk(node.test)] : [];
  const deciding = tests.flatMap((part): readonly Measured[] => {
    const measure = measureOf(part);
    return measure === null || measure === 'other' ? [] : [{ measure, node: part }];
  });
  const inside = [...valuesIn(node).flatMap((part) => measuresIn(part)), ...deciding];
  // A remainder of days is a place in a calendar.
  const part: readonly Measured[] =
    node.kind === 'arithmetic' && node.operator === '%' && times ? [{ measure: 'calendar', node }] : [];
  return [...part, ...inside];
}

/** A value that the sum could not take apart. */
function isWhole(node: Typed): boolean {
  return node.kind === 'arithmetic' || node.kind === 'conditional' || node.kind === 'negate';
}

function isOpaque({ factors }: Term): boolean {
  return factors.some(({ node }) => isWhole(node) && !isQuotient(node));
}

/** It grows with what is divided. */
function isQuotient(node: Typed): boolean {
  return node.kind === 'arithmetic' && node.operator === '/';
}

function valuesIn(node: Typed): readonly Typed[] {
  if (node.kind === 'arithmetic') return [node.left, node.right];
  if (node.kind === 'conditional') return [node.yes, node.no];
  return node.kind === 'negate' ? [node.of] : [];
}

function timesIn(node: Typed): boolean {
  if (node.kind === 'call') return ['daysBetween', 'hoursBetween', 'ageDays', 'ageAt'].includes(node.name);
  return valuesIn(node).some(timesIn);
}

const measureOfFact: Readonly<Record<string, Measure>> = {
  'line.days': 'supply',
  'line.quantity': 'quantity',
  'line.unitPrice': 'price',
  'line.listPrice': 'price',
  'line.amount': 'money',
};

const measureOfCall: Readonly<Record<string, Measure>> = {
  stayDays: 'stay',
  stayHours: 'stay',
  'claim.spanDays': 'stay',
  'claim.spanHours': 'stay',
  'claim.quantity': 'quantity',
  'claim.quantityOn': 'quantity',
  'claim.serviceDays': 'use',
  'claim.amount': 'money',
  'history.quantityWithin': 'quantity',
  'history.useDays': 'use',
  'history.spanDays': 'use',
  'history.shareBeyond': 'use',
  'history.visitsWithin': 'visits',
  // What earlier visits left over says that a prescription comes twice; it bounds no prescription.
  'history.supplyLeft': 'other',
  'stock.remaining': 'stock',
  commonShare: 'other',
};

function measureOf(node: Typed): Measure | null {
  switch (node.kind) {
    case 'fact':
      return measureOfFact[node.path] ?? 'other';
    case 'cell':
      return 'threshold';
    case 'call':
      return spannedBy(node) ?? measureOfCall[node.name] ?? 'other';
    case 'size':
      return isOfLines(node.of) ? 'lines' : null;
    default:
      return null;
  }
}

/** A difference of times inside something that the sum could not take apart. */
function spannedBy(call: Typed & { readonly kind: 'call' }): Measure | null {
  const [from, to] = call.args;
  if (!timesIn(call) || from === undefined || to === undefined) return null;
  return spanOf(inner(from), inner(to), null)?.measure ?? null;
}

function inner(expr: Typed): Typed {
  return expr.kind === 'call' && expr.name === 'day' ? (expr.args[0] ?? expr) : expr;
}

/**
 * Whether what is asked for is weighed against other counts of the claim, so that it is a consistency or an
 * allowance and no limit.
 */
export function isWeighed({ sum, term }: Reading, against: readonly Measure[]): boolean {
  if (term === null) return false;
  const others = sum.terms.filter(
    (t) => t !== term && Math.sign(t.coefficient) !== Math.sign(term.coefficient),
  );
  return others.some((t) => measuresOf(t).some((m) => against.includes(m.measure)));
}

export function isOfLines(list: Typed): boolean {
  if (list.kind === 'loop') return isOfLines(list.list);
  return list.kind === 'elements' && list.source.endsWith('.lines');
}

/** The line that a value is read from; null where it is the claim's. */
export function lineOf(node: Typed): Slot | null {
  return node.kind === 'fact' ? node.slot : null;
}

/** `x == 1`, `x == 0` and `x > 0` ask for one, for none, for any: they limit nothing. */
export function limitsNothing({ operator, sum, term }: Reading): boolean {
  const [only, ...others] = sum.terms;
  if (term === null || only !== term || others.length > 0) return false;
  // Its limit stands among its arguments.
  if (term.factors.some(({ node }) => node.kind === 'call' && node.name === 'history.shareBeyond'))
    return false;
  const bound = -sum.constant / term.coefficient;
  if (operator === '==')
    return term.factors.some(({ node }) => isQuotient(node)) ? bound === 0 : Math.abs(bound) <= 1;
  return operator !== '!=' && term.coefficient > 0 && bound <= 0;
}

/** The number above which a comparison asks for one thing alone; null of anything else. */
export function boundOf({ sum, term }: Reading): number | null {
  const [only, ...others] = sum.terms;
  return term === null || only !== term || others.length > 0 ? null : -sum.constant / term.coefficient;
}

/** More than once a day within a window of days: a frequency, whatever the window. */
export function asksForMoreThanDaily(reading: Reading): boolean {
  const { node } = reading;
  const days = node.kind === 'call' ? node.args[1] : undefined;
  const bound = boundOf(reading);
  return bound !== null && days?.kind === 'constant' && bound >= Number(days.value);
}

/** `x != 1`: more than once. A finding may be surer of it; it is no limit of its own. */
export function asksForMoreThanOne({ operator, sum, term }: Reading): boolean {
  const [only, ...others] = sum.terms;
  if (term === null || only !== term || others.length > 0) return false;
  return operator === '!=' && Math.abs(sum.constant / term.coefficient) <= 1;
}
