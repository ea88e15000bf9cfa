import { describe, expect, it } from 'vitest';
import {
  type ImpactCeiling,
  type ImpactReport,
  impactGate,
  ownImpact,
  type RuleImpact,
} from '../../../src/ruleset/guard/impact-gate.js';

const ruleset = {
  id: 'sha256:a',
  rules: [
    { id: 'loud', effect: 'justify' },
    { id: 'quiet', effect: 'remind' },
    { id: 'silent', effect: 'record' },
  ],
} as const;
const ceiling: ImpactCeiling = { perRule: 50, inAll: 80, fewestClaims: 1_000 };

function impact(rule: string, hits: number, more: Partial<RuleImpact> = {}): RuleImpact {
  return { rule, hits, byInstitution: { H35: hits }, byDepartment: { A04: hits }, excessFen: 0, ...more };
}

function report(more: Partial<ImpactReport> = {}): ImpactReport {
  const rules = [impact('loud', 10), impact('quiet', 0), impact('silent', 9_000)];
  return { rulesetId: ruleset.id, claims: 10_000, rules, scenes: null, ...more };
}

const measured = { loud: [], missing: [] };

describe('what a report alone says', () => {
  const inScenes = (...scenes: string[]) => ({
    ...ruleset,
    rules: ruleset.rules.map((rule) => (rule.id === 'quiet' ? { ...rule, scenes } : rule)),
  });

  it.each([
    ['nothing', ruleset, null, { measured: 'not', loud: false }],
    ['too little', ruleset, report({ claims: 999 }), { measured: 'not', loud: false }],
    ['all', ruleset, report(), { measured: 'wholly', loud: false }],
    [
      'all, and too much of it',
      ruleset,
      report({ rules: [impact('loud', 51), impact('quiet', 0), impact('silent', 0)] }),
      { measured: 'wholly', loud: true },
    ],
    [
      'all but a scene',
      inScenes('2'),
      report({ scenes: { settlement: 10_000 } }),
      { measured: 'partly', loud: false },
    ],
    [
      'too much, and not of a scene',
      inScenes('2'),
      report({
        scenes: { settlement: 10_000 },
        rules: [impact('loud', 51), impact('quiet', 0), impact('silent', 0)],
      }),
      { measured: 'partly', loud: true },
    ],
    [
      'too much, and nothing of a rule',
      ruleset,
      report({ rules: [impact('loud', 51)] }),
      { measured: 'not', loud: true },
    ],
  ] as const)('%s', (_, meant, given, told) => {
    expect(ownImpact(meant, given, ceiling)).toEqual(told);
  });
});

describe('a rule set', () => {
  it('that was measured and speaks seldom may be activated', () => {
    expect(impactGate(ruleset, report(), ceiling)).toEqual(measured);
  });

  it.each<[string, ImpactReport | null, string]>([
    ['without a replay', null, 'no replay'],
    ['with the replay of another', report({ rulesetId: 'sha256:b' }), 'another rule set'],
    ['measured on too little', report({ claims: 999 }), 'at least 1000'],
    ['measured on nothing', report({ claims: Number.NaN }), 'NaN claims'],
    [
      'with a rule that was not measured',
      report({ rules: [impact('loud', 1), impact('quiet', 1)] }),
      "'silent'",
    ],
    [
      'with a rule whose hits nobody can place',
      report({ rules: [impact('loud', 1, { byDepartment: {} }), impact('quiet', 1), impact('silent', 1)] }),
      "'loud' is not told by departments",
    ],
  ])('%s may not', (_, given, because) => {
    const { loud, missing } = impactGate(ruleset, given, ceiling);
    expect(loud).toEqual([]);
    expect(missing.join('; ')).toContain(because);
  });

  it('with a rule above the ceiling needs a second approval, and says which', () => {
    const rules = [impact('loud', 51), impact('quiet', 50), impact('silent', 9_000)];
    expect(impactGate(ruleset, report({ rules }), ceiling)).toEqual({
      loud: [
        "'loud' hits 51.0 of 10,000 claims, at most 50",
        'all rules together have 101.0 hits in 10,000 claims, at most 80',
      ],
      missing: [],
    });
  });

  it('with a rule above the ceiling is too loud whatever else was not measured', () => {
    const rules = [impact('loud', 51), impact('quiet', 1, { byDepartment: {} }), impact('silent', 0)];
    expect(impactGate(ruleset, report({ rules }), ceiling)).toEqual({
      loud: ["'loud' hits 51.0 of 10,000 claims, at most 50"],
      missing: ["'quiet' is not told by departments"],
    });
    for (const given of [report({ rules, claims: 999 }), report({ rules, rulesetId: 'sha256:b' })]) {
      expect(impactGate(ruleset, given, ceiling)).toMatchObject({ loud: [], missing: [expect.any(String)] });
    }
  });
});

describe('a rule that speaks only where nothing was replayed', () => {
  const advisory = { id: 'quiet', effect: 'remind', scenes: [1, 2] } as const;
  const gated = { ...ruleset, rules: [ruleset.rules[0], advisory] };
  const settled = report({ scenes: { settlement: 10_000 } });
  const seen = (hits: number) => [{ scene: '2', claims: 1_000, rules: { quiet: hits } }];

  it('is not measured, unless it only records', () => {
    expect(impactGate(gated, settled, ceiling)).toEqual({
      loud: [],
      missing: ["'quiet' speaks in 1, 2 only, of which neither replay nor shadow has a claim"],
    });
    const recorded = { ...ruleset, rules: [{ ...advisory, effect: 'record' as const }] };
    expect(impactGate(recorded, settled, ceiling)).toEqual(measured);
    const both = { ...ruleset, rules: [{ ...advisory, scenes: [2, 'settlement'] }] };
    expect(impactGate(both, settled, ceiling)).toEqual(measured);
    expect(impactGate(gated, report({ scenes: { '2': 9 } }), ceiling)).toEqual(measured);
    expect(impactGate(gated, report(), ceiling)).toEqual(measured);
  });

  it('is measured by a shadow, and needs a second approval where that is loud', () => {
    expect(impactGate(gated, settled, ceiling, seen(5))).toEqual(measured);
    expect(impactGate(gated, settled, ceiling, seen(50))).toEqual({
      loud: ["'quiet' hits 500.0 of 10,000 claims of its shadow, at most 50"],
      missing: [],
    });
    // What was replayed there says more.
    const replayed = report({ scenes: { '2': 9_000 } });
    expect(impactGate(gated, replayed, ceiling, seen(50))).toEqual(measured);
  });
});
