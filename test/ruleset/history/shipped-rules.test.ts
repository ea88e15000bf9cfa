/** What the shipped rules about visits, packs and supplies may do, and a list that somebody has authored. */
import { describe, expect, it } from 'vitest';
import { recordedHistory } from '../../../src/ruleset/examples/recorded-history.js';
import { dayLength, makeClaim, morning, screenPlainly, unhurried } from '../claims.js';
import { runnable } from '../rule-sources.js';
import { shippedArtifact } from '../runtime/tables/fixtures/shipped-artifact.js';

const aboutVisits = ['readmission-split', 'frequent-outpatient', 'frequent-pharmacy', 'frequent-admission'];

describe('shipped rules', () => {
  it.each(aboutVisits)('%s only records, after the fact, and blames no money', async (id) => {
    const rule = (await shippedArtifact).rules.find((one) => one.id === id);
    expect(rule).toMatchObject({ severity: 'suspicious', effect: 'record', excess: 'once' });
    expect(rule?.scenes.filter((scene) => scene !== 'settlement' && scene !== 'sale')).toEqual([]);
  });

  it('never hold, and are at most suspicious where they look at packs and supplies', async () => {
    const { rules } = await shippedArtifact;
    expect(rules.filter(({ effect }) => effect === 'hold')).toEqual([]);
    for (const id of ['trace-code-resold', 'repeat-prescription']) {
      expect(rules.find((rule) => rule.id === id)?.severity).toBe('suspicious');
    }
  });

  it('look at what pharmacies sell wherever they look at drugs', async () => {
    const { rules } = await shippedArtifact;
    const ofDrugs = rules.filter(({ id }) => id.endsWith('-drug') || id.startsWith('piece-'));
    expect(ofDrugs.filter(({ scenes }) => !scenes.includes('sale')).map(({ id }) => id)).toEqual([]);
    expect(ofDrugs.length).toBeGreaterThan(10);
  });
});

describe('second-line use, once first-line drugs are listed', () => {
  const ruleset = runnable({
    rules: {
      second: {
        join: '{ table: seconds, as: row, on: line.itemCode }',
        when: '"!history.usedAny(row.firstLine, 365)"',
      },
    },
    tables: {
      seconds: {
        schema: 'codes: { type: codes }\nfirstLine: { type: texts, authored: list }',
        rows: [',,,,,,,stated,C02,C0 XA10'],
      },
    },
  });
  const patient = { key: 'K1' };
  const claim = makeClaim({ patient, lines: [{ itemCode: 'C02' }] });
  const settled = (itemCode: string, daysAgo: number) =>
    recordedHistory([
      makeClaim({
        patient,
        encounter: { id: 'E0' },
        lines: [{ itemCode, at: morning - daysAgo * dayLength }],
      }),
    ]);
  const found = (itemCode: string, daysAgo: number) =>
    screenPlainly(ruleset, claim, unhurried, settled(itemCode, daysAgo)).findings.length;

  it('is found where none was used in the year before', () => {
    expect([found('XB01AXA223B004010180963', 30), found('XA10BJD332B002010178403', 380)]).toEqual([1, 1]);
  });

  it('is fine where one was', () => {
    expect([found('XA10BJD332B002010178403', 30), found('C01', 360)]).toEqual([0, 0]);
  });
});
