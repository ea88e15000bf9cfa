/** Standing aside is waiting, which only a thread may do; here in turns of one, by a clock that is told the time. */
import { describe, expect, test } from 'vitest';
import type { Clock } from '../../../src/base/clock.js';
import { mostStanding, RightOfWay, Wayside } from '../../../src/screening/protocol/give-way.js';

/** Waiting takes time of its own, which this clock does not know: each look at it is so much later than the one before. */
class ToldClock implements Clock {
  readonly #stepMs: number;
  looks = 0;
  #nowMs = 0;

  constructor(stepMs = 0) {
    this.#stepMs = stepMs;
  }

  wallMs(): number {
    return 0;
  }

  tickMs(): number {
    this.looks += 1;
    this.#nowMs += this.#stepMs;
    return this.#nowMs;
  }

  pass(ms: number): void {
    this.#nowMs += ms;
  }

  get nowMs(): number {
    return this.#nowMs;
  }
}

describe('a thread that works off the log', () => {
  test('goes on at once while no screening waits', () => {
    const way = new RightOfWay();
    const clock = new ToldClock(1);
    const wayside = new Wayside(way.shared, clock);
    wayside.begin();
    const { looks } = clock;
    wayside.stand();
    way.take();
    way.give();
    wayside.stand();
    expect(clock.looks).toBe(looks);
  });

  test('stands still while one waits, and goes on after a while all the same', () => {
    const way = new RightOfWay();
    const clock = new ToldClock(mostStanding.atATimeMs / 4);
    const wayside = new Wayside(way.shared, clock);
    wayside.begin();
    clock.pass(1_000);
    way.take();
    const { looks } = clock;
    wayside.stand();
    // One look when it stopped, and one after each of four waits.
    expect(clock.looks).toBe(looks + 5);
  });

  test('stands still for so long in a batch, and again in the next one', () => {
    const way = new RightOfWay();
    const clock = new ToldClock(mostStanding.inABatchMs);
    const wayside = new Wayside(way.shared, clock);
    const looksOf = (stand: () => void): number => {
      const { looks } = clock;
      stand();
      return clock.looks - looks;
    };
    way.take();
    wayside.begin();
    expect([1, 2].map(() => looksOf(() => wayside.stand()))).toEqual([2, 0]);
    wayside.begin();
    expect(looksOf(() => wayside.stand())).toBe(2);
  });

  test('has at least a ninth of the time, though screenings always wait', () => {
    const way = new RightOfWay();
    const clock = new ToldClock(0.001);
    const wayside = new Wayside(way.shared, clock);
    // Taken, and another value than that whose change is waited for: only the clock that is told passes.
    new Int32Array(way.shared)[0] = 2;
    const workMs = 0.3;
    wayside.begin();
    const shares = [1, 10].map((messages) => {
      const beganMs = clock.nowMs;
      for (let message = 0; message < messages; message++) {
        clock.pass(workMs);
        wayside.stand();
      }
      return (messages * workMs) / (clock.nowMs - beganMs);
    });
    for (const share of shares) expect(share).toBeCloseTo(1 / 9, 2);
  });

  test('knows whether screenings have come since its last batch', () => {
    const way = new RightOfWay();
    const wayside = new Wayside(way.shared, new ToldClock());
    expect(wayside.begin()).toBe(false);
    way.take();
    way.give();
    expect([wayside.begin(), wayside.begin()]).toEqual([true, false]);
  });
});
