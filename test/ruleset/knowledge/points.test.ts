import { describe, expect, it } from 'vitest';
import { isDay, isNationalCode, readPoints } from '../../../src/ruleset/knowledge/points.js';
import { drugCode, type RawPoint, rawPoint } from './invented-points.js';

function read(points: readonly RawPoint[]): ReturnType<typeof readPoints> {
  return readPoints(JSON.stringify(points));
}

function problems(points: readonly RawPoint[]): string {
  const result = read(points);
  return result.ok ? '' : result.error.join('\n');
}

describe('reading points', () => {
  it('keeps the facts and leaves the sentences behind', () => {
    const result = read([rawPoint('KP-1', { supersedes: 'KP-0' }), rawPoint('KP-0')]);
    expect(result.ok && result.value[0]).toEqual({
      id: 'KP-1',
      ruleClass: '药品区分性别使用',
      national: 'GZ10000301004000',
      codes: [drugCode(1)],
      batch: 1,
      publishedOn: null,
      supersedes: 'KP-0',
      row: 1,
    });
  });

  it('takes a class without a national code, a revision without a batch and a note without codes', () => {
    const result = read([
      rawPoint('KP-1', { gz_code: null, batch: null, published_at: '2026-01-28', med_codes: [], row: null }),
    ]);
    expect(result.ok && result.value[0]).toMatchObject({ national: null, batch: null, codes: [], row: null });
  });

  it('tells all problems of all points together', () => {
    const told = problems([
      rawPoint('KP-1', { med_codes: ['LOCAL-77'], batch: 'one' }),
      rawPoint('KP-2', { published_at: '2026-02-30' }),
      rawPoint('', {}),
    ]);
    expect(told).toContain('point 1: med_codes has no national code: LOCAL-77');
    expect(told).toContain('point 1: batch is not a positive integer');
    expect(told).toContain('point 2: published_at is not a day: 2026-02-30');
    expect(told).toContain('point 3: kp_id is not a text');
  });

  it('refuses an id used twice, a link into nothing or another class, and two corrections', () => {
    expect(problems([rawPoint('KP-1'), rawPoint('KP-1')])).toContain('used twice');
    expect(problems([rawPoint('KP-1', { supersedes: 'KP-9' })])).toContain('not among the points');
    expect(
      problems([rawPoint('KP-0', { rule_class: '药品儿童专用' }), rawPoint('KP-1', { supersedes: 'KP-0' })]),
    ).toContain('another class');
    const twice = [
      rawPoint('KP-0'),
      rawPoint('KP-1', { supersedes: 'KP-0' }),
      rawPoint('KP-2', { supersedes: 'KP-0' }),
    ];
    expect(problems(twice)).toContain('KP-2: supersedes KP-0, as KP-1 does');
  });

  it('refuses what is no list', () => {
    expect(readPoints('{').ok).toBe(false);
    expect(readPoints('{}')).toEqual({ ok: false, error: ['not a list of points'] });
  });
});

describe('national shapes', () => {
  it('knows drugs, pieces, items and consumables', () => {
    const good = [
      'XB01AXA223B002010100156',
      'ZD03AAA0043010100166',
      'T001700233',
      '003205000030000',
      `C${'0'.repeat(19)}`,
      `C${'0'.repeat(26)}`,
    ];
    expect(good.filter(isNationalCode)).toEqual(good);
    expect(['T00170023', 'zd03aaa0043010100166', '00320500003000', ''].filter(isNationalCode)).toEqual([]);
  });

  it('knows days that exist', () => {
    expect(['2026-02-28', '2024-02-29'].every(isDay)).toBe(true);
    expect(['2026-02-29', '2026-2-1', '2026-13-01', 'soon'].some(isDay)).toBe(false);
  });
});
