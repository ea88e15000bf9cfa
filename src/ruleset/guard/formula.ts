/**
 * The normal form that the guard judges: conditions with every negation pushed down to its atoms, macros
 * opened, `?:` taken apart, and numbers compared as sums with zero. A formula says when a rule fires; it may
 * fire in more cases than the rule does, never in fewer.
 */
import type { Slot, Typed, TypedOf } from '../check/typed.js';
import { isNumber } from '../check/types.js';
import { casesOf } from './lift.js';
import { compareSums, keyOf, negated, type Sum, type SumOperator } from './sum.js';

export type Formula =
  | { readonly kind: 'constant'; readonly value: boolean }
  | { readonly kind: 'all' | 'any'; readonly of: readonly Formula[] }
  | { readonly kind: 'atom'; readonly atom: Atom };

interface Written {
  /** The part of the condition that says it, for the caret. */
  readonly node: Typed;
}

export type Atom = Written &
  (
    | { readonly kind: 'bound'; readonly sum: Sum; readonly operator: SumOperator }
    | { readonly kind: 'same'; readonly left: Typed; readonly right: Typed; readonly holds: boolean }
    | { readonly kind: 'member'; readonly item: Typed; readonly list: Typed; readonly holds: boolean }
    | { readonly kind: 'test'; readonly of: Typed; readonly holds: boolean }
    /** What follows is asked of every element of a list, so it also holds where there is none. */
    | { readonly kind: 'every'; readonly list: Typed; readonly slot: Slot }
  );

export const always: Formula = { kind: 'constant', value: true };
export const never: Formula = { kind: 'constant', value: false };

export function all(parts: readonly Formula[]): Formula {
  return joined('all', parts);
}

export function any(parts: readonly Formula[]): Formula {
  return joined('any', parts);
}

/** Parts that change nothing are left out; a part beside its own contrary decides. */
function joined(kind: 'all' | 'any', parts: readonly Formula[]): Formula {
  const [neutral, deciding] = kind === 'all' ? [always, never] : [never, always];
  const isNeutral = (part: Formula) => part.kind === 'constant' && part.value === (kind === 'all');
  const kept = parts.filter((part) => !isNeutral(part)).flatMap((p) => (p.kind === kind ? p.of : [p]));
  if (kept.some((part) => part.kind === 'constant')) return deciding;
  const spelled = new Set(kept.map((part) => (part.kind === 'atom' ? spellAtom(part.atom) : '')));
  const isContrary = (part: Formula) => {
    const contrary = part.kind === 'atom' ? contraryOf(part.atom) : null;
    return contrary !== null && spelled.has(spellAtom(contrary));
  };
  if (kept.some(isContrary)) return deciding;
  return kept.length === 1 ? (kept[0] as Formula) : kept.length === 0 ? neutral : { kind, of: kept };
}

function contraryOf(atom: Atom): Atom | null {
  if (atom.kind === 'bound') return { ...atom, ...negated(atom) };
  return atom.kind === 'every' ? null : { ...atom, holds: !atom.holds };
}

/** What an atom asks, however it is written. */
export function spellAtom(atom: Atom): string {
  switch (atom.kind) {
    case 'bound':
      return spellSum(atom.sum, atom.operator);
    case 'same':
      return [keyOf(atom.left), keyOf(atom.right)].toSorted().join(atom.holds ? ' == ' : ' != ');
    case 'member':
      return `${keyOf(atom.item)} ${atom.holds ? 'in' : 'not in'} ${keyOf(atom.list)}`;
    case 'test':
      return `${atom.holds ? '' : 'not '}${keyOf(atom.of)}`;
    case 'every':
      return `every ${atom.slot.index} ${atom.list.text} at ${atom.node.at}`;
  }
}

