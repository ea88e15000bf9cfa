import { describe, expect, it } from 'vitest';
import { changed, changesOf, someOf } from '../../../bench/compile/changes.js';
import { examineRuleset, type RulesSource, readRulesFolder } from '../../../src/ruleset/build-ruleset.js';

const provenance = 'point,batch,row,knownFrom,validFrom,validTo,region,decided';

function folder(rules: Readonly<Record<string, string>>): RulesSource {
  return {
    label: 'rules/',
    files: new Map([
      ...Object.entries(rules).map(([id, text]) => [`packs/p/${id}.yaml`, text] as const),
      ['packs/p/first.examples.yaml', 'when: nothing\n'],
      ['tables/used.csv', `${provenance},codes,most\nA,1,1,,,,,stated,X1 X2,3\nB,1,2,,,,,stated,X3,4\n`],
      ['tables/empty.csv', `${provenance},codes\n`],
      ['tables/idle.csv', `${provenance},codes\nA,1,1,,,,,stated,X1\n`],
    ]),
  };
}

function textOf(source: RulesSource, kind: string, name: string): string | undefined {
  return changesOf(source).find((change) => change.kind === kind && change.name === name)?.text;
}

describe('a change of one file', () => {
  const source = folder({
    first: 'id: first\nwhen: a == 1 || b\njoin: { table: used }\nsay: "x"\n',
    second: 'id: second\nwhen: "!a"\nsay: "empty"\n',
    third: 'id: third\nwhen: >-\n  a\n  || b\n# why\nweaken: {}\n',
  });

  it('adds to a condition, however it is written, and leaves the rest', () => {
    const more = ') && size(claim.lines) > 0\n';
    expect(textOf(source, 'condition', 'first')).toBe(
      `id: first\nwhen: >-\n  (\n  a == 1 || b\n  ${more}join: { table: used }\nsay: "x"\n`,
    );
    expect(textOf(source, 'condition', 'second')).toContain(`when: >-\n  (\n  !a\n  ${more}say: `);
    expect(textOf(source, 'condition', 'third')).toContain(`  (\n  a\n  || b\n  ${more}# why\n`);
  });

  it('adds a code to the first row of a table with rows that rules name', () => {
    expect(textOf(source, 'row', 'used')).toMatch(/stated,X1 X2 \w{20},3\nB,1,2,,,,,stated,X3,4\n$/);
    expect(textOf(source, 'row', 'idle')).toBeUndefined();
    expect(textOf(source, 'row', 'empty')).toBeUndefined();
  });

  it('leaves all other files and the folder as they were', () => {
    const [change] = changesOf(source);
    if (change === undefined) throw new Error('no change');
    const { files } = changed(source, change);
    expect([...files].filter(([path, text]) => source.files.get(path) !== text)).toEqual([
      [change.path, change.text],
    ]);
  });
});

describe('some changes', () => {
  it('are so many of each kind, from all over the list', () => {
    const ids = Array.from({ length: 9 }, (_, i) => `rule${i}`);
    const all = changesOf(folder(Object.fromEntries(ids.map((id) => [id, 'when: used\n']))));
    expect(someOf(all, 3).map(({ kind, name }) => `${kind} ${name}`)).toEqual([
      ...['condition rule0', 'condition rule3', 'condition rule6'],
      'row used',
      ...['mistake rule0', 'mistake rule3', 'mistake rule6'],
    ]);
  });
});

describe('the rules as shipped', () => {
  it('have changes of every rule, which compile to something else, or not where they are mistakes', async () => {
    const read = await readRulesFolder('rules');
    if (!read.ok) throw new Error('rules');
    const source = read.value;
    const { artifact } = examineRuleset(source);
    expect(artifact?.rules.length).toBeGreaterThan(0);
    const all = changesOf(source);
    for (const kind of ['condition', 'mistake'] as const) {
      expect(all.filter((change) => change.kind === kind)).toHaveLength(artifact?.rules.length ?? 0);
    }
    for (const change of someOf(all, 1)) {
      const after = examineRuleset(changed(source, change)).artifact;
      expect(after === null).toBe(change.kind === 'mistake');
      expect(after?.id).not.toBe(artifact?.id);
    }
  });
});
