import { describe, expect, it } from 'vitest';
import { median, timePerClaim } from '../../../bench/engine/measure.js';
import { interleave } from '../../../bench/readers/interleave.js';

const pace = { warmMs: 1, roundMs: 1, rounds: 3 };

describe('a measurement', () => {
  it('runs over all claims in order, none more often than another by more than a pass', async () => {
    const asked: number[] = [];
    // As few as the shortest pass has, so that all are whole however slow the machine is.
    await timePerClaim((i) => asked.push(i), 4, pace);
    // The first call only shows that the engine is none that answers later.
    const passes = asked.slice(1);
    expect(asked[0]).toBe(0);
    expect(passes).toEqual(passes.map((_, i) => i % 4));
    expect([passes.length % 4, passes.length >= 4 * (1 + pace.rounds)]).toEqual([0, true]);
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
