/**
 * PG-04, PG-05, PG-06: money, ratios, prices.
 *
 * Forbidden (PG-04): a finding that comes when money is much, for a line, a visit, a day or a group of drugs,
 * unless a document stands behind the exact item (rules 28 and 34 of the 88).
 * Forbidden (PG-05): one sum of money or count of lines weighed against another (药占比, 次均), on a single claim;
 * also all of it (shares.ts); indicator rules (ZB, 56 to 63) above `record` or in the scenes of the doctor.
 * Forbidden (PG-06): drugs selected by what they cost, or by lists of negotiated, centrally purchased or
 * dual-channel drugs, where nothing else is asked.
 *
 * Lawful look-alikes: unit price against a list price, another line's price or a price cap of the item;
 * an amount against quantity times price; a share of time (commonShare).
 */
import type { Typed } from '../../check/typed.js';
import { implies, occurrences } from '../formula.js';
import { everyOccurrence, type JudgedRule, type PartOccurrence, valuesOf } from '../judged-rule.js';
import { limitsNothing, lineOf, measuresOf, type Reading, readingsOf } from '../measures.js';
import { isDocumented, isDocumentedCap, isRowOfItem } from '../selection.js';
import type { Factor, Term } from '../sum.js';
import { titleWords } from '../title-words.js';
import type { Verdict } from '../verdict.js';
import { isWholeShare } from './shares.js';
import { canMeetDrugs, selectionOfReading } from './supply.js';

export function checkMoney(rule: JudgedRule, verdict: Verdict): void {
  checkIndicator(rule, verdict);
  for (const occurrence of everyOccurrence(rule)) {
    const place = rule.places.placeOf(occurrence.atom.node);
    if (isWholeShare(rule, occurrence) && !isIndicator(rule))
      verdict.refuse('CG-P105', 'all that is asked is of what kind every line of the claim is', place);
    for (const reading of readingsOf(occurrence.atom)) {
      const { text } = reading.node;
      if (isRatio(reading) && !isNamed(rule, occurrence, reading) && !isIndicator(rule)) {
        verdict.refuse('CG-P105', `'${text}' is weighed against another sum of the claim`, place);
      } else if (isMoneyCap(reading) && !isCapped(rule, occurrence, reading)) {
        verdict.refuse(
          'CG-P104',
          `the finding comes when '${text}' is much, for no item that a document caps`,
          place,
        );
      } else if (isPriceClass(rule, reading) && !isNamed(rule, occurrence, reading)) {
        if (canMeetDrugs(occurrence, lineOf(reading.node)))
          verdict.refuse('CG-P106', `drugs are selected by '${text}'`, place);
      }
    }
  }
  checkPurchaseLists(rule, verdict);
}

function isNamed(rule: JudgedRule, occurrence: PartOccurrence, reading: Reading): boolean {
  const selection = selectionOfReading(rule, occurrence, reading);
  return selection !== null && isDocumented(rule, selection);
}

function isCapped(rule: JudgedRule, occurrence: PartOccurrence, reading: Reading): boolean {
  const selection = selectionOfReading(rule, occurrence, reading);
  return selection !== null && isDocumentedCap(rule, selection, reading, occurrence);
}

const opposite = (a: Term, b: Term): boolean => Math.sign(a.coefficient) !== Math.sign(b.coefficient);

function isMoneyCap(reading: Reading): boolean {
  const { measure, direction, term, sum } = reading;
  if (limitsNothing(reading) || asksForSame(reading)) return false;
  if (measure !== 'money' || direction === 'lower' || term === null) return false;
  // Against quantity times price it is a price that is checked.
  return !sum.terms.some((t) => t !== term && opposite(t, term) && isPriced(t));
}

/** A quantity times a price or a number of a table; days times a price. */
function isPriced(term: Term): boolean {
  const kinds = term.factors.flatMap((factor) =>
    measuresOf({ ...term, factors: [factor] }).map((m) => m.measure),
  );
  const has = (...some: readonly string[]) => some.some((kind) => kinds.some((k) => k === kind));
  return has('quantity') ? has('price', 'threshold') : has('stay', 'use') && has('price');
}

/** One amount is the other: a duplicate, or a sum that does not add up. */
function asksForSame({ operator, sum }: Reading): boolean {
  const [one, other, ...more] = sum.terms;
  if (one === undefined || other === undefined || more.length > 0 || sum.constant !== 0) return false;
  // As many, or as much, as in the whole claim: the share is all of it.
  if (operator === '==' && [one, other].every((term) => term.factors.some(isOfClaim))) return false;
  return (operator === '==' || operator === '!=') && one.coefficient === -other.coefficient;
}

function isOfClaim({ node }: Factor): boolean {
  return node.kind === 'size' || (node.kind === 'call' && node.name.startsWith('claim.'));
}

/** Money against money, or lines against lines: whatever the factor between them. */
function isRatio(reading: Reading): boolean {
  const { measure, term, sum, direction } = reading;
  if (term === null || direction === 'lower' || asksForSame(reading)) return false;
  const others = sum.terms.filter((t) => t !== term && opposite(t, term) && !isPriced(t));
  const isOf = (kinds: readonly string[]) =>
    others.some((t) => measuresOf(t).some((m) => kinds.includes(m.measure)));
  if (measure === 'money' && !isPriced(term)) return isOf(['money', 'lines', 'quantity', 'stay', 'visits']);
  return measure === 'lines' && isOf(['lines', 'quantity', 'money']);
}

