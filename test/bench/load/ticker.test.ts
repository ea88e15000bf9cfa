import { describe, expect, it } from 'vitest';
import { openLoop } from '../../../bench/load/loops.js';
import { Tally } from '../../../bench/load/tally.js';
import { timerTicker } from '../../../bench/load/ticker.js';
import { systemClock } from '../../../src/base/clock.js';

// The pacing thread is a file of its own, so it runs as compiled code only.
const compiled = new URL('../../../dist/bench/load/ticker.js', import.meta.url).href;
const { startPacingThread } = (await import(compiled)) as typeof import('../../../bench/load/ticker.js');

describe.each(['timer', 'pacing thread'])('a %s', (kind) => {
  const withTicker = async (use: (start: typeof timerTicker) => Promise<void>): Promise<void> => {
    if (kind === 'timer') return use(timerTicker);
    const pacing = await startPacingThread();
    await use(pacing.start);
    await pacing.stop();
  };

  it('never lets a request leave before its time', async () => {
    await withTicker(async (start) => {
      const rate = 400;
      const leftMs: number[] = [];
      const beganMs = systemClock.tickMs();
      const send = async (): Promise<string> => {
        leftMs.push(systemClock.tickMs());
        return 'pass';
      };
      const plan = { rate, seconds: 0.25, inFlightMax: 100 };
      const { late } = await openLoop(plan, send, new Tally(), undefined, start);
      expect(leftMs).toHaveLength(100);
      leftMs.forEach((ms, i) => {
        expect(ms - beganMs).toBeGreaterThanOrEqual((i * 1000) / rate);
      });
      expect(late.maxMs).toBeGreaterThan(0);
    });
  });

  it('sends everything although the loop stood still for many moments', async () => {
    await withTicker(async (start) => {
      const sent: number[] = [];
      const send = async (index: number): Promise<string> => {
        sent.push(index);
        const until = systemClock.tickMs() + (index === 3 ? 40 : 0);
        while (systemClock.tickMs() < until);
        return 'pass';
      };
      const plan = { rate: 1_000, seconds: 0.1, inFlightMax: 1_000 };
      await openLoop(plan, send, new Tally(), undefined, start);
      expect(sent).toEqual(Array.from({ length: 100 }, (_, i) => i));
    });
  });

  it('serves one beat after the other', async () => {
    await withTicker(async (start) => {
      for (const rate of [500, 2_000]) {
        const tally = new Tally();
        const plan = { rate, seconds: 0.05, inFlightMax: 1_000 };
        await openLoop(plan, async () => 'pass', tally, undefined, start);
        expect(tally.whole().answered).toBe(rate * 0.05);
      }
    });
  });
});

describe('a loop on timers', () => {
  it('sleeps between requests', async () => {
    const before = process.cpuUsage();
    const startedMs = systemClock.tickMs();
    await openLoop({ rate: 20, seconds: 0.5, inFlightMax: 10 }, async () => 'pass', new Tally());
    const { user, system } = process.cpuUsage(before);
    // A loop that turns would use all of the elapsed time.
    expect((user + system) / 1000).toBeLessThan((systemClock.tickMs() - startedMs) / 2);
  });
});
