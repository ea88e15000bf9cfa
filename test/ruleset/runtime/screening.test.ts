/** What a rule set says about a claim: findings, roles, money, weakening, coverage, budget. */
import { describe, expect, it } from 'vitest';
import type { Claim } from '../../../src/claim/claim.js';
import type { Meter, Screened } from '../../../src/ruleset/runtime/screened.js';
import {
  type ClaimFields,
  dayLength,
  makeClaim,
  morning,
  scanPlainly,
  screenPlainly,
  unhurried,
} from '../claims.js';
import { runnable, type SourceText } from '../rule-sources.js';

const limits = {
  schema:
    'codes: { type: codes }\nmost: { type: number }\nsex: { type: enumeration, values: [female, male] }',
  rows: [
    'K1,7,1,,2026-01-01,,,stated,A A2,2,male',
    'K2,7,2,,2026-01-01,2026-07-02,,stated,B,,male',
    'K3,8,3,,2026-07-02,,,judged,B,,female',
    'K4,8,4,2027-01-01,2026-01-01,,,stated,A,1,female',
    'K5,8,5,,,,3501,stated,R,1,male',
  ],
};
const pairs = {
  schema: 'codes: { type: codes }\nexcluded: { type: code }\nlist: { type: texts, authored: list }',
  rows: [
    'P1,1,1,,,,,stated,A,X,',
    'P2,1,2,,,,,stated,A,Y,Q1',
    'P3,1,3,,,,,stated,D,E,',
    'P3,1,4,,,,,stated,E,D,',
  ],
};
const tables = { limits, pairs };
const join = '{ table: limits, as: row, on: line.itemCode }';
const pairJoin = '{ table: pairs, as: pair, on: line.itemCode, many: true }';

function screen(
  rules: SourceText['rules'],
  claim: ClaimFields | Claim,
  more: Partial<SourceText> = {},
): Screened {
  const built = makeClaim(claim as ClaimFields);
  const ruleset = runnable({ rules, tables, ...more });
  const screened = screenPlainly(ruleset, built, unhurried);
  expect(scanPlainly(ruleset, built, unhurried)).toEqual(screened);
  expect(screenPlainly(ruleset, built, unhurried)).toEqual(screened);
  return screened;
}

const sexRule = { 'sex-rule': { join, when: 'patient.sex != row.sex' } };
const lines = (...codes: readonly (string | null)[]) => codes.map((itemCode) => ({ itemCode }));

describe('a joined row', () => {
  it('finds the line and gives the basis', () => {
    const { findings } = screen(sexRule, { lines: lines('A') });
    expect(findings).toMatchObject([
      {
        rule: 'sex-rule',
        basis: { document: '示例文件', batch: 7, point: 'K1' },
        facts: { 'patient.sex': 'female', 'row.sex': 'male' },
        lines: [{ id: 'L1', role: 'violating' }],
        excessFen: 10_000,
      },
    ]);
  });

  it('is taken as it was in force at the service', () => {
    const at = (days: number) => ({ lines: [{ itemCode: 'B', at: morning + days * dayLength }] });
    expect(screen(sexRule, at(-1)).findings).toMatchObject([{ basis: { point: 'K2' } }]);
    expect(screen(sexRule, at(0)).findings).toEqual([]);
    expect(screen(sexRule, { ...at(0), patient: { sex: 'male' } }).findings).toMatchObject([
      { basis: { point: 'K3' } },
    ]);
  });

  it('that became known later is not in the rule set', () => {
    const claim = { lines: lines('A'), patient: { sex: 'male' as const } };
    expect(screen(sexRule, claim).findings).toEqual([]);
    const asOf = '2027-06-01';
    const many = {
      'sex-rule': {
        join: '{ table: limits, as: row, on: line.itemCode, many: true }',
        when: 'patient.sex != row.sex',
      },
    };
    expect(screen(many, claim, { asOf }).findings).toMatchObject([{ basis: { point: 'K4' } }]);
  });

  it('is in force in its region only', () => {
    const region = (code: string | null) => ({ lines: lines('R'), institution: { region: code } });
    expect(screen(sexRule, region('350102')).findings.length).toBe(1);
    expect(screen(sexRule, region('350200'))).toMatchObject({ findings: [], notEvaluated: [] });
    expect(screen(sexRule, region(null)).notEvaluated).toEqual([
      { rule: 'sex-rule', cause: 'fact', facts: ['institution.region'], lines: ['L1'] },
    ]);
  });

  it('is not asked for where the condition already says no', () => {
    const rules = { 'sex-rule': { join, when: "encounter.type == 'pharmacy' && patient.sex != row.sex" } };
    expect(screen(rules, { lines: [{ itemCode: 'A', at: null }, { itemCode: null }] }).notEvaluated).toEqual(
      [],
    );
  });
});

