/**
 * Third stage: how each rule will run. Which lines it is asked for (index), which part of its condition needs
 * no partner, which code a partner must have (probe), which sources can leave it undecided, what its findings
 * show.
 */
import type { CheckedRule } from '../check/check-rule.js';
import { elementOf, personalPart } from '../check/check-rule.js';
import { functionSpec } from '../check/functions.js';
import { conjunctsOf, mentions, probeOf, sameSlot } from '../check/probe.js';
import { fact, type Source, sourcesOf } from '../check/sources.js';
import { type Slot, some, type Typed } from '../check/typed.js';
import { isScalar } from '../check/types.js';
import type { Guarded } from '../guard/guard.js';
import type { RuleIndex } from './artifact.js';
import { constantItems } from './emit-value.js';
import { all, anchorTime, inPeriod, inScene, lineTime, none, standing } from './synthesize.js';

declare const planned: unique symbol;
export interface Planned {
  readonly [planned]: true;
  readonly checked: Guarded;
  readonly rules: readonly PlannedRule[];
}

export interface PlannedRule {
  readonly checked: CheckedRule;
  readonly index: RuleIndex;
  /** Everything that must hold and reads no partner. */
  readonly before: Typed;
  /**
   * The same where the row of the anchor's item is known to be in force: the index finds no other, and needs no
   * memory of the table for it.
   */
  readonly beforeInForce: Typed;
  /**
   * What of it a first look can ask; a constant where that is nothing. What follows from the index is left out,
   * the rule's own period too. Null for a rule that is not found by item code.
   */
  readonly look: Typed | null;
  /** What must hold of a partner; null where the rule has none. */
  readonly pair: Typed | null;
  /** Only in the full form: holds, or is unknown because the scene is. */
  readonly sceneGate: Typed | null;
  readonly probe: Typed | null;
  readonly sources: readonly Source[];
  /** What a finding shows of the condition. */
  readonly shown: readonly Typed[];
}

export function planRules(checked: Guarded): Planned {
  const rules = checked.rules.map((rule) => planRule(rule, checked));
  return { checked, rules } as unknown as Planned;
}

function planRule(rule: CheckedRule, { tables }: Guarded): PlannedRule {
  const { partner } = rule;
  const conjuncts = [rule.when, ...rule.exceptions.map(none)].flatMap(conjunctsOf);
  const readsPartner = (expr: Typed) =>
    partner !== null &&
    (mentions(expr, partner.slot) || (partner.join !== null && mentions(expr, partner.join.slot)));
  const time = anchorTime(rule);
  const standings = rule.joins.map((join) => standing(join, time, tables));
  const own = conjuncts.filter((c) => !readsPartner(c));
  const others = [...inPeriod(rule, time), ...own];
  const before = all([...standings.flat(), ...others]);
  const partnerStanding =
    partner === null || partner.join === null
      ? []
      : standing(partner.join, lineTime(elementOf(partner.slot)), tables);
  const pair = partner === null ? null : all([...partnerStanding, ...conjuncts.filter(readsPartner)]);
  const isProbed = partner?.source === 'claim.lines' && pair !== null;
  const index = indexOf(rule, before);
  const [first, ...later] = standings;
  const plan = {
    checked: rule,
    index,
    before,
    beforeInForce:
      isFoundInForce(rule, index, tables) && first !== undefined ? all([...later.flat(), ...others]) : before,
    look: lookOf(rule, index, own),
    pair,
    sceneGate: inScene(rule),
    probe: isProbed ? probeOf(pair, partner.slot) : null,
    shown: shownIn(rule.when),
  };
  return { ...plan, sources: sourcesOfPlan(plan, tables) };
}

type Unsourced = Omit<PlannedRule, 'sources'>;

function sourcesOfPlan(plan: Unsourced, tables: Guarded['tables']): readonly Source[] {
  const { checked, before, pair, sceneGate } = plan;
  const { joins, partner } = checked;
  const keys = [...joins, ...(partner?.join ? [partner.join] : [])].map((join) => join.on);
  const shown = [...plan.shown, ...checked.say.filter((part) => typeof part !== 'string')];
  const exprs = [
    before,
    ...(pair === null ? [] : [pair]),
    ...(sceneGate === null ? [] : [sceneGate]),
    ...keys,
    ...checked.weaken.map((w) => w.condition),
    ...checked.blamed,
    ...checked.involved,
    ...(checked.excess === null ? [] : [checked.excess]),
  ];
  const loose = checked.parsed.anchor === 'prescription' ? [fact('line.prescriptionId')] : [];
  const keyColumns = keys.flatMap((key) => (key.kind === 'cell' ? [fact(`${key.table}.${key.column}`)] : []));
  const deciding = distinct([...sourcesOf(exprs, tables), ...keyColumns, ...loose]);
  // Values that are only shown need a bit each too; they never decide, so bits beyond the last may be shared.
  const extra = sourcesOf(shown, tables).filter((s) => !deciding.some((d) => d.fact === s.fact));
  return [...deciding, ...extra];
}

