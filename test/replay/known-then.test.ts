/** What counted on a day: rows that were known, and ends that were. */
import { describe, expect, test } from 'vitest';
import { dayMs, formatDay } from '../../src/base/calendar.js';
import { asKnownOn, editionsOf } from '../../src/replay/known-then.js';
import { withoutUnadoptedEnds } from '../../src/ruleset/check/unadopted-ends.js';
import { Problems } from '../../src/ruleset/diagnostics/diagnostic.js';
import { parseRules } from '../../src/ruleset/parse/parse-rules.js';
import { rulesSource } from '../ruleset/rule-sources.js';

const dayNamed = (text: string) => Date.parse(text) / dayMs;

const source = rulesSource({
  asOf: '2026-06-01',
  rules: {
    'too-many': {
      join: '{ table: caps, as: row, on: line.itemCode }',
      when: 'line.quantity > double(row.max)',
      basis: '{ document: 示例文件, number: 示例〔2026〕1号, level: national, table: caps }',
      valid: '{ from: 2026-01-01 }',
      owner: '医保办',
      say: '"超出部分医保不予支付，经患者知情同意后可自费"',
      killSwitch: 'too-many',
      review: '2027-06-30',
      appeal: '可以申诉',
    },
  },
  tables: {
    caps: {
      schema: 'codes: { type: codes }\nmax: { type: integer }',
      rows: [
        // Corrected by the second on the day that it became known.
        'KP-1,1,1,2026-01-01,2026-01-01,2026-03-01,,stated,T000000001,3',
        'KP-2,2,1,2026-03-01,2026-03-01,,,stated,T000000001,5',
        // Corrected afterwards for a time that was over.
        'KP-3,1,2,2026-01-01,2026-01-01,2026-02-01,,stated,T000000002,3',
        'KP-4,3,1,2026-05-01,2026-02-01,,,stated,T000000002,5',
        // Ended by nothing.
        'KP-5,1,3,2026-01-01,2026-01-01,2026-04-01,,stated,T000000003,3',
        // Not adopted.
        'KP-6,4,1,2026-07-01,2026-07-01,,,stated,T000000003,5',
      ],
    },
  },
});

function rowsOn(day: string): readonly string[] {
  const parsed = parseRules(source, new Problems());
  if (parsed === null) throw new Error('the source of this test');
  const { header, tables } = asKnownOn(parsed, dayNamed(day));
  const table = tables.get('caps');
  // As the check does with every table.
  const records = table === undefined ? [] : withoutUnadoptedEnds(table, header.asOf).records;
  const known = records.filter(({ cells }) => (cells[3] ?? '') <= formatDay(header.asOf));
  return known.map(({ cells }) => `${cells[0]} to ${cells[5] || 'now'}`);
}

describe('known then', () => {
  test('a row stands until the one that corrects it is known', () => {
    expect(rowsOn('2026-02-15')).toEqual(['KP-1 to now', 'KP-3 to now', 'KP-5 to now']);
    expect(rowsOn('2026-03-01')).toEqual(['KP-1 to 2026-03-01', 'KP-2 to now', 'KP-3 to now', 'KP-5 to now']);
  });

  test('a correction of the past counts once it is known', () => {
    expect(rowsOn('2026-05-01')).toContain('KP-3 to 2026-02-01');
    expect(rowsOn('2026-04-30')).toContain('KP-3 to now');
  });

  test('an end that nothing follows counts from its day on', () => {
    expect(rowsOn('2026-03-31')).toContain('KP-5 to now');
    expect(rowsOn('2026-04-01')).toContain('KP-5 to 2026-04-01');
  });

  test('what was not adopted stays unknown on any day', () => {
    expect(rowsOn('2026-09-01').join()).not.toContain('KP-6');
  });

  test('makes an edition for each day on which knowledge grew, and now makes one', () => {
    const period = { from: dayNamed('2026-02-15'), to: dayNamed('2026-12-31') };
    const then = editionsOf(source, 'then', period);
    const now = editionsOf(source, 'now', period);
    if (!then.ok || !now.ok) throw new Error(JSON.stringify([then, now]));
    expect(then.value.map(({ from }) => formatDay(from))).toEqual([
      '2026-02-15',
      '2026-03-01',
      '2026-04-01',
      '2026-05-01',
    ]);
    expect(then.value.map(({ artifact }) => artifact.tables['caps']?.rows)).toEqual([3, 4, 4, 5]);
    expect(now.value.map(({ artifact }) => artifact.tables['caps']?.rows)).toEqual([5]);
  });

  test('of rules with a mistake there are its diagnostics', () => {
    const broken = { ...source, files: new Map([...source.files, ['ruleset.yaml', 'name: x\n']]) };
    const made = editionsOf(broken, 'then', { from: 1, to: 2 });
    expect(made.ok).toBe(false);
  });
});
