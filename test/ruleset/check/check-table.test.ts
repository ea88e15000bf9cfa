/** Cells of knowledge tables: what each column type takes, what it becomes, and which rows are kept. */
import { describe, expect, it } from 'vitest';
import { parseDay } from '../../../src/ruleset/parse/map-reader.js';
import { rulesSource } from '../rule-sources.js';
import { buildUnguarded } from '../unguarded.js';

const schema = [
  'codes: { type: codes }',
  'code: { type: code }',
  'text: { type: text }',
  'integer: { type: integer }',
  'number: { type: number }',
  'flag: { type: flag }',
  'word: { type: enumeration, values: [one, two] }',
  'texts: { type: texts }',
  'day: { type: day }',
  'money: { type: money }',
].join('\n');
const columns = schema.split('\n').map((line) => line.split(':')[0] ?? '');
const join = '{ table: cells, as: row, on: line.itemCode, many: true }';

function build(rows: readonly string[], more: { readonly asOf?: string; readonly join?: string } = {}) {
  return buildUnguarded(
    rulesSource({
      rules: { 'a-rule': { join: more.join ?? join } },
      tables: { cells: { schema, rows } },
      ...(more.asOf === undefined ? {} : { asOf: more.asOf }),
    }),
  );
}

const dayOrNull = (text: string | null) => (text === null ? null : parseDay(text));

function cells(row: string): Record<string, unknown> {
  const built = build([row]);
  if (!built.ok) return { problems: built.error.map((d) => `${d.code} ${d.column}`) };
  const table = built.value.tables['cells'];
  return Object.fromEntries(columns.map((name) => [name, table?.columns[name]?.[0]]));
}

const provenance = 'K1,7,12,2026-01-01,2026-01-02,2026-01-03,35,judged';

describe('cells', () => {
  it('become typed values', () => {
    expect(cells(`${provenance},A B A,C,"x, ""y""",-3,2.50,true,two,p q,2026-07-02,12.34`)).toEqual({
      codes: ['A', 'B'],
      code: 'C',
      text: 'x, "y"',
      integer: -3,
      number: 2.5,
      flag: true,
      word: 'two',
      texts: ['p', 'q'],
      day: 20_636,
      money: 1_234,
    });
  });

  it('that are empty are unknown', () => {
    const { codes, ...rest } = cells(`${provenance},A,,,,,,,,,`);
    expect(codes).toEqual(['A']);
    expect(new Set(Object.values(rest))).toEqual(new Set([null]));
  });

  it.each([
    ['no whole number', ',C,x,1.5,1,true,one,p,2026-07-02,1'],
    ['too large', ',C,x,1000000001,1,true,one,p,2026-07-02,1'],
    ['no number', ',C,x,1,1e3,true,one,p,2026-07-02,1'],
    ['no flag', ',C,x,1,1,yes,one,p,2026-07-02,1'],
    ['not in the closed set', ',C,x,1,1,true,three,p,2026-07-02,1'],
    ['no day', ',C,x,1,1,true,one,p,2026-02-30,1'],
    ['a fraction of a fen', ',C,x,1,1,true,one,p,2026-07-02,1.005'],
  ])('that do not fit are refused: %s', (_, rest) => {
    expect(cells(`${provenance},A${rest}`)).toEqual({ problems: [expect.stringMatching(/^CG-E403 \d+$/)] });
  });

  it.each(['K1,x,1,,,,,stated', 'K1,1,1,soon,,,,stated', 'K1,1,1,,,,Fujian,stated', 'K1,1,1,,,,,guessed'])(
    'of provenance are checked too: %s',
    (wrong) => {
      expect(cells(`${wrong},A,,,,,,,,,`)).toEqual({ problems: [expect.stringContaining('CG-E403')] });
    },
  );
});

describe('rows', () => {
  const row = (codes: string, from: string, to: string, region = '', knownFrom = '') =>
    `,,,${knownFrom},${from},${to},${region},stated,${codes},,,,,,,,,`;
  const conflicts = (...rows: readonly string[]) => {
    const built = build(rows, { join: '{ table: cells, as: row, on: line.itemCode }' });
    return built.ok ? [] : built.error.map((d) => d.code);
  };

  it('that became known after the rule set is as of are left out', () => {
    const rows = [row('A', '', '', '', '2026-05-01'), row('B', '', '', '', '2026-06-01'), row('C', '', '')];
    const built = build(rows, { asOf: '2026-05-01' });
    expect(built.ok && built.value.tables['cells']?.columns['codes']).toEqual([['A'], ['C']]);
  });

  it.each([
    ['that one of them follows', '2026-06-01', ['B'], [null, null]],
    ['that rows of other codes follow', '2026-06-01', ['C'], [null, null]],
    ['that nothing follows', '2026-07-01', ['B'], ['2026-07-01', null]],
    ['that has come', '2026-05-01', ['C'], ['2026-05-01', null]],
  ])('are not ended by rows left out: an end %s', (_, end, [next = ''], expected) => {
    const rows = [row('A B', '', end), row('D', '', ''), row(next, '2026-06-01', '', '', '2026-06-01')];
    const built = build(rows, { asOf: '2026-05-01' });
    expect(built.ok && built.value.tables['cells']?.columns['validTo']).toEqual(expected.map(dayOrNull));
    const adopted = build(rows, { asOf: '2026-06-01' });
    expect(adopted.ok && adopted.value.tables['cells']?.columns['validTo']).toEqual([
      dayOrNull(end),
      null,
      null,
    ]);
  });

  it.each([
    ['the same code twice', [row('A', '', ''), row('B A', '', '')], ['CG-E405']],
    ['one follows the other', [row('A', '', '2026-01-01'), row('A', '2026-01-01', '')], []],
    ['one day together', [row('A', '', '2026-01-02'), row('A', '2026-01-01', '')], ['CG-E405']],
    ['in different places', [row('A', '', '', '35'), row('A', '', '', '64')], []],
    ['one place inside the other', [row('A', '', '', '35'), row('A', '', '', '3501')], ['CG-E405']],
    ['everywhere and in one place', [row('A', '', ''), row('A', '', '', '35')], ['CG-E405']],
  ])('that one code could find together need many: %s', (_, rows, expected) => {
    expect(conflicts(...rows)).toEqual(expected);
  });
});
