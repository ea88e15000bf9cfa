import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatInstant, nationalStamp, readDay, readTime } from '../../src/claim/dates.js';

const at = (iso: string) => Date.parse(iso);
const instant = (iso: string, timed = true) => ({ is: 'instant', at: at(iso), timed });

describe('reading times', () => {
  it.each([
    ['2026-03-18T10:21:40+08:00', instant('2026-03-18T02:21:40Z')],
    ['2026-03-18T02:21:40Z', instant('2026-03-18T02:21:40Z')],
    ['2026-03-18T02:21:40.5Z', instant('2026-03-18T02:21:40.500Z')],
    ['2026-03-18T02:21:40-0500', instant('2026-03-18T07:21:40Z')],
    ['2026-03-18 10:21:40', instant('2026-03-18T02:21:40Z')],
    ['2026-03-18 10:21', instant('2026-03-18T02:21:00Z')],
    ['2026/3/8 9:05:00', instant('2026-03-08T01:05:00Z')],
    ['20260318102140', instant('2026-03-18T02:21:40Z')],
    ['20260318102140208', instant('2026-03-18T02:21:40.208Z')],
    ['2026-03-18', instant('2026-03-17T16:00:00Z', false)],
    ['20260318', instant('2026-03-17T16:00:00Z', false)],
    ['2026-03-18 00:00:00', instant('2026-03-17T16:00:00Z', false)],
    ['9999-12-31 00:00:00', { is: 'placeholder' }],
    ['2099-12-31', { is: 'placeholder' }],
    ['1900-01-01 00:00:00', { is: 'placeholder' }],
    ['0001-01-01', { is: 'placeholder' }],
    ['2026-02-30', { is: 'malformed' }],
    ['2026-03-18 24:00:00', { is: 'malformed' }],
    ['2026-03-18 10:60:00', { is: 'malformed' }],
    ['2026-03-18T10:21:40+25:00', { is: 'malformed' }],
    ['18.03.2026', { is: 'malformed' }],
    ['1773800500000', { is: 'malformed' }],
  ])('%s', (text, expected) => {
    expect(readTime(text)).toEqual(expected);
  });

  it('reads a day in China, whatever the time of day', () => {
    expect(readDay('1954-11-20')).toBe(-5521);
    expect(readDay('1954-11-20 23:59:59')).toBe(-5521);
    expect(readDay('1954-11-19T17:00:00Z')).toBe(-5521);
    expect(readDay('9999-12-31')).toBe('placeholder');
    expect(readDay('x')).toBe('malformed');
  });

  it('reads back what it writes', () => {
    const range = { min: at('1960-01-01T00:00:00Z'), max: at('2090-01-01T00:00:00Z') };
    fc.assert(
      fc.property(fc.integer(range), (ms) => {
        expect(readTime(formatInstant(ms))).toMatchObject({ is: 'instant', at: ms });
        expect(readTime(nationalStamp(ms))).toMatchObject({ is: 'instant', at: ms });
      }),
    );
  });

  it('writes the national stamp in China time', () => {
    expect(nationalStamp(at('2026-03-18T02:21:40.208Z'))).toBe('20260318102140208');
    expect(formatInstant(at('2026-03-17T16:30:00Z'))).toBe('2026-03-18T00:30:00+08:00');
  });
});
