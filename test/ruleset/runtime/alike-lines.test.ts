/**
 * Lines that are asked as one. Goal: where a claim has many lines that are alike in what a rule asks of two lines, its
 * findings and gaps are those of asking every pair, and what is asked grows with the kinds of lines, not with the lines.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Claim, Line } from '../../../src/claim/claim.js';
import { compareTexts } from '../../../src/ruleset/runtime/functions.js';
import { instantiate } from '../../../src/ruleset/runtime/instantiate.js';
import { expectEqual } from '../../expect-equal.js';
import { dayLength, hour, makeClaim, morning, scanPlainly, screenPlainly } from '../claims.js';
import { rulesSource, runnable } from '../rule-sources.js';
import { buildUnguarded } from '../unguarded.js';
import { shippedArtifact } from './tables/fixtures/shipped-artifact.js';

const quoted = (text: string) => JSON.stringify(text);
const few = <T>(...values: T[]) => fc.constantFrom(...values);

const groups = {
  schema: 'codes: { type: codes }\ngroup: { type: code }\nother: { type: code }',
  rows: [
    'K1,1,1,,,,,stated,A B,X,B',
    'K2,1,2,,2026-07-02,,,stated,A C,Y,C',
    'K3,1,3,,,2026-07-03,35,stated,B D,X,',
  ],
};
const join = '{ table: groups, as: row, on: line.itemCode, many: true }';
const joined =
  '{ other: { each: claim.lines, join: { table: groups, as: otherRow, on: other.itemCode, many: true } } }';
const plain = '{ other: claim.lines }';

const pairs: readonly (readonly [string, string])[] = [
  [joined, 'otherRow.group == row.group && other.itemCode != line.itemCode && sameDay(other.at, line.at)'],
  [joined, 'otherRow.group == row.group && other.unitPrice > line.unitPrice && line.listPrice > 1.0'],
  [joined, 'otherRow.other == line.itemCode && concurrent(other, line)'],
  [plain, 'other.itemCode == row.other && overlaps(other, line)'],
  [plain, 'other.itemCode == row.other && commonShare(other, line) >= 0.5 && has(other.until)'],
  [plain, 'other.prescriptionId == line.prescriptionId && other.itemCode < line.itemCode'],
  [plain, 'timesKnown(other, line) && other.quantity > line.quantity'],
  [plain, 'other.itemCode in [row.other, line.itemCode] && other.current != line.current'],
  [plain, 'other.kind == line.kind && other.at > line.at'],
];
const ruleset = runnable({
  rules: Object.fromEntries(
    pairs.map(([partners, when], i) => [
      `rule-${i}`,
      {
        join,
        with: partners,
        when: quoted(when),
        blame: i % 2 === 0 ? '{ line: line, involve: other }' : '{ line: other, involve: line }',
      },
    ]),
  ),
  tables: { groups },
});

const line: fc.Arbitrary<Partial<Line>> = fc.record({
  itemCode: few('A', 'B', 'A', 'B', 'C', 'D', 'E', null),
  kind: few('drug' as const, 'service' as const),
  netQuantityE4: few<number | null>(10_000, 10_000, 20_000, null),
  unitPriceE4Fen: few<number | null>(100, 100, 200, 300),
  at: few<number | null>(morning, morning, morning + hour, morning + 5 * hour, morning + dayLength),
  until: few<number | null>(null, null, morning + dayLength),
  atTimed: few(true, true, false),
  prescriptionId: few<string | null>('P1', 'P2', 'P3'),
  current: few(true, false),
});

/** Kinds of lines, each of which comes many times. */
const claims: fc.Arbitrary<Claim> = fc
  .record({
    kinds: fc.array(line, { minLength: 1, maxLength: 6 }),
    order: fc.array(fc.nat({ max: 5 }), { minLength: 24, maxLength: 40 }),
    odd: fc.option(fc.record({ at: few<number | null>(null, morning), unitPriceE4Fen: few(null, 5) })),
    listPriceE4Fen: few<number | null>(null, 20_000),
    scene: few<Claim['scene']>(9, 9, 3, null),
    region: few<string | null>('350102', null),
  })
  .map(({ kinds, order, odd, listPriceE4Fen, scene, region }) => {
    const lines = order.map((n) => ({ ...kinds[n % kinds.length], listPriceE4Fen }));
    if (odd !== null) lines.push({ ...kinds[0], ...odd, listPriceE4Fen });
    return makeClaim({ lines, scene, institution: { region } });
  });

describe('lines that are alike', () => {
  it('make the findings and gaps of asking every pair', () => {
    let [found, open] = [0, 0];
    const property = fc.property(claims, (claim) => {
      const screened = screenPlainly(ruleset, claim);
      found += screened.findings.length;
      open += screened.notEvaluated.length;
      expectEqual(screened, scanPlainly(ruleset, claim));
    });
    fc.assert(property, { numRuns: 60 });
    expect(found).toBeGreaterThan(50);
    expect(open).toBeGreaterThan(50);
  });

  it('make them under the shipped rules', async () => {
    const shipped = instantiate(await shippedArtifact);
    const codes = ['003310030220100', '003310030220200', '001103000010000', '001102000030000'];
    for (const listPriceE4Fen of [null, 1_000_000]) {
      for (const kind of ['settlement', 'screening'] as const) {
        const lines = Array.from({ length: 60 }, (_, i) => ({
          itemCode: i % 11 === 3 ? null : (codes[i % 4] as string),
          at: morning + (i % 2) * dayLength,
          unitPriceE4Fen: 1_000_000 + (i % 3),
          listPriceE4Fen,
        }));
        const claim = makeClaim({ kind, scene: kind === 'settlement' ? null : 4, lines });
        expectEqual(screenPlainly(shipped, claim), scanPlainly(shipped, claim));
      }
    }
  });
});

describe('what a rule asks of two lines', () => {
  const readsOf = (when: string, partners = plain) => {
    const rule = { join, with: partners, when: quoted(when), blame: '{ line: line, involve: other }' };
    const built = buildUnguarded(rulesSource({ rules: { 'the-rule': rule }, tables: { groups } }));
    return built.ok ? built.value.rules[0]?.partner?.reads : built.error;
  };

  it.each([
    ['sameDay(other.at, line.at)', ['day']],
    ['other.at > line.at && line.unitPrice > 1.0', ['at']],
    ['overlaps(other, line)', ['day', 'lastDay']],
    ['concurrent(other, line) && other.current', ['at', 'current', 'timed', 'until']],
    ["listed('groups', other.itemCode, other.at)", ['day', 'itemCode']],
  ])('%s', (when, reads) => expect(readsOf(when)).toEqual(reads));

  it('includes how the row is found, and when it is in force', () => {
    expect(readsOf('otherRow.group == row.group', joined)).toEqual(['day', 'itemCode']);
  });
});

it('texts are ordered by code points', () => {
  const units = fc.array(few('a', 'b', '\ud83d', '\ude00', '\udfff', '\ue000', '\uffff', '中'), {
    maxLength: 4,
  });
  const slowly = (a: string, b: string) => {
    const [x, y] = [a, b].map((text) => [...text].map((point) => point.codePointAt(0) as number));
    for (let i = 0; i < x!.length && i < y!.length; i++) if (x![i] !== y![i]) return x![i]! - y![i]!;
    return x!.length - y!.length;
  };
  const text = units.map((list) => list.join(''));
  const property = fc.property(text, text, (a, b) => {
    expect(Math.sign(compareTexts(a, b))).toBe(Math.sign(slowly(a, b)));
  });
  fc.assert(property, { numRuns: 2_000 });
});
