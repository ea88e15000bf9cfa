import { describe, expect, test } from 'vitest';
import type { RulesSource } from '../../../src/ruleset/build-ruleset.js';
import { changedIds, diffRulesets, isEmpty, type RulesetDiff } from '../../../src/ruleset/release/diff.js';
import { smallRules } from '../../releases/small-rules.js';

const table = 'tables/sex_drugs.csv';

async function diffOf(change: (path: string, text: string) => string): Promise<RulesetDiff> {
  return diffed(await smallRules(1), await smallRules(2, change));
}

function diffed(before: RulesSource | null, after: RulesSource): RulesetDiff {
  const diff = diffRulesets(before, after);
  if (!diff.ok) throw new Error(diff.error.map(({ message }) => message).join('; '));
  return diff.value;
}

const inRule = (from: string, to: string) => (path: string, text: string) =>
  path.endsWith('/sex-drug.yaml') ? text.replace(from, to) : text;
const inTable = (change: (lines: string[]) => string[]) => (path: string, text: string) =>
  path === table ? `${change(text.trimEnd().split('\n')).join('\n')}\n` : text;

describe('rules', () => {
  test('that say the same differ in nothing, however they are laid out', async () => {
    const diff = await diffOf((path, text) => (path.endsWith('/sex-drug.yaml') ? `# 注释\n${text}\n` : text));
    expect(isEmpty(diff)).toBe(true);
    expect([diff.before?.version, diff.after.version]).toEqual([1, 2]);
  });

  test('that changed are told with what stood there and what stands there', async () => {
    const diff = await diffOf(inRule('severity: highly_suspicious', 'severity: definite'));
    expect(diff.changed).toMatchObject([
      { id: 'sex-drug', keys: [{ key: 'severity', before: 'highly_suspicious', after: 'definite' }] },
    ]);
    expect(changedIds(diff, ['sex-drug'])).toEqual({ added: [], removed: [], changed: ['sex-drug'] });
  });

  test('a key that is gone has no value afterwards', async () => {
    const diff = await diffOf((path, text) =>
      path.endsWith('/sex-drug.yaml') ? text.replace(/^owner: .*\n/m, '') : text,
    );
    expect(diff.changed[0]?.keys).toMatchObject([{ key: 'owner', after: null }]);
  });

  test('that are there on one side only came or went', async () => {
    const [before, after] = [await smallRules(1), await smallRules(2)];
    const fewer = new Map([...after.files].filter(([path]) => !path.includes('/sex-drug.')));
    expect(diffed(before, { ...after, files: fewer }).removed.map(({ id }) => id)).toEqual(['sex-drug']);
    expect(diffed({ ...after, files: fewer }, before).added.map(({ id }) => id)).toEqual(['sex-drug']);
    expect(diffed(null, after).added.length).toBeGreaterThan(3);
  });
});

describe('tables', () => {
  test('a row that got an earlier end is superseded, and its rules judge otherwise', async () => {
    const diff = await diffOf(
      inTable(([head = '', first = '', ...rest]) => {
        const cells = first.split(',');
        cells[5] = '2026-01-01';
        return [head, cells.join(','), ...rest];
      }),
    );
    expect(diff.tables).toMatchObject([
      { table: 'sex_drugs', superseded: [{ after: { validTo: '2026-01-01' } }], added: [], changed: [] },
    ]);
    expect(diff.changed).toMatchObject([{ id: 'sex-drug', keys: [], tables: ['sex_drugs'] }]);
  });

  test('a row that went, came, or says something else', async () => {
    const removed = await diffOf(inTable(([head = '', , ...rest]) => [head, ...rest]));
    expect(removed.tables).toMatchObject([{ removed: [{ decided: expect.any(String) }], added: [] }]);
    const changed = await diffOf(
      inTable(([head = '', first = '', ...rest]) => [
        head,
        first.endsWith(',male') ? first.replace(/male$/, 'female') : first.replace(/female$/, 'male'),
        ...rest,
      ]),
    );
    expect(changed.tables[0]?.changed[0]?.after).toEqual({ sex: expect.stringMatching(/^(fe)?male$/) });
  });

  test('a row that is known later only waits, and no rule judges otherwise', async () => {
    const diff = await diffOf(
      inTable((lines) => {
        const cells = (lines.at(-1) ?? '').split(',');
        cells.splice(0, 5, 'KP-new', '99', '1', '2026-09-01', '2026-09-01');
        return [...lines, cells.join(',')];
      }),
    );
    expect(diff.tables).toMatchObject([{ waiting: 1, added: [], judges: false }]);
    expect(diff.changed).toEqual([]);
  });

  test('the day up to which knowledge counts brings rows in', async () => {
    const earlier = await smallRules(1, (path, text) =>
      path === 'ruleset.yaml' ? text.replace('2026-06-29', '2025-06-30') : text,
    );
    const diff = diffed(earlier, await smallRules(2));
    expect(diff.tables.length).toBeGreaterThan(0);
    for (const { added, rowsBefore, rowsAfter } of diff.tables)
      expect(rowsAfter).toBe(rowsBefore + added.length);
  });
});

test('an exception that changed changes the rules that name it', async () => {
  const diff = await diffOf((path, text) =>
    path === 'exceptions.yaml' ? text.replace("'Q56', ", '') : text,
  );
  expect(diff.exceptions).toMatchObject([{ name: 'sexDevelopmentDiffers' }]);
  expect(diff.changed.map(({ id, exceptions }) => [id, exceptions])).toEqual([
    ['sex-drug', ['sexDevelopmentDiffers']],
    ['sex-item', ['sexDevelopmentDiffers']],
  ]);
});

test('a code dictionary that changed changes every rule', async () => {
  const after = await smallRules(2);
  const files = new Map([...after.files, ['regions/350000.yaml', 'sex: { "1": male }\n']]);
  const diff = diffed(await smallRules(1), { ...after, files });
  expect(diff.regions).toEqual(['350000']);
  expect(changedIds(diff, ['sex-item', 'sex-drug'])).toMatchObject({ changed: ['sex-drug', 'sex-item'] });
});

test('what cannot be read is said with its place', async () => {
  const after = await smallRules(2, inRule('title: ', 'titel: '));
  const diff = diffRulesets(await smallRules(1), after);
  expect(diff).toMatchObject({ ok: false, error: [{ file: expect.stringContaining('sex-drug.yaml') }, {}] });
});
