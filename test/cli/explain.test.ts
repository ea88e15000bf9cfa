import { describe, expect, it } from 'vitest';
import type { Claim, Line } from '../../src/claim/claim.js';
import { explain } from '../../src/cli/explain.js';
import { openScreen } from '../../src/cli/terminal.js';
import { textWidth } from '../../src/cli/text-width.js';
import type { Decision, Finding } from '../../src/decision/decision.js';

const screen = openScreen({ write: () => true, columns: 160 });

function line(id: string, itemName: string, over: Partial<Line> = {}): Line {
  return {
    id,
    itemCode: '003205000010000',
    itemName,
    kind: 'service',
    quantityE4: 10_000,
    unitPriceE4Fen: null,
    listPriceE4Fen: null,
    amountFen: 220_000,
    at: null,
    atTimed: false,
    until: null,
    department: null,
    practitioner: null,
    prescriptionId: null,
    current: true,
    selfPaid: false,
    refund: false,
    days: null,
    traceCodes: [],
    splitPack: false,
    reverses: null,
    netQuantityE4: 10_000,
    netAmountFen: 220_000,
    payable: true,
    ...over,
  };
}

const claim: Claim = {
  eventId: 'E1',
  kind: 'screening',
  scene: 9,
  sentAt: null,
  claimId: 'H35010299001/IP1',
  institution: { code: 'H35010299001', level: 3, type: 'hospital', region: '350102' },
  patient: { key: null, sex: 'female', birthDate: null, insurance: null, region: null, pregnancy: null },
  encounter: {
    id: 'IP1',
    type: 'inpatient',
    emergency: null,
    internet: null,
    medType: null,
    admittedAt: null,
    dischargedAt: null,
    department: null,
    practitioner: null,
  },
  diagnoses: [],
  procedures: [],
  lines: [line('L1', '支架置入术'), line('L2', '冠脉造影'), line('L3', '输液器', { payable: false })],
  notes: [
    { field: 'patient.birthDate', problem: 'malformed', line: null },
    { field: 'lines.quantity', problem: 'repaired', line: 'L1' },
    { field: 'lines.quantity', problem: 'repaired', line: 'L2' },
  ],
};

const finding: Finding = {
  findingId: 'F1',
  rule: 'duplicate-item-charge',
  title: '医疗服务项目重复收费',
  national: 'GZ10000102012000',
  severity: 'definite',
  effect: 'justify',
  excessFen: 220_000,
  lines: [
    { id: 'L2', role: 'violating' },
    { id: 'L1', role: 'involved' },
  ],
  message: '冠脉造影已包含在支架置入术中，重复部分医保不予支付',
  basis: { document: '两库2025', batch: 7, point: 'KP-1' },
  facts: {},
};

function decision(over: Partial<Decision> = {}): Decision {
  return {
    decisionId: 'D1',
    kind: 'screening',
    claimId: 'H35010299001/IP1',
    eventId: 'E1',
    status: 'alert',
    cause: null,
    detail: null,
    coverage: {
      complete: false,
      notEvaluated: [
        { rule: 'course-drug', cause: 'history', facts: ['history'], lines: ['L1'] },
        { rule: 'child-only-drug', cause: 'fact', facts: ['patient.birthDate'], lines: ['L2'] },
      ],
    },
    retracts: [],
    findings: [finding],
    excessFen: 220_000,
    ruleset: { id: `sha256:${'a'.repeat(64)}`, name: 'national', version: 1, overlay: 0 },
    ...over,
  };
}

const shown = (over: Partial<Decision> = {}, of: Claim | null = claim): string =>
  explain(screen, { decision: decision(over), claim: of, format: 'nhsa-json' });

describe('an explained decision', () => {
  it('says what was found, on which lines, how much and on what basis', () => {
    const text = shown();
    const words = [
      'alert',
      '医疗服务项目重复收费',
      '明确违规',
      '● L2 冠脉造影',
      '○ L1 支架置入术',
      '2,200.00',
    ];
    for (const word of [...words, '第7批', 'KP-1', 'scene 9 住院预结算', '1 refunded or self-paid']) {
      expect(text).toContain(word);
    }
  });

  it('keeps the borders of the table straight whatever is Chinese in it', () => {
    const rows = shown()
      .split('\n')
      .filter((row) => /^[┌├│└]/.test(row));
    expect(rows.length).toBeGreaterThan(5);
    expect(new Set(rows.map(textWidth)).size).toBe(1);
  });

  it.each([80, 100, 159, 160, 200])('fits a terminal of %i columns', (columns) => {
    const narrow = openScreen({ write: () => true, columns });
    const text = explain(narrow, { decision: decision(), claim, format: 'nhsa-json' });
    const rows = text.split('\n').filter((row) => /^[┌├│└]/.test(row));
    expect(new Set(rows.map(textWidth)).size).toBe(1);
    expect(textWidth(rows[0] ?? '')).toBeLessThanOrEqual(columns);
    for (const word of ['duplicate-item-', '明确违规', '● L2', '2,200.00', 'KP-1'])
      expect(text).toContain(word);
  });

  it('says how to appeal, once where all rules say the same', () => {
    const two = { findings: [finding, { ...finding, rule: 'sex-drug' }, finding] };
    const told = (appeals: Record<string, string>) =>
      explain(screen, {
        decision: decision(two),
        claim,
        format: 'nhsa-json',
        appeals: new Map(Object.entries(appeals)),
      });
    expect(told({ 'duplicate-item-charge': '找医保办', 'sex-drug': '找医保办', other: '无' })).toContain(
      'how to appeal\n  找医保办\n\n',
    );
    const differing = told({ 'duplicate-item-charge': '找医保办', 'sex-drug': '找药师' });
    expect(differing).toContain('  duplicate-item-charge: 找医保办\n  sex-drug: 找药师\n');
    expect(told({})).not.toContain('appeal');
    expect(shown()).not.toContain('appeal');
  });

  it('says what was not judged and what is missing for it', () => {
    const text = shown();
    expect(text).toContain("course-drug: needs the patient's history · lines L1");
    expect(text).toContain('child-only-drug: facts are missing (patient.birthDate) · lines L2');
    expect(shown({ coverage: { complete: true, notEvaluated: [] } })).toContain('coverage complete');
  });

  it('gathers data-quality notes on one field', () => {
    expect(shown()).toContain('lines.quantity: repaired while reading · lines L1, L2');
  });

  it('gives the cause where nothing was screened', () => {
    const text = shown(
      { status: 'not_screened', cause: 'unreadable', detail: 'no JSON', findings: [] },
      null,
    );
    expect(text).toContain('未筛查');
    expect(text).toContain('unreadable: the message could not be read');
    expect(text).toContain('no JSON');
    expect(text).not.toContain('coverage');
  });
});