describe('coverage', () => {
  it('names rule, facts and lines, lines with the same gap together', () => {
    const { notEvaluated } = screen(sexRule, { lines: lines('A', 'Z', 'B'), patient: { sex: null } });
    expect(notEvaluated).toEqual([
      { rule: 'sex-rule', cause: 'fact', facts: ['patient.sex'], lines: ['L1', 'L3'] },
    ]);
  });

  it('keeps apart lines that lack different facts', () => {
    const claim = {
      lines: [{ itemCode: 'A', at: null }, { itemCode: 'A' }, { itemCode: null }],
      patient: { sex: null },
    };
    expect(screen(sexRule, claim).notEvaluated).toEqual([
      { rule: 'sex-rule', cause: 'fact', facts: ['line.at', 'patient.sex'], lines: ['L1'] },
      { rule: 'sex-rule', cause: 'fact', facts: ['line.itemCode', 'patient.sex'], lines: ['L3'] },
      { rule: 'sex-rule', cause: 'fact', facts: ['patient.sex'], lines: ['L2'] },
    ]);
  });

  it('tells a list that nobody has authored from an unknown fact, and from missing history', () => {
    const rules = {
      'list-rule': { join: pairJoin, when: '"!diagnosisIn(pair.list)"' },
      'history-rule': { join: pairJoin, when: '"!history.usedAny(pair.list, 30)"' },
      'unknown-cell': { join, when: 'line.quantity > row.most' },
    };
    const gaps = screen(rules, { lines: lines('A', 'B') }).notEvaluated;
    expect(gaps).toEqual([
      { rule: 'history-rule', cause: 'list', facts: ['pairs.list'], lines: ['L1'] },
      { rule: 'history-rule', cause: 'history', facts: ['history'], lines: ['L1'] },
      { rule: 'list-rule', cause: 'list', facts: ['pairs.list'], lines: ['L1'] },
      { rule: 'unknown-cell', cause: 'fact', facts: ['limits.most'], lines: ['L2'] },
    ]);
  });

  it('an unknown scene leaves every rule that has scenes undecided', () => {
    const rules = { ...sexRule, 'settled-only': { join, when: '"true"', scenes: '[settlement]' } };
    const { findings, notEvaluated } = screen(rules, { lines: lines('A'), scene: null });
    expect(findings).toEqual([]);
    expect(notEvaluated).toMatchObject([{ rule: 'sex-rule', facts: ['claim.scene'] }]);
  });

  it('a rule of other scenes or kinds does not apply', () => {
    const rules = { 'sex-rule': { join, when: 'patient.sex != row.sex', scenes: '[2, settlement]' } };
    expect(screen(rules, { lines: lines('A'), scene: 9 })).toMatchObject({ findings: [], notEvaluated: [] });
    expect(screen(rules, { lines: lines('A'), scene: 2 }).findings.length).toBe(1);
    expect(screen(rules, { lines: lines('A'), kind: 'settlement', scene: null }).findings.length).toBe(1);
    expect(screen(rules, { lines: lines('A'), kind: 'sale', scene: 2 }).findings).toEqual([]);
  });

  it('asks a rule of another scene for nothing, a line without a code or not', () => {
    const always = { scenes: '[9, settlement]', when: "patient.sex == 'female'" };
    const rules = {
      'line-rule': always,
      'claim-rule': { ...always, for: 'claim', blame: '{ line: claim.lines }' },
      'prescription-rule': { ...always, for: 'prescription', blame: '{ line: prescription.lines }' },
      'found-rule': { ...always, join },
    };
    const claim: ClaimFields = { lines: [{ itemCode: 'A' }, { itemCode: null }, { prescriptionId: null }] };
    const nothing = { findings: [], notEvaluated: [] };
    expect(screen(rules, { ...claim, scene: 2 })).toMatchObject(nothing);
    expect(screen(rules, { ...claim, kind: 'fees', scene: null })).toMatchObject(nothing);
    expect(screen(rules, { ...claim, scene: 9 }).findings.length).toBeGreaterThan(3);
    expect(screen(rules, { ...claim, kind: 'settlement' }).findings.length).toBeGreaterThan(3);
  });

  it('a rule outside its own period does not apply', () => {
    const rules = {
      'sex-rule': { join, when: 'patient.sex != row.sex', valid: '{ from: 2026-07-02, to: 2026-07-04 }' },
    };
    const at = (days: number) => ({ lines: [{ itemCode: 'A', at: morning + days * dayLength }] });
    expect([-1, 0, 1, 2].map((days) => screen(rules, at(days)).findings.length)).toEqual([0, 1, 1, 0]);
  });

  it('an exception that cannot be decided leaves the rule undecided', () => {
    const rules = { 'sex-rule': { join, when: 'patient.sex != row.sex', except: '[urgent]' } };
    const exceptions = 'urgent: { title: 急诊, when: encounter.emergency }\n';
    const emergency = (value: boolean | null) =>
      screen(rules, { lines: lines('A'), encounter: { emergency: value } }, { exceptions });
    expect(emergency(true)).toMatchObject({ findings: [], notEvaluated: [] });
    expect(emergency(false).findings.length).toBe(1);
    expect(emergency(null).notEvaluated).toMatchObject([{ facts: ['encounter.emergency'] }]);
  });

  it('lines that are not payable do not exist', () => {
    const claim = {
      lines: [
        { itemCode: 'A', payable: false },
        { itemCode: null, payable: false },
      ],
    };
    expect(screen(sexRule, claim)).toMatchObject({ findings: [], notEvaluated: [] });
  });
});

