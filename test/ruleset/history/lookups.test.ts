/** What is asked of the history, and when; what of one claim reaches the next. */
import { describe, expect, it } from 'vitest';
import type { Claim } from '../../../src/claim/claim.js';
import type { HistorySource } from '../../../src/history/patient-history.js';
import { recordedHistory } from '../../../src/ruleset/examples/recorded-history.js';
import { type ClaimFields, dayLength, makeClaim, morning, screenPlainly, unhurried } from '../claims.js';
import { runnable } from '../rule-sources.js';

/** Counts what is asked. */
function watched(claims: readonly Claim[]) {
  const source = recordedHistory(claims);
  const asked = { patients: 0, codes: 0 };
  const history: HistorySource = {
    patient: (key) => {
      asked.patients++;
      return source.patient(key);
    },
    sales: (code) => {
      asked.codes++;
      return source.sales(code);
    },
    stockE4: source.stockE4,
  };
  return { asked, history };
}

const known = { patient: { key: 'K1' } };
const rules = {
  'used-twice': { when: `"line.itemCode == 'C01' && history.useDays(line.itemCode, 30) > 1"` },
  'used-before': { when: `"line.itemCode in ['C01', 'C02'] && history.usedBefore(line.itemCode)"` },
};
const past = (fields: ClaimFields) =>
  makeClaim({ kind: 'settlement', encounter: { id: 'E0' }, ...known, ...fields });
const earlier = past({ lines: [{ itemCode: 'C01', at: morning - 3 * dayLength }] });

describe('the record of a patient', () => {
  const ruleset = runnable({ rules });

  it('is not looked up for a claim that no rule about the past is asked for', () => {
    const { asked, history } = watched([earlier]);
    const screened = screenPlainly(ruleset, makeClaim({ ...known, lines: [{}, {}] }), unhurried, history);
    expect([screened.notEvaluated, asked.patients]).toEqual([[], 0]);
  });

  it('is looked up once, however many lines and rules ask', () => {
    const { asked, history } = watched([earlier]);
    const lines = [{ itemCode: 'C01' }, { itemCode: 'C02' }, { itemCode: 'C01', at: morning + dayLength }];
    const { findings } = screenPlainly(ruleset, makeClaim({ ...known, lines }), unhurried, history);
    expect(findings.map(({ rule }) => rule)).toEqual([
      'used-before',
      'used-before',
      'used-twice',
      'used-twice',
    ]);
    expect(asked.patients).toBe(1);
  });

  it('without a key stays unknown, whoever else has a history', () => {
    const { asked, history } = watched([earlier]);
    const screened = screenPlainly(ruleset, makeClaim({ lines: [{ itemCode: 'C01' }] }), unhurried, history);
    expect(screened.notEvaluated.map(({ cause }) => cause)).toEqual(['history', 'history']);
    expect(asked.patients).toBe(0);
  });

  it('serves one claim and not the next', () => {
    const { history } = watched([earlier]);
    const claim = (key: string | null) => makeClaim({ patient: { key }, lines: [{ itemCode: 'C01' }] });
    const found = [claim('K1'), claim('K2'), claim(null), claim('K1')].map((one) => {
      const { findings, notEvaluated } = screenPlainly(ruleset, one, unhurried, history);
      return [findings.length, notEvaluated.length];
    });
    expect(found).toEqual([
      [2, 0],
      [0, 0],
      [0, 2],
      [2, 0],
    ]);
    expect(screenPlainly(ruleset, claim('K1')).notEvaluated.length).toBe(2);
  });
});

describe('what the claim itself says', () => {
  const ruleset = runnable({
    rules: {
      total: {
        when: `"history.quantityWithin(line.itemCode, 30) > 2.5"`,
        say: '"{history.quantityWithin(line.itemCode, 30)}"',
      },
    },
  });
  const total = (fields: ClaimFields, settled: readonly Claim[]) =>
    screenPlainly(
      ruleset,
      makeClaim({ ...known, ...fields }),
      unhurried,
      recordedHistory(settled),
    ).findings.map(({ message }) => message);
  const two = { itemCode: 'C01', quantityE4: 20_000, netQuantityE4: 20_000 };

  it('counts once what a settlement of the same encounter has recorded, as it is now', () => {
    const settled = past({ encounter: { id: 'E1' }, lines: [{ id: 'L1', ...two }] });
    const threeNow = { id: 'L1', ...two, netQuantityE4: 30_000 };
    expect(total({ lines: [threeNow] }, [settled])).toEqual(['3']);
    expect(total({ lines: [{ id: 'L9', ...two }] }, [settled])).toEqual(['4']);
    // Taken back since: nothing of it counts, though it is no line that is judged.
    const gone = { id: 'L1', ...two, netQuantityE4: 0, payable: false };
    expect(total({ lines: [gone, { id: 'L9', ...two }] }, [settled])).toEqual([]);
  });

  it('counts once what it brings along of another encounter', () => {
    const settled = past({ lines: [{ id: 'F7', ...two, at: morning - dayLength }] });
    const brought = { id: 'L1', ...two, at: morning - dayLength, current: false };
    expect(total({ lines: [brought, { id: 'L2', ...two }] }, [settled])).toEqual(['4']);
    expect(
      total(
        {
          lines: [
            { ...brought, current: true },
            { id: 'L2', ...two },
          ],
        },
        [settled],
      ),
    ).toEqual(['4', '6']);
  });
});

describe('packs', () => {
  const ruleset = runnable({ rules: { resold: { when: '"trace.soldBefore(line)"' } } });

  it('need no patient, and are not asked for where a line has no code', () => {
    const { asked, history } = watched([past({ lines: [{ traceCodes: ['8123456789'] }], claimId: 'H1/S0' })]);
    const claim = makeClaim({ claimId: 'H1/S1', lines: [{}, { id: 'L9', traceCodes: ['8123456789'] }] });
    const { findings, notEvaluated } = screenPlainly(ruleset, claim, unhurried, history);
    expect([findings.length, notEvaluated.length]).toEqual([1, 0]);
    expect([asked.patients, asked.codes > 0]).toEqual([0, true]);
  });
});
