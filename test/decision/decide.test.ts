import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decisionLimits } from '../../src/decision/bounds.js';
import { decide, decisionIdOf, notScreened } from '../../src/decision/decide.js';
import type { Effect, Finding, NotEvaluated } from '../../src/decision/decision.js';
import { jsonBytes, mustRead } from '../claim/settings.js';
import { decideInput, finding, ruleset, stay, withLines } from './findings.js';

const gap: NotEvaluated = { rule: 'sex-limited', cause: 'fact', facts: ['patient.sex'], lines: ['F42-0101'] };
const withEffect = (...effects: Effect[]): Finding[] => effects.map((effect) => ({ ...finding, effect }));

describe('the status of a decision', () => {
  it.each([
    ['nothing found, nothing left open', [], [], 'pass'],
    ['nothing found, something left open', [], [gap], 'partial'],
    ['a silent finding', ['record'], [], 'pass'],
    ['a silent finding and a gap', ['record'], [gap], 'partial'],
    ['a reminder', ['record', 'remind'], [], 'alert'],
    ['a reminder and a gap', ['remind'], [gap], 'alert'],
    ['a reason demanded', ['justify'], [], 'alert'],
    ['a hold among others', ['remind', 'hold', 'record'], [gap], 'hold'],
  ] as const)('%s', (_, effects, notEvaluated, status) => {
    for (const path of ['advisory', 'durable'] as const) {
      const decision = decide(decideInput({ findings: withEffect(...effects), notEvaluated, path }));
      expect(decision.status).toBe(status);
      expect(decision.coverage.complete).toBe(notEvaluated.length === 0);
    }
  });

  describe('of a screening without lines', () => {
    const scenes = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, null] as const;
    const without = (scene: (typeof scenes)[number]) => ({ ...stay.claim, scene, lines: [] });

    it.each(scenes.filter((scene) => scene !== 1 && scene !== 3))('is partial in scene %s', (scene) => {
      expect(decide(decideInput({ claim: without(scene) }))).toMatchObject({
        status: 'partial',
        detail: 'The claim holds no lines to judge.',
        coverage: { complete: false, notEvaluated: [] },
      });
    });

    it.each([1, 3] as const)('is a pass in scene %s, which has none by nature', (scene) => {
      expect(decide(decideInput({ claim: without(scene) }))).toMatchObject({
        status: 'pass',
        detail: null,
        coverage: { complete: true },
      });
    });

    it('is an alert where a rule found something all the same', () => {
      const decision = decide(decideInput({ claim: without(9), findings: withEffect('remind') }));
      expect(decision).toMatchObject({ status: 'alert', coverage: { complete: false } });
    });

    it.each([
      ['{"kind":"screening"}', { kind: 'screening' }],
      ['lines: null', { kind: 'screening', scene: 9, lines: null }],
      ['a misspelt list', { kind: 'screening', scene: 9, line: [{ id: 'L1' }] }],
    ])('is partial for %s', (_, body) => {
      const { claim } = mustRead(jsonBytes(body));
      expect(decide(decideInput({ claim })).status).toBe('partial');
    });
  });

  it('of refunds and self-paid lines alone may be a pass', () => {
    const lines = [
      { id: 'L1', selfPaid: true, quantity: 1, amount: '24.00' },
      { id: 'L2', quantity: -1, amount: '-24.00' },
    ];
    const { claim } = mustRead(jsonBytes({ kind: 'screening', scene: 9, lines }));
    expect(claim.lines.map((line) => line.payable)).toEqual([false, false]);
    expect(decide(decideInput({ claim })).status).toBe('pass');
  });

  it('keeps silent findings for the record only', () => {
    const findings = withEffect('record', 'remind');
    expect(decide(decideInput({ findings })).findings.map((one) => one.effect)).toEqual(['remind']);
    expect(decide(decideInput({ findings, path: 'durable' })).findings).toEqual(findings);
  });
});