const pairRule = {
  'pair-rule': {
    join: pairJoin,
    with: '{ other: claim.lines }',
    when: 'other.itemCode == pair.excluded && overlaps(other, line)',
    blame: '{ line: other, involve: line, excess: other.amount }',
    say: '"{other.itemName}已含于{line.itemName}，{other.amount}元"',
  },
};

describe('a partner', () => {
  it('one finding per row names every match and adds up their money', () => {
    const claim = { lines: lines('A', 'X', 'X', 'Y') };
    const { findings, excessByLine } = screen(pairRule, claim);
    expect(
      findings.map((f) => [f.basis.point, f.lines.map((l) => `${l.id} ${l.role}`).join(), f.excessFen]),
    ).toEqual([
      ['P1', 'L2 violating,L3 violating,L1 involved', 20_000],
      ['P2', 'L4 violating,L1 involved', 10_000],
    ]);
    expect(findings[0]?.message).toBe('示例项目已含于示例项目，100.00元');
    expect([...excessByLine]).toEqual([
      ['L2', 10_000],
      ['L3', 10_000],
      ['L4', 10_000],
    ]);
  });

  it('is never the line itself', () => {
    const rules = { 'same-day': { with: '{ other: claim.lines }', when: 'sameDay(line.at, other.at)' } };
    expect(screen(rules, { lines: lines('A') }).findings).toEqual([]);
    expect(screen(rules, { lines: lines('A', 'B') }).findings.length).toBe(2);
  });

  it('that certainly matches decides, whatever is unknown of another', () => {
    const claim = { lines: [...lines('A', 'X'), { itemCode: 'X', at: null }] };
    const { findings, notEvaluated } = screen(pairRule, claim);
    expect(findings.map((f) => f.lines.map((l) => l.id))).toEqual([['L2', 'L1']]);
    expect(notEvaluated).toEqual([]);
  });

  it('that may match leaves the rule undecided', () => {
    const claim = { lines: [...lines('A'), { itemCode: 'X', at: null }] };
    expect(screen(pairRule, claim).notEvaluated).toEqual([
      { rule: 'pair-rule', cause: 'fact', facts: ['line.at'], lines: ['L1'] },
    ]);
  });

  it('without item code may be any', () => {
    const gaps = screen(pairRule, { lines: lines('A', null) }).notEvaluated;
    expect(gaps).toMatchObject([{ facts: ['line.itemCode'] }]);
    expect(gaps.flatMap((g) => g.lines)).toEqual(['L1', 'L2']);
  });

  it('joined to rows of its own', () => {
    const rules = {
      'both-limited': {
        join,
        with: '{ other: { each: claim.lines, join: { table: limits, as: otherRow, on: other.itemCode } } }',
        when: 'row.sex != otherRow.sex',
      },
    };
    expect(screen(rules, { lines: lines('A', 'B', 'A2') }).findings.length).toBe(3);
    expect(screen(rules, { lines: lines('A', 'A2', 'Z') }).findings).toEqual([]);
    expect(screen(rules, { lines: lines('A', null) }).notEvaluated).toMatchObject([
      { facts: ['line.itemCode'] },
    ]);
  });

  it('findings from both sides with equal violating lines and row are one', () => {
    const rules = {
      'either-way': {
        join: pairJoin,
        with: '{ other: claim.lines }',
        when: 'other.itemCode == pair.excluded',
        blame: '{ line: [line, other], excess: 100 }',
      },
    };
    const { findings } = screen(rules, { lines: lines('D', 'E') });
    expect(findings.map((f) => [f.lines.length, f.excessFen])).toEqual([[2, 100]]);
  });
});

