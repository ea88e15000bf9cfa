/** What is found by item code and, just as much, what must not be. */
import { describe, expect, it } from 'vitest';
import { renderDiagnostics } from '../../../src/ruleset/build-ruleset.js';
import { compileExpression } from '../../../src/ruleset/compile-expression.js';
import { rulesSource } from '../rule-sources.js';
import { buildUnguarded } from '../unguarded.js';

const table = {
  schema: 'codes: { type: codes }\nexcluded: { type: code }\nmembers: { type: texts }',
  rows: ['K1,1,1,,,,,stated,A B,X,X Y'],
};

function planned(keys: Readonly<Record<string, string>>) {
  const built = buildUnguarded(rulesSource({ rules: { 'the-rule': keys }, tables: { pairs: table } }));
  if (!built.ok) throw new Error(renderDiagnostics(built.error));
  const [rule] = built.value.rules;
  return { index: rule?.index, probed: rule?.partner?.probed };
}

const quoted = (text: string) => JSON.stringify(text);

describe('a rule is asked only for lines that it can apply to', () => {
  it.each([
    ["line.itemCode == 'A'", { by: 'codes', codes: ['A'] }],
    ["'A' == line.itemCode", { by: 'codes', codes: ['A'] }],
    ["line.itemCode in ['A', 'B']", { by: 'codes', codes: ['A', 'B'] }],
    ["line.current && (line.itemCode == 'A' && has(line.at))", { by: 'codes', codes: ['A'] }],
    ["listed('pairs', line.itemCode, line.at) && line.current", { by: 'listed', table: 'pairs' }],
  ])('%s', (when, index) => {
    expect(planned({ when: quoted(when) }).index).toEqual(index);
  });

  it('a joined row is found by the line', () => {
    const join = '{ table: pairs, as: pair, on: line.itemCode }';
    expect(planned({ join }).index).toEqual({ by: 'rows', table: 'pairs' });
  });
});

describe('a rule is asked for every line where', () => {
  it.each([
    ['the equality is one of several ways', "line.itemCode == 'A' || line.current"],
    ['the equality is denied', "!(line.itemCode == 'A')"],
    ['the equality is an inequality', "line.itemCode != 'A'"],
    ['the list is denied', "!(line.itemCode in ['A'])"],
    ['the equality decides between two conditions', "line.itemCode == 'A' ? line.current : has(line.at)"],
    ['the equality is compared itself', "(line.itemCode == 'A') == line.current"],
    ['the code is ordered', "line.itemCode > 'A'"],
    ['the code has a prefix', "line.itemCode.startsWith('A')"],
    ['the code is that of another fact', "patient.region == 'A'"],
    ['the code comes from the line itself', 'line.itemCode == line.department'],
    ['the code is only known on the claim', 'line.itemCode == patient.region'],
    ['the equality speaks of another line', "claim.lines.exists(x, x.itemCode == 'A')"],
    ['the table is asked for another fact', "listed('pairs', line.department, line.at)"],
    ['the table must not list it', "!listed('pairs', line.itemCode, line.at)"],
  ])('%s: %s', (_, when) => {
    expect(planned({ when: quoted(when) }).index).toEqual({ by: 'every-line' });
  });

  it('the joined row is found by something else', () => {
    const join = '{ table: pairs, as: pair, on: line.department }';
    expect(planned({ join }).index).toEqual({ by: 'every-line' });
  });

  it('the exception names a code', () => {
    const source = rulesSource({
      rules: { 'the-rule': { except: '[isA]' } },
      exceptions: "isA: line.itemCode == 'A'\n",
    });
    const built = buildUnguarded(source);
    expect(built.ok && built.value.rules[0]?.index).toEqual({ by: 'every-line' });
  });
});

describe('a partner is looked up by its code', () => {
  const join = '{ table: pairs, as: pair, on: line.itemCode }';

  it.each([
    'other.itemCode == pair.excluded',
    'pair.excluded == other.itemCode && overlaps(line, other)',
    'other.itemCode in pair.members',
    "line.current && other.itemCode in ['X', pair.excluded]",
  ])('%s', (when) => {
    expect(planned({ join, with: '{ other: claim.lines }', when: quoted(when) }).probed).toBe(true);
  });

  it.each([
    'other.itemCode == pair.excluded || overlaps(line, other)',
    '!(other.itemCode == pair.excluded)',
    'other.itemCode != pair.excluded',
    'other.itemCode == other.department',
    'other.department == pair.excluded',
    'line.itemCode == pair.excluded',
  ])('not: %s', (when) => {
    expect(planned({ join, with: '{ other: claim.lines }', when: quoted(when) }).probed).toBe(false);
  });

  it('not within a prescription, which is short', () => {
    const keys = {
      for: 'prescription',
      with: '{ other: prescription.lines }',
      when: quoted("other.itemCode == 'A'"),
    };
    expect(planned(keys).probed).toBe(false);
  });
});

describe('a loop over lines asks the code index', () => {
  const isProbed = (text: string) => {
    const compiled = compileExpression(text, { variables: {}, claim: 'line' });
    if (!compiled.ok) throw new Error(renderDiagnostics(compiled.error));
    return compiled.value.code.includes('view.candidates(');
  };

  it.each([
    "claim.lines.exists(x, x.itemCode == 'A' && x.current)",
    'claim.lines.exists_one(x, x.itemCode == line.itemCode)',
    "size(claim.lines.filter(x, x.current && x.itemCode in ['A', 'B'])) > 1",
  ])('%s', (text) => expect(isProbed(text)).toBe(true));

  it.each([
    "claim.lines.all(x, x.itemCode == 'A')",
    "claim.lines.exists(x, x.itemCode == 'A' || x.current)",
    "claim.lines.exists(x, x.itemCode != 'A')",
    "claim.lines.exists(x, line.itemCode == 'A')",
    "claim.diagnoses.exists(x, x.code == 'A')",
    "claim.lines.filter(x, x.current).exists(y, y.itemCode == 'A')",
  ])('not: %s', (text) => expect(isProbed(text)).toBe(false));
});
