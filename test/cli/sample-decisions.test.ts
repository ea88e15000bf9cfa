import { describe, expect, it } from 'vitest';
import { ClaimGenerator, usualOptions } from '../../bench/claims/generate.js';
import { SamplePicker, sampleLines } from '../../src/cli/sample-decisions.js';
import { openScreen } from '../../src/cli/terminal.js';
import { textWidth } from '../../src/cli/text-width.js';
import type { Decision, Finding } from '../../src/decision/decision.js';

describe('the picker of samples', () => {
  it('shows one at a time and gives every kind its turn', () => {
    const picker = new SamplePicker(1_000);
    const shown: string[] = [];
    for (let ms = 0; ms < 20_000; ms += 100) {
      for (const status of ['pass', 'partial', 'alert']) if (picker.wants(status, ms)) shown.push(status);
    }
    expect(shown.length).toBeLessThanOrEqual(20);
    expect(shown.slice(0, 5)).toEqual(['alert', 'alert', 'pass', 'alert', 'partial']);
  });

  it('never shows what nobody asked for', () => {
    expect(new SamplePicker(0).wants('not_screened', 1)).toBe(false);
  });
});

describe('the lines of a sample', () => {
  const screen = openScreen({ write: () => true, columns: 80 });
  const generated = new ClaimGenerator({ ...usualOptions, tablesDir: 'rules/tables' }).claim(0);
  const finding: Finding = {
    findingId: 'F',
    rule: 'sex-drug',
    title: '药品区分性别使用',
    national: null,
    severity: 'definite',
    effect: 'justify',
    excessFen: 4_920,
    lines: [],
    message: '艾附暖宫丸限女性使用，医保不予支付；确需使用的，经患者知情同意后可自费，请核对患者性别与处方',
    basis: { document: '两库', batch: 1, point: null },
    facts: {},
  };
  const decision: Decision = {
    decisionId: null,
    kind: 'screening',
    claimId: null,
    eventId: null,
    status: 'alert',
    cause: null,
    detail: null,
    coverage: { complete: true, notEvaluated: [] },
    retracts: [],
    findings: [finding, finding],
    excessFen: 4_920,
    ruleset: null,
  };

  it('say where, what and how much, within the terminal', () => {
    const lines = sampleLines(screen, generated, {
      ...decision,
      findings: [{ ...finding, message: '短' }, finding],
    });
    expect(lines[0]).toContain('alert');
    expect(lines[0]).toContain(generated.claim.encounter.id);
    expect(lines[1]).toContain('短  ¥49.20 (+1 more)');
    for (const line of sampleLines(screen, generated, decision))
      expect(textWidth(line)).toBeLessThanOrEqual(80);
  });

  it('say what was not judged where nothing was found', () => {
    const gap = { rule: 'course-drug', cause: 'history', facts: [], lines: [] } as const;
    const coverage = { complete: false, notEvaluated: [gap] };
    const [, why] = sampleLines(screen, generated, {
      ...decision,
      status: 'partial',
      findings: [],
      coverage,
    });
    expect(why).toContain("course-drug not evaluated: needs the patient's history");
    const [, none] = sampleLines(screen, generated, { ...decision, status: 'pass', findings: [] });
    expect(none).toContain('nothing to say');
  });
});
