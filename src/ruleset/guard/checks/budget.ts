/**
 * PG-01: budgets, quotas, remaining amounts, point values.
 *
 * Forbidden: a number that a table keeps for an institution, a department, a doctor or an area, asked against
 * money, counts or days of a claim, or by itself; and whatever a table or column names as a budget, a quota,
 * a rest or a point value.
 *
 * Lawful look-alikes: price caps that depend on the institution's level but belong to an item code; status of
 * a doctor or institution (支付资格); the stock of an item (进销存).
 */
import type { CheckedJoin } from '../../check/check-rule.js';
import { type Typed, walk } from '../../check/typed.js';
import type { Place } from '../../diagnostics/source-text.js';
import { everyOccurrence, type JudgedRule, joinOf, valuesOf } from '../judged-rule.js';
import { measuresOf } from '../measures.js';
import { isRowOfItem } from '../selection.js';
import type { Term } from '../sum.js';
import { titleWords } from '../title-words.js';
import type { Verdict } from '../verdict.js';

export function checkBudget(rule: JudgedRule, verdict: Verdict): void {
  for (const { join, parsed } of rule.joins) {
    if (isBudgetTable(rule, join.table))
      verdict.refuse('CG-P101', `table '${join.table}' holds budgets or quotas`, parsed.table.place);
  }
  for (const occurrence of everyOccurrence(rule)) {
    const place = rule.places.placeOf(occurrence.atom.node);
    for (const value of valuesOf(occurrence)) reportValue(rule, value, place, verdict);
    if (occurrence.atom.kind !== 'bound') continue;
    const { terms } = occurrence.atom.sum;
    const isOnlyPrices = terms.every((term) =>
      measuresOf(term).every((m) => m.measure === 'price' || m.measure === 'threshold'),
    );
    const hasPrice = terms.some((term) => measuresOf(term).some((m) => m.measure === 'price'));
    if (isOnlyPrices && hasPrice) continue;
    if (isRight(rule, terms)) continue;
    const own = terms.flatMap((term) => term.factors).find(({ node }) => isNumberOfProvider(rule, node));
    if (own === undefined) continue;
    const found = `'${own.node.text}' is a number kept for the ${providerOf(rule, own.node)}`;
    verdict.refuse('CG-P101', found, place);
  }
  for (const shown of rule.rule.say) {
    if (typeof shown === 'string') continue;
    for (const value of walk(shown)) reportValue(rule, value, rule.rule.parsed.placeOf('say'), verdict);
  }
}

/** What an institution or a doctor may do, against what an item asks: numbers of tables only, and no money. */
function isRight(rule: JudgedRule, terms: readonly Term[]): boolean {
  const nodes = terms.flatMap((term) => term.factors).map(({ node }) => node);
  const isPlain = (node: Typed) =>
    node.kind === 'cell' && node.type.kind === 'int' && node.type.money !== true;
  return nodes.every(isPlain) && nodes.some((node) => node.kind === 'cell' && isRowOfItem(rule, node));
}

function reportValue(rule: JudgedRule, value: Typed, place: Place, verdict: Verdict): void {
  if (value.kind === 'listed' && isBudgetTable(rule, value.table))
    verdict.refuse('CG-P101', `table '${value.table}' holds budgets or quotas`, place);
  if (value.kind === 'cell' && isBudgetName(value.column))
    verdict.refuse('CG-P101', `column '${value.column}' of '${value.table}' is a budget or quota`, place);
}

const budgetWords =
  /总额|额度|余额|点值|结余|预算|控费|配额|指标值|超支|\b(budget\w*|quota\w*|balance|surplus|point value|global cap|funds? left|spending)\b/;
/** A rest of something, unless it is what an item has left. */
const restWords = /剩余|\b(remaining|remain|left over|allowance)\b/;

/** 限定报销总额 is what a payment document says of an item. */
const paymentCaps = /(限定)?(报销|支付)总额/g;

function isBudgetName(name: string): boolean {
  const words = titleWords(name).replace(paymentCaps, '');
  return budgetWords.test(words) || restWords.test(words);
}

function isBudgetTable({ tables }: JudgedRule, name: string): boolean {
  return isBudgetName(name) || isBudgetName(tables.get(name)?.title ?? '');
}

function isNumberOfProvider(rule: JudgedRule, node: Typed): boolean {
  return node.kind === 'cell' && providerOf(rule, node) !== null;
}

const providers: Readonly<Record<string, string>> = {
  'institution.code': 'institution',
  'institution.region': 'area',
  'institution.type': 'kind of institution',
  'patient.region': 'area',
  'encounter.department': 'department',
  'line.department': 'department',
  'encounter.practitioner': 'doctor',
  'line.practitioner': 'doctor',
};

/** Whose row it is: of an institution, a department, a doctor, an area; null of anything else. */
function providerOf(rule: JudgedRule, node: Typed): string | null {
  const join = node.kind === 'cell' ? joinOf(rule, node.slot) : null;
  return join === null ? null : providerOfJoin(rule, join);
}

function providerOfJoin(rule: JudgedRule, { on }: CheckedJoin): string | null {
  return on.kind === 'cell' ? providerOf(rule, on) : (providers[on.path] ?? null);
}
