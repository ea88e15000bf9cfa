import { describe, expect, it } from 'vitest';
import { median, timePerClaim } from '../../../bench/engine/measure.js';
import { interleave } from '../../../bench/readers/interleave.js';

const pace = { warmMs: 1, roundMs: 1, rounds: 3 };

describe('a measurement', () => {
  it('runs over all claims in order, none more often than another by more than a pass', async () => {
    const asked = Array.from({ length: 5 }, () => 0);
    await timePerClaim((i) => asked.splice(i, 1, (asked[i] ?? 0) + 1), 5, pace);
    expect(Math.min(...asked)).toBeGreaterThan(0);
  });

  it('waits for an engine that answers later, one claim after another', async () => {
    let inFlight = 0;
    let most = 0;
    const timing = await timePerClaim(
      async () => {
        most = Math.max(most, ++inFlight);
        await Promise.resolve();
        inFlight--;
      },
      4,
      pace,
    );
    // The first call only shows that the engine is asynchronous.
    expect(most).toBeLessThanOrEqual(2);
    expect(timing.microsPerClaim).toBeGreaterThan(0);
  });

  it('gives each contestant as many turns as the others, the first place in turn', () => {
    const order: string[] = [];
    const contestants = ['a', 'b', 'c'].map((name) => ({ name, run: () => order.push(name) }));
    interleave(contestants, { claims: 1, warmPasses: 0, rounds: 3, passes: 1 });
    expect(order.join('')).toBe('abcbcacab');
  });

  it('takes the middle', () => {
    expect(median([9, 1, 5])).toBe(5);
  });
});