/** Scaled so that its largest coefficient is one; an equation may be written either way round. */
function spellSum({ constant, terms }: Sum, operator: SumOperator): string {
  const scale = Math.max(...terms.map((t) => Math.abs(t.coefficient)), 1e-300);
  const spell = (sign: number) => {
    const parts = terms.map(({ coefficient, factors }) => {
      return `${((sign * coefficient) / scale).toPrecision(9)} ${factors.map((f) => f.key).join(' ')}`;
    });
    return `${parts.toSorted().join(' + ')} + ${((sign * constant) / scale).toPrecision(9)} ${operator} 0`;
  };
  return operator === '==' || operator === '!=' ? [spell(1), spell(-1)].toSorted().join('|') : spell(1);
}

export function atomic(atom: Atom): Formula {
  return { kind: 'atom', atom };
}

/** When `condition` is true (or, with `holds` false, when it is false). The condition is spread already. */
export function formulaOf(condition: Typed, holds = true): Formula {
  switch (condition.kind) {
    case 'constant':
      return condition.value === holds ? always : never;
    case 'not':
      return formulaOf(condition.of, !holds);
    case 'and':
    case 'or': {
      const parts = [formulaOf(condition.left, holds), formulaOf(condition.right, holds)];
      return (condition.kind === 'and') === holds ? all(parts) : any(parts);
    }
    case 'conditional':
      return any([
        all([formulaOf(condition.test, true), formulaOf(condition.yes, holds)]),
        all([formulaOf(condition.test, false), formulaOf(condition.no, holds)]),
      ]);
    case 'compare':
      return compareFormula(condition, holds);
    case 'in':
      return memberFormula(condition, holds);
    case 'loop':
      return loopFormula(condition, holds);
    default:
      return atomic({ kind: 'test', of: condition, holds, node: condition });
  }
}

function compareFormula(compare: TypedOf<'compare'>, holds: boolean): Formula {
  const { left, right, operator } = compare;
  if (left.type.kind === 'bool') return sameTruth(left, right, (operator === '==') === holds);
  return any(
    casesOf(compare).map(({ given, value }) => {
      const asked = value.kind === 'compare' ? value : compare;
      const atom =
        isNumber(left.type) || isTime(left) ? boundFormula(asked, holds) : sameFormula(asked, holds);
      return all([...given.map((test) => formulaOf(test)), atom]);
    }),
  );
}

const isTime = ({ type }: Typed): boolean => type.kind === 'instant' || type.kind === 'day';

function sameTruth(left: Typed, right: Typed, areSame: boolean): Formula {
  return any([
    all([formulaOf(left, true), formulaOf(right, areSame)]),
    all([formulaOf(left, false), formulaOf(right, !areSame)]),
  ]);
}

function boundFormula(compare: TypedOf<'compare'>, holds: boolean): Formula {
  const asked = compareSums(compare.operator, compare.left, compare.right);
  const { sum, operator } = holds ? asked : negated(asked);
  const known = knownAnswer(sum, operator);
  if (known !== null) return known ? always : never;
  const bound = atomic({ kind: 'bound', sum, operator, node: compare });
  return all([bound, ...countedElements(sum, operator)]);
}

/** What a sum can only be: a constant, or one whole number within its type's bounds. */
function knownAnswer({ constant, terms }: Sum, operator: SumOperator): boolean | null {
  const [first, ...others] = terms;
  if (first === undefined) return answer(constant, operator);
  const [only, ...rest] = first.factors;
  if (others.length > 0 || rest.length > 0 || only === undefined || only.isTime) return null;
  const { type } = only.node;
  if (type.kind !== 'int') return null;
  const ends = [type.min, type.max].map((end) => constant + first.coefficient * end);
  const [low, high] = [Math.min(...ends), Math.max(...ends)];
  if (operator === '>' || operator === '>=') {
    if (answer(low, operator)) return true;
    return answer(high, operator) ? null : false;
  }
  return low > 0 || high < 0 ? operator === '!=' : null;
}

function answer(value: number, operator: SumOperator): boolean {
  switch (operator) {
    case '>':
      return value > 0;
    case '>=':
      return value >= 0;
    case '==':
      return value === 0;
    case '!=':
      return value !== 0;
  }
}