describe('事前 scenes', () => {
  const claim = (first: boolean, second: boolean, scene: 2 | 9 = 2): ClaimFields => ({
    scene,
    lines: [
      { itemCode: 'A', current: first, netAmountFen: 350_000 },
      { itemCode: 'X', current: second, netAmountFen: 220_000 },
    ],
  });
  const roles = (fields: ClaimFields) =>
    screen(pairRule, fields).findings.map((f) => [...f.lines.map((l) => `${l.id} ${l.role}`), f.excessFen]);

  it('a finding stands on what is being ordered now', () => {
    expect(roles(claim(true, true))).toEqual([['L2 violating', 'L1 involved', 220_000]]);
    expect(roles(claim(false, true))).toEqual([['L2 violating', 'L1 involved', 220_000]]);
  });

  it('roles swap where the blamed line is history', () => {
    expect(roles(claim(true, false))).toEqual([['L1 violating', 'L2 involved', 220_000]]);
  });

  it('what several pairs make is told by the first of their lines, whichever item was asked first', () => {
    const rules = {
      'same-day': {
        join: '{ table: limits, as: row, on: line.itemCode, many: true }',
        with: '{ other: claim.lines }',
        when: 'other.itemCode != line.itemCode',
        say: '"with {line.itemCode}"',
      },
    };
    const of = (itemCode: string, current: boolean) => ({ itemCode, current });
    const claim = { scene: 2 as const, lines: [of('A2', false), of('A', false), of('A2', true)] };
    const { findings } = screen(rules, claim);
    expect(findings.map((f) => [f.lines[0]?.id, f.facts['line.itemCode']])).toContainEqual(['L3', 'A']);
  });

  it('history alone is no finding and no gap', () => {
    expect(roles(claim(false, false))).toEqual([]);
    const unknown = {
      scene: 2 as const,
      lines: [
        { itemCode: 'A', current: false },
        { itemCode: 'X', at: null, current: false },
      ],
    };
    expect(screen(pairRule, unknown).notEvaluated).toEqual([]);
    expect(screen(pairRule, { ...unknown, scene: 9 }).notEvaluated.length).toBe(1);
  });

  it('elsewhere history is judged like the rest', () => {
    expect(roles(claim(false, false, 9))).toEqual([['L2 violating', 'L1 involved', 220_000]]);
  });
});

