/**
 * A rule as the guard's checks read it: when it fires, what makes it severe, which lines and how much it
 * blames, each in normal form, and what the rule set knows of its tables.
 */
import type { EpochDay } from '../../base/calendar.js';
import type { CheckedJoin, CheckedRule } from '../check/check-rule.js';
import type { Tables } from '../check/sources.js';
import { type Slot, type Typed, walk } from '../check/typed.js';
import { bool } from '../check/types.js';
import type { CelText } from '../parse/cel-text.js';
import type { ParsedJoin } from '../parse/rule-text.js';
import { all, always, any, type Formula, formulaOf, never, type Occurrence, occurrences } from './formula.js';
import { casesOf } from './lift.js';
import { Places } from './places.js';
import { number } from './rewrite.js';
import { spread } from './spread.js';
import { sumOf } from './sum.js';

export type PartKind = 'when' | 'except' | 'weaken' | 'blame' | 'excess';

/** One expression of a rule in normal form, and what holds whenever it is asked. */
export interface Part {
  readonly kind: PartKind;
  readonly formula: Formula;
  readonly context: readonly Formula[];
}

export interface PartOccurrence extends Occurrence {
  readonly part: PartKind;
}

export interface JudgedRule {
  readonly rule: CheckedRule;
  readonly tables: Tables;
  /** The day to which the rule set is adopted. */
  readonly asOf: EpochDay;
  readonly places: Places;
  /** The condition, without exceptions. */
  readonly condition: Formula;
  /** When there is a finding: the condition, and none of the exceptions. */
  readonly fires: Formula;
  readonly parts: readonly Part[];
  /** Joined rows, the partner's too, with what finds them. */
  readonly joins: readonly JudgedJoin[];
}

export interface JudgedJoin {
  readonly join: CheckedJoin;
  readonly parsed: ParsedJoin;
}

export function judgedRule(rule: CheckedRule, tables: Tables, asOf: EpochDay): JudgedRule {
  const { parsed } = rule;
  const places = new Places(parsed.lets);
  const plain = (expr: Typed, cel: CelText) => spread(places.numbered(expr, cel));
  const condition = formulaOf(plain(rule.when, parsed.when));
  const exceptions = rule.exceptions.map((exception, i) => {
    const place = parsed.except[i]?.place ?? parsed.id.place;
    return formulaOf(spread(places.pinned(exception, place)), false);
  });
  const fires = all([condition, ...exceptions]);
  const weaken = rule.weaken.map(({ condition: asked, when }, i) => {
    const cel = parsed.weaken[i]?.condition ?? parsed.when;
    // The finding keeps its severity where this holds.
    return formulaOf(plain(asked, cel), when === 'unless');
  });
  const blamed = [...rule.blamed, ...rule.involved].map((lines, i) => {
    const cel = [...parsed.blame.lines, ...parsed.blame.involved][i] ?? parsed.when;
    return filterFormula(plain(lines, cel));
  });
  const excess =
    rule.excess === null || parsed.blame.excess === null ? [] : [plain(rule.excess, parsed.blame.excess)];
  const inside = (kind: PartKind, formulas: readonly Formula[]): readonly Part[] =>
    formulas.map((formula) => ({ kind, formula, context: [fires] }));
  return {
    rule,
    tables,
    asOf,
    places,
    condition,
    fires,
    joins: judgedJoins(rule),
    parts: [
      { kind: 'when', formula: condition, context: exceptions },
      ...exceptions.map(
        (formula, i): Part => ({
          kind: 'except',
          formula,
          context: [condition, ...exceptions.filter((_, other) => other !== i)],
        }),
      ),
      ...inside('weaken', weaken),
      ...inside('blame', blamed),
      ...inside('excess', excess.map(excessFormula)),
    ],
  };
}

/** Which lines are blamed where a filter chooses them. */
function filterFormula(lines: Typed): Formula {
  if (lines.kind !== 'loop') return always;
  return all([filterFormula(lines.list), formulaOf(lines.body)]);
}

/** Where money is at issue: under which tests, and above what. Simply an amount is always at issue. */
function excessFormula(excess: Typed): Formula {
  return any(
    casesOf(excess).map(({ given, value }) => {
      const { constant, terms } = sumOf(value);
      const isAbove = constant < 0 || terms.some((term) => term.coefficient < 0);
      const above: Formula =
        terms.length === 0 && constant === 0 ? never : isAbove ? aboveNothing(value) : always;
      return all([...given.map((test) => formulaOf(test)), above]);
    }),
  );
}

function aboveNothing(excess: Typed): Formula {
  const { at, text } = excess;
  return formulaOf({
    kind: 'compare',
    operator: '>',
    left: excess,
    right: number(0, excess),
    at,
    text,
    type: bool,
  });
}

function judgedJoins({ joins, partner, parsed }: CheckedRule): readonly JudgedJoin[] {
  const own = joins.flatMap((join, i) => {
    const from = parsed.joins[i];
    return from === undefined ? [] : [{ join, parsed: from }];
  });
  const other = parsed.partner?.join ?? null;
  return partner?.join && other !== null ? [...own, { join: partner.join, parsed: other }] : own;
}

/** Every atom of every part, with all that holds beside it. */
export function* everyOccurrence({ parts }: JudgedRule): Generator<PartOccurrence> {
  for (const { kind, formula, context } of parts) {
    for (const occurrence of occurrences(formula, context)) yield { ...occurrence, part: kind };
  }
}

/** Every expression that an atom reads. */
export function* valuesOf({ atom }: Occurrence): Generator<Typed> {
  switch (atom.kind) {
    case 'bound':
      for (const { factors } of atom.sum.terms) for (const { node } of factors) yield* walk(node);
      return;
    case 'same':
      yield* walk(atom.left);
      yield* walk(atom.right);
      return;
    case 'member':
      yield* walk(atom.item);
      yield* walk(atom.list);
      return;
    case 'test':
      yield* walk(atom.of);
      return;
    case 'every':
  }
}

export function joinOf(rule: JudgedRule, slot: Slot): CheckedJoin | null {
  const found = rule.joins.find(({ join }) => join.slot.kind === slot.kind && join.slot.index === slot.index);
  return found?.join ?? null;
}
