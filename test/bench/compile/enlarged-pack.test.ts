import { describe, expect, it } from 'vitest';
import { codesOf, enlarged } from '../../../bench/compile/enlarged-pack.js';
import { type RulesSource, readRulesFolder } from '../../../src/ruleset/build-ruleset.js';
import { testRuleset } from '../../../src/ruleset/examples/test-ruleset.js';

async function shipped(): Promise<RulesSource> {
  const read = await readRulesFolder('rules');
  if (!read.ok) throw new Error('rules');
  return read.value;
}

function tested(source: RulesSource) {
  const result = testRuleset(source);
  if (!result.ok) throw new Error(result.error[0]?.message);
  const { artifact, warnings, outcomes, failed } = result.value;
  const rows = Object.values(artifact.tables).reduce((sum, table) => sum + table.rows, 0);
  return { rules: artifact.rules.length, rows, warnings, examples: outcomes.length, failed };
}

describe('a rules folder several times over', () => {
  it('has as many times the rules, rows and examples, and all examples hold', async () => {
    const source = await shipped();
    const [once, twice] = [tested(source), tested(enlarged(source, 2))];
    expect(twice).toEqual({
      rules: once.rules * 2,
      rows: once.rows * 2,
      warnings: [],
      examples: once.examples * 2,
      failed: 0,
    });
  });

  it('has hardly an item code twice', async () => {
    const source = await shipped();
    expect(codesOf(enlarged(source, 3)).size).toBeGreaterThan(codesOf(source).size * 2.9);
  });

  it('is the folder itself, once', async () => {
    const source = await shipped();
    expect(enlarged(source, 1)).toEqual(source);
  });
});