describe('weakening', () => {
  const rules = (weaken: string) => ({ 'pair-rule': { ...pairRule['pair-rule'], weaken } });
  const words = (weaken: string, claim: ClaimFields) =>
    screen(rules(weaken), claim).findings.map((f) => [f.severity, f.effect]);

  it.each([
    [
      'unless holds',
      '{ unless: "concurrent(other, line)", to: suspicious, effect: remind }',
      {},
      ['definite', 'justify'],
    ],
    [
      'unless fails',
      '{ unless: "concurrent(other, line)", to: suspicious, effect: remind }',
      { atTimed: false },
      ['suspicious', 'remind'],
    ],
    ['if holds', '{ if: "other.quantity > 0.5", to: suspicious }', {}, ['suspicious', 'justify']],
    ['if fails', '{ if: "other.quantity > 5.0", to: suspicious }', {}, ['definite', 'justify']],
    [
      'unless is unknown',
      '{ unless: "other.quantity > 0.5", to: suspicious }',
      { netQuantityE4: null },
      ['suspicious', 'justify'],
    ],
    [
      'if is unknown',
      '{ if: "other.quantity > 5.0", to: suspicious }',
      { netQuantityE4: null },
      ['suspicious', 'justify'],
    ],
    [
      'several apply, the weakest counts',
      '[{ if: other.current, to: suspicious }, { if: other.current, to: highly_suspicious, effect: record }]',
      {},
      ['suspicious', 'record'],
    ],
  ])('%s', (_, weaken, other, expected) => {
    expect(words(weaken, { lines: [{ itemCode: 'A' }, { itemCode: 'X', ...other }] })).toEqual([expected]);
  });

  it('a partner that stands unweakened suffices', () => {
    const claim = { lines: [{ itemCode: 'A' }, { itemCode: 'X', atTimed: false }, { itemCode: 'X' }] };
    expect(words('{ unless: "concurrent(other, line)", to: suspicious }', claim)).toEqual([
      ['definite', 'justify'],
    ]);
  });
});

describe('excess', () => {
  const rule = (excess: string, more = {}) => ({
    'excess-rule': { join, blame: `{ line: line, excess: "${excess}" }`, ...more },
  });
  const excess = (text: string, line: object) =>
    screen(rule(text), {
      lines: [
        { itemCode: 'A', netQuantityE4: 50_000, netAmountFen: 900, unitPriceE4Fen: 2_000_000, ...line },
      ],
    }).findings.map((f) => f.excessFen);

  it.each([
    ['only the part above the limit', '(line.quantity - 2.0) * line.unitPrice', {}, 600],
    ['never more than the line', 'line.amount * 3', {}, 900],
    ['never less than nothing', '0 - line.amount', {}, 0],
    ['whole fen', 'line.unitPrice * 0.333', {}, 66],
    ['unknown is nothing', '(line.quantity - 2.0) * line.unitPrice', { unitPriceE4Fen: null }, 0],
    ['an unknown amount bounds nothing', 'line.unitPrice', { netAmountFen: null }, 0],
  ])('%s', (_, text, line, expected) => expect(excess(text, line)).toEqual([expected]));

  it('is spread over the blamed lines in their order', () => {
    const rules = {
      'claim-wide': {
        for: 'claim',
        when: `"claim.quantity('A') > 2.0"`,
        blame: `{ line: "claim.lines.filter(x, x.itemCode == 'A')", excess: 250 }`,
      },
    };
    const claim = { lines: [100, 100, 100].map((netAmountFen) => ({ itemCode: 'A', netAmountFen })) };
    expect([...screen(rules, claim).excessByLine]).toEqual([
      ['L1', 100],
      ['L2', 100],
      ['L3', 50],
    ]);
  });

  it('of several findings the largest counts for a line, and record findings do not', () => {
    const rules = {
      'first-rule': { join, blame: '{ line: line, excess: 300 }' },
      'second-rule': { join, blame: '{ line: line, excess: 500 }' },
      'silent-rule': { join, blame: '{ line: line, excess: 900 }', effect: 'record' },
    };
    const screened = screen(rules, { lines: lines('A') });
    expect(screened.findings.map((f) => f.excessFen)).toEqual([300, 500, 900]);
    expect([...screened.excessByLine]).toEqual([['L1', 500]]);
  });

  it('a doubtful line is not blamed', () => {
    const rules = {
      'claim-wide': {
        for: 'claim',
        when: '"true"',
        blame: `{ line: "claim.lines.filter(x, x.itemCode == 'A')" }`,
      },
    };
    const { findings } = screen(rules, { lines: lines('A', null) });
    expect(findings.map((f) => f.lines.map((l) => l.id))).toEqual([['L1']]);
  });
});

