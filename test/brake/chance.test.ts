/** How often chance alone would brake, and how soon a bad rule is: on streams of claims with a seed. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { bandOf } from '../../src/ruleset/release/brake/bands.js';
import { windowClaims } from '../../src/ruleset/release/brake/share-window.js';
import { type JudgedClaim, VersionBrake } from '../../src/ruleset/release/brake/version-brake.js';
import type { Band } from '../../src/ruleset/release/manifest.js';
import { manifestOf } from '../ruleset/release/people.js';
import { replayWith } from './bands.js';

/** Of a replay in which claims were alerted with this share, and none was held. */
function bandAt(share: number): Band {
  return bandOf('2', [{ claims: 1_000_000, alerts: Math.round(share * 1_000_000), holds: 0 }]);
}

function brakeAt(share: number): VersionBrake {
  const changed = ['bad', 'rare', 'usual'];
  return new VersionBrake(manifestOf(12, { changed, replay: replayWith([bandAt(share)]) }));
}

/** Numbers from 0 to 1 that look random, the same for the same seed. */
function numbersFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

const claimWith = (shown: readonly string[]): JudgedClaim => ({
  status: shown.length > 0 ? 'alert' : 'pass',
  scene: '2',
  shown,
  heldBack: [],
});

/** That more than `most` of a window's claims are told something, where each is with this chance: exactly. */
function chanceAbove(most: number, share: number): number {
  if (share === 0 || share === 1) return share * windowClaims > most ? 1 : 0;
  let log = windowClaims * Math.log(1 - share);
  let upTo = 0;
  let above = 0;
  for (let told = 0; told <= windowClaims; told++) {
    if (told > most) above += Math.exp(log);
    else upTo += Math.exp(log);
    log += Math.log((windowClaims - told) / (told + 1)) + Math.log(share / (1 - share));
  }
  expect(above + upTo).toBeCloseTo(1, 9);
  return above;
}

const seed = fc.integer();

describe('a version that does what it did in its replay', () => {
  test.each([0, 0.001, 0.01, 0.05, 0.1, 0.3, 0.5, 0.7, 0.9, 0.99, 1])(
    'with a share of %d leaves its band in fewer than one window of 100 million, on either side',
    (share) => {
      const { alertLow, alertHigh } = bandAt(share);
      const [least, most] = [alertLow, alertHigh].map((bound) => (bound * windowClaims) / 1_000_000) as [
        number,
        number,
      ];
      expect(chanceAbove(most, share)).toBeLessThan(1e-8);
      expect(chanceAbove(windowClaims - least, 1 - share)).toBeLessThan(1e-8);
      expect(most - share * windowClaims).toBeLessThan(45);
      expect(share * windowClaims - least).toBeLessThan(45);
    },
  );

  // 40,000 windows, which mostly share their claims: chance fails this once in thousands of runs.
  test('is not braked', () => {
    fc.assert(
      fc.property(seed, fc.double({ min: 0, max: 0.02, noNaN: true }), (from, share) => {
        const [brake, next] = [brakeAt(share), numbersFrom(from)];
        const claims = Array.from({ length: 2_000 }, () => claimWith(next() < share ? ['usual'] : []));
        expect(brake.judge(claims)).toEqual([]);
      }),
      { numRuns: 20 },
    );
  });
});

describe('a rule that begins to fire too much', () => {
  test('is stopped within a window of claims, whatever came before, and the rare ones are not', () => {
    fc.assert(
      fc.property(
        seed,
        fc.double({ min: 0, max: 0.02, noNaN: true }),
        fc.double({ min: 0.7, max: 1, noNaN: true }),
        fc.nat(600),
        (from, share, rate, quietly) => {
          const [brake, next] = [brakeAt(share), numbersFrom(from)];
          const usual = () => (next() < share ? ['old', 'rare'] : []);
          const before = Array.from({ length: quietly }, () => claimWith(usual()));
          expect(brake.judge(before)).toEqual([]);
          const since = Array.from({ length: windowClaims }, () =>
            claimWith([...usual(), ...(next() < rate ? ['bad'] : [])]),
          );
          const at = since.findIndex((claim) => brake.judge([claim]).length > 0);
          expect(at).toBeGreaterThan(0);
          expect(at).toBeLessThan(windowClaims);
        },
      ),
      { numRuns: 30 },
    );
  });

  test('is stopped at the very claim with which the share of a window leaves the band', () => {
    fc.assert(
      fc.property(seed, fc.double({ min: 0, max: 0.5, noNaN: true }), (from, share) => {
        const [brake, next] = [brakeAt(share), numbersFrom(from)];
        const most = Math.floor((bandAt(share).alertHigh * windowClaims) / 1_000_000);
        const told: boolean[] = [];
        for (let i = 0; i < 3_000; i++) {
          // More and more.
          const isBad = next() < i / 1_500;
          told.push(isBad);
          const [stop] = brake.judge([claimWith(isBad ? ['bad', 'old'] : [])]);
          const inWindow = told.slice(-windowClaims).filter(Boolean).length;
          expect(stop !== undefined).toBe(inWindow > most);
          if (stop === undefined) continue;
          expect(stop.rules.map(({ rule }) => rule)).toEqual(['bad']);
          return;
        }
        expect(most).toBe(windowClaims);
      }),
      { numRuns: 30 },
    );
  });
});
