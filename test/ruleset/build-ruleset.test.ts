/** The whole chain from a folder to an artifact: deterministic, named by its content, limits held. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { deserialize, serialize } from 'node:v8';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readRulesFolder, renderDiagnostics, showRule } from '../../src/ruleset/build-ruleset.js';
import { facts } from '../../src/ruleset/check/facts.js';
import type { Artifact } from '../../src/ruleset/compile/artifact.js';
import { canonicalText } from '../../src/ruleset/compile/canonical.js';
import { testRuleset } from '../../src/ruleset/examples/test-ruleset.js';
import { instantiate } from '../../src/ruleset/runtime/instantiate.js';
import { makeClaim, screenPlainly, unhurried } from './claims.js';
import { rulesSource, type SourceText } from './rule-sources.js';
import { buildUnguarded } from './unguarded.js';

const source: SourceText = {
  rules: {
    'sex-rule': {
      join: '{ table: sexes, as: row, on: line.itemCode }',
      when: 'patient.sex != row.sex',
      basis: '{ document: 示例文件, number: 示例〔2026〕1号, level: national, table: sexes }',
      valid: '{ from: 2026-01-01 }',
      review: '2027-06-30',
    },
  },
  tables: {
    sexes: {
      schema: 'codes: { type: codes }\nsex: { type: enumeration, values: [female, male] }',
      rows: ['K1,7,1,,2026-01-01,,,stated,T000000001 T000000002,male'],
    },
    unused: { schema: 'codes: { type: codes }', rows: ['K2,7,1,,2026-01-01,,,stated,A'] },
  },
};

function build(from = rulesSource(source)): Artifact {
  const built = buildUnguarded(from);
  if (!built.ok) throw new Error(renderDiagnostics(built.error));
  return built.value;
}

describe('an artifact', () => {
  it('is named by its content: the same source gives the same bytes', () => {
    const files = [...rulesSource(source).files].toReversed();
    const again = build({ label: 'elsewhere/', files: new Map(files) });
    expect(canonicalText(again)).toBe(canonicalText(build()));
    expect(build().id).toMatch(/^sha256:[0-9a-f]{64}$/);
  });

  it('has another name when anything in it changes', () => {
    const changed = (change: Partial<SourceText>) => build(rulesSource({ ...source, ...change })).id;
    const row = {
      ...source.tables?.['sexes'],
      rows: ['K1,7,1,,2026-01-02,,,stated,T000000001 T000000002,male'],
    };
    const ids = [
      build().id,
      changed({ asOf: '2026-11-02' }),
      changed({ rules: { 'sex-rule': { ...source.rules['sex-rule'], say: '"anders"' } } }),
      changed({ tables: { ...source.tables, sexes: row as never } }),
    ];
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('survives the way to a worker and to another node', () => {
    const artifact = build();
    const claim = makeClaim({ lines: [{ itemCode: 'T000000001' }] });
    const expected = screenPlainly(instantiate(artifact), claim, unhurried);
    expect(expected.findings.length).toBe(1);
    for (const copy of [deserialize(serialize(artifact)), JSON.parse(canonicalText(artifact))]) {
      expect(screenPlainly(instantiate(copy as Artifact), claim, unhurried)).toEqual(expected);
    }
  });

  it('holds only the tables that rules use', () => {
    expect(Object.keys(build().tables)).toEqual(['sexes']);
  });

  it('shares a text among at most fifty rules', () => {
    const rules = Object.fromEntries(
      Array.from({ length: 120 }, (_, i) => [`rule-${i}`, { when: `"line.days == ${i % 90}"` }]),
    );
    const artifact = build(rulesSource({ rules }));
    expect(artifact.code.length).toBe(3);
    expect(artifact.code.map((text) => text.match(/^\/\/ rule /gm)?.length)).toEqual([50, 50, 20]);
    const findings = screenPlainly(
      instantiate(artifact),
      makeClaim({ lines: [{ days: 60 }] }),
      unhurried,
    ).findings;
    expect(findings.map((f) => f.rule)).toEqual(['rule-60']);
  });

  it('shares one text among rules that differ only in their tables, and each keeps its own', () => {
    const rule = (table: string) => ({
      join: `{ table: ${table}, as: row, on: line.itemCode }`,
      when: 'patient.sex != row.sex',
    });
    const table = (code: string) => ({
      schema: 'codes: { type: codes }\nsex: { type: enumeration, values: [female, male] }',
      rows: [`K1,7,1,,2026-01-01,,,stated,${code},male`],
    });
    const artifact = build(
      rulesSource({
        rules: { 'rule-a': rule('as'), 'rule-b': rule('bs'), 'rule-c': { when: '"line.days == 3"' } },
        tables: { as: table('T000000001'), bs: table('T000000002') },
      }),
    );
    expect(artifact.shapes.flatMap((text) => text.match(/^\/\/ shape /gm) ?? []).length).toBe(2);
    const ruleset = instantiate(artifact);
    const found = (itemCode: string) =>
      screenPlainly(ruleset, makeClaim({ lines: [{ itemCode }] }), unhurried).findings.map((f) => f.rule);
    expect(found('T000000001')).toEqual(['rule-a']);
    expect(found('T000000002')).toEqual(['rule-b']);
  });

  it('falls back to the three-valued form where there are more facts than bits', () => {
    const readable = [...facts.values()].filter(
      (f) => !f.onlyShown && !/^(diagnoses|procedures|prescription)\./.test(f.path),
    );
    const conditions = [
      ...readable.map(({ path }) => `${path} == ${path}`),
      'claim.diagnoses.all(d, d.main || d.code == d.code)',
      'claim.procedures.all(p, p.main || p.at == p.at)',
    ];
    const rules = Object.fromEntries(
      conditions.map((when, i) => [`rule-${i}`, { when: JSON.stringify(when) }]),
    );
    const artifact = build(rulesSource({ rules }));
    expect(artifact.knownFacts.length).toBe(31);
    expect(artifact.rules.some((rule) => rule.needs === null)).toBe(true);
    const claim = makeClaim({ lines: [{ until: 1 }] });
    const { findings, notEvaluated } = screenPlainly(instantiate(artifact), claim, unhurried);
    expect(notEvaluated).toEqual([]);
    expect(findings.length).toBe(artifact.rules.length);
  });
});

describe('limits', () => {
  const codesOf = (files: ReadonlyMap<string, string>) => {
    const built = buildUnguarded({ label: '', files });
    return built.ok ? [] : [...new Set(built.error.map((d) => d.code))];
  };

  it('refuses a file that is too large before reading it', () => {
    const files = new Map(rulesSource(source).files);
    files.set('exceptions.yaml', `x: "${'a'.repeat(2_000_001)}"`);
    expect(codesOf(files)).toEqual(['CG-E110']);
  });

  it('refuses a table with too many rows', () => {
    const files = new Map(rulesSource(source).files);
    files.set(
      'tables/unused.csv',
      `point,batch,row,knownFrom,validFrom,validTo,region,decided,codes\n${',,,,,,,,A\n'.repeat(500_001)}`,
    );
    expect(codesOf(files)).toEqual(['CG-E406']);
  });

  it.each(['('.repeat(5_000), '['.repeat(300), `${'-'.repeat(7_000)}line.days`, `a${' + a'.repeat(3_000)}`])(
    'survives a hostile condition (%#)',
    (when) => {
      expect(codesOf(rulesSource({ rules: { 'a-rule': { when: JSON.stringify(when) } } }).files)[0]).toMatch(
        /^CG-E/,
      );
    },
  );
});

describe('showing a rule', () => {
  it('gives its index, rows, codes and generated functions', () => {
    const shown = showRule(build(), 'sex-rule');
    expect(shown).toMatchObject({
      ok: true,
      value: {
        index: { by: 'rows', table: 'sexes' },
        rows: { sexes: 1 },
        codes: 2,
        fastWhenKnown: ['line.at', 'patient.sex'],
      },
    });
    expect(shown.ok && shown.value.code).toMatch(/^\/\/ rule sex-rule\n\{\n {2}fast: function/);
  });

  it('names the nearest rule where there is none', () => {
    expect(showRule(build(), 'sex-rul')).toEqual({ ok: false, error: 'sex-rule' });
  });
});

describe('a folder on disk', () => {
  let folder = '';
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'rules-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  it('is read with what belongs to a rule set and nothing else', async () => {
    for (const [path, text] of rulesSource(source).files) {
      await mkdir(join(folder, path, '..'), { recursive: true });
      await writeFile(join(folder, path), text);
    }
    await writeFile(join(folder, 'README.md'), 'not a rule');
    const read = await readRulesFolder(folder);
    expect(read.ok && [...read.value.files.keys()]).toEqual([...rulesSource(source).files.keys()].toSorted());
    expect(read.ok && buildUnguarded(read.value)).toMatchObject({ ok: true, value: { id: build().id } });
  });

  it('that is not there is a diagnostic', async () => {
    const read = await readRulesFolder(join(folder, 'none'));
    expect(read).toMatchObject({
      ok: false,
      error: [{ code: 'CG-E101', message: 'cannot be read (ENOENT)' }],
    });
  });
});

describe('examples', () => {
  const examples = (text: string) => {
    const files = new Map(rulesSource(source).files);
    files.set('packs/pack/sex-rule.examples.yaml', text);
    const tested = testRuleset({ label: 'rules/', files });
    if (!tested.ok) throw new Error(renderDiagnostics(tested.error));
    return tested.value.outcomes.map((o) => [o.name, o.line, ...o.problems]);
  };
  const nobody = 'patient: { sex: null }';
  const line = '[{ itemCode: T000000001, amount: "49.20" }]';

  it('pass where the rule does what they say', () => {
    const text = `
- { name: hit, claim: { lines: ${line} }, expect: hit, severity: definite, excessFen: 4920, lines: [L1] }
- { name: miss, claim: { patient: { sex: male }, lines: ${line} }, expect: miss }
- { name: unknown, claim: { ${nobody}, lines: ${line} }, expect: not_evaluated, facts: [patient.sex] }
- { name: base claim, expect: miss }
`;
    expect(examples(text)).toEqual([
      ['hit', 2],
      ['miss', 3],
      ['unknown', 4],
      ['base claim', 5],
    ]);
  });

  it('fail with what came instead', () => {
    const text = `
- { name: a, claim: { lines: ${line} }, expect: miss }
- { name: b, expect: hit }
- { name: c, claim: { lines: ${line} }, expect: hit, severity: suspicious, excessFen: 1, lines: [L2] }
- { name: d, claim: { patient: { sex: null }, lines: ${line} }, expect: not_evaluated, facts: [line.at] }
- { name: e, claim: { kind: nonsense }, expect: miss }
`;
    expect(examples(text)).toEqual([
      ['a', 2, 'expected miss, came hit: 示例'],
      ['b', 3, 'expected hit, came miss'],
      [
        'c',
        4,
        'severity: expected suspicious, came definite',
        'excessFen: expected 1, came 4920',
        'lines: expected L2, came L1',
      ],
      ['d', 5, 'facts: expected line.at, came patient.sex'],
      ['e', 6, expect.stringContaining('the claim cannot be read')],
    ]);
  });
});
