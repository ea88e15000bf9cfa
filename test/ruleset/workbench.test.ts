/** A workbench remembers files; nobody may notice but by the time. */
import { describe, expect, it } from 'vitest';
import { examineRuleset, RulesetWorkbench, type RulesSource } from '../../src/ruleset/build-ruleset.js';
import { sampleTables } from './guard/sample-tables.js';
import { sourceOf } from './guard/verdicts.js';

const rule = 'packs/pack/small-rule.yaml';
const rows = 'tables/price_caps.csv';

const start = sourceOf({
  keys: {
    join: '{ table: price_caps, as: row, on: line.itemCode }',
    when: 'line.unitPrice > double(row.most)',
  },
  tables: sampleTables,
  heads: Object.fromEntries(Object.entries(sampleTables).map(([name, { head }]) => [name, head])),
});

function changed({ label, files }: RulesSource, path: string, change: (text: string) => string): RulesSource {
  return { label, files: new Map([...files, [path, change(files.get(path) ?? '')]]) };
}

/** One edit after another, some of them mistakes. */
const edits: readonly RulesSource[] = [
  start,
  changed(start, rule, (text) => text.replace('示例规则', '另一规则')),
  changed(start, rule, (text) => text.replace('row.most', 'row.least')),
  changed(start, rows, (text) => text.replace(',120', ',many')),
  changed(start, rows, (text) => text.replace(',120', ',90')),
  changed(start, 'ruleset.yaml', (text) => text.replace('asOf: 2026-11-01', 'asOf: 2025-11-01')),
  changed(start, rule, (text) => text.replace('line.unitPrice > double(row.most)', 'line.amount > 1')),
  changed(start, rule, () => '{'),
  start,
];

describe('a workbench', () => {
  it('answers after every edit what a first look answers', () => {
    const workbench = new RulesetWorkbench();
    for (const source of edits) {
      const { artifact, diagnostics } = examineRuleset(source);
      expect(workbench.check(source)).toEqual(diagnostics);
      const examined = workbench.examine(source);
      expect([examined.artifact?.id, examined.diagnostics]).toEqual([artifact?.id, diagnostics]);
    }
  });
});
