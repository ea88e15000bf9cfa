/**
 * The afternoon service's engine, second kind: json-rules-engine. An engine runs all of its rules, so there
 * is one for each set of rows that codes share, with the rows' parameters as constants, and a line runs the
 * engine of its code.
 */
import { Engine, type TopLevelCondition } from 'json-rules-engine';
import type { Concern, PeerRule, Row } from './concerns.js';
import { groupBy } from './group.js';
import { type Hit, hitsOf, type Judge, prepare } from './suspects.js';

interface Comparison {
  readonly fact: string;
  readonly operator: string;
  readonly value: unknown;
}

const compare = (fact: string, operator: string, value: unknown): Comparison => ({ fact, operator, value });
const all = (...conditions: readonly (Comparison | TopLevelCondition)[]): TopLevelCondition => ({
  all: [...conditions],
});
const any = (...conditions: readonly (Comparison | TopLevelCondition)[]): TopLevelCondition => ({
  any: [...conditions],
});
const known = (fact: string): Comparison => compare(fact, 'notEqual', null);

/**
 * Each row has one bound, in years or in days. A fact that is no number fails every comparison of numbers.
 */
const tooOld = (row: Row): TopLevelCondition =>
  row.maxAgeYears === null
    ? all(compare('ageDays', 'greaterThan', row.maxAgeDays))
    : all(compare('ageYears', 'greaterThanInclusive', row.maxAgeYears));

const otherSex = (row: Row): TopLevelCondition =>
  all(known('sex'), compare('sex', 'notEqual', row.sex), compare('sexDiffers', 'equal', false));

const otherInsurance = (row: Row): Comparison[] => [
  known('insurance'),
  compare('insurance', 'notEqual', row.insurance),
];

/** `row` stands for constants; null where the row can never hit. */
const conditions: Readonly<Record<PeerRule, (row: Row) => TopLevelCondition | null>> = {
  'sex-drug': otherSex,
  'sex-item': otherSex,
  'child-limited-drug': tooOld,
  'child-only-drug': tooOld,
  'child-only-item': (row) =>
    row.maxAgeDays === null ? tooOld(row) : all(tooOld(row), compare('birth', 'equal', false)),
  'age-item': (row) =>
    any(
      ...(row.minAgeYears === null ? [] : [compare('ageYears', 'lessThan', row.minAgeYears)]),
      ...(row.maxAgeYears === null ? [] : [compare('ageYears', 'greaterThanInclusive', row.maxAgeYears)]),
    ),
  'level-drug': (row) =>
    row.firstOnly
      ? null
      : all(compare('pharmacy', 'equal', false), compare('level', 'lessThan', row.minLevel)),
  'visit-type-drug': (row) => (row.firstOnly ? null : otherVisit(row)),
  'work-injury-drug': (row) => all(...otherInsurance(row)),
  'maternity-drug': (row) => all(...otherInsurance(row), compare('medClass', 'notIn', ['51', '52'])),
  'piece-never': () => all(),
  'item-frequency': (row) => all(compare(row.unit === 'day' ? 'perDay' : 'perHour', 'greaterThan', row.cap)),
  'duplicate-item-charge': (row) => all(compare('itemsThatDay', 'contains', row.includedItem)),
};

function otherVisit({ encounterTypes }: Row): TopLevelCondition {
  const other = compare('encounterType', 'notIn', encounterTypes);
  return encounterTypes.includes('emergency') ? all(other, compare('emergency', 'equal', false)) : all(other);
}

/**
 * Claims have to be judged one after the other: an engine that two runs share may skip rules of one of them.
 */
export function openJsonRules(index: ReadonlyMap<string, readonly Concern[]>): Judge {
  const engines = enginesOf(index);
  return async (claim) => {
    const prepared = prepare(claim, index);
    const { facts, suspects, byDay } = prepared;
    const hits: Hit[] = [];
    for (const [line, rows] of groupBy(suspects, (suspect) => suspect.line)) {
      const { ageYears, ageDays, day, perDay, perHour } = rows[0]!;
      const itemsThatDay = (byDay.get(day) ?? []).map(({ itemCode }) => itemCode);
      const asked = { ...facts, ageYears, ageDays, itemsThatDay, perDay, perHour };
      const run = engines.get(line.itemCode)?.run(asked);
      const { events } = (await run) ?? { events: [] };
      // Rules are named by their place among the code's rows.
      hits.push(...events.flatMap((event) => hitsOf(claim, rows[Number(event.type)]!, prepared)));
    }
    return hits;
  };
}

/** By item code. Codes that share their rows, as the makes of one drug do, share the engine. */
function enginesOf(index: ReadonlyMap<string, readonly Concern[]>): ReadonlyMap<string, Engine> {
  const shared = new Map<string, Engine>();
  const numbers = new Map<Row, number>();
  const engines = new Map<string, Engine>();
  for (const [code, concerns] of index) {
    for (const { row } of concerns) if (!numbers.has(row)) numbers.set(row, numbers.size);
    const name = concerns.map(({ row }) => numbers.get(row)).join();
    const engine = shared.get(name) ?? engineOf(concerns);
    shared.set(name, engine);
    engines.set(code, engine);
  }
  return engines;
}

function engineOf(concerns: readonly Concern[]): Engine {
  const engine = new Engine();
  concerns.forEach(({ rule, row }, i) => {
    const condition = conditions[rule](row);
    if (condition !== null) engine.addRule({ conditions: condition, event: { type: String(i) } });
  });
  return engine;
}