describe('a rule asked once per item', () => {
  const blame = '{ line: "claim.lines.filter(x, x.itemCode == line.itemCode)" }';
  const rule = { 'sum-rule': { join, blame, once: 'item', when: 'claim.quantity(line.itemCode) > 1.0' } };

  it('names all lines of each item in one finding', () => {
    const { findings } = screen(rule, { lines: lines('A', 'A2', 'A', 'A2') });
    expect(findings.map((f) => f.lines.map((l) => l.id))).toEqual([
      ['L1', 'L3'],
      ['L2', 'L4'],
    ]);
  });

  it('goes on to the next line of an item where it did not hold for one', () => {
    const late = { ...rule['sum-rule'], when: 'day(line.at) == day(encounter.dischargedAt)' };
    const encounter = { dischargedAt: morning + dayLength };
    const claim = { encounter, lines: [{ itemCode: 'A' }, { itemCode: 'A', at: morning + dayLength }] };
    expect(screen({ 'sum-rule': late }, claim).findings).toHaveLength(1);
  });
});

describe('a prescription', () => {
  const rule = {
    'alone-rule': {
      for: 'prescription',
      when: `"prescription.lines.all(x, listed('limits', x.itemCode, prescription.at))"`,
    },
  };
  const at = (itemCode: string, prescriptionId: string | null, more = {}) => ({
    itemCode,
    prescriptionId,
    ...more,
  });

  it('is judged as a whole', () => {
    const claim = { lines: [at('A', 'P1'), at('A2', 'P1'), at('A', 'P2'), at('Z', 'P2')] };
    expect(screen(rule, claim).findings.map((f) => f.lines.map((l) => l.id))).toEqual([['L1', 'L2']]);
  });

  it('lines without one are undecided where the rule could apply', () => {
    const gap = (...codes: string[]) => screen(rule, { lines: codes.map((c) => at(c, null)) }).notEvaluated;
    expect(gap('Z')).toEqual([]);
    expect(gap('A', 'Z')).toEqual([
      { rule: 'alone-rule', cause: 'fact', facts: ['line.prescriptionId'], lines: ['L1'] },
    ]);
  });

  it('takes the point of its finding from the table that its basis names, by the first violating line', () => {
    const basis = '{ document: 示例文件, table: limits }';
    const named = { 'alone-rule': { ...rule['alone-rule'], basis } };
    const claim = { lines: [at('Z', 'P1'), at('A', 'P2'), at('A2', 'P2')] };
    const points = (rules: typeof named | typeof rule) =>
      screen(rules, claim).findings.map((finding) => finding.basis.point);
    expect(points(named)).toEqual(['K1']);
    expect(points(rule)).toEqual([null]);
  });

  it('has the time of its first line, unknown where one is', () => {
    const claim = { lines: [at('B', 'P1'), at('B', 'P1', { at: null })] };
    expect(screen(rule, claim).notEvaluated).toMatchObject([
      { facts: ['prescription.at'], lines: ['L1', 'L2'] },
    ]);
  });
});

