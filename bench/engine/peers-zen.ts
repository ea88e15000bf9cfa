/**
 * ZEN: one decision table, a row a rule, hit policy `collect`, in loop mode over the lines, so that a
 * claim crosses into Rust once; the content is compiled beforehand. The only importer of
 * @gorules/zen-engine here.
 */
import { ZenDecisionContent, ZenEngine } from '@gorules/zen-engine';
import type { MakeContender } from './contender.js';
import type { Hit } from './hits.js';
import type { BenchRule, Shape } from './rule-shapes.js';

/** Column of each shape's fact and the cell that compares it. An empty cell holds for anything. */
const cells: Readonly<Record<Shape, (parameter: string | number) => Readonly<Record<string, string>>>> = {
  sex: (word) => ({ sex: `$ != "${word}"` }),
  age: (number) => ({ age: `< ${number}` }),
  visit: (word) => ({ encounterType: `$ != "${word}"` }),
  level: (number) => ({ level: `< ${number}` }),
  insurance: (word) => ({ insurance: `"${word}"` }),
  quantity: (number) => ({ quantityOfItem: `> ${number}` }),
  pair: (code) => ({ sameDayCodes: `contains($, "${code}")` }),
  list: (number) => ({ encounterType: '"outpatient"', quantity: `> ${number}` }),
};
const columns = [
  'itemCode',
  'sex',
  'age',
  'encounterType',
  'level',
  'insurance',
  'quantity',
  'quantityOfItem',
  'sameDayCodes',
];

function rowOf(rule: BenchRule, number: number): object {
  const empty = Object.fromEntries(columns.map((column) => [column, '']));
  return {
    ...empty,
    _id: rule.id,
    // As an expression: the list of plain values that a cell also takes was 1.6 times slower.
    itemCode: `$ in [${rule.codes.map((code) => `"${code}"`).join(', ')}]`,
    ...cells[rule.shape](rule.parameter),
    rule: String(number),
  };
}

function decision(rules: readonly BenchRule[]): object {
  const table = {
    hitPolicy: 'collect',
    executionMode: 'loop',
    inputField: 'lines',
    outputPath: 'found',
    passThrough: false,
    inputs: columns.map((field) => ({ id: field, name: field, field })),
    outputs: [{ id: 'rule', name: 'rule', field: 'rule' }],
    rules: rules.map(rowOf),
  };
  return {
    contentType: 'application/vnd.gorules.decision',
    nodes: [
      { id: 'in', name: 'request', type: 'inputNode' },
      { id: 'table', name: 'rules', type: 'decisionTableNode', content: table },
      { id: 'out', name: 'response', type: 'outputNode' },
    ],
    edges: [
      { id: 'a', type: 'edge', sourceId: 'in', targetId: 'table' },
      { id: 'b', type: 'edge', sourceId: 'table', targetId: 'out' },
    ],
  };
}

interface Answer {
  /** Per line the rules that hold. */
  readonly found: readonly (readonly { readonly rule: number }[])[];
}

export const zen: MakeContender = (rules) => {
  const prepared = new ZenEngine().createDecision(new ZenDecisionContent(decision(rules)));
  return {
    prepare: (lines) => lines,
    async screen(lines) {
      const { result } = (await prepared.evaluate({ lines })) as { readonly result: Answer };
      return result.found.flatMap((rows, line) => rows.map(({ rule }): Hit => ({ rule, line })));
    },
  };
};
