/**
 * PG-12: who the patient is.
 *
 * Forbidden: a finding, or its severity, that differs by where somebody is insured (also as 异地住院 of the
 * visit), between 职工 and 居民, or by age, sex or pregnancy, where no document limits the item, diagnosis or
 * operation so.
 *
 * Lawful look-alikes: items that only 工伤 or 生育 pays; items, diagnoses and operations of one sex or age;
 * newborns left out; what is milder for the pregnant.
 */
import type { Typed } from '../../check/typed.js';
import { type Atom, atomsOf, type Formula, implies } from '../formula.js';
import {
  everyOccurrence,
  type JudgedRule,
  type Part,
  type PartOccurrence,
  valuesOf,
} from '../judged-rule.js';
import { readingsOf } from '../measures.js';
import { isDocumented, isRowOfItem, selectionOf } from '../selection.js';
import { answerOf, firstOf, newborn, remainder, type Situation, withTexts } from '../situations.js';
import type { Verdict } from '../verdict.js';

export function checkIdentity(rule: JudgedRule, verdict: Verdict): void {
  checkRegion(rule, verdict);
  checkPayer(rule, verdict);
  checkPlaceOfVisit(rule, verdict);
  for (const occurrence of everyOccurrence(rule)) {
    const asked = personalQuestion(occurrence.atom);
    if (asked === null || hasPersonalBasis(rule, occurrence, asked)) continue;
    const found = `'${asked.text}' decides, and no item, diagnosis or operation is limited by it`;
    verdict.refuse('CG-P112', found, rule.places.placeOf(occurrence.atom.node));
  }
}

/** Nothing is paid differently by the place of insurance. */
function checkRegion(rule: JudgedRule, verdict: Verdict): void {
  const { joins, parsed } = rule.rule;
  const isRegion = (value: Typed) => value.kind === 'fact' && value.path === 'patient.region';
  for (const [i, { on }] of joins.entries()) {
    const place = parsed.joins[i]?.on.placeOf(0) ?? parsed.id.place;
    if (isRegion(on)) verdict.refuse('CG-P112', 'rows are found by the place of insurance', place);
    else if (on.kind === 'fact' && on.path.startsWith('patient.'))
      verdict.refuse('CG-P112', `rows are found by '${on.text}'`, place);
  }
  for (const occurrence of everyOccurrence(rule)) {
    const { atom } = occurrence;
    if (atom.kind === 'test' && atom.of.kind === 'has') continue;
    if (![...valuesOf(occurrence)].some(isRegion)) continue;
    verdict.refuse('CG-P112', 'the place of insurance decides', rule.places.placeOf(atom.node));
  }
}

/** 异地住院, 转外诊治住院, 自主就医: how visits of people insured elsewhere are written down. */
const elsewhere: readonly string[] = ['25', '23', '27'];
const ordinaryStays: readonly string[] = ['22', '24', '26', '28'];

/** A visit of somebody insured elsewhere is judged as 21 普通住院 is, or as others are that are judged less. */
function checkPlaceOfVisit(rule: JudgedRule, verdict: Verdict): void {
  for (const part of rule.parts) {
    const asked = [...atomsOf(part.formula)].filter((atom) => medTypesIn(atom) !== null);
    const [first] = asked;
    if (first === undefined) continue;
    const under = (medType: string) => remainder(part.formula, isMedType(rule, medType));
    const written = asked.flatMap((atom) => medTypesIn(atom) ?? []);
    const places = [...elsewhere, ...written.filter((type) => elsewhere.includes(type.slice(0, 2)))];
    const found = places.find((place) => {
      const [there, ordinary] = [under(place), under(`21${place.slice(2)}`)];
      const isAsOthers = there === 'false' && ordinaryStays.some((type) => under(type) === 'false');
      return there !== ordinary && !isAsOthers;
    });
    if (found === undefined) continue;
    const why = `the finding differs for people insured elsewhere (medType ${found})`;
    verdict.refuse('CG-P112', why, rule.places.placeOf(first.node));
  }
  for (const { join, parsed } of rule.joins) {
    const { on } = join;
    if (on.kind !== 'fact' || on.path !== 'encounter.medType') continue;
    if (elsewhere.some((place) => hasKey(rule, join.table, place) && !hasKey(rule, join.table, '21')))
      verdict.refuse('CG-P112', 'rows are those of people insured elsewhere', parsed.table.place);
  }
}

