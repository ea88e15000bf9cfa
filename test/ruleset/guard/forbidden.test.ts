/** Forbidden conditions and lawful neighbours, each by itself; the code is that of the check that refuses. */
import { describe, expect, it } from 'vitest';
import { sampleExceptions, sampleTables } from './sample-tables.js';
import { judge, type Keys, refusals } from './verdicts.js';

const drug = 'XC05CAQ005B001010100526';
const encounter: Keys = { for: 'encounter' };
const atDoor: Keys = { for: 'encounter', scenes: '[3, settlement]' };

const forbidden: readonly (readonly [string, string, Keys?])[] = [
  ['CG-P102', 'stayDays() > 15 ? true : false', encounter],
  ['CG-P102', '[15, 30].exists(most, stayDays() > most)', encounter],
  ['CG-P102', 'size([stayDays()].filter(d, d > 15)) > 0', encounter],
  ['CG-P102', 'stayDays() in [16, 17, 18]', encounter],
  ['CG-P102', 'size([1, 2, 3, 4, 5, 6, 7, 8, 9].filter(d, d < stayDays())) > 8', encounter],
  ['CG-P102', 'stayDays() % 1000 > 15', encounter],
  ['CG-P102', 'stayDays() / 16 >= 1', encounter],
  ['CG-P102', 'ageDays(day(encounter.admittedAt), encounter.dischargedAt) > 14', encounter],
  ['CG-P102', 'daysBetween(day(encounter.admittedAt), day(line.at)) > 15'],
  ['CG-P102', `stayDays() > 15 && (line.itemCode == '${drug}' || line.itemCode != '${drug}')`],
  ['CG-P102', `stayDays() > 15 && !(line.itemCode == '${drug}')`],
  ['CG-P102', "stayDays() > 15 && line.itemCode.startsWith('X')"],
  ['CG-P103', "line.itemCode.startsWith('XJ01') && line.days > 7"],
  ['CG-P103', `line.itemCode == '${drug}' && line.days > 7`],
  ['CG-P103', 'daysBetween(day(line.at), day(line.until)) > 7'],
  ['CG-P103', 'history.shareBeyond(line.itemCode, 400, 14) > 0.0'],
  [
    'CG-P103',
    "line.kind == 'drug' && history.usedBefore(line.itemCode) && daysBetween(day(history.lastUse(line.itemCode)), day(line.at)) < 28",
  ],
  [
    'CG-P103',
    `claim.lines.exists(l, l.itemCode == '${drug}') && claim.lines.exists(m, m.days > 90)`,
    encounter,
  ],
  ['CG-P104', 'claim.lines.exists(l, l.amount > 50000)', encounter],
  ['CG-P104', 'line.amount / 50000 != 0'],
  ['CG-P105', 'size(claim.lines) > 3 * size(claim.lines.filter(l, l.kind != "drug"))', encounter],
  ['CG-P106', "line.kind == 'drug' && !(line.unitPrice <= 100000.0)"],
  ['CG-P111', "line.kind == 'drug' && ageDays(day(encounter.admittedAt), line.at) % 30 > 25"],
  ['CG-P112', `line.itemCode == '${drug}' && patient.insurance in ['resident']`],
  ['CG-P112', "ageAt(patient.birthDate, line.at) > 70 && line.kind == 'drug'"],
  ['CG-P115', `line.itemCode == '${drug}' && (has(line.days) ? line.days : 99) > 90`],
  ['CG-P115', `line.itemCode == '${drug}' && !claim.diagnoses.exists(d, d.code.startsWith('I'))`],
  ['CG-P115', `line.itemCode == '${drug}' && size(claim.diagnoses) < 1`],
  ['CG-P115', 'line.quantity < 0.0'],
  ['CG-P118', "stayDays() > 60 && diagnosisIn(['F20'])", encounter],
  ['CG-P102', "encounter.medType == '2101' && hoursBetween(line.at, claim.sentAt) > 72.0"],
  ['CG-P102', 'ageDays(day(line.at), claim.sentAt) > 14'],
  ['CG-P105', "!claim.lines.exists(l, l.kind in ['service', 'other'])", encounter],
  ['CG-P107', "history.usedBefore('001109000010000') && encounter.type == 'inpatient'", atDoor],
  ['CG-P109', "line.kind == 'service' && history.useDays(line.itemCode, 30) > 3"],
  ['CG-P112', "encounter.medType.endsWith('5') && line.unitPrice > line.listPrice"],
  ['CG-P113', "line.kind == 'drug'"],
  ['CG-P118', "line.itemCode.startsWith('0011') && claim.quantity(line.itemCode) > 15.0"],
  ['CG-P118', "size(claim.lines.filter(l, l.itemCode.contains('01109'))) > 15", encounter],
  [
    'CG-P118',
    "size(claim.lines.filter(l, l.itemCode.startsWith('0034') || l.itemCode.contains('01109'))) > 15",
    encounter,
  ],
  ['CG-P118', "line.itemCode.startsWith('001109') && history.quantityWithin(line.itemCode, 60) > 30.0"],
];