describe('a decision', () => {
  it('counts the same money once, whatever the findings say of it each', () => {
    const excessByLine = new Map([
      ['F42-0102', 220_000],
      ['F42-0201', 21_600],
      // A refund line has nothing left.
      ['F42-0302', 0],
    ]);
    const findings = [...withEffect('remind'), ...withEffect('justify')];
    expect(decide(decideInput({ findings, excessByLine })).excessFen).toBe(220_000 + 21_600);
  });

  it('lists gaps in one order', () => {
    const gaps: NotEvaluated[] = [
      { ...gap, rule: 'b' },
      { ...gap, cause: 'history', facts: ['history'] },
      { ...gap, rule: 'a' },
      { ...gap, facts: ['patient.birthDate'] },
    ];
    fc.assert(
      fc.property(fc.shuffledSubarray(gaps, { minLength: gaps.length }), (notEvaluated) => {
        const listed = decide(decideInput({ notEvaluated })).coverage.notEvaluated;
        expect(listed.map((one) => `${one.rule} ${one.cause} ${one.facts.join()}`)).toEqual(
          [
            'a fact patient.sex',
            'b fact patient.sex',
            'sex-limited fact patient.birthDate',
            'sex-limited fact patient.sex',
            'sex-limited history history',
          ].filter((text) => gaps.some((one) => text === `${one.rule} ${one.cause} ${one.facts.join()}`)),
        );
      }),
    );
  });

  it('has an id of the event and its content, whatever the rule set', () => {
    const id = decide(decideInput()).decisionId;
    expect(id).toMatch(/^D[0-9a-f]{31}$/);
    expect(decide(decideInput({ ruleset: { ...ruleset, version: 2 }, findings: [finding] })).decisionId).toBe(
      id,
    );
    expect(decide(decideInput({ contentHash: 'cd'.repeat(32) })).decisionId).not.toBe(id);
    expect(decisionIdOf(null, null, 'x', 'screening')).not.toBe(decisionIdOf(null, null, 'x', 'settlement'));
    expect(decisionIdOf('A', null, 'x', 'screening')).not.toBe(decisionIdOf(null, 'A', 'x', 'screening'));
  });

  it('shows the gravest of too many findings and says so', () => {
    const many = Array.from({ length: decisionLimits.findings + 10 }, (_, i): Finding => {
      const effect = i >= decisionLimits.findings ? 'hold' : 'remind';
      return { ...finding, findingId: `F${i}`, effect };
    });
    const decision = decide(decideInput({ findings: many }));
    expect(decision.findings).toHaveLength(decisionLimits.findings);
    expect(decision.findings.filter((one) => one.effect === 'hold')).toHaveLength(10);
    expect(decision.findings.at(-1)?.findingId).toBe(many.at(-1)?.findingId);
    expect(decision.detail).toBe('Shows 500 of 510 findings.');
  });

  it('bounds the lines of an entry, violating ones first', () => {
    const ids = Array.from({ length: 600 }, (_, i) => `L${i}`);
    const lines = ids.map((id, i) => ({
      id,
      role: i === 599 ? ('violating' as const) : ('involved' as const),
    }));
    const claim = withLines(stay.claim, ids);
    const decision = decide(
      decideInput({ claim, findings: [{ ...finding, lines }], notEvaluated: [{ ...gap, lines: ids }] }),
    );
    expect(decision.findings[0]?.lines).toHaveLength(decisionLimits.linesPerEntry);
    expect(decision.findings[0]?.lines[0]).toEqual({ id: 'L599', role: 'violating' });
    expect(decision.coverage.notEvaluated[0]?.lines).toHaveLength(decisionLimits.linesPerEntry);
    expect(decision.detail).toBe('Shows the first 500 lines of each entry.');
  });

  it('of a claim that was not screened says why, and has an id where the content is known', () => {
    const known = {
      institution: 'H35010200417',
      eventId: 'E1',
      claimId: 'H35010200417/V1',
      contentHash: 'ab',
    };
    const decision = notScreened('unreadable', 'Expected a list at lines.', known, ruleset);
    expect(decision).toMatchObject({
      status: 'not_screened',
      cause: 'unreadable',
      detail: 'Expected a list at lines.',
      eventId: 'E1',
      claimId: 'H35010200417/V1',
      coverage: { complete: false, notEvaluated: [] },
      excessFen: 0,
    });
    expect(decision.decisionId).toBe(decisionIdOf('H35010200417', 'E1', 'ab', 'screening'));
    expect(notScreened('overload', null, {}, null).decisionId).toBeNull();
  });
});
