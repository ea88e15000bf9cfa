/** Small rules folders as text, for tests that build and run them. */
import { type RulesSource, renderDiagnostics } from '../../src/ruleset/build-ruleset.js';
import { type InstantiatedRuleset, instantiate } from '../../src/ruleset/runtime/instantiate.js';
import { buildUnguarded } from './unguarded.js';

export const provenance = 'point,batch,row,knownFrom,validFrom,validTo,region,decided';

/** One of each, so that any rule is complete. */
const examples = '[{name: a, expect: hit}, {name: b, expect: miss}, {name: c, expect: not_evaluated}]\n';

export interface TableText {
  readonly schema: string;
  readonly rows: readonly string[];
}

export interface SourceText {
  /** Rule id to the keys of its YAML that differ from the base rule; null leaves a key out. */
  readonly rules: Readonly<Record<string, Readonly<Record<string, string | null>>>>;
  /** Table name to its declared columns (`name: {…}` lines) and its rows, provenance first. */
  readonly tables?: Readonly<Record<string, TableText>>;
  readonly exceptions?: string;
  readonly asOf?: string;
}

export function rulesSource({
  rules,
  tables = {},
  exceptions,
  asOf = '2026-11-01',
}: SourceText): RulesSource {
  const files = new Map([['ruleset.yaml', `name: test\nversion: 1\nasOf: ${asOf}\npacks: [pack]\n`]]);
  for (const [id, keys] of Object.entries(rules)) {
    files.set(`packs/pack/${id}.yaml`, ruleText(id, keys));
    files.set(`packs/pack/${id}.examples.yaml`, examples);
  }
  for (const [name, { schema, rows }] of Object.entries(tables)) {
    const columns = schema.split('\n').map((line) => `  ${line}`);
    files.set(`tables/${name}.yaml`, `table: ${name}\nkey: codes\ncolumns:\n${columns.join('\n')}\n`);
    const names = schema.split('\n').map((line) => line.split(':')[0]);
    files.set(`tables/${name}.csv`, `${[provenance, ...names].join(',')}\n${rows.join('\n')}\n`);
  }
  if (exceptions !== undefined) files.set('exceptions.yaml', exceptions);
  return { label: 'rules/', files };
}

function ruleText(id: string, keys: Readonly<Record<string, string | null>>): string {
  const base = {
    id,
    title: '示例规则',
    national: '{ seq: 1, code: GZ10000101001000 }',
    severity: 'definite',
    effect: 'justify',
    scenes: '[1, 2, 3, 4, 5, 6, 7, 8, 9, 10, settlement]',
    for: 'line',
    when: '"true"',
    say: '"示例"',
    basis: '{ document: 示例文件 }',
    owner: '医保办',
  };
  const lines = Object.entries({ ...base, ...keys }).filter(([, value]) => value !== null);
  return `${lines.map(([key, value]) => `${key}: ${value}`).join('\n')}\n`;
}

/** Built and instantiated; a diagnostic is a mistake of the test. */
export function runnable(source: SourceText): InstantiatedRuleset {
  const built = buildUnguarded(rulesSource(source));
  if (!built.ok) throw new Error(renderDiagnostics(built.error));
  return instantiate(built.value);
}
