/** First looks: which rules share one, which have none, and that they leave out nothing that a rule would say. */
import { describe, expect, it } from 'vitest';
import { renderDiagnostics } from '../../../src/ruleset/build-ruleset.js';
import type { Artifact } from '../../../src/ruleset/compile/artifact.js';
import { looksPerFunction } from '../../../src/ruleset/compile/emit-quick.js';
import { instantiate } from '../../../src/ruleset/runtime/instantiate.js';
import { type ClaimFields, dayLength, makeClaim, morning, scanPlainly, screenPlainly } from '../claims.js';
import { rulesSource, type SourceText } from '../rule-sources.js';
import { buildUnguarded } from '../unguarded.js';

const schema = [
  'codes: { type: codes }',
  'most: { type: number }',
  'sex: { type: enumeration, values: [female, male] }',
  'strict: { type: flag }',
  'partner: { type: code }',
  'list: { type: texts }',
].join('\n');
const tables = {
  first: { schema, rows: ['K1,1,1,,,,,stated,A,2,male,true,X,X Y', 'K2,1,2,,,,,stated,B,,,,,'] },
  // An empty cell too: whether a column has any is part of a look's text.
  second: { schema, rows: ['K3,1,1,,,,,stated,A C,5,female,false,Y,', 'K4,1,2,,,,,stated,D,,,,,'] },
};
const join = (table: string) => `{ table: ${table}, as: row, on: line.itemCode }`;
const quoted = (text: string) => JSON.stringify(text);

function built(rules: SourceText['rules']): Artifact {
  const result = buildUnguarded(rulesSource({ rules, tables }));
  if (!result.ok) throw new Error(renderDiagnostics(result.error));
  return result.value;
}

const looksOf = (rules: SourceText['rules']) => built(rules).rules.map(({ quick }) => quick?.look ?? null);

describe('rules share a look where they differ only in', () => {
  const pairs: readonly (readonly [
    what: string,
    one: Record<string, string>,
    other: Record<string, string>,
  ])[] = [
    [
      'the table',
      { join: join('first'), when: 'line.quantity > row.most' },
      { join: join('second'), when: 'line.quantity > row.most' },
    ],
    [
      'a number',
      { join: join('first'), when: 'line.quantity > 3.0' },
      { join: join('first'), when: 'line.quantity > 4.0' },
    ],
    [
      'a word',
      { join: join('first'), when: quoted("patient.insurance == 'resident'") },
      { join: join('first'), when: quoted("patient.insurance == 'other'") },
    ],
    [
      'the codes that they name',
      { when: quoted("line.itemCode in ['A', 'B'] && line.quantity > 3.0") },
      { when: quoted("line.itemCode in ['C'] && line.quantity > 2.0") },
    ],
    [
      'the code of the partner',
      { join: join('first'), with: '{ other: claim.lines }', when: 'other.itemCode == row.partner' },
      { join: join('second'), with: '{ other: claim.lines }', when: 'other.itemCode == row.partner' },
    ],
    [
      'their own period',
      { join: join('first'), when: 'patient.sex != row.sex', valid: '{ from: 2026-01-01 }' },
      { join: join('second'), when: 'patient.sex != row.sex', valid: '{ from: 2025-01-01, to: 2026-08-01 }' },
    ],
  ];

  it.each(pairs)('%s', (_, one, other) => {
    const [first, second] = looksOf({ one, other });
    expect(first).not.toBeNull();
    expect(second).toBe(first);
  });

  it('but not where they ask something else', () => {
    const [one, other] = looksOf({
      one: { join: join('first'), when: 'line.quantity > row.most' },
      other: { join: join('first'), when: 'line.quantity >= row.most' },
    });
    expect(one).not.toBe(other);
  });
});

describe('a rule has no look where', () => {
  it.each([
    [
      'it walks over lists only',
      { join: join('first'), when: 'claim.lines.exists(x, x.quantity > row.most)' },
    ],
    ['it holds for every line that leads to it', { join: join('first') }],
    ['it is asked for every line', { when: 'line.quantity > 3.0' }],
    ['it is asked for prescriptions', { for: 'prescription', when: 'size(prescription.lines) > 1' }],
    [
      'nothing is known of its partner',
      { join: join('first'), with: '{ other: claim.lines }', when: 'other.current' },
    ],
  ])('%s', (_, rule) => {
    expect(looksOf({ rule: rule as Record<string, string> })).toEqual([null]);
  });
});