/** Texts beside 医疗类别 in an atom; null where it does not ask for it. */
function medTypesIn(atom: Atom): readonly string[] | null {
  if (atom.kind === 'test' && atom.of.kind === 'has') return null;
  const values = [...valuesOf({ atom, context: [] })];
  if (!values.some((v) => v.kind === 'fact' && v.path === 'encounter.medType')) return null;
  return values.flatMap((v) => (v.kind === 'constant' && typeof v.value === 'string' ? [v.value] : []));
}

/** A visit of this 医疗类别, also in the lists of the rule set. */
function isMedType(rule: JudgedRule, medType: string): Situation {
  return firstOf(withTexts({ 'encounter.medType': medType }), (atom) => {
    if (atom.kind !== 'test' || atom.of.kind !== 'listed') return null;
    const [key, ...others] = atom.of.keys;
    if (others.length > 0 || key?.kind !== 'fact' || key.path !== 'encounter.medType') return null;
    return hasKey(rule, atom.of.table, medType) === atom.holds;
  });
}

function hasKey({ tables }: JudgedRule, name: string, text: string): boolean {
  const table = tables.get(name);
  const keys = table?.cells.get(table.key[0] ?? '') ?? [];
  return keys.some((key) => key === text || (Array.isArray(key) && key.includes(text)));
}

/** 工伤 and 生育 pay for items of their own; between the others nothing may differ. */
const ordinaryPayers = ['employee', 'resident', 'retired_cadre'] as const;

function checkPayer(rule: JudgedRule, verdict: Verdict): void {
  for (const part of rule.parts) {
    const asking = [...atomsOf(part.formula)].filter(asksPayer);
    const [first] = asking;
    if (first === undefined) continue;
    const under = (payer: string) => remainder(part.formula, payerIs(rule, payer));
    const differs = new Set(ordinaryPayers.map(under)).size > 1;
    const place = rule.places.placeOf(first.node);
    if (differs) verdict.refuse('CG-P112', 'the finding differs between 职工 and 居民 insurance', place);
    else if (!isOfNamedItems(rule, part)) {
      verdict.refuse('CG-P112', 'the payer decides, and no item is named that another payer pays', place);
    }
  }
}

function asksPayer(atom: Atom): boolean {
  const isKnown = atom.kind === 'test' && atom.of.kind === 'has';
  return (
    !isKnown &&
    [...valuesOf({ atom, context: [] })].some((v) => v.kind === 'fact' && v.path === 'patient.insurance')
  );
}

/** A payer, also against the payers that a table's rows can name. */
function payerIs({ tables }: JudgedRule, payer: string): Situation {
  return firstOf(withTexts({ 'patient.insurance': payer }), (atom) => {
    if (atom.kind !== 'same') return null;
    const sides = [atom.left, atom.right];
    const cell = sides.find((s) => s.kind === 'cell');
    if (cell?.kind !== 'cell' || !sides.some((s) => s.kind === 'fact' && s.path === 'patient.insurance'))
      return null;
    const cells = tables.get(cell.table)?.cells.get(cell.column) ?? [];
    return cells.includes(payer) ? null : !atom.holds;
  });
}

function isOfNamedItems(rule: JudgedRule, { formula, context }: Part): boolean {
  const around: readonly Formula[] = [formula, ...context];
  const occurrence = { atom: [...atomsOf(formula)][0] as Atom, context: around };
  const selection = selectionOf(rule, occurrence, null);
  return selection !== null && isDocumented(rule, selection);
}

/** The age or the sex that an atom asks for; null where it asks for neither. */
function personalQuestion(atom: Atom): Typed | null {
  const age = readingsOf(atom).find((r) => r.measure === 'age');
  if (age !== undefined) return atom.node;
  if (atom.kind === 'test' && atom.of.kind === 'has') return null;
  const sex = [...valuesOf({ atom, context: [] })].find((v) => v.kind === 'fact' && v.path === 'patient.sex');
  return sex ?? pregnancyAsked(atom);
}

