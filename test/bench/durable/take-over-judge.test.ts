import { describe, expect, it } from 'vitest';
import { type Attempt, noticedBy, takeOversOf } from '../../../bench/durable/take-over-judge.js';

const kill = { fromMs: 10_000, goneMs: 10_010 };

describe('how long nobody decided', () => {
  const claims = [
    { seq: 1, ms: 9_990 },
    { seq: 2, ms: 10_020 },
    { seq: 3, ms: 11_000 },
  ];

  it('counts from the kill to the entry of a message that came after it', () => {
    const entries = [
      { seq: 1, ms: 12_000 },
      { seq: 2, ms: 12_500 },
      { seq: 3, ms: 12_600 },
    ];
    expect(takeOversOf([kill], claims, entries)).toEqual([{ undecided: 1, nextMs: 2_000, laterMs: 2_500 }]);
  });

  it('says where nobody took over, or nothing came to be decided', () => {
    const [onlyBefore] = takeOversOf([kill], claims, [{ seq: 1, ms: 12_000 }]);
    expect(onlyBefore).toEqual({ undecided: 1, nextMs: 2_000, laterMs: null });
    const [nothing] = takeOversOf([kill], claims.slice(0, 1), [{ seq: 1, ms: 9_995 }]);
    expect(nothing).toEqual({ undecided: 0, nextMs: null, laterMs: null });
  });
});

describe('what clients noticed', () => {
  const request = (sentMs: number, endedMs: number, status = 'pass'): Attempt => ({
    sentMs,
    endedMs,
    status,
  });

  it('tells requests under way at the kill from those that came later', () => {
    const noticed = noticedBy(
      [
        request(9_000, 9_010),
        request(9_500, 10_200, ''),
        request(9_999, 10_400),
        request(10_005, 11_005, ''),
        request(10_030, 11_030, ''),
        request(10_050, 10_060, 'not_screened'),
        request(40_000, 41_000, ''),
      ],
      [kill],
    );
    expect(noticed).toMatchObject({ answered: 3, unscreened: 1, inFlight: 3, lostInFlight: 2 });
    expect(noticed).toMatchObject({ lostLater: 1, lastLostMs: 20, lostOtherwise: 1 });
  });

  it('measures how long no answer came, in all and around the kill', () => {
    const noticed = noticedBy(
      [request(1_000, 1_010), request(8_000, 9_500), request(10_100, 10_110), request(10_200, 10_900)],
      [kill],
    );
    expect(noticed.longestGapMs).toBe(8_490);
    expect(noticed.gapsMs).toEqual([790]);
  });
});
