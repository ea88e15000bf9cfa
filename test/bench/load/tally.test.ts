import { describe, expect, it } from 'vitest';
import { Tally } from '../../../bench/load/tally.js';

describe('a tally', () => {
  it('knows the quantiles of what it was told', () => {
    const tally = new Tally();
    for (let ms = 1; ms <= 100; ms++) tally.answered('pass', ms);
    const { p50Ms, p99Ms, maxMs } = tally.whole().latency;
    expect(p50Ms).toBeCloseTo(50, 0);
    expect(p99Ms).toBeCloseTo(99, 0);
    expect(maxMs).toBeCloseTo(100, 0);
  });

  it('gives a window since the last look and keeps the whole', () => {
    const tally = new Tally();
    tally.answered('pass', 1);
    expect(tally.takeRecent()).toMatchObject({ answered: 1, statuses: { pass: 1 } });
    tally.answered('alert', 1);
    tally.failed();
    expect(tally.takeRecent()).toMatchObject({ answered: 1, failed: 1, statuses: { alert: 1 } });
    expect(tally.takeRecent()).toMatchObject({ answered: 0, failed: 0, statuses: {} });
    expect(tally.whole()).toMatchObject({ answered: 2, failed: 1, statuses: { pass: 1, alert: 1 } });
  });

  it('keeps microseconds', () => {
    const tally = new Tally();
    tally.answered('pass', 0.137);
    expect(tally.whole().latency.p50Ms).toBeCloseTo(0.137, 3);
  });
});
