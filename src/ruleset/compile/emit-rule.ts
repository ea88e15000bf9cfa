/** Fourth stage, for one rule: the functions that a worker calls, as one object literal. */

import { type Code, joinCode, js } from '../../base/code.js';
import type { CheckedJoin } from '../check/check-rule.js';
import { mentions } from '../check/probe.js';
import type { Tables } from '../check/sources.js';
import type { FactPath, Slot, Typed } from '../check/typed.js';
import { parameterList } from './access.js';
import type { ArtifactRule, ArtifactValue } from './artifact.js';
import { Block } from './block.js';
import type { Constants } from './constants.js';
import { emitCodes } from './emit-number.js';
import type { QuickLooks } from './emit-quick.js';
import { Emitter } from './emitter.js';
import { pairReads } from './pair-reads.js';
import { isItemCodeOf, type PlannedRule } from './plan.js';

export interface EmittedRule {
  /** An object of its functions. */
  readonly code: Code;
  /** Facts that the two-valued form relies on. */
  readonly assumed: readonly FactPath[];
  /** Everything about the rule that is data; `needs` is filled in when all rules are known. */
  readonly rule: Omit<ArtifactRule, 'needs'>;
}

export function emitRule(
  plan: PlannedRule,
  tables: Tables,
  constants: Constants,
  looks: QuickLooks,
): EmittedRule {
  const options = {
    sources: plan.sources,
    tables,
    constants,
    variables: [],
    rowFact: (slot: Slot) => rowFact(plan, slot),
  };
  const full = new Emitter({ ...options, form: 'full' });
  const fast = new Emitter({ ...options, form: 'fast' });
  assumeKeys(plan, fast);
  const { checked, before, beforeInForce, pair, sceneGate, probe } = plan;
  // What the index has found by the line's time holds only where that time is known.
  if (beforeInForce !== before) fast.assumed.add('line.at');
  const gated: Typed =
    sceneGate === null ? before : { ...before, kind: 'and', left: sceneGate, right: before };
  const one = (expr: Typed | null) => (expr === null ? js`null` : functionOf(full, expr));
  const many = (exprs: readonly Typed[]) => js`[${joinCode(exprs.map(one), ', ')}]`;
  const lines = (exprs: readonly Typed[]) =>
    js`[${joinCode(
      exprs.map((expr) => functionOf(full, expr, true)),
      ', ',
    )}]`;
  const keys = checked.joins.map((join) => codesOf(full, join.on));
  const partnerKey = checked.partner?.join?.on ?? null;
  const values = checked.say.filter((part) => typeof part !== 'string');
  const members: readonly (readonly [Code, Code])[] = [
    [js`fast`, functionOf(fast, beforeInForce)],
    [js`full`, functionOf(full, gated)],
    [js`pairFast`, pair === null ? js`null` : functionOf(fast, pair)],
    [js`pairFull`, one(pair)],
    [js`probe`, probe === null ? js`null` : codesOf(full, probe)],
    [js`keys`, js`[${joinCode(keys, ', ')}]`],
    [js`partnerKey`, partnerKey === null ? js`null` : codesOf(full, partnerKey)],
    [js`weaken`, many(checked.weaken.map((w) => w.condition))],
    [js`blamed`, lines(checked.blamed)],
    [js`involved`, lines(checked.involved)],
    [js`excess`, one(checked.excess)],
    [js`say`, many(values)],
    [js`facts`, many(plan.shown)],
  ];
  const body = joinCode(
    members.map(([name, code]) => js`${name}: ${code}`),
    ',\n',
  );
  return {
    code: js`{\n${body}\n}`,
    assumed: [...fast.assumed],
    rule: { ...ruleData(plan, values), quick: looks.add(plan, tables, options.rowFact) },
  };
}

function functionOf(emitter: Emitter, expr: Typed, isLines = false): Code {
  const block = new Block();
  const value = isLines ? emitter.emitLines(expr, block) : emitter.emit(expr, block);
  return js`function (${parameterList}) {\n${block.code}\nreturn ${value};\n}`;
}