function distinct(sources: readonly Source[]): readonly Source[] {
  return sources.filter((source, i) => sources.findIndex((s) => s.fact === source.fact) === i);
}

/** An item code that the anchor line must have: a joined row, an equality, a list, or `listed`. */
function indexOf(rule: CheckedRule, before: Typed): RuleIndex {
  const { anchor } = rule;
  if (anchor === null) return { by: 'claim' };
  if (anchor.type.kind === 'prescription') return { by: 'prescription' };
  const [first] = rule.joins;
  if (first !== undefined && isItemCodeOf(first.on, anchor)) return { by: 'rows', table: first.table };
  for (const conjunct of conjunctsOf(before)) {
    const index = indexOfConjunct(conjunct, anchor);
    if (index !== null) return index;
  }
  return { by: 'every-line' };
}

function lookOf({ anchor }: CheckedRule, index: RuleIndex, conjuncts: readonly Typed[]): Typed | null {
  if (anchor === null || !['rows', 'codes', 'listed'].includes(index.by)) return null;
  const place = conjuncts.findIndex((condition) => indexOfConjunct(condition, anchor) !== null);
  const found = index.by === 'codes' ? conjuncts[place] : null;
  return all(conjuncts.filter((condition) => condition !== found && !isSlow(condition)));
}

/** It walks over a list or through a history, and a first look has no eye on the clock. */
function isSlow(condition: Typed): boolean {
  const isHistory = (part: Typed) => part.kind === 'call' && functionSpec(part.name).history === true;
  return some(condition, (part) => part.kind === 'loop' || isHistory(part));
}

function indexOfConjunct(conjunct: Typed, anchor: Slot): RuleIndex | null {
  if (conjunct.kind === 'listed') {
    const [key] = conjunct.keys;
    return key !== undefined && isItemCodeOf(key, anchor) ? { by: 'listed', table: conjunct.table } : null;
  }
  const probe = probeOf(conjunct, anchor);
  if (probe?.kind === 'constant' && typeof probe.value === 'string')
    return { by: 'codes', codes: [probe.value] };
  const codes = probe === null ? null : constantItems(probe);
  return codes === null ? null : { by: 'codes', codes: codes.map(String) };
}

/** Whether the index asks the rule only with rows of its first table that are in force on the line's day. */
export function isFoundInForce(
  { joins, anchor }: CheckedRule,
  index: RuleIndex,
  tables: Guarded['tables'],
): boolean {
  const [first] = joins;
  if (index.by !== 'rows' || first === undefined || anchor === null) return false;
  return isItemCodeOf(first.on, anchor) && tables.get(first.table)?.regional !== true;
}

export function isItemCodeOf(expr: Typed, slot: Slot): boolean {
  return expr.kind === 'fact' && expr.path === 'line.itemCode' && sameSlot(expr.slot, slot);
}

/** Scalar facts and function results in a condition; nothing personal, nothing of a macro's own elements. */
function shownIn(when: Typed): readonly Typed[] {
  const shown = new Map<string, Typed>();
  const visit = (expr: Typed): void => {
    if (expr.kind === 'has') return;
    const isResult = expr.kind === 'call' || expr.kind === 'listed' || expr.kind === 'size';
    const isFact = expr.kind === 'fact' || expr.kind === 'cell';
    if ((isResult || isFact) && isScalar(expr.type) && personalPart(expr) === null)
      shown.set(expr.text, expr);
    for (const part of partsToShow(expr)) visit(part);
  };
  visit(when);
  return [...shown.values()];
}

function partsToShow(expr: Typed): readonly Typed[] {
  switch (expr.kind) {
    case 'and':
    case 'or':
    case 'compare':
    case 'arithmetic':
      return [expr.left, expr.right];
    case 'not':
    case 'negate':
      return [expr.of];
    case 'conditional':
      return [expr.test, expr.yes, expr.no];
    case 'in':
      return [expr.item];
    case 'call':
      return expr.args;
    case 'listed':
      return [...expr.keys, expr.time];
    default:
      return [];
  }
}
