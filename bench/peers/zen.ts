/**
 * The afternoon service's engine, first kind: a JSON decision model in ZEN, with one expression node whose
 * `filter` closures go over the suspects of each rule. One evaluation a claim: one for each suspect took
 * about twice the CPU, a decision table in loop mode half as much again (each found the same).
 */
import { ZenEngine } from '@gorules/zen-engine';
import type { Concern, PeerRule } from './concerns.js';
import { groupBy } from './group.js';
import { hitsOf, type Judge, type Prepared, prepare } from './suspects.js';

const tooOld = `(s.row.maxAgeYears != null and s.ageYears != null and s.ageYears >= s.row.maxAgeYears)
  or (s.row.maxAgeDays != null and s.ageDays != null and s.ageDays > s.row.maxAgeDays)`;
const otherSex = 'sex != null and sex != s.row.sex and not sexDiffers';

/** In ZEN's expression language; `s` is a suspect, the other names are facts of the claim. */
const conditions: Readonly<Record<PeerRule, string>> = {
  'sex-drug': otherSex,
  'sex-item': otherSex,
  'child-limited-drug': tooOld,
  'child-only-drug': tooOld,
  'child-only-item': `(${tooOld}) and not (s.row.maxAgeDays != null and birth)`,
  'age-item': `s.ageYears != null and ((s.row.minAgeYears != null and s.ageYears < s.row.minAgeYears)
    or (s.row.maxAgeYears != null and s.ageYears >= s.row.maxAgeYears))`,
  'level-drug': 'not pharmacy and level != null and level < s.row.minLevel and not s.row.firstOnly',
  'visit-type-drug': `not (encounterType in s.row.encounterTypes)
    and not (emergency and "emergency" in s.row.encounterTypes) and not s.row.firstOnly`,
  'work-injury-drug': 'insurance != null and insurance != s.row.insurance',
  'maternity-drug': 'insurance != null and insurance != s.row.insurance and not (medClass in ["51", "52"])',
  'piece-never': 'true',
  'duplicate-item-charge': 's.row.includedItem in itemsOn[s.day]',
  'item-frequency': '(s.row.unit == "day" ? s.perDay : s.perHour) > s.row.cap',
};

export function openZen(index: ReadonlyMap<string, readonly Concern[]>): Judge {
  const decision = new ZenEngine().createDecision(model());
  return async (claim) => {
    const prepared = prepare(claim, index);
    if (prepared.suspects.length === 0) return [];
    const { result } = await decision.evaluate(contextOf(prepared));
    const found = Object.values(result as Readonly<Record<string, readonly number[]>>).flat();
    return found.flatMap((i) => hitsOf(claim, prepared.suspects[i]!, prepared));
  };
}

/**
 * What crosses into the engine: each suspect with its number, so that the answer can be a list of numbers.
 */
function contextOf({ facts, suspects, byDay }: Prepared): object {
  const asked = suspects.map(({ rule, line: _, ...values }, i) => ({ rule, asked: { i, ...values } }));
  const itemsOn = Object.fromEntries(
    [...byDay].map(([day, lines]) => [day, lines.map(({ itemCode }) => itemCode)]),
  );
  const byRule = [...groupBy(asked, ({ rule }) => rule)];
  return {
    ...facts,
    itemsOn,
    suspects: Object.fromEntries(byRule.map(([rule, group]) => [rule, group.map((one) => one.asked)])),
  };
}

function model(): object {
  const expressions = Object.entries(conditions).map(([rule, condition]) => ({
    id: rule,
    key: rule,
    value: `map(filter(suspects["${rule}"] ?? [] as s, ${condition}), #.i)`,
  }));
  return {
    nodes: [
      { id: 'claim', type: 'inputNode', name: 'claim' },
      { id: 'judge', type: 'expressionNode', name: 'judge', content: { expressions } },
      { id: 'hits', type: 'outputNode', name: 'hits' },
    ],
    edges: [
      { id: 'in', type: 'edge', sourceId: 'claim', targetId: 'judge' },
      { id: 'out', type: 'edge', sourceId: 'judge', targetId: 'hits' },
    ],
  };
}
