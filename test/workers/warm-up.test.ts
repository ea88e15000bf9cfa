import { describe, expect, test } from 'vitest';
import { systemClock } from '../../src/base/clock.js';
import { claimOf } from '../../src/claim/columns/claim-of.js';
import { packTables } from '../../src/ruleset/runtime/tables/pack-tables.js';
import { openTables } from '../../src/ruleset/runtime/tables/tables.js';
import { warmUp, warmUpBodies } from '../../workers/warm-up.js';
import { loadedOf, mayRun, newProgress, nothingFound } from './fixtures/rulesets.js';

const codes = Array.from({ length: 100 }, (_, i) => `T${String(100_000_000 + i)}`);
const tablesOf = (tables: Readonly<Record<string, unknown>>) => openTables(packTables(tables as never));
const tables = tablesOf({
  single: { rows: 100, key: 'item', columns: { item: codes } },
  lists: { rows: 2, key: 'items', columns: { items: [['T000000001', 'T000000002'], ['T000000003']] } },
  keyless: { rows: 1, key: null, columns: { note: ['-'] } },
});

describe('the made-up claims', () => {
  const { reader } = loadedOf(() => nothingFound);
  const read = warmUpBodies(tables).map(({ body, format }) => {
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

  test('have facts that rules can decide on: times, amounts, sex, age', () => {
    for (const { claim } of read) {
      if (claim === null) continue;
      const { patient, lines, encounter } = claim;
      expect([patient.sex, patient.birthDate, encounter.type, encounter.admittedAt]).not.toContain(null);
      for (const line of lines) expect([line.at, line.netAmountFen, line.netQuantityE4]).not.toContain(null);
    }
  });

  test('exist for a rule set without tables too', () => {
    expect(warmUpBodies(tablesOf({}))).toHaveLength(4);
    expect(
      warmUp(
        tablesOf({}),
        loadedOf(() => nothingFound),
        newProgress(),
        systemClock,
      ),
    ).toBeNull();
  });
});

describe('warming', () => {
  test('screens every format more than once', () => {
    let screened = 0;
    const loaded = loadedOf(() => {
      screened += 1;
      return nothingFound;
    });
    expect(warmUp(tables, loaded, newProgress(), systemClock)).toBeNull();
    expect(screened).toBeGreaterThanOrEqual(2 * warmUpBodies(tables).length);
  });

  test('refuses a rule set that fails on a claim, and names the rule', () => {
    const loaded = loadedOf((_claim, meter) => {
      mayRun(meter, 2);
      throw new RangeError('told to');
    });
    expect(warmUp(tables, loaded, newProgress(), systemClock)).toMatch(/RangeError.*no-item-z/);
  });
});
