/**
 * The synthetic library in our language: a folder of YAML rules and CSV tables, as an author would write
 * it.
 */
import type { RulesSource } from '../../src/ruleset/build-ruleset.js';
import type { BenchRule, Shape } from './rule-shapes.js';

interface Text {
  /** Declared column of the rule's table besides its codes. */
  readonly column: string;
  readonly when: string;
  readonly more?: string;
}

const texts: Readonly<Record<Exclude<Shape, 'list'>, Text>> = {
  sex: { column: 'sex: { type: enumeration, values: [female, male] }', when: 'patient.sex != row.sex' },
  age: { column: 'minAge: { type: integer }', when: 'ageAt(patient.birthDate, line.at) < row.minAge' },
  visit: {
    column: 'encounterType: { type: enumeration, values: [inpatient, outpatient] }',
    when: 'encounter.type != row.encounterType',
  },
  level: { column: 'minLevel: { type: integer }', when: 'institution.level < row.minLevel' },
  insurance: {
    column: 'insurance: { type: enumeration, values: [work_injury, maternity, retired_cadre, resident] }',
    when: 'patient.insurance == row.insurance',
  },
  quantity: { column: 'cap: { type: number }', when: 'claim.quantity(line.itemCode) > row.cap' },
  pair: {
    column: 'partner: { type: code }',
    when: 'other.itemCode == row.partner && sameDay(other.at, line.at)',
    more: 'with: { other: claim.lines }\n',
  },
};

const provenance = 'point,batch,row,knownFrom,validFrom,validTo,region,decided';
/** The language asks for one of each; compiling does not run them. */
const examples = '[{name: a, expect: hit}, {name: b, expect: miss}, {name: c, expect: not_evaluated}]\n';

export function rulesSource(rules: readonly BenchRule[]): RulesSource {
  const header = 'name: bench\nversion: 1\nasOf: 2026-11-01\npacks: [bench]\n';
  const files = new Map([['ruleset.yaml', header]]);
  for (const rule of rules) {
    files.set(`packs/bench/${rule.id}.yaml`, ruleText(rule));
    files.set(`packs/bench/${rule.id}.examples.yaml`, examples);
    if (rule.shape === 'list') continue;
    const { column } = texts[rule.shape];
    const table = tableName(rule);
    files.set(
      `tables/${table}.yaml`,
      `table: ${table}\ntitle: 示例\nkey: codes\ncolumns:\n  codes: { type: codes }\n  ${column}\n`,
    );
    const head = `${provenance},codes,${column.split(':')[0]}\n`;
    files.set(
      `tables/${table}.csv`,
      `${head}${rule.codes.map((code, i) => rowText(rule, code, i)).join('')}`,
    );
  }
  return { label: 'bench/', files };
}

const tableName = (rule: BenchRule): string => rule.id.replace('rule-', 'table-');

function rowText(rule: BenchRule, code: string, index: number): string {
  return `KP-${rule.id}-${index},1,${index + 1},2025-05-23,2025-05-23,,,stated,${code},${rule.parameter}\n`;
}

function ruleText(rule: BenchRule): string {
  const table = rule.shape === 'list' ? null : tableName(rule);
  const join = table === null ? '' : `join: { table: ${table}, as: row, on: line.itemCode }\n`;
  const { when, more = '' } = rule.shape === 'list' ? listText(rule) : texts[rule.shape];
  const involve = rule.shape === 'pair' ? ', involve: other' : '';
  return `id: ${rule.id}
title: 示例规则
national: { seq: 1, code: GZ1 }
severity: definite
effect: justify
scenes: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, settlement]
for: line
${join}${more}when: ${JSON.stringify(when)}
blame: { line: line${involve}, excess: line.amount }
say: "{line.itemName}不符合支付范围，医保不予支付"
basis: { document: 示例文件${table === null ? '' : `, table: ${table}`} }
owner: bench
`;
}

function listText({ codes, parameter }: BenchRule): { readonly when: string; readonly more?: string } {
  const list = codes.map((code) => `'${code}'`).join(', ');
  const most = Number(parameter).toFixed(1);
  const visit = "encounter.type == 'outpatient'";
  return { when: `line.itemCode in [${list}] && ${visit} && line.quantity > ${most}` };
}
