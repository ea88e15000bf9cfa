import { describe, expect, it } from 'vitest';
import { pairedRatio, ratioText } from '../../../bench/load/ratios.js';

describe('a paired ratio', () => {
  it('compares each run with its neighbour, not with the others', () => {
    // The second pair ran while the machine was busy: both were slow, their ratio is the same.
    expect(pairedRatio([500, 50, 500], [1_000, 100, 1_000])).toEqual({ value: 0.5, least: 0.5, most: 0.5 });
  });

  it('is the median over the pairs, with its range', () => {
    expect(pairedRatio([1, 9, 2], [10, 10, 10])).toEqual({ value: 0.2, least: 0.1, most: 0.9 });
    expect(pairedRatio([1, 3], [10, 10]).value).toBeCloseTo(0.2, 10);
  });

  it('refuses runs that are no pairs', () => {
    expect(() => pairedRatio([1, 2], [1])).toThrow('2 runs beside 1');
    expect(() => pairedRatio([], [])).toThrow();
  });

  it('prints with its range', () => {
    expect(ratioText({ value: 0.5, least: 0.25, most: 1 })).toBe('0.500 (0.250 to 1.000)');
  });
});