/** Only women are pregnant; a finding or a severity that spares them asks for nobody's sex. */
function pregnancyAsked(atom: Atom): Typed | null {
  const holdsFor = (state: string) => withTexts({ 'patient.pregnancy': state })(atom);
  const isHarder = ['planning', 'pregnant', 'lactating'].some((state) => holdsFor(state) === true);
  if (!isHarder || holdsFor('none') !== false) return null;
  const values = [...valuesOf({ atom, context: [] })];
  return values.find((v) => v.kind === 'fact' && v.path === 'patient.pregnancy') ?? null;
}

function hasPersonalBasis(rule: JudgedRule, occurrence: PartOccurrence, asked: Typed): boolean {
  const { atom, part } = occurrence;
  if (part === 'except' && leavesNewbornsOut(atom)) return true;
  if (leavesNewbornsOut(atom) && part === 'when') return true;
  // A severity may differ by what the finding itself is about.
  if (part === 'weaken' && ![...atomsOf(rule.fires)].some((a) => isSameQuestion(a, asked))) return false;
  if (part === 'except') return false;
  const selection = selectionOf(rule, occurrence, null);
  const isNamed = selection !== null && isDocumented(rule, selection);
  const isOfPregnancy = asked.kind === 'fact' && asked.path === 'patient.pregnancy';
  if (isNamed && (isOfPregnancy || selection.isInline || speaksOf(rule, occurrence, asked))) return true;
  const around: readonly Formula[] = [...occurrence.context, { kind: 'atom', atom }];
  return around.some((formula) => implies(formula, (a) => namesIllness(a)));
}

/** 88 rules that are about age, and about sex. */
const ofAge: readonly number[] = [6, 7, 18, 19, 29, 32, 33, 55, 65, 66, 72, 80];
const ofSex: readonly number[] = [39, 54, 67, 81, 87];

/** A table of items limits by age or sex where it has a column for it, or where the national rule is about it. */
function speaksOf(rule: JudgedRule, occurrence: PartOccurrence, asked: Typed): boolean {
  const isSex = asked.kind === 'fact' && asked.path === 'patient.sex';
  if ((isSex ? ofSex : ofAge).includes(rule.rule.parsed.nationalSeq ?? 0)) return true;
  const isOfSexes = ({ type }: Typed) => type.kind === 'string' && type.values?.includes('female') === true;
  const readsRow = (atom: Atom) =>
    [...valuesOf({ atom, context: [] })].some((v) => {
      if (v.kind !== 'cell' || !isRowOfItem(rule, v)) return false;
      return isSameQuestion(atom, asked) || (isSex && isOfSexes(v));
    });
  const around: readonly Formula[] = [...occurrence.context, { kind: 'atom', atom: occurrence.atom }];
  return around.some((formula) => implies(formula, readsRow));
}

function isSameQuestion(atom: Atom, asked: Typed): boolean {
  const question = personalQuestion(atom);
  // Of an age the whole comparison is the question.
  const pathOf = (expr: Typed) => (expr.kind === 'fact' ? expr.path : 'age');
  return question !== null && pathOf(question) === pathOf(asked);
}

/** It fails for a newborn and is met from the first birthday on at the latest. */
function leavesNewbornsOut(atom: Atom): boolean {
  if (atom.kind !== 'bound' || answerOf({ kind: 'atom', atom }, newborn) !== false) return false;
  const times = atom.sum.terms;
  const scale = Math.max(...times.map((t) => Math.abs(t.coefficient)));
  return -atom.sum.constant / scale <= 366;
}

/** A diagnosis or an operation by its code. */
function namesIllness(atom: Atom): boolean {
  if (atom.kind === 'bound' || atom.kind === 'every' || !atom.holds) return false;
  return [...valuesOf({ atom, context: [] })].some((value) => {
    if (value.kind === 'call') return value.name === 'diagnosisIn';
    return value.kind === 'fact' && ['diagnoses.code', 'procedures.code'].includes(value.path);
  });
}
