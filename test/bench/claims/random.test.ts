import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Random, Zipf } from '../../../bench/claims/random.js';

describe('Random', () => {
  it('repeats itself for the same seed and stream, and only then', () => {
    const draw = (seed: number, stream: number): number[] => {
      const random = new Random(seed, stream);
      return Array.from({ length: 20 }, () => random.next());
    };
    fc.assert(
      fc.property(fc.nat(), fc.nat(100_000), (seed, stream) => {
        expect(draw(seed, stream)).toEqual(draw(seed, stream));
        expect(draw(seed, stream + 1)).not.toEqual(draw(seed, stream));
        expect(draw(seed + 1, stream)).not.toEqual(draw(seed, stream));
      }),
    );
  });

  it('stays within its bounds and reaches them', () => {
    const random = new Random(1);
    const drawn = Array.from({ length: 2_000 }, () => random.integer(-2, 3));
    expect([...new Set(drawn)].sort((a, b) => a - b)).toEqual([-2, -1, 0, 1, 2, 3]);
    expect(drawn.every((n) => Number.isInteger(n))).toBe(true);
  });

  it('never draws what has no weight', () => {
    fc.assert(
      fc.property(fc.nat(), (seed) => {
        const random = new Random(seed);
        const drawn = Array.from({ length: 50 }, () => random.weighted([0, 3, 0, 1]));
        expect(drawn.every((index) => index === 1 || index === 3)).toBe(true);
      }),
    );
  });

  it('shuffles without losing anything and leaves the list alone', () => {
    fc.assert(
      fc.property(fc.nat(), fc.array(fc.integer()), (seed, list) => {
        const before = [...list];
        const shuffled = new Random(seed).shuffled(list);
        expect(list).toEqual(before);
        expect(shuffled.toSorted((a, b) => a - b)).toEqual(list.toSorted((a, b) => a - b));
      }),
    );
  });
});

describe('Zipf', () => {
  it('draws the first rank about twice as often as the second', () => {
    const random = new Random(5);
    const zipf = new Zipf(1_000, 1);
    const counts = [0, 0];
    for (let i = 0; i < 40_000; i++) {
      const rank = zipf.draw(random);
      if (rank < 2) counts[rank] = (counts[rank] ?? 0) + 1;
    }
    const ratio = (counts[0] ?? 0) / (counts[1] ?? 1);
    expect(ratio).toBeGreaterThan(1.7);
    expect(ratio).toBeLessThan(2.4);
  });

  it('draws existing ranks only', () => {
    fc.assert(
      fc.property(fc.nat(), fc.integer({ min: 1, max: 50 }), (seed, size) => {
        const rank = new Zipf(size).draw(new Random(seed));
        expect(rank).toBeGreaterThanOrEqual(0);
        expect(rank).toBeLessThan(size);
      }),
    );
  });
});