/** A price against a number that belongs to no item. */
function isPriceClass(rule: JudgedRule, { measure, term, sum }: Reading): boolean {
  if (measure !== 'price' || term === null) return false;
  const others = sum.terms.filter((t) => t !== term);
  const isOwnCap = (t: Term) =>
    measuresOf(t).some((m) => m.measure === 'price') ||
    t.factors.some(({ node }) => node.kind === 'cell' && isRowOfItem(rule, node));
  return !others.some(isOwnCap);
}

function isIndicator({ rule: { parsed } }: JudgedRule): boolean {
  const { nationalSeq: seq, nationalCode: code } = parsed;
  return (seq !== null && seq >= 56 && seq <= 63) || code?.startsWith('ZB') === true;
}

function checkIndicator(rule: JudgedRule, verdict: Verdict): void {
  if (!isIndicator(rule)) return;
  const { parsed } = rule.rule;
  if (parsed.effect !== 'record') {
    verdict.refuse('CG-P105', `an indicator has effect '${parsed.effect}'`, parsed.placeOf('effect'));
  }
  const scenes = parsed.scenes.filter((s) => typeof s === 'number' && s <= 5);
  if (scenes.length > 0) {
    verdict.refuse('CG-P105', `an indicator stands in scene ${scenes.join(', ')}`, parsed.placeOf('scenes'));
  }
}

/** A table, or a column of it, that sorts drugs by how they were negotiated, bought or are handed out. */
function checkPurchaseLists(rule: JudgedRule, verdict: Verdict): void {
  const asked = [...everyOccurrence(rule)].filter(({ part }) => part !== 'blame' && part !== 'excess');
  const suspect = asked.find((occurrence) => [...valuesOf(occurrence)].some((v) => isPurchaseList(rule, v)));
  const joined = rule.joins.find(({ join }) => sortsByPurchase(titlesOf(rule, join.table)));
  if (asksSomethingElse(rule)) return;
  const attribute = suspect === undefined && joined === undefined ? attributeAlone(rule) : null;
  if (attribute !== null)
    verdict.refuse(
      'CG-P106',
      `'${attribute.text}' of the drug is all that is asked`,
      rule.places.placeOf(attribute),
    );
  if (suspect === undefined && joined === undefined) return;
  const place =
    suspect === undefined ? (joined?.parsed.table.place ?? null) : rule.places.placeOf(suspect.atom.node);
  if (place !== null)
    verdict.refuse('CG-P106', 'nothing is asked but how the drug is bought or handed out', place);
}

function isPurchaseList(rule: JudgedRule, value: Typed): boolean {
  if (value.kind === 'listed') return sortsByPurchase(titlesOf(rule, value.table));
  if (value.kind !== 'cell') return false;
  const column = rule.tables.get(value.table)?.columns.get(value.column);
  return sortsByPurchase(`${value.column} ${column?.name ?? ''} ${valuesText(column?.type)}`);
}

function valuesText(type: unknown): string {
  const values = (type as { readonly values?: readonly string[] } | undefined)?.values;
  return values?.join(' ') ?? '';
}

function titlesOf({ tables }: JudgedRule, name: string): string {
  return `${name} ${tables.get(name)?.title ?? ''}`;
}

const purchase = new RegExp(
  [
    '谈判|国谈|集采|集中带量|带量采购|双通道|中选|高价药|贵重药|价格档',
    '\\b(negotiat\\w*|nego|vbp|purchase\\w*|procure\\w*|centrali[sz]ed|collected|tender\\w*|dual channel|winning)\\b',
    '\\bprice (class|band|level|tier)\\b',
  ].join('|'),
);

function sortsByPurchase(name: string): boolean {
  return purchase.test(titleWords(name));
}

/** A mark of a drug's row against a word of the rule, and nothing of the claim. */
function attributeAlone(rule: JudgedRule): Typed | null {
  const asked = [...occurrences(rule.condition)];
  const values = asked.flatMap((occurrence) => [...valuesOf(occurrence)]);
  const isOfClaim = (v: Typed) =>
    v.kind === 'call' || (v.kind === 'fact' && !['line.itemCode', 'line.kind'].includes(v.path));
  if (values.some(isOfClaim) || asked.every((o) => !canMeetDrugs(o, null))) return null;
  const isMark = (v: Typed) =>
    v.kind === 'cell' && ['bool', 'string'].includes(v.type.kind) && v.column !== 'decided';
  return values.find(isMark) ?? null;
}

/** A condition of payment beside the selection, in every case in which the rule fires. */
function asksSomethingElse(rule: JudgedRule): boolean {
  return implies(rule.condition, (atom) => {
    const values = [...valuesOf({ atom, context: [] })];
    return !values.some((v) => isPurchaseList(rule, v)) && values.some((v) => isOfCare(rule, v));
  });
}

/** The person, the illness, the past, or what a document says of the item. */
function isOfCare(rule: JudgedRule, value: Typed): boolean {
  switch (value.kind) {
    case 'fact':
      return /^(patient|diagnoses|procedures)\.|^institution\.level$/.test(value.path);
    case 'call':
      return value.name === 'diagnosisIn' || value.name.startsWith('history.');
    case 'cell':
      return isRowOfItem(rule, value) && value.column !== 'decided';
    default:
      return false;
  }
}