/** A function that answers the number of an item code, or of a table's text, or several. */
function codesOf(emitter: Emitter, expr: Typed): Code {
  const block = new Block();
  const value = emitCodes(emitter, expr, block);
  return js`function (${parameterList}) {\n${block.code}\nreturn ${value};\n}`;
}

/** A joined row is unknown where the fact that finds it is. */
function rowFact({ checked }: PlannedRule, slot: Slot): string | null {
  const join =
    joinOf(checked.joins, slot) ?? (checked.partner?.join ? joinOf([checked.partner.join], slot) : null);
  return join?.on.kind === 'fact'
    ? join.on.path
    : join === null
      ? null
      : `${join.on.table}.${join.on.column}`;
}

function joinOf(joins: readonly CheckedJoin[], slot: Slot): CheckedJoin | null {
  return joins.find((j) => j.slot.kind === slot.kind && j.slot.index === slot.index) ?? null;
}

/**
 * The fast form never meets a missing row. A line without item code is given to the full form by the runtime.
 */
function assumeKeys({ checked }: PlannedRule, fast: Emitter): void {
  const joins = [...checked.joins, ...(checked.partner?.join ? [checked.partner.join] : [])];
  for (const { on } of joins) {
    const isAnchors = checked.anchor !== null && isItemCodeOf(on, checked.anchor);
    if (on.kind === 'fact' && !isAnchors) fast.assumed.add(on.path);
  }
}

function ruleData(plan: PlannedRule, values: readonly Typed[]): Omit<ArtifactRule, 'needs' | 'quick'> {
  const { checked, index, probe, sources } = plan;
  const { parsed, partner, anchor } = checked;
  const shown = (expr: Typed) => artifactValue(expr, partner?.slot ?? null);
  const texts = [...values];
  return {
    id: parsed.id.value,
    ...(parsed.killSwitch === parsed.id.value ? {} : { killSwitch: parsed.killSwitch }),
    title: parsed.title,
    national: parsed.nationalCode,
    severity: parsed.severity,
    effect: parsed.effect,
    scenes: parsed.scenes,
    oncePerItem: parsed.oncePerItem,
    document: parsed.document,
    basisTable: parsed.basisTable?.value ?? null,
    sources: sources.map(({ cause, fact }) => ({ cause, fact })),
    index,
    period: { from: parsed.validFrom, to: parsed.validTo },
    joins: checked.joins.map((join) => ({
      table: join.table,
      byItemCode: anchor?.type.kind === 'line' && isItemCodeOf(join.on, anchor),
    })),
    partner: partner && {
      source: partner.source === 'prescription.lines' ? 'prescription.lines' : 'claim.lines',
      table: partner.join?.table ?? null,
      probed: probe !== null,
      reads: pairReads(plan),
    },
    weaken: checked.weaken.map(({ when, to, effect }) => ({ when, to, effect })),
    excess:
      checked.excess === null ? 'line-amount' : readsPartner(checked.excess, plan) ? 'per-partner' : 'once',
    say: checked.say.map((part) => (typeof part === 'string' ? part : shown(texts.shift() as Typed))),
    facts: plan.shown.map(shown),
  };
}

function readsPartner(expr: Typed, { checked: { partner } }: PlannedRule): boolean {
  if (partner === null) return false;
  return mentions(expr, partner.slot) || (partner.join !== null && mentions(expr, partner.join.slot));
}

function artifactValue(expr: Typed, partner: Slot | null): ArtifactValue {
  const { type } = expr;
  const isMoney = (type.kind === 'int' || type.kind === 'double') && type.money === true;
  const format = isMoney ? 'money' : type.kind === 'day' || type.kind === 'instant' ? type.kind : 'plain';
  return { text: expr.text, format, perPartner: partner !== null && mentions(expr, partner) };
}
