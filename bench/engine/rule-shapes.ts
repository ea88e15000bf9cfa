/**
 * The conditions of the synthetic rules: the shapes of the official packs, reduced to what every engine
 * beside ours can say in its own language. `holds` is the plain meaning of each; it is what all engines
 * are checked against.
 */
import type { LineFacts } from './line-facts.js';

export const shapes = ['sex', 'age', 'visit', 'level', 'insurance', 'quantity', 'pair', 'list'] as const;
export type Shape = (typeof shapes)[number];

/** How often each shape occurs, roughly as its knowledge points do in the official library. */
export const shapeWeights = [22, 15, 10, 10, 5, 10, 18, 10] as const satisfies readonly number[];

/**
 * One rule: it speaks of the lines whose item code is among its codes, and holds where its condition
 * holds.
 */
export interface BenchRule {
  readonly id: string;
  readonly shape: Shape;
  /** National item codes; each is one row of the rule's table (of a `list` rule: one word of its text). */
  readonly codes: readonly string[];
  /** What the condition compares with: a word, a number, or (pair) the item code of the partner. */
  readonly parameter: string | number;
}

type Holds = (facts: LineFacts, parameter: string | number) => boolean;

const conditions: Readonly<Record<Shape, Holds>> = {
  sex: ({ sex }, wanted) => sex !== wanted,
  age: ({ age }, least) => age < Number(least),
  visit: ({ encounterType }, wanted) => encounterType !== wanted,
  level: ({ level }, least) => level < Number(least),
  insurance: ({ insurance }, excluded) => insurance === excluded,
  quantity: ({ quantityOfItem }, cap) => quantityOfItem > Number(cap),
  pair: ({ sameDayCodes }, partner) => sameDayCodes.includes(String(partner)),
  list: ({ encounterType, quantity }, cap) => encounterType === 'outpatient' && quantity > Number(cap),
};

/** Whether a rule holds for a line that has one of its codes. */
export function holds(rule: BenchRule, facts: LineFacts): boolean {
  return conditions[rule.shape](facts, rule.parameter);
}
