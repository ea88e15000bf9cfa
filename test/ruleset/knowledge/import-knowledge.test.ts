import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { CsvRow } from '../../../src/ruleset/knowledge/csv-text.js';
import { importKnowledge } from '../../../src/ruleset/knowledge/import-knowledge.js';
import { drugCode, importTexts, itemCode, type RawPoint, rawPoint, reading } from './invented-points.js';
import { rowsOf } from './shipped-tables.js';

type Readings = Readonly<Record<string, readonly CsvRow[]>>;

function table(name: string, points: readonly RawPoint[], readings: Readings): readonly CsvRow[] {
  const result = importKnowledge(importTexts(points, readings));
  if (!result.ok) throw new Error(result.error.map(({ message }) => message).join('\n'));
  return rowsOf(name, result.value.files.get(name) ?? '');
}

function problems(points: readonly RawPoint[], readings: Readings): string {
  const result = importKnowledge(importTexts(points, readings));
  return result.ok ? '' : result.error.map(({ message }) => message).join('\n');
}

const revision = { batch: null, published_at: '2026-01-28' };

describe('an import', () => {
  it('makes one row a point: provenance first, codes sorted, parameters from the reading', () => {
    const rows = table('sex_drugs', [rawPoint('KP-1', { med_codes: [drugCode(9), drugCode(2)] })], {
      'sex-drug': [reading('KP-1', { sex: 'male', decided: 'derived' })],
    });
    expect(rows).toEqual([
      {
        point: 'KP-1',
        batch: '1',
        row: '1',
        knownFrom: '2025-05-23',
        validFrom: '2025-05-23',
        validTo: '',
        region: '',
        decided: 'derived',
        codes: `${drugCode(2)} ${drugCode(9)}`,
        sex: 'male',
      },
    ]);
  });

  it('ends a corrected point on the day of its correction and keeps both', () => {
    const rows = table(
      'sex_drugs',
      [rawPoint('KP-1'), rawPoint('KP-2', { ...revision, supersedes: 'KP-1' })],
      {
        'sex-drug': [reading('KP-1'), reading('KP-2')],
      },
    );
    expect(rows.map(({ point, validFrom, validTo }) => [point, validFrom, validTo])).toEqual([
      ['KP-1', '2025-05-23', '2026-01-28'],
      ['KP-2', '2026-01-28', ''],
    ]);
  });

  it('ends a point that nobody linked when a later one of its class holds all its codes', () => {
    const points = [
      rawPoint('KP-1', { med_codes: [drugCode(1), drugCode(2)] }),
      rawPoint('KP-2', { ...revision, med_codes: [drugCode(3), drugCode(2), drugCode(1)] }),
    ];
    const texts = importTexts(points, { 'sex-drug': [reading('KP-1'), reading('KP-2')] });
    const result = importKnowledge(texts);
    expect(result.ok && [result.value.linked, result.value.covered]).toEqual([0, ['KP-1 by KP-2']]);
  });

  it('keeps both where the later one holds only a part', () => {
    const points = [
      rawPoint('KP-1', { med_codes: [drugCode(1), drugCode(2)] }),
      rawPoint('KP-2', { ...revision, med_codes: [drugCode(1)] }),
    ];
    const rows = table('sex_drugs', points, { 'sex-drug': [reading('KP-1'), reading('KP-2')] });
    expect(rows.map(({ validTo }) => validTo)).toEqual(['', '']);
  });

  it('reads a pair as key and included item', () => {
    const pair = rawPoint('KP-1', {
      rule_class: '医疗服务项目重复收费',
      med_codes: [itemCode(1), itemCode(2)],
      batch: 7,
    });
    const read = {
      point: 'KP-1',
      including: itemCode(2),
      included: itemCode(1),
      scope: 'same_day',
      decided: 'stated',
    };
    expect(table('included_items', [pair], { pair: [read] })[0]).toMatchObject({
      codes: itemCode(2),
      includedItem: itemCode(1),
      scope: 'same_day',
    });
    const wrong = { ...read, included: itemCode(3) };
    expect(problems([pair], { pair: [wrong] })).toContain("are not the point's two codes");
  });

  it('takes a mark that nobody set as false', () => {
    const point = rawPoint('KP-1', { rule_class: '药品限医疗机构级别' });
    const read = { point: 'KP-1', min_level: '2', decided: 'stated' };
    expect(table('level_drugs', [point], { level: [read] })[0]).toMatchObject({
      minLevel: '2',
      firstOnly: 'false',
    });
  });

  it('registers a left-out point with its reason, codes or not', () => {
    const rows = table('left_out_points', [rawPoint('KP-1', { med_codes: [] })], {
      'sex-drug': [reading('KP-1', { sex: '', leave_out: 'note-not-a-point' })],
    });
    expect(rows).toMatchObject([
      { point: 'KP-1', table: 'sex_drugs', reason: 'note-not-a-point', codes: '' },
    ]);
  });

  it('counts what it made', () => {
    const points = [
      rawPoint('KP-1'),
      rawPoint('KP-2', { ...revision, supersedes: 'KP-1' }),
      rawPoint('KP-3', { med_codes: [drugCode(5)] }),
      rawPoint('KP-4', { rule_class: '药品限医疗机构级别', batch: 5 }),
    ];
    const result = importKnowledge(
      importTexts(points, {
        'sex-drug': [
          reading('KP-1'),
          reading('KP-2', { decided: 'judged' }),
          reading('KP-3', { leave_out: 'why' }),
        ],
        level: [{ point: 'KP-4', min_level: '2', first_only: 'true', decided: 'stated' }],
      }),
    );
    const count = (seq: number) =>
      result.ok && result.value.counts.find(({ knowledge }) => knowledge.seq === seq);
    expect(count(67)).toMatchObject({
      points: 3,
      rows: 2,
      codes: 1,
      active: 1,
      superseded: 1,
      leftOut: 1,
      decidable: 1,
      decided: { judged: 1 },
      reasons: { why: 1 },
    });
    expect(count(12)).toMatchObject({ decidable: 0, needsHistory: 1 });
  });

  it('refuses unread points, stray or double readings, cells that do not fit, unknown classes', () => {
    const readings = {
      'sex-drug': [
        reading('KP-2', { sex: 'both' }),
        reading('KP-9'),
        reading('KP-3', { leave_out: 'No Slug' }),
        reading('KP-3'),
        reading('KP-4', { decided: 'guessed' }),
      ],
    };
    expect(problems([rawPoint('KP-1')], { 'sex-drug': [reading('KP-1', { sex: '' })] })).toContain(
      'KP-1 (sex-drug.csv): sex: empty, and no reason to leave the point out',
    );
    const told = problems([rawPoint('KP-1'), rawPoint('KP-2')], readings);
    expect(told).toContain('sex-drug.csv:4: leave_out is not a slug: No Slug');
    expect(told).toContain('sex-drug.csv:5: KP-3 has been read before');
    expect(told).toContain('sex-drug.csv:6: decided is none of stated, derived, judged');
    const joined = problems(
      [rawPoint('KP-1'), rawPoint('KP-2'), rawPoint('KP-5', { rule_class: '无此类' })],
      {
        'sex-drug': readings['sex-drug'].slice(0, 2),
      },
    );
    expect(joined).toContain('KP-1: nobody has read it (sex-drug.csv)');
    expect(joined).toContain('KP-2 (sex-drug.csv): sex: "both" is none of female, male');
    expect(joined).toContain('sex-drug.csv: no such point: KP-9');
    expect(joined).toContain('KP-5: no such class: 无此类');
  });

  it('refuses one code with two parameters at one time, and takes it at different times', () => {
    const readings = { 'sex-drug': [reading('KP-1'), reading('KP-2', { sex: 'male' })] };
    const both = [rawPoint('KP-1', { med_codes: [drugCode(1), drugCode(2)] }), rawPoint('KP-2')];
    expect(problems(both, readings)).toContain(`KP-1 and KP-2 give ${drugCode(1)} different parameters`);
    const corrected = [rawPoint('KP-1'), rawPoint('KP-2', { ...revision, supersedes: 'KP-1' })];
    expect(problems(corrected, readings)).toBe('');
  });

  it('refuses a batch of an unknown day and a correction that is not later', () => {
    const readings = { 'sex-drug': [reading('KP-1'), reading('KP-2')] };
    expect(problems([rawPoint('KP-1', { batch: 99 }), rawPoint('KP-2')], readings)).toContain(
      'batch 99 has no known day',
    );
    const backwards = [rawPoint('KP-1', { ...revision }), rawPoint('KP-2', { supersedes: 'KP-1' })];
    expect(problems(backwards, readings)).toContain('not after it began');
  });

  it('gives the same bytes whatever the order of points and readings', () => {
    const ids = ['KP-1', 'KP-2', 'KP-3', 'KP-4', 'KP-5'];
    const points = ids.map((id, i) =>
      rawPoint(id, { med_codes: [drugCode(i)], row: 5 - i, batch: 1 + (i % 3) }),
    );
    const files = (order: readonly string[], readOrder: readonly string[]) => {
      const texts = importTexts(
        order.map((id) => points[ids.indexOf(id)] ?? {}),
        { 'sex-drug': readOrder.map((id) => reading(id)) },
      );
      const result = importKnowledge(texts);
      return result.ok ? [...result.value.files] : result.error;
    };
    const expected = files(ids, ids);
    const shuffled = fc.shuffledSubarray(ids, { minLength: ids.length });
    fc.assert(
      fc.property(shuffled, shuffled, (a, b) => {
        expect(files(a, b)).toEqual(expected);
      }),
    );
  });
});