describe('budget', () => {
  const rules = {
    'first-rule': { join, when: 'patient.sex != row.sex' },
    'never-here': { when: `"line.itemCode == 'Q'"` },
    'second-rule': { join, when: 'patient.sex != row.sex' },
    'third-rule': { for: 'claim', when: 'stayDays() > 0', blame: '{ line: claim.lines }' },
  };

  it('a rule whose many lines take too long keeps what it has found and is listed', () => {
    const ruleset = runnable({ rules: { 'first-rule': { join } }, tables });
    let looks = 0;
    const meter: Meter = { mayGoOn: () => ++looks <= 3, enter: () => {} };
    const claim = makeClaim({ lines: lines(...Array<string>(40).fill('A')) });
    const { findings, notEvaluated } = screenPlainly(ruleset, claim, meter);
    expect(findings.length).toBeGreaterThan(0);
    expect(findings.length).toBeLessThan(40);
    expect(notEvaluated).toMatchObject([{ rule: 'first-rule', cause: 'budget' }]);
  });

  it('what is left and would apply is listed; rules say when they begin', () => {
    const ruleset = runnable({ rules, tables });
    const entered: number[] = [];
    const meter: Meter = { mayGoOn: () => entered.length < 1, enter: (rule) => entered.push(rule) };
    const { findings, notEvaluated } = screenPlainly(ruleset, makeClaim({ lines: lines('A') }), meter);
    expect(entered.map((i) => ruleset.ruleIds[i])).toEqual(['first-rule']);
    expect(findings.map((f) => f.rule)).toEqual(['first-rule']);
    expect(notEvaluated).toEqual([
      { rule: 'second-rule', cause: 'budget', facts: [], lines: [] },
      { rule: 'third-rule', cause: 'budget', facts: [], lines: [] },
    ]);
  });

  it('a rule that no line leads to is never entered', () => {
    const ruleset = runnable({ rules, tables });
    const entered: string[] = [];
    screenPlainly(ruleset, makeClaim({ lines: lines('Z') }), {
      mayGoOn: () => true,
      enter: (i) => entered.push(ruleset.ruleIds[i] ?? ''),
    });
    expect(entered).toEqual(['third-rule']);
  });
});

describe('what a finding shows', () => {
  it('facts and results by their text, nothing personal', () => {
    const rules = {
      'age-rule': {
        join,
        let: '{ age: "ageAt(patient.birthDate, line.at)" }',
        when: JSON.stringify(
          'age > 18 && ageDays(patient.birthDate, line.at) > 3' +
            ' && line.amount > 5 && day(line.at) != patient.birthDate',
        ),
        say: '"{age}岁，{day(line.at)}，{line.at}，{line.amount}元，{row.most}"',
      },
    };
    const [finding] = screen(rules, { lines: lines('B'), patient: { sex: 'male' } }).findings;
    expect(finding?.facts).toEqual({
      'ageAt(patient.birthDate, line.at)': 56,
      'line.at': '2026-07-02 09:00',
      'line.amount': 10_000,
      'day(line.at)': '2026-07-02',
    });
    expect(finding?.message).toBe('56岁，2026-07-02，2026-07-02 09:00，100.00元，（未知）');
  });

  it('the code of an item whose name was not sent', () => {
    const rules = { 'any-rule': { join, say: '"{line.itemName}"' } };
    const [finding] = screen(rules, { lines: [{ itemCode: 'A', itemName: null }] }).findings;
    expect(finding?.message).toBe('A');
  });

  it('an id that stays when amounts, times and other rules change', () => {
    const id = (claim: ClaimFields) => screen(sexRule, claim).findings[0]?.findingId;
    const first = id({ lines: lines('A') });
    expect(first).toMatch(/^F[0-9a-f]{31}$/);
    expect(
      id({
        lines: [{ itemCode: 'A2', netAmountFen: 1, at: morning + dayLength }],
        scene: 2,
        eventId: 'other',
      }),
    ).toBe(first);
    expect(id({ lines: lines('A'), encounter: { id: 'E2' } })).not.toBe(first);
    expect(id({ lines: lines('Z', 'A') })).not.toBe(first);
  });
});
