/**
 * Index = scan. Goal: the item-code index, the probes and the row index leave nothing out and add nothing: on
 * random rule sets and claims the answer is the one of a twin that walks over all lines and all rows.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { instantiate } from '../../../src/ruleset/runtime/instantiate.js';
import { expectEqual } from '../../expect-equal.js';
import { scanPlainly, screenPlainly, unhurried } from '../claims.js';
import { packedSource } from '../history/packed-source.js';
import { rulesSource, type SourceText } from '../rule-sources.js';
import { buildUnguarded } from '../unguarded.js';
import { arbitraryClaim, arbitraryPast, itemCodes, ofKnownPatient } from './arbitrary-claim.js';
import { boolText } from './arbitrary-expression.js';

type Keys = Record<string, string | null>;

const condition = fc.oneof(boolText(2), boolText(2, { lines: ['line'], diagnoses: [], past: true }));
const aboutOther = boolText(2, { lines: ['line', 'other'], diagnoses: [], past: true });
const aboutOne = boolText(2, { lines: ['one'], diagnoses: [], past: true });
const codes = fc.constantFrom(...itemCodes);
const yaml = (text: string) => JSON.stringify(text);
const when = (
  make: (text: string, code: string) => string,
  more: Keys,
  text = condition,
): fc.Arbitrary<Keys> =>
  fc.tuple(text, codes).map(([bool, code]) => ({ ...more, when: yaml(make(bool, code)) }));

const joinLimits = '{ table: limits, as: row, on: line.itemCode, many: true }';
const joinOther = '{ table: limits, as: otherRow, on: other.itemCode, many: true }';

/** Rules of every way to be found, and of some that look as if they could be found and cannot. */
const rules: fc.Arbitrary<Keys> = fc.oneof(
  when((bool) => `(${bool}) && line.quantity > row.most`, { join: joinLimits }),
  when((bool) => `has(row.sex) ? patient.sex != row.sex : (${bool})`, { join: joinLimits }),
  when((bool, code) => `line.itemCode == '${code}' && (${bool})`, {}),
  when((bool, code) => `line.itemCode in ['${code}', 'C01'] && (${bool})`, {}),
  when((bool, code) => `line.itemCode == '${code}' || (${bool})`, {}),
  when((bool, code) => `!(line.itemCode == '${code}') && (${bool})`, {}),
  when((bool) => `(${bool}) && listed('limits', line.itemCode, line.at)`, {}),
  when(
    (bool) => `other.itemCode == row.excluded && (${bool})`,
    { join: joinLimits, with: '{ other: claim.lines }' },
    aboutOther,
  ),
  when(
    (bool, code) => `(${bool}) && other.itemCode in ['${code}', line.itemCode]`,
    { with: '{ other: claim.lines }' },
    aboutOther,
  ),
  when(
    (bool) => `otherRow.excluded == row.excluded && (${bool})`,
    { join: joinLimits, with: `{ other: { each: claim.lines, join: ${joinOther} } }` },
    aboutOther,
  ),
  when((_, code) => `prescription.lines.exists(h, h.itemCode == '${code}') && size(prescription.lines) > 1`, {
    for: 'prescription',
  }),
  when(
    (bool, code) => `claim.lines.exists(one, one.itemCode == '${code}' && (${bool}))`,
    { for: 'claim', blame: `{ line: "claim.lines.filter(b, b.itemCode == 'C01')" }` },
    aboutOne,
  ),
);

const row = fc
  .record({
    codes: fc.uniqueArray(codes, { minLength: 1, maxLength: 3 }),
    most: fc.option(fc.integer({ min: 0, max: 4 }), { nil: null }),
    sex: fc.constantFrom('', 'female', 'male'),
    excluded: fc.constantFrom('', ...itemCodes),
    from: fc.constantFrom('', '2026-07-01', '2026-07-03'),
    to: fc.constantFrom('', '2026-07-03', '2026-07-05'),
    region: fc.constantFrom('', '', '35', '6401'),
  })
  .map(
    (r) =>
      `,,,,${r.from},${r.to},${r.region},stated,${r.codes.join(' ')},${r.most ?? ''},${r.sex},${r.excluded}`,
  );

const schema = [
  'codes: { type: codes }',
  'most: { type: number }',
  'sex: { type: enumeration, values: [female, male] }',
  'excluded: { type: code }',
].join('\n');

/** Of the rule itself; mostly it has none. */
const period: fc.Arbitrary<Keys> = fc.constantFrom<Keys>(
  ...Array.from({ length: 6 }, () => ({})),
  { valid: '{ from: 2026-07-03 }' },
  { valid: '{ from: 2026-07-01, to: 2026-07-03 }' },
);

const sources: fc.Arbitrary<SourceText> = fc
  .tuple(
    fc.array(
      fc.tuple(rules, period).map(([rule, valid]) => ({ ...rule, ...valid })),
      { minLength: 1, maxLength: 4 },
    ),
    fc.array(row, { maxLength: 5 }),
  )
  .map(([list, rows]) => ({
    rules: Object.fromEntries(list.map((keys, i) => [`rule-${i}`, keys])),
    tables: { limits: { schema, rows } },
  }));

describe('index = scan', () => {
  it('the indexed answer is the answer of walking over everything', () => {
    const kinds = new Set<string>();
    let found = 0;
    const property = fc.property(
      sources,
      fc.array(fc.oneof(arbitraryClaim, arbitraryClaim.map(ofKnownPatient)), { minLength: 1, maxLength: 3 }),
      fc.option(arbitraryPast, { nil: null, freq: 4 }),
      (source, claims, settled) => {
        const history = settled === null ? null : packedSource(settled, {});
        const built = buildUnguarded(rulesSource(source));
        // Bounds are the one thing that the generator does not watch.
        const isTooBig = !built.ok && built.error.every((d) => d.code === 'CG-E308' || d.code === 'CG-E310');
        fc.pre(!isTooBig);
        expect(built.ok ? [] : built.error).toEqual([]);
        if (!built.ok) return;
        const ruleset = instantiate(built.value);
        for (const rule of built.value.rules) kinds.add(rule.index.by);
        for (const claim of claims) {
          const screened = screenPlainly(ruleset, claim, unhurried, history);
          found += screened.findings.length;
          expectEqual(screened, scanPlainly(ruleset, claim, unhurried, history));
          // The same claim again, and in a second instance: nothing is remembered.
          expectEqual(screened, screenPlainly(instantiate(built.value), claim, unhurried, history));
        }
      },
    );
    fc.assert(property, { numRuns: 400 });
    expect([...kinds].toSorted()).toEqual(['claim', 'codes', 'every-line', 'listed', 'prescription', 'rows']);
    // Some 130; that there are any is what counts, and no draw has so few.
    expect(found).toBeGreaterThan(30);
  });
});
