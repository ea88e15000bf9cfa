/**
 * The synthetic rules in CEL, for both CEL libraries, in two forms. *Given*: over flat facts, everything
 * but the last comparison worked out beforehand; the cheapest thing that one can ask of such a library.
 * *As written*: over patient, line and row with functions, as the rule's author wrote it and as ours
 * compiles it. Numbers are doubles throughout: integers are big integers in both libraries.
 */
import type { Prepared } from './contender.js';
import { completedYears, type LineFacts } from './line-facts.js';
import type { BenchRule } from './rule-shapes.js';

/** A line's facts, same-day codes as a map so that asking for one is a look-up. */
export interface GivenFacts extends Prepared, Omit<LineFacts, 'sameDayCodes'> {
  readonly sameDayCodes: ReadonlyMap<string, boolean>;
  /** The codes of the rule that is being tried (where every rule is tried). */
  codes: unknown;
}

/** The variables of the given form. */
export const givenVariables = {
  itemCode: 'string',
  sex: 'string',
  age: 'double',
  encounterType: 'string',
  level: 'double',
  insurance: 'string',
  quantity: 'double',
  quantityOfItem: 'double',
  sameDayCodes: 'map',
  codes: 'map',
} as const;

export function giveFacts(lines: readonly LineFacts[]): GivenFacts[] {
  return lines.map((facts) => ({
    ...facts,
    sameDayCodes: new Map(facts.sameDayCodes.map((code) => [code, true])),
    codes: null,
  }));
}

/**
 * The condition alone, for use behind an index; parameters are constants in the text, which is the
 * cheapest form.
 */
export function givenCondition({ shape, parameter }: BenchRule): string {
  const text = `'${parameter}'`;
  const number = Number(parameter).toFixed(1);
  switch (shape) {
    case 'sex':
      return `sex != ${text}`;
    case 'age':
      return `age < ${number}`;
    case 'visit':
      return `encounterType != ${text}`;
    case 'level':
      return `level < ${number}`;
    case 'insurance':
      return `insurance == ${text}`;
    case 'quantity':
      return `quantityOfItem > ${number}`;
    case 'pair':
      return `${text} in sameDayCodes`;
    case 'list':
      return `encounterType == 'outpatient' && quantity > ${number}`;
  }
}

/** What a condition as written sees: the claim's parts, the line, the joined row. */
export interface WrittenContext extends Prepared {
  readonly patient: { readonly sex: string; readonly birthDate: string; readonly insurance: string };
  readonly institution: { readonly level: number };
  readonly encounter: { readonly type: string };
  readonly line: WrittenLine;
  row: Readonly<Record<string, string | number>>;
  readonly claim: WrittenClaim;
}

interface WrittenLine {
  readonly itemCode: string;
  readonly at: string;
  readonly quantity: number;
}

/** Found by the host's index, as ours finds them. */
interface WrittenClaim {
  readonly quantities: ReadonlyMap<string, number>;
  readonly linesOf: ReadonlyMap<string, readonly WrittenLine[]>;
}

export function writtenContexts(lines: readonly LineFacts[]): WrittenContext[] {
  const quantities = new Map(lines.map(({ itemCode, quantityOfItem }) => [itemCode, quantityOfItem]));
  const linesOf = new Map<string, WrittenLine[]>();
  const written = lines.map(({ itemCode, at, quantity }) => ({ itemCode, at, quantity }));
  for (const line of written) linesOf.set(line.itemCode, [...(linesOf.get(line.itemCode) ?? []), line]);
  const claim = { quantities, linesOf };
  return lines.map(({ itemCode, sex, birthDate, insurance, level, encounterType }, i) => ({
    itemCode,
    patient: { sex, birthDate, insurance },
    institution: { level },
    encounter: { type: encounterType },
    line: written[i] as WrittenLine,
    row: {},
    claim,
  }));
}

/** The cells of a rule's rows besides the codes; equal in all rows of one rule. */
export function rowOf({ shape, parameter }: BenchRule): Readonly<Record<string, string | number>> {
  return { [shape]: parameter };
}

export function writtenCondition({ shape, parameter }: BenchRule): string {
  switch (shape) {
    case 'sex':
      return 'patient.sex != row.sex';
    case 'age':
      return 'ageAt(patient.birthDate, line.at) < row.age';
    case 'visit':
      return 'encounter.type != row.visit';
    case 'level':
      return 'institution.level < row.level';
    case 'insurance':
      return 'patient.insurance == row.insurance';
    case 'quantity':
      return 'quantityOf(line.itemCode) > row.quantity';
    case 'pair':
      return 'linesOf(row.pair).exists(other, sameDay(other.at, line.at))';
    case 'list':
      return `encounter.type == 'outpatient' && line.quantity > ${Number(parameter).toFixed(1)}`;
  }
}

/** The functions of the written form. Those about the claim speak of the one that `enter` named last. */
export class WrittenFunctions {
  #claim: WrittenClaim = { quantities: new Map(), linesOf: new Map() };

  enter(claim: WrittenClaim): void {
    this.#claim = claim;
  }

  readonly ageAt = (birth: string, at: string): number => completedYears(birth, at);
  readonly sameDay = (a: string, b: string): boolean => a.slice(0, 10) === b.slice(0, 10);
  readonly quantityOf = (code: string): number => this.#claim.quantities.get(code) ?? 0;
  readonly linesOf = (code: string): readonly WrittenLine[] => this.#claim.linesOf.get(code) ?? [];
}
