/**
 * A forbidden rule stays forbidden however it is dressed, and a lawful one lawful: harmless parts are added at
 * random, and the verdict must not change.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sampleExceptions, sampleTables } from './sample-tables.js';
import { judge, type Keys } from './verdicts.js';

const drug = 'XC05CAQ005B001010100526';

interface Seed {
  readonly code: string | null;
  readonly when: string;
  readonly keys?: Keys;
}

const encounter: Keys = { for: 'encounter' };
const seeds: readonly Seed[] = [
  { code: 'CG-P102', when: 'stayDays() > 15', keys: encounter },
  {
    code: 'CG-P102',
    when: 'daysBetween(day(encounter.admittedAt), day(encounter.dischargedAt)) >= 15',
    keys: encounter,
  },
  { code: 'CG-P103', when: "line.kind == 'drug' && line.days > 7" },
  { code: 'CG-P103', when: 'history.useDays(line.itemCode, 90) > 30' },
  { code: 'CG-P104', when: 'line.amount > 50000' },
  { code: 'CG-P106', when: 'line.unitPrice > 100000.0' },
  { code: 'CG-P109', when: 'history.dischargedWithin(15)', keys: encounter },
  { code: 'CG-P112', when: "patient.insurance == 'resident' && line.unitPrice > line.listPrice" },
  { code: 'CG-P112', when: 'patient.region != institution.region && line.unitPrice > line.listPrice' },
  {
    code: 'CG-P101',
    when: 'row.left < 0',
    keys: { join: '{ table: institution_funds, as: row, on: institution.code }' },
  },
  {
    code: 'CG-P102',
    when: "encounter.type == 'inpatient' && daysBetween(day(line.at), day(claim.sentAt)) > 15",
  },
  { code: 'CG-P105', when: "claim.lines.all(l, l.kind == 'drug')", keys: encounter },
  { code: 'CG-P107', when: "history.usedAny(['0011090'], 30)", keys: { ...encounter, scenes: '[3, 4]' } },
  { code: 'CG-P109', when: "line.itemCode == '001102000010000' && history.useDays(line.itemCode, 30) > 3" },
  { code: 'CG-P112', when: "encounter.medType == '25' && line.unitPrice > line.listPrice" },
  { code: 'CG-P115', when: "claim.kind == 'refund' || line.unitPrice > line.listPrice" },
  { code: 'CG-P118', when: "line.itemCode.startsWith('001109') && line.quantity > 15.0" },
  { code: null, when: 'line.unitPrice > line.listPrice' },
  { code: null, when: "line.itemCode.startsWith('0034020002') && claim.serviceDays(line.itemCode) > 30" },
  { code: null, when: "encounter.medType.startsWith('2') && line.unitPrice > line.listPrice" },
  { code: null, when: `line.itemCode == '${drug}' && history.useDays(line.itemCode, 400) > 14` },
  {
    code: null,
    when: 'claim.quantity(line.itemCode) > double(stayDays())',
    keys: { join: '{ table: price_caps, as: row, on: line.itemCode }' },
  },
  {
    code: null,
    when: 'patient.sex != row.sex',
    keys: { join: '{ table: sexes, as: row, on: line.itemCode }' },
  },
];

/** Each leaves the meaning of a condition as it is. */
const dresses: readonly ((when: string, nth: number) => string)[] = [
  (when) => `!(!(${when}))`,
  (when) => `(${when}) && (claim.scene > 3 || !(claim.scene > 3))`,
  (when) => `(${when}) || false`,
  (when) => `true && (${when})`,
  (when) => `(${when}) == true`,
  (when) => `((${when}) ? 1 : 0) > 0`,
  (when, nth) => `[(${when})].exists(x${nth}, x${nth})`,
  (when, nth) => `[true].all(y${nth}, y${nth} == (${when}))`,
  (when) => `!(!(${when}) || encounter.internet && !encounter.internet)`,
  (when) => `encounter.emergency ? (${when}) : (${when})`,
  (when) => `(${when}) || (${when}) && institution.level > 1`,
  // Only of a comparison that nothing has dressed yet.
  (when) => when.replace(/^([\w.]+(?:\(\))?) > ([\w.]+)$/, '$2 < $1'),
  (when) => when.replace(/^([\w.]+(?:\(\))?) > (\d+)$/, '$1 * 2 - $2 > $2 + 0'),
  (when) => when.replace(/^([\w.]+(?:\(\))?) > (\d+)$/, '-$1 < -$2'),
];

const dressed = fc.tuple(
  fc.constantFrom(...seeds),
  fc.array(fc.nat({ max: dresses.length - 1 }), { maxLength: 3 }),
  fc.boolean(),
);

function verdict({ code, keys }: Seed, when: string, isAliased: boolean): readonly string[] {
  const heads = Object.fromEntries(Object.entries(sampleTables).map(([name, { head }]) => [name, head]));
  const alias: Keys = isAliased ? { let: `{ asked: ${JSON.stringify(when)} }` } : {};
  const condition = isAliased ? 'asked' : when;
  const judged = judge({
    keys: { ...keys, ...alias, when: JSON.stringify(condition) },
    tables: sampleTables,
    heads,
    exceptions: sampleExceptions,
  });
  return code === null ? judged.refused : judged.refused.filter((found) => found === code);
}

describe('a verdict', () => {
  it.each(seeds)('of `$when` is $code', (seed) => {
    expect(verdict(seed, seed.when, false)).toEqual(seed.code === null ? [] : [seed.code]);
  });

  it('stays what it is, whatever the condition is dressed in', () => {
    fc.assert(
      fc.property(dressed, ([seed, chosen, isAliased]) => {
        const when = chosen.reduce((text, at, nth) => dresses[at]?.(text, nth) ?? text, seed.when);
        expect(verdict(seed, when, isAliased)).toEqual(seed.code === null ? [] : [seed.code]);
      }),
      { numRuns: 150 },
    );
  });
});