describe('with looks as without them', () => {
  const conditions = [
    'patient.sex != row.sex',
    'line.quantity > row.most',
    'has(row.most) && line.quantity > row.most || row.strict',
    'claim.quantity(line.itemCode) + 1.0 > row.most * 2.0',
    "encounter.type == 'inpatient' && !row.strict",
    "row.partner != line.itemCode && row.partner != 'X'",
    "'Y' in row.list",
    'ageAt(patient.birthDate, line.at) > 56',
    "row.sex == 'male' ? line.current : line.amount > 5",
    "patient.region.startsWith('35') && encounter.medType == '21'",
  ];
  const rules = Object.fromEntries(
    // More looks than one function holds.
    Array.from({ length: looksPerFunction + 12 }, (_, i) => [
      `rule-${i}`,
      {
        join: join(i % 2 === 0 ? 'first' : 'second'),
        when: quoted(
          `(${conditions[i % conditions.length]}) ${'&& line.current '.repeat(i / conditions.length)}`,
        ),
        ...(i % 3 === 0 ? { valid: '{ from: 2026-07-02, to: 2026-07-04 }' } : {}),
      },
    ]),
  );
  const claims: readonly (readonly [string, ClaimFields])[] = [
    ['a plain claim', { lines: [{ itemCode: 'A' }, { itemCode: 'B' }, { itemCode: 'C' }] }],
    ['a line without a code', { lines: [{ itemCode: 'A' }, { itemCode: null }] }],
    ['a line without a time', { lines: [{ itemCode: 'A', at: null }, { itemCode: 'A' }] }],
    [
      'a day before and a day after the period',
      {
        lines: [
          { itemCode: 'A', at: morning - dayLength },
          { itemCode: 'A', at: morning + 2 * dayLength },
        ],
      },
    ],
    ['an unknown fact', { lines: [{ itemCode: 'A' }], patient: { sex: null, birthDate: null } }],
    ['a word that no table has', { lines: [{ itemCode: 'A' }], patient: { insurance: 'work_injury' } }],
    ['a man', { lines: [{ itemCode: 'A' }, { itemCode: 'C' }], patient: { sex: 'male' } }],
    ['a screening that does not say its scene', { lines: [{ itemCode: 'A' }], scene: null }],
    [
      'many lines of an item',
      { lines: Array.from({ length: 100 }, (_, i) => ({ itemCode: i % 3 ? 'A' : 'Q' })) },
    ],
  ];

  it.each(claims)('%s', (_, fields) => {
    const artifact = built(rules);
    expect(new Set(artifact.rules.map(({ quick }) => quick?.look)).size).toBeGreaterThan(looksPerFunction);
    const ruleset = instantiate(artifact);
    const claim = makeClaim(fields);
    expect(screenPlainly(ruleset, claim)).toEqual(scanPlainly(ruleset, claim));
  });
});

describe('the budget', () => {
  const rules = {
    'yes-rule': { join: join('first'), when: 'line.quantity < 3.0' },
    'no-rule': { join: join('first'), when: 'line.quantity > 3.0' },
    'other-no-rule': { join: join('first'), when: 'line.quantity > 4.0' },
  };
  const ruleset = instantiate(built(rules));
  const claim = makeClaim({ lines: [{ itemCode: 'A' }] });

  it('counts rules that have said no at first sight as run', () => {
    const entered: string[] = [];
    const enter = (rule: number) => entered.push(ruleset.ruleIds[rule] as string);
    screenPlainly(ruleset, makeClaim({ lines: [{ itemCode: 'A', netQuantityE4: 35_000 }] }), {
      mayGoOn: () => true,
      enter,
    });
    expect(entered).toContain('no-rule');
  });

  it('leaves every rule open where it is over from the start', () => {
    const { findings, notEvaluated } = screenPlainly(ruleset, claim, {
      mayGoOn: () => false,
      enter: () => {},
    });
    expect(findings).toEqual([]);
    expect(notEvaluated.map(({ rule, cause }) => [rule, cause])).toEqual([
      ['no-rule', 'budget'],
      ['other-no-rule', 'budget'],
      ['yes-rule', 'budget'],
    ]);
  });

  it('is looked at while lines are: what has said no until then is not open', () => {
    let looks = 0;
    const many = makeClaim({ lines: Array.from({ length: 200 }, () => ({ itemCode: 'A' })) });
    const meter = { mayGoOn: () => ++looks <= 4, enter: () => {} };
    const { notEvaluated } = screenPlainly(ruleset, many, meter);
    expect(notEvaluated.map(({ rule }) => rule)).toEqual(['no-rule', 'other-no-rule', 'yes-rule']);
    looks = Number.NEGATIVE_INFINITY;
    expect(screenPlainly(ruleset, many, meter).notEvaluated).toEqual([]);
  });
});