/** Counting what passes a filter asks the filter: many pass, or none does. */
function countedElements({ constant, terms }: Sum, operator: SumOperator): readonly Formula[] {
  return terms.flatMap(({ coefficient, factors }) =>
    factors.flatMap(({ node }) => {
      if (node.kind !== 'size' || node.of.kind !== 'loop') return [];
      const some = existing(node.of);
      const none = missing(node.of);
      // So many are some; none is none.
      if (operator === '==' && terms.length === 1) return [constant === 0 ? none : some];
      if (operator === '==' || operator === '!=') return [any([some, none])];
      return [coefficient > 0 ? some : none];
    }),
  );
}

function existing(list: Typed): Formula {
  if (list.kind !== 'loop') return always;
  return all([existing(list.list), formulaOf(list.body, true)]);
}

function missing(list: Typed): Formula {
  if (list.kind !== 'loop') return always;
  const every = atomic({ kind: 'every', list, slot: list.slot, node: list });
  return all([every, any([outside(list.list), formulaOf(list.body, false)])]);
}

/** Why an element is not in a filtered list. */
function outside(list: Typed): Formula {
  if (list.kind !== 'loop') return never;
  return any([outside(list.list), formulaOf(list.body, false)]);
}

function loopFormula(loop: TypedOf<'loop'>, holds: boolean): Formula {
  const { macro, list, body, slot } = loop;
  const some = (is: boolean) => all([existing(list), formulaOf(body, is)]);
  const every = (is: boolean) =>
    all([atomic({ kind: 'every', list, slot, node: loop }), any([outside(list), formulaOf(body, is)])]);
  switch (macro) {
    case 'exists':
      return holds ? some(true) : every(false);
    case 'all':
      return holds ? every(true) : some(false);
    default:
      return holds ? some(true) : any([some(true), every(false)]);
  }
}

function memberFormula(node: TypedOf<'in'>, holds: boolean): Formula {
  const { item, list } = node;
  return any(
    casesOf(item).map(({ given, value }) =>
      all([
        ...given.map((test) => formulaOf(test)),
        atomic({ kind: 'member', item: value, list, holds, node }),
      ]),
    ),
  );
}

function sameFormula(node: TypedOf<'compare'>, holds: boolean): Formula {
  const { operator, left, right } = node;
  const areSame = (operator === '==') === holds;
  if (left.kind === 'constant' && right.kind === 'constant') {
    return (left.value === right.value) === areSame ? always : never;
  }
  // Texts have no order that a rule could mean; what is asked by it counts as asked.
  if (operator !== '==' && operator !== '!=') return atomic({ kind: 'test', of: node, holds, node });
  return atomic({ kind: 'same', left, right, holds: areSame, node });
}

/** An atom where it stands: with everything that must hold beside it. */
export interface Occurrence {
  readonly atom: Atom;
  readonly context: readonly Formula[];
}

/** Every atom with what is and-ed to it on the way from the root. */
export function* occurrences(formula: Formula, context: readonly Formula[] = []): Generator<Occurrence> {
  switch (formula.kind) {
    case 'constant':
      return;
    case 'atom':
      yield { atom: formula.atom, context };
      return;
    case 'any':
      for (const part of formula.of) yield* occurrences(part, context);
      return;
    case 'all':
      for (const [i, part] of formula.of.entries()) {
        yield* occurrences(part, [...context, ...formula.of.filter((_, other) => other !== i)]);
      }
  }
}

/** Whether some atom with `test` holds in every case in which the formula holds. */
export function implies(formula: Formula, test: (atom: Atom) => boolean): boolean {
  switch (formula.kind) {
    case 'constant':
      return !formula.value;
    case 'atom':
      return test(formula.atom);
    case 'all':
      return formula.of.some((part) => implies(part, test));
    case 'any':
      return formula.of.every((part) => implies(part, test));
  }
}

export function* atomsOf(formula: Formula): Generator<Atom> {
  for (const { atom } of occurrences(formula)) yield atom;
}
