/**
 * PG-15: what is unknown, returned or paid by the patient is never a violation.
 *
 * Forbidden: a condition that holds because a fact is missing (`!has(x)`, a number put in its place, "no
 * diagnosis is …" of a claim without diagnoses); negative quantities or amounts; the events of refunds,
 * returns and reversals; self-paid pieces as a reason.
 *
 * Lawful look-alikes: `has(x) && …`; another fact in place of a missing one (`has(a) ? a : b`); exceptions
 * that apply only where their facts are known; what a row of a table leaves empty.
 */
import type { Typed } from '../../check/typed.js';
import { type Atom, type Formula, implies } from '../formula.js';
import { everyOccurrence, type JudgedRule, type PartOccurrence, valuesOf } from '../judged-rule.js';
import { measuresOf } from '../measures.js';
import { withTexts } from '../situations.js';
import type { Sum, SumComparison, SumOperator } from '../sum.js';
import type { Verdict } from '../verdict.js';

const undone: readonly string[] = ['refund', 'return', 'reversal'];

export function checkMissing(rule: JudgedRule, verdict: Verdict): void {
  const { parsed } = rule.rule;
  const events = parsed.scenes.filter((s) => undone.includes(String(s)));
  if (events.length > 0)
    verdict.refuse('CG-P115', `it would judge ${events.join(', ')}`, parsed.placeOf('scenes'));
  for (const occurrence of everyOccurrence(rule)) {
    if (occurrence.part !== 'when') continue;
    const found = reasonIn(rule, occurrence);
    if (found !== null) verdict.refuse('CG-P115', found, rule.places.placeOf(occurrence.atom.node));
  }
}

function reasonIn(rule: JudgedRule, occurrence: PartOccurrence): string | null {
  const { atom } = occurrence;
  if (atom.kind === 'test' && atom.of.kind === 'has' && !atom.holds && atom.of.of.kind === 'fact') {
    return isReplaced(atom.of.of, occurrence) ? null : `it holds where '${atom.of.of.text}' is missing`;
  }
  if (atom.kind === 'test' && atom.of.kind === 'call' && atom.of.name === 'selfPaidPieces' && atom.holds)
    return 'what the patient pays is no reason';
  const event = undone.find((kind) => isEvent(atom, kind));
  if (event !== undefined) return `it holds for a ${event}`;
  if (atom.kind === 'every' && isOfDiagnoses(atom.list) && !hasDiagnoses(occurrence))
    return 'it holds where the claim has no diagnoses at all';
  if (atom.kind === 'bound') return isNegative(atom.sum) ?? emptyDiagnoses(rule, atom);
  return null;
}

/** The atom holds for such an event, and for none that is judged. */
function isEvent(atom: Atom, kind: string): boolean {
  const holdsFor = (value: string) => withTexts({ 'claim.kind': value })(atom);
  const others = ['screening', 'fees', 'settlement', 'sale'];
  return holdsFor(kind) === true && others.every((other) => holdsFor(other) === false);
}

/** Where it is missing, another fact is asked in its place. */
function isReplaced(fact: Typed, { context }: PartOccurrence): boolean {
  const kind = fact.type.kind;
  const isTime = kind === 'instant' || kind === 'day';
  return (
    isTime &&
    context.some((formula) =>
      implies(formula, (atom) => {
        return [...valuesOf({ atom, context: [] })].some((v) => v.kind === 'fact' && v.type.kind === kind);
      }),
    )
  );
}

function isNegative(sum: Sum): string | null {
  const [term, ...others] = sum.terms;
  const [factor] = term?.factors ?? [];
  if (term === undefined || factor === undefined || others.length > 0) return null;
  const isCount = measuresOf(term).some((m) => m.measure === 'quantity' || m.measure === 'money');
  // -q - c > 0: asked for below nothing.
  const isBelow = term.coefficient < 0 && sum.constant <= 0;
  return isCount && isBelow ? `'${factor.node.text}' is negative on returned lines only` : null;
}

/** `size(claim.diagnoses) == 0`, however it is written. */
function emptyDiagnoses(rule: JudgedRule, { sum, operator }: SumComparison): string | null {
  const [term, ...others] = sum.terms;
  const node = term?.factors.length === 1 ? term.factors[0]?.node : undefined;
  if (term === undefined || others.length > 0 || node?.kind !== 'size' || !isOfDiagnoses(node.of))
    return null;
  const at = (count: number) => holds(sum.constant + term.coefficient * count, operator);
  const isDataRule = [35, 36, 37].includes(rule.rule.parsed.nationalSeq ?? 0);
  return at(0) && !at(200) && !isDataRule ? 'it holds where the claim has no diagnoses at all' : null;
}

function holds(value: number, operator: SumOperator): boolean {
  if (operator === '>') return value > 0;
  if (operator === '>=') return value >= 0;
  return operator === '==' ? value === 0 : value !== 0;
}

function isOfDiagnoses(list: Typed): boolean {
  if (list.kind === 'loop') return isOfDiagnoses(list.list);
  return list.kind === 'elements' && list.source === 'claim.diagnoses';
}

/** Something else in the condition needs a diagnosis to be there. */
function hasDiagnoses({ context }: PartOccurrence): boolean {
  const around: readonly Formula[] = context;
  return around.some((formula) =>
    implies(formula, (atom) => {
      if (atom.kind === 'every') return false;
      const values = [...valuesOf({ atom, context: [] })];
      if (atom.kind === 'bound') return values.some((v) => v.kind === 'size' && isOfDiagnoses(v.of));
      return values.some((v) => v.kind === 'call' && v.name === 'diagnosisIn');
    }),
  );
}
