/** Sums of what was said, by hand. */
import { describe, expect, test } from 'vitest';
import type { Finding, Status } from '../../src/decision/decision.js';
import { kept, Tally } from '../../src/replay/tally.js';
import type { JudgedClaim, Verdict } from '../../src/replay/verdict.js';
import { bandOf } from '../../src/ruleset/release/brake/bands.js';
import { findingOf } from './finding-of.js';

const verdict = (findings: readonly Finding[], status: Status = 'alert'): Verdict => ({
  status,
  excessFen: findings.length * 100,
  findings,
  undecided: [],
});

function claimOf(seq: number, verdicts: readonly Verdict[]): JudgedClaim {
  return {
    seq,
    scene: '7',
    day: '2026-03-01',
    claimId: `C${seq}`,
    institution: 'H1',
    department: 'A01',
    verdicts,
  };
}

const changesOf = (claim: JudgedClaim, rule: string) => {
  const tally = new Tally();
  tally.judge(claim);
  return tally.data().tables.changes.get(rule) ?? {};
};

describe('gained and lost', () => {
  const both = findingOf('r', ['1']);

  test('what both say is neither, though lines stand in another order and ids differ', () => {
    const now = verdict([findingOf('r', ['1', '2'], { findingId: 'F-other' })]);
    expect(changesOf(claimOf(1, [now, verdict([findingOf('r', ['2', '1'])])]), 'r')).toEqual({});
  });

  test('of more of one name as many as are more', () => {
    const changes = changesOf(claimOf(1, [verdict([both, both, both]), verdict([both])]), 'r');
    expect(changes).toEqual({ gained: 2, gainedClaims: 1, gainedFen: 200 });
  });

  test('another line is one lost and one gained', () => {
    const changes = changesOf(claimOf(1, [verdict([findingOf('r', ['2'])]), verdict([both])]), 'r');
    expect(changes).toMatchObject({ gained: 1, lost: 1, gainedClaims: 1, lostClaims: 1, lostFen: 100 });
  });

  test('another effect is told apart', () => {
    const weaker = { ...both, effect: 'remind' as const };
    expect(changesOf(claimOf(1, [verdict([weaker]), verdict([both])]), 'r')).toEqual({ otherEffect: 1 });
  });
});

test('parts add up to the whole, in whatever order', () => {
  const claims = Array.from({ length: 12 }, (_, i) =>
    claimOf(i + 1, [
      verdict([findingOf('r', [String(i)])]),
      verdict(i % 2 === 0 ? [] : [findingOf('q', ['9'])], 'pass'),
    ]),
  );
  const whole = new Tally();
  for (const claim of claims) whole.judge(claim);
  for (let seq = 1; seq <= 150; seq++) whole.spoil('unusable', { seq, place: `f:${seq}`, reason: 'x' });
  const sum = new Tally();
  for (const part of [2, 0, 1]) {
    const own = new Tally();
    for (const claim of claims) if (claim.seq % 3 === part) own.judge(claim);
    for (let seq = 1; seq <= 150; seq++)
      if (seq % 3 === part) own.spoil('unusable', { seq, place: `f:${seq}`, reason: 'x' });
    sum.merge(own.data());
  }
  const [a, b] = [whole.data(), sum.data()];
  for (const name of Object.keys(a.tables) as (keyof typeof a.tables)[]) {
    expect(new Map([...b.tables[name]].sort())).toEqual(new Map([...a.tables[name]].sort()));
  }
  expect(b.spoilt).toEqual(a.spoilt);
  expect(b.spoilt).toHaveLength(kept.spoilt);
  const bySeq = (samples: typeof a.samples) =>
    samples.toSorted((x, y) => x.seq - y.seq || (x.rule < y.rule ? -1 : 1));
  expect(bySeq(b.samples)).toEqual(bySeq(a.samples));
});

describe('the band of a scene', () => {
  test('holds every day and what chance adds to it, and no more than all and nothing', () => {
    const days = [
      { claims: 1_000, alerts: 100, holds: 0 },
      { claims: 500, alerts: 100, holds: 0 },
    ];
    const band = bandOf('7', days);
    expect(band.scene).toBe('7');
    expect(band.alertLow).toBeLessThan(100_000);
    expect(band.alertHigh).toBeGreaterThan(200_000);
    expect(band.alertHigh).toBeLessThan(400_000);
    expect([band.holdLow, band.holdHigh]).toEqual([0, 40_000]);
  });

  test('leaves out days too small to say anything', () => {
    const usual = { claims: 10_000, alerts: 1_000, holds: 10 };
    expect(bandOf('7', [usual, { claims: 2, alerts: 2, holds: 2 }]).alertHigh).toBeLessThan(250_000);
    expect(bandOf('7', [usual, { claims: 200, alerts: 200, holds: 0 }]).alertHigh).toBe(1_000_000);
  });
});
