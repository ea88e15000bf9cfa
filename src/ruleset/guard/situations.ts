/**
 * Whether a formula can hold for a patient of whom something is known: an emergency, a newborn, a course of
 * dialysis, a payer. What the situation does not say stays open, so "cannot hold" is certain.
 */
import { sameSlot } from '../check/probe.js';
import type { Slot, Typed } from '../check/typed.js';
import { type Atom, type Formula, spellAtom } from './formula.js';

/** True, false, or open (null). */
export type Answer = boolean | null;
export type Situation = (atom: Atom) => Answer;
/** Values by fact path. */
export type Texts = Readonly<Record<string, string>>;

export function canHold(formula: Formula, situation: Situation): boolean {
  return answerOf(formula, situation) !== false;
}

export function answerOf(formula: Formula, situation: Situation): Answer {
  switch (formula.kind) {
    case 'constant':
      return formula.value;
    case 'atom':
      return situation(formula.atom);
    case 'all': {
      const answers = formula.of.map((part) => answerOf(part, situation));
      return answers.includes(false) ? false : answers.includes(null) ? null : true;
    }
    case 'any': {
      const answers = formula.of.map((part) => answerOf(part, situation));
      return answers.includes(true) ? true : answers.includes(null) ? null : false;
    }
  }
}

/** What is left of a formula in a situation, spelled so that equal remainders are equal texts. */
export function remainder(formula: Formula, situation: Situation): string {
  const answer = answerOf(formula, situation);
  if (answer !== null) return String(answer);
  if (formula.kind === 'atom') return spellAtom(formula.atom);
  if (formula.kind === 'constant') return String(formula.value);
  const open = formula.of.filter((part) => answerOf(part, situation) === null);
  const parts = [...new Set(open.map((part) => remainder(part, situation)))].toSorted();
  return parts.length === 1 ? (parts[0] as string) : `${formula.kind}(${parts.join(', ')})`;
}

/** A situation in which some text facts have a value; of lines only those in `slot`, where one is given. */
export function withTexts(values: Texts, slot: Slot | null = null): Situation {
  const textOf = (expr: Typed): string | null => {
    if (expr.kind !== 'fact' || (slot !== null && !sameSlot(expr.slot, slot))) return null;
    return values[expr.path] ?? null;
  };
  return (atom) => {
    switch (atom.kind) {
      case 'same': {
        const [fact, other] = textOf(atom.left) !== null ? [atom.left, atom.right] : [atom.right, atom.left];
        const value = textOf(fact);
        if (value === null || other.kind !== 'constant') return null;
        return (other.value === value) === atom.holds;
      }
      case 'member': {
        const value = textOf(atom.item);
        const { list } = atom;
        if (value === null || list.kind !== 'list') return null;
        if (!list.items.every((i) => i.kind === 'constant')) return null;
        return list.items.some((i) => i.kind === 'constant' && i.value === value) === atom.holds;
      }
      case 'test':
        return textTest(atom.of, textOf, atom.holds);
      default:
        return null;
    }
  };
}

function textTest(of: Typed, textOf: (expr: Typed) => string | null, holds: boolean): Answer {
  if (of.kind === 'has' && textOf(of.of) !== null) return holds;
  const sides = of.kind === 'call' ? of.args : of.kind === 'compare' ? [of.left, of.right] : [];
  // Either side may be the fact: `'25'.startsWith(encounter.medType)`.
  if (sides.length !== 2 || sides.every((side) => textOf(side) === null)) return null;
  const [text, part] = sides.map((side) => textOf(side) ?? (side.kind === 'constant' ? side.value : null));
  if (typeof text !== 'string' || typeof part !== 'string') return null;
  const is = of.kind === 'call' ? textCall(of.name, text, part) : textOrder(of, text, part);
  return is === null ? null : is === holds;
}

function textCall(name: string, text: string, part: string): Answer {
  switch (name) {
    case 'startsWith':
      return text.startsWith(part);
    case 'endsWith':
      return text.endsWith(part);
    case 'contains':
      return text.includes(part);
    default:
      return null;
  }
}

function textOrder(of: Typed, left: string, right: string): Answer {
  if (of.kind !== 'compare') return null;
  switch (of.operator) {
    case '<':
      return left < right;
    case '<=':
      return left <= right;
    case '>':
      return left > right;
    case '>=':
      return left >= right;
    default:
      return null;
  }
}

/** The first situation that has an answer. */
export function firstOf(...situations: readonly Situation[]): Situation {
  return (atom) => {
    for (const situation of situations) {
      const answer = situation(atom);
      if (answer !== null) return answer;
    }
    return null;
  };
}

/** Facts of the claim are known. */
export const allKnown: Situation = (atom) => {
  if (atom.kind !== 'test' || atom.of.kind !== 'has' || atom.of.of.kind !== 'fact') return null;
  return atom.holds;
};

export const emergency: Situation = firstOf(allKnown, (atom) => {
  if (atom.kind !== 'test' || atom.of.kind !== 'fact') return null;
  return atom.of.path === 'encounter.emergency' ? atom.holds : null;
});

/** An encounter of a medical type, e.g. 13 emergency. */
export function ofMedType(code: string): Situation {
  return firstOf(allKnown, withTexts({ 'encounter.medType': code }));
}

/** The patient was born on the day that is asked about. */
export const newborn: Situation = firstOf(allKnown, (atom) => {
  if (atom.kind !== 'bound') return null;
  const { sum, operator } = atom;
  const isAge =
    sum.terms.length === 2 && sum.terms.some((t) => t.factors[0]?.key.endsWith('patient.birthDate'));
  if (!isAge || sum.terms.some((t) => t.factors.length !== 1 || t.factors[0]?.isTime !== true)) return null;
  const [first, second] = sum.terms;
  if (first === undefined || second === undefined || first.coefficient + second.coefficient !== 0)
    return null;
  const { constant } = sum;
  if (operator === '>') return constant > 0;
  if (operator === '>=') return constant >= 0;
  return operator === '==' ? constant === 0 : constant !== 0;
});

/** A diagnosis with this code is on the claim. */
export function diagnosed(code: string): Situation {
  const onElement = withTexts({ 'diagnoses.code': code });
  return firstOf(allKnown, (atom) => {
    if (atom.kind === 'bound') return countsDiagnoses(atom);
    if (atom.kind === 'test' && atom.of.kind === 'call' && atom.of.name === 'diagnosisIn') {
      const [list] = atom.of.args;
      if (list?.kind !== 'list') return null;
      const isIn = list.items.some((i) => i.kind === 'constant' && code.startsWith(String(i.value)));
      return isIn ? atom.holds : null;
    }
    // Of one diagnosis: that it is this one cannot be said, but what is asked of every one fails for it.
    return onElement(atom);
  });
}

function countsDiagnoses({ sum, operator }: Atom & { readonly kind: 'bound' }): Answer {
  const [term, ...others] = sum.terms;
  const node = term?.factors.length === 1 ? term.factors[0]?.node : undefined;
  if (term === undefined || others.length > 0 || node?.kind !== 'size') return null;
  if (node.of.kind !== 'elements' || node.of.source !== 'claim.diagnoses') return null;
  // At least one: what holds of one and of any more, or of none of them.
  const at = (count: number) => sum.constant + term.coefficient * count;
  const holds = (value: number) => (operator === '>' ? value > 0 : operator === '>=' ? value >= 0 : null);
  const [one, many] = [holds(at(1)), holds(at(200))];
  return one === many ? one : null;
}
