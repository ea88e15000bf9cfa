/**
 * json-rules-engine: one Engine that holds all rules, run once a line with the line's facts. The item
 * code has a higher priority than the rest, which its documentation gives as the way to stop early, and
 * an operator of our own looks it up, so that the length of a code list costs nothing. Its only importer
 * here.
 */
import { Engine, type RuleProperties } from 'json-rules-engine';
import type { MakeContender } from './contender.js';
import type { Hit } from './hits.js';
import type { BenchRule } from './rule-shapes.js';

type Leaf = { fact: string; operator: string; value: unknown };

function condition({ shape, parameter: value }: BenchRule): Leaf[] {
  switch (shape) {
    case 'sex':
      return [{ fact: 'sex', operator: 'notEqual', value }];
    case 'age':
      return [{ fact: 'age', operator: 'lessThan', value }];
    case 'visit':
      return [{ fact: 'encounterType', operator: 'notEqual', value }];
    case 'level':
      return [{ fact: 'level', operator: 'lessThan', value }];
    case 'insurance':
      return [{ fact: 'insurance', operator: 'equal', value }];
    case 'quantity':
      return [{ fact: 'quantityOfItem', operator: 'greaterThan', value }];
    case 'pair':
      return [{ fact: 'sameDayCodes', operator: 'contains', value }];
    case 'list':
      return [
        { fact: 'encounterType', operator: 'equal', value: 'outpatient' },
        { fact: 'quantity', operator: 'greaterThan', value },
      ];
  }
}

function ruleOf(rule: BenchRule, number: number): RuleProperties {
  const named = { fact: 'itemCode', operator: 'isOf', value: number, priority: 10 };
  return { conditions: { all: [named, ...condition(rule)] }, event: { type: String(number) } };
}

export const jsonRulesEngine: MakeContender = (rules) => {
  const codes = rules.map((rule) => new Set(rule.codes));
  const engine = new Engine();
  engine.addOperator<string, number>('isOf', (code, rule) => codes[rule]?.has(code) === true);
  for (const [number, rule] of rules.entries()) engine.addRule(ruleOf(rule, number));
  return {
    prepare: (lines) => lines,
    async screen(lines) {
      const hits: Hit[] = [];
      for (const [line, facts] of lines.entries()) {
        const { events } = await engine.run(facts as unknown as Record<string, unknown>);
        for (const { type } of events) hits.push({ rule: Number(type), line });
      }
      return hits;
    },
  };
};
