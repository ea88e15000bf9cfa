import { describe, expect, test } from 'vitest';
import { systemClock } from '../../src/base/clock.js';
import { claimOf } from '../../src/claim/columns/claim-of.js';
import { nothingScreened } from '../../src/ruleset/runtime/screened.js';
import { packTables } from '../../src/ruleset/runtime/tables/pack-tables.js';
import { openTables } from '../../src/ruleset/runtime/tables/tables.js';
import { madeUpBodies } from '../../workers/made-up-bodies.js';
import { warmUp } from '../../workers/warm-up.js';
import { loadedOf, mayRun, newProgress } from './fixtures/rulesets.js';

const codes = Array.from({ length: 100 }, (_, i) => `T${String(100_000_000 + i)}`);
const tablesOf = (tables: Readonly<Record<string, unknown>>) => openTables(packTables(tables as never));
const tables = tablesOf({
  single: { rows: 100, key: 'item', columns: { item: codes } },
  lists: { rows: 2, key: 'items', columns: { items: [['T000000001', 'T000000002'], ['T000000003']] } },
  keyless: { rows: 1, key: null, columns: { note: ['-'] } },
});

describe('the made-up claims', () => {
  const { reader } = loadedOf(() => nothingScreened);
  const read = madeUpBodies(tables).map(({ body, format }) => {
    const result = reader.read(body, format);
    return { format, claim: result.ok ? claimOf(result.value.columns) : null };
  });

  test('can be read in all four formats', () => {
    expect(read.filter(({ claim }) => claim === null)).toEqual([]);
    expect(new Set(read.map(({ format }) => format))).toEqual(
      new Set(['native-json', 'native-msgpack', 'nhsa-json', 'nhsa-gbk']),
    );
  });

  test('reach every keyed table of the rule set, in every format', () => {
    for (const format of ['native-json', 'native-msgpack', 'nhsa-json', 'nhsa-gbk']) {
      const seen = new Set(
        read.flatMap((one) =>
          one.format === format ? (one.claim?.lines ?? []).map((line) => line.itemCode) : [],
        ),
      );
      expect(seen).toContain('T000000001');
      expect(seen).toContain('T000000003');
      expect([...seen].filter((code) => code?.startsWith('T1')).length).toBeGreaterThanOrEqual(12);
    }
  });

  test('have facts that rules can decide on: times, amounts, and mostly sex and age', () => {
    const claims = read.flatMap(({ claim }) => claim ?? []);
    for (const { lines, encounter } of claims) {
      expect([encounter.type, encounter.admittedAt]).not.toContain(null);
      for (const line of lines) expect([line.at, line.netAmountFen, line.netQuantityE4]).not.toContain(null);
    }
    for (const fact of ['sex', 'birthDate'] as const) {
      const unknown = claims.filter(({ patient }) => patient[fact] === null).length;
      expect(unknown).toBeLessThan(claims.length / 2);
    }
  });

  test('are as untidy as real ones: refunds, self-paid lines, items that no table has, names in Chinese', () => {
    const lines = read.flatMap(({ claim }) => claim?.lines ?? []);
    expect(lines.some(({ refund }) => refund)).toBe(true);
    expect(lines.some(({ selfPaid }) => selfPaid)).toBe(true);
    expect(lines.some(({ itemCode }) => itemCode !== null && tables.numberOfText(itemCode) < 0)).toBe(true);
    const texts = madeUpBodies(tables).map(({ body }) => Buffer.from(body).toString());
    expect(texts.some((text) => /\p{Script=Han}/u.test(text))).toBe(true);
  });

  test('exist for a rule set without tables too', () => {
    expect(madeUpBodies(tablesOf({}))).toHaveLength(4);
    expect(
      warmUp(
        tablesOf({}),
        loadedOf(() => nothingScreened),
        newProgress(),
        systemClock,
      ),
    ).toBeNull();
  });
});

describe('warming', () => {
  /** Claims screened, by a clock that goes on by so much whenever it is looked at. */
  const screenedBy = (stepMs: number, gently: boolean): number => {
    let [screened, nowMs] = [0, 0];
    const loaded = loadedOf(() => {
      screened += 1;
      return nothingScreened;
    });
    const clock = { ...systemClock, tickMs: () => (nowMs += stepMs) };
    expect(warmUp(tables, loaded, newProgress(), clock, gently)).toBeNull();
    return screened;
  };

  test('screens every format more than once', () => {
    expect(screenedBy(1, false)).toBeGreaterThanOrEqual(2 * madeUpBodies(tables).length);
  });

  test('goes by claims where nobody waits for it', () => {
    expect(screenedBy(0, true)).toBeGreaterThan(1_000);
  });

  test('does not take forever on a machine that has no time for it, but tries every claim', () => {
    const screened = screenedBy(1_000, true);
    expect(screened).toBeLessThan(500);
    expect(screened).toBeGreaterThanOrEqual(madeUpBodies(tables).length);
  });

  test('refuses a rule set that fails on a claim, and names the rule', () => {
    const loaded = loadedOf((_claim, meter) => {
      mayRun(meter, 2);
      throw new RangeError('told to');
    });
    expect(warmUp(tables, loaded, newProgress(), systemClock)).toMatch(/RangeError.*no-item-z/);
  });
});
