/**
 * A seeded library of rules: so many rules, so many rows, the rows spread over rules and item codes by
 * chance.
 */
import { Random } from '../claims/random.js';
import { drawItemCodes } from './item-codes.js';
import { type BenchRule, type Shape, shapes, shapeWeights } from './rule-shapes.js';

export interface LibraryPlan {
  readonly rules: number;
  /** Rows of all rules' tables together. */
  readonly rows: number;
  readonly seed: number;
  /** Folder of the official tables, whose codes are used first. */
  readonly tablesDir: string;
}

export interface Library {
  readonly rules: readonly BenchRule[];
  /** Every code that has a row, in order of popularity: the first is what a hospital charges most. */
  readonly codes: readonly string[];
}

/**
 * Rows per code. The official library has 1.06; a larger one says more about the same items. More rows a
 * code is more work for whoever goes by the index, and none for whoever tries every rule.
 */
const rowsPerCode = 1.6;

/** A `list` rule writes its codes into its text, as an author would: a few, not hundreds. */
const longestList = 20;

export function makeLibrary(plan: LibraryPlan): Library {
  const random = new Random(plan.seed, 7);
  const codes = drawItemCodes(Math.ceil(plan.rows / rowsPerCode), plan.tablesDir, random);
  const wanted = Array.from({ length: plan.rules }, () => shapes[random.weighted(shapeWeights)] as Shape);
  const chosen = wanted.map(() => new Set<string>());
  let left = plan.rows;
  codes.forEach((code, rank) => {
    // One row or two, evenly mixed over the ranks: so popular codes have as many rows as the others at
    // every size.
    const own = Math.floor((rank + 1) * rowsPerCode) - Math.floor(rank * rowsPerCode);
    for (let row = 0; row < own && left > 0; row++, left--) addRow(code, wanted, chosen, random);
  });
  const rules = wanted.map((shape, i) => ruleOf(i, shape, [...(chosen[i] ?? [])], codes, random));
  return { rules, codes };
}

/** Gives the code a row in a rule that has none for it yet. */
function addRow(
  code: string,
  wanted: readonly Shape[],
  chosen: readonly Set<string>[],
  random: Random,
): void {
  for (let tries = 0; tries < 1_000; tries++) {
    const rule = random.integer(0, chosen.length - 1);
    const own = chosen[rule] as Set<string>;
    if (own.has(code) || (wanted[rule] === 'list' && own.size >= longestList)) continue;
    own.add(code);
    return;
  }
  throw new Error('too few rules for so many rows');
}

function ruleOf(
  index: number,
  wanted: Shape,
  codes: readonly string[],
  all: readonly string[],
  random: Random,
): BenchRule {
  // A list needs a word; a table may be empty.
  const shape = wanted === 'list' && codes.length === 0 ? 'sex' : wanted;
  const id = `rule-${String(index + 1).padStart(5, '0')}`;
  return { id, shape, codes, parameter: parameterOf(shape, codes, all, random) };
}

function parameterOf(
  shape: Shape,
  own: readonly string[],
  all: readonly string[],
  random: Random,
): string | number {
  switch (shape) {
    case 'sex':
      return random.pick(['female', 'male']);
    case 'age':
      return random.pick([1, 3, 6, 14, 18]);
    case 'visit':
      return random.pick(['inpatient', 'outpatient']);
    case 'level':
      return random.pick([2, 2, 3]);
    case 'insurance':
      return random.pick(['work_injury', 'maternity', 'retired_cadre', 'resident']);
    case 'quantity':
      return random.integer(4, 40);
    case 'list':
      return random.integer(2, 6);
    case 'pair':
      for (;;) {
        const partner = random.pick(all);
        if (!own.includes(partner)) return partner;
      }
  }
}

/** Item code → the rules that have a row for it, in their order: what any index comes to. */
export function rulesByCode(rules: readonly BenchRule[]): ReadonlyMap<string, readonly number[]> {
  const index = new Map<string, number[]>();
  rules.forEach((rule, number) => {
    for (const code of rule.codes) {
      const known = index.get(code);
      if (known === undefined) index.set(code, [number]);
      else known.push(number);
    }
  });
  return index;
}
