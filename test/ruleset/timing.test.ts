/**
 * How long a rule set of the national size takes to compile and to instantiate, and what it weighs. Printed,
 * never asserted: a test must not depend on the clock. 21 rules, 3,899 rows, about 24,000 codes, made up.
 */
import { expect, it } from 'vitest';
import { instantiate } from '../../src/ruleset/runtime/instantiate.js';
import { makeClaim, scanPlainly, screenPlainly, unhurried } from './claims.js';
import { rulesSource, type SourceText } from './rule-sources.js';
import { buildUnguarded } from './unguarded.js';

const [ruleCount, rowCount, codesPerRow, linesPerClaim, rounds] = [21, 3_899, 6, 30, 300];

const code = (row: number, position: number) => `${String(row).padStart(6, '0')}${position}0000000000000`;

function nationalSize(): SourceText {
  const rows = Array.from({ length: rowCount }, (_, i) => {
    const codes = Array.from({ length: codesPerRow }, (_, k) => code(i, k)).join(' ');
    const sex = i % 2 === 0 ? 'female' : 'male';
    const provenance = `KP-${i},${i % 9},${i},2025-01-01,2025-0${(i % 9) + 1}-01,,,stated`;
    return `${provenance},${codes},${i % 7},${sex},${code(i + 1, 0)}`;
  });
  const schema = [
    'codes: { type: codes }',
    'most: { type: number }',
    'sex: { type: enumeration, values: [female, male] }',
    'excluded: { type: code }',
  ];
  const conditions = [
    { when: 'patient.sex != row.sex' },
    { when: 'claim.quantity(line.itemCode) > row.most * double(stayDays())' },
    {
      when: 'other.itemCode == row.excluded && overlaps(other, line)',
      with: '{ other: claim.lines }',
      blame: '{ line: other, involve: line }',
    },
  ];
  const tables = Object.fromEntries(
    Array.from({ length: ruleCount }, (_, t) => [
      `table${t}`,
      { schema: schema.join('\n'), rows: rows.filter((_, i) => i % ruleCount === t) },
    ]),
  );
  const rules = Object.fromEntries(
    Array.from({ length: ruleCount }, (_, t) => [
      `rule-${t}`,
      { join: `{ table: table${t}, as: row, on: line.itemCode }`, ...conditions[t % 3] },
    ]),
  );
  return { rules, tables };
}

it('prints what a national rule set costs', () => {
  const source = rulesSource(nationalSize());
  const memory = () => process.memoryUsage().heapUsed / 1e6;
  const [heapBefore, started] = [memory(), performance.now()];
  const built = buildUnguarded(source);
  const compiled = performance.now();
  if (!built.ok) throw new Error(built.error[0]?.message);
  const ruleset = instantiate(built.value);
  const instantiated = performance.now();
  const claim = makeClaim({
    lines: Array.from({ length: linesPerClaim }, (_, i) => ({ itemCode: code(i * 100, i % codesPerRow) })),
  });
  const expected = scanPlainly(ruleset, claim, unhurried);
  expect(screenPlainly(ruleset, claim, unhurried)).toEqual(expected);
  const from = performance.now();
  for (let i = 0; i < rounds; i++) screenPlainly(ruleset, claim, unhurried);
  const perClaim = ((performance.now() - from) / rounds) * 1_000;
  const ms = (a: number, b: number) => `${(b - a).toFixed(0)} ms`;
  const report = {
    size: `${ruleCount} rules, ${rowCount} rows, ${rowCount * codesPerRow} codes`,
    compile: ms(started, compiled),
    instantiate: ms(compiled, instantiated),
    heap: `+${(memory() - heapBefore).toFixed(0)} MB, garbage included`,
    screen: `${linesPerClaim} lines in ${perClaim.toFixed(0)} µs, ${expected.findings.length} findings`,
  };
  console.log(report);
});
