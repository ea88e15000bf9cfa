import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { closedLoop, openLoop } from '../../../bench/load/loops.js';
import { Tally } from '../../../bench/load/tally.js';

describe('an open loop', () => {
  it('sends every request of its plan, each once, whatever the answers do', async () => {
    const sent: number[] = [];
    const tally = new Tally();
    const plan = { rate: 500, seconds: 0.2, inFlightMax: 1_000 };
    const result = await openLoop(
      plan,
      async (index) => {
        sent.push(index);
        await sleep(index % 3);
        return 'pass';
      },
      tally,
    );
    expect(sent).toEqual(Array.from({ length: 100 }, (_, i) => i));
    expect(result.sent).toBe(100);
    expect(tally.whole()).toMatchObject({ answered: 100, failed: 0, statuses: { pass: 100 } });
  });

  it('counts a stall against every request that it delays', async () => {
    const tally = new Tally();
    let stalled = false;
    await openLoop(
      { rate: 1_000, seconds: 0.1, inFlightMax: 1_000 },
      async () => {
        if (!stalled) {
          stalled = true;
          const until = performance.now() + 60;
          while (performance.now() < until);
        }
        return 'pass';
      },
      tally,
    );
    // A closed loop would have seen one slow answer; here about sixty requests should have left during the
    // stall.
    expect(tally.whole().latency.p50Ms).toBeGreaterThan(5);
  });

  it('counts requests without an answer and goes on', async () => {
    const tally = new Tally();
    const plan = { rate: 1_000, seconds: 0.05, inFlightMax: 100 };
    await openLoop(
      plan,
      async (index) => (index % 2 === 0 ? 'pass' : Promise.reject(new Error('no'))),
      tally,
    );
    expect(tally.whole()).toMatchObject({ answered: 25, failed: 25 });
  });

  it('sends no more than may wait at once', async () => {
    const tally = new Tally();
    let waiting = 0;
    let most = 0;
    const send = async (): Promise<string> => {
      most = Math.max(most, ++waiting);
      // Nothing is answered before everything else has been turned away, however slow the machine is.
      while (tally.whole().failed < 40) await sleep(1);
      waiting--;
      return 'pass';
    };
    await openLoop({ rate: 1_000, seconds: 0.05, inFlightMax: 10 }, send, tally);
    expect(most).toBe(10);
    expect(tally.whole()).toMatchObject({ answered: 10, failed: 40 });
  });

  it('ends early when asked to, with the answers that are still out', async () => {
    const tally = new Tally();
    const stop = new AbortController();
    const send = async (index: number): Promise<string> => {
      if (index === 9) stop.abort();
      await sleep(5);
      return 'pass';
    };
    // A machine that stands still for a while leaves many to be sent at once, and none of them is turned away.
    const plan = { rate: 1_000, seconds: 3_600, inFlightMax: 3_600_000 };
    const result = await openLoop(plan, send, tally, stop.signal);
    expect(result.sent).toBeLessThan(3_600_000);
    expect(tally.whole().answered).toBe(result.sent);
  });
});

describe('a closed loop', () => {
  it('keeps exactly so many in flight', async () => {
    const tally = new Tally();
    let inFlight = 0;
    let most = 0;
    const send = async (): Promise<string> => {
      most = Math.max(most, ++inFlight);
      await sleep(1);
      inFlight--;
      return 'pass';
    };
    const result = await closedLoop(7, 0.05, send, tally);
    expect(most).toBe(7);
    expect(tally.whole().answered).toBe(result.sent);
  });
});
