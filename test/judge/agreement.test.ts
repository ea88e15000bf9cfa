/** That a difference between product and judge does not go unseen. */
import { describe, expect, it } from 'vitest';
import type { Finding, NotEvaluated } from '../../src/decision/decision.js';
import { Agreement } from './agreement.js';
import type { Found } from './judgement.js';
import { rowOf } from './tables.js';

const rows = ['sex_drugs', 'surgery_group_items'].map((table) =>
  rowOf(table, { point: `KP-${table}`, validFrom: '2026-01-01' }),
);
const found: Found = { table: 'sex_drugs', point: 'KP-sex_drugs', lines: ['L1', 'L2'], excessFen: 300 };

function finding(changes: Partial<Finding> = {}): Finding {
  return {
    findingId: 'f',
    rule: 'sex-drug',
    title: '',
    national: null,
    severity: 'suspicious',
    effect: 'remind',
    excessFen: 300,
    lines: [
      { id: 'L2', role: 'violating' },
      { id: 'L1', role: 'violating' },
      { id: 'L9', role: 'involved' },
    ],
    message: '',
    basis: { document: '', batch: 1, point: 'KP-sex_drugs' },
    facts: {},
    ...changes,
  };
}

const open = (...lines: readonly string[]): NotEvaluated => ({
  rule: 'sex-drug',
  cause: 'fact',
  facts: [],
  lines,
});

function differences(
  findings: readonly Finding[],
  notEvaluated: readonly NotEvaluated[],
  judged: { readonly found?: readonly Found[]; readonly open?: readonly string[] },
) {
  const lines = (judged.open ?? []).map((line) => ({ table: 'sex_drugs', line }));
  return new Agreement(rows).differences(
    { findings, notEvaluated },
    { found: judged.found ?? [], open: lines },
  );
}

describe('the agreement', () => {
  it('is there where both say the same', () => {
    expect(differences([finding()], [], { found: [found] })).toEqual([]);
    expect(differences([], [open('L3')], { open: ['L3'] })).toEqual([]);
  });

  it('misses no finding, none too many and none twice', () => {
    expect(differences([], [], { found: [found] })).toEqual(['missing finding KP-sex_drugs [L1 L2]']);
    expect(differences([finding()], [], {})).toEqual(['wrong finding KP-sex_drugs [L1 L2]']);
    expect(differences([finding(), finding()], [], { found: [found] })).toEqual([
      'repeated finding KP-sex_drugs [L1 L2]',
    ]);
  });

  it('sees other lines and other money', () => {
    const lines = [{ id: 'L1', role: 'violating' }] as const;
    expect(differences([finding({ lines })], [], { found: [found] })).toHaveLength(2);
    expect(differences([finding({ excessFen: 299 })], [], { found: [found] })).toEqual([
      'excess of KP-sex_drugs: 299 instead of 300',
    ]);
    expect(differences([finding({ excessFen: 1 })], [], { found: [{ ...found, excessFen: null }] })).toEqual(
      [],
    );
  });

  it('sees what is left open by one side only', () => {
    expect(differences([], [open('L3', 'L4')], { open: ['L3'] })).toEqual(['left open: sex_drugs L4']);
    expect(differences([], [], { open: ['L3'] })).toEqual(['not left open: sex_drugs L3']);
    expect(differences([], [open('L3')], {})).toEqual(['left open: rule sex-drug L3']);
  });

  it('keeps a rule to one table', () => {
    const other = finding({ basis: { document: '', batch: 1, point: 'KP-surgery_group_items' } });
    expect(() => differences([finding(), other], [], {})).toThrow('speaks for');
  });
});