const lawful: readonly string[] = [
  'line.at < encounter.admittedAt',
  'daysBetween(day(encounter.dischargedAt), day(line.at)) > 0',
  'hoursBetween(line.at, claim.sentAt) > 72.0',
  `line.itemCode == '${drug}' && history.useDays(line.itemCode, 400) > 14`,
  `line.itemCode == '${drug}' && line.days > 90`,
  `line.itemCode == '${drug}' && line.days > 7 && encounter.type == 'inpatient'`,
  `line.itemCode == '${drug}' && line.days > 7 && !encounter.medType.startsWith('14')`,
  'double(line.amount) > line.quantity * line.listPrice',
  "line.itemCode == '003402000390000' && daysBetween(day(history.lastUse(line.itemCode)), day(line.at)) < 14",
  "patient.sex == 'male' && diagnosisIn(['O'])",
  `patient.insurance != 'work_injury' && line.itemCode == '${drug}'`,
  `line.itemCode == '${drug}' && !diagnosisIn(['I'])`,
  'stock.remaining(line.itemCode) < line.quantity',
  "encounter.medType == '11' && daysBetween(day(line.at), day(claim.sentAt)) > 15",
  "line.itemCode.startsWith('0025') && claim.serviceDays(line.itemCode) > 15",
  "line.itemCode == '003315070050000' && history.usedAny(['0033150705'], 365)",
  "line.itemCode == '001102000010000' && history.quantityWithin(line.itemCode, 1) > 1.0",
  "line.itemCode == '001201000130000' && daysBetween(day(history.lastUse(line.itemCode)), day(line.at)) < 7",
  "line.unitPrice > line.listPrice && !(encounter.medType in ['51', '52'])",
  "line.unitPrice > line.listPrice && patient.pregnancy != 'pregnant'",
  `line.itemCode == '${drug}' && institution.level < 2 && stayDays() >= 1`,
];

describe('forbidden', () => {
  it.each(forbidden.map(([code, when, keys]) => [code, when, keys ?? {}] as const))(
    '%s: %s',
    (code, when, keys) => {
      expect(refusals(when, keys)).toContain(code);
    },
  );
});

describe('lawful', () => {
  it.each(lawful)('%s', (when) => {
    expect(refusals(when)).toEqual([]);
  });
});

describe('what is not the condition', () => {
  const refused = (keys: Keys) => {
    const heads = Object.fromEntries(Object.entries(sampleTables).map(([name, { head }]) => [name, head]));
    const plain = { when: 'line.unitPrice > line.listPrice' };
    return judge({ keys: { ...plain, ...keys }, tables: sampleTables, heads, exceptions: sampleExceptions })
      .refused;
  };

  it.each<[string, string, Keys]>([
    ['an exception', 'CG-P102', { except: '[longStay]' }],
    ['an exception for people of the place', 'CG-P112', { except: '[elsewhere]' }],
    [
      'a weakening',
      'CG-P102',
      { severity: 'definite', weaken: '{ unless: stayDays() > 15, to: suspicious }' },
    ],
    ['the excess', 'CG-P104', { blame: '{ line: line, excess: line.amount - 50000 }' }],
    ['which lines are blamed', 'CG-P103', { blame: '{ line: "claim.lines.filter(l, l.days > 7)" }' }],
    ['a name of its own', 'CG-P102', { let: '{ much: stayDays() > 15 }', when: 'much && line.amount > 0' }],
  ])('is judged, too: %s', (_, code, keys) => {
    expect(refused(keys)).toEqual([code]);
  });

  it('may be lenient where stays are long', () => {
    const weaken = '{ if: stayDays() > 15, to: suspicious, effect: record }';
    expect(refused({ severity: 'definite', weaken })).toEqual([]);
  });
});

describe('a refusal', () => {
  it('stands at the offending part, names the clause and says what may be written', () => {
    const { diagnostics } = judge({
      keys: { for: 'encounter', let: '{ much: stayDays() > 15 }', when: 'encounter.emergency || much' },
    });
    const [first] = diagnostics;
    expect(first?.sourceLine.slice((first?.column ?? 0) - 1)).toMatch(/^much/);
    expect(first?.message).toMatch(/^PG-02 .*闽医保 2022-12-15/);
    expect(first?.advice).toContain('course');
  });

  it('stands in the definition where only a part of it offends', () => {
    const { diagnostics } = judge({
      keys: {
        for: 'encounter',
        let: '{ either: encounter.emergency || stayDays() > 15 }',
        when: 'either',
      },
    });
    expect(diagnostics[0]?.sourceLine).toMatch(/^let:/);
  });

  it('of a knot nobody can read is quick', () => {
    const knot = Array.from({ length: 12 }, (_, i) => `(stayDays() > ${i}) == `).join('(');
    const { refused } = judge({
      keys: { for: 'encounter', when: `"${knot}(true${')'.repeat(12)}"` },
    });
    expect(refused).toEqual(['CG-P100']);
  });
});
