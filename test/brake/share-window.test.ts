import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type Limits,
  type SeenClaim,
  ShareWindow,
  windowClaims,
} from '../../src/ruleset/release/brake/share-window.js';

const told = (...rules: string[]): SeenClaim => ({ told: true, meant: true, rules });
const heldBack: SeenClaim = { told: false, meant: true, rules: [] };
const quiet: SeenClaim = { told: false, meant: false, rules: [] };

function windowOf(limits: Limits, claims: readonly SeenClaim[]): ShareWindow {
  const window = new ShareWindow(limits);
  for (const claim of claims) window.add(claim);
  return window;
}

const many = (count: number, claim: SeenClaim) => Array.from({ length: count }, () => claim);

const anyClaim = fc.oneof(
  fc.constantFrom(heldBack, quiet),
  fc.subarray(['a', 'b', 'c', 'd']).map((rules) => told(...rules)),
);
const limits = fc
  .tuple(fc.nat(windowClaims), fc.nat(windowClaims))
  .map(([a, b]): Limits => ({ least: Math.min(a, b), most: Math.max(a, b) }));

describe('a window', () => {
  test('is above at the first claim beyond the most, full or not, and not before', () => {
    const window = windowOf({ least: 0, most: 30 }, [...many(50, quiet), ...many(30, told())]);
    expect(window.side).toBe(null);
    window.add(told());
    expect(window.side).toBe('above');
  });

  test('is below when so many are quiet that the least is out of reach, and not before', () => {
    const window = windowOf({ least: 20, most: 60 }, many(180, quiet));
    expect(window.side).toBe(null);
    window.add(quiet);
    expect(window.side).toBe('below');
  });

  test('holds what an overlay has kept from being shown against nobody: it is not above for it, nor below', () => {
    expect(windowOf({ least: 20, most: 60 }, many(400, heldBack)).side).toBe(null);
  });

  test('forgets what came before its last claims', () => {
    const window = windowOf({ least: 0, most: 30 }, [...many(31, told('a')), ...many(windowClaims, quiet)]);
    expect([window.side, window.told, window.isDriven]).toEqual([null, 0, false]);
  });

  test('counts what a count of the last claims comes to, whatever came', () => {
    fc.assert(
      fc.property(limits, fc.array(anyClaim, { maxLength: 700, size: 'max' }), (bounds, claims) => {
        const window = windowOf(bounds, claims);
        const last = claims.slice(-windowClaims);
        const counted = last.filter((claim) => claim.told);
        const rules = counted.flatMap((claim) => claim.rules);
        expect(window.claims).toBe(last.length);
        expect(window.told).toBe(counted.length);
        expect(window.meant).toBe(last.filter(({ meant }) => meant).length);
        expect(window.isDriven).toBe(rules.length > 0);
        for (const rule of 'abcd') {
          expect(window.drivers().get(rule) ?? 0).toBe(rules.filter((one) => one === rule).length);
        }
      }),
    );
  });

  test('says a side exactly where no completion could come back inside', () => {
    fc.assert(
      fc.property(limits, fc.array(anyClaim, { maxLength: windowClaims, size: 'max' }), (bounds, claims) => {
        const missing = windowClaims - claims.length;
        const { least, most } = bounds;
        const calmest = claims.filter((claim) => claim.told).length;
        const busiest = claims.filter(({ meant }) => meant).length + missing;
        const side = calmest > most ? 'above' : busiest < least ? 'below' : null;
        expect(windowOf(bounds, claims).side).toBe(side);
      }),
    );
  });

  test('is empty when it is cleared', () => {
    const window = windowOf({ least: 0, most: 3 }, many(250, told('a')));
    window.clear();
    expect([window.side, window.claims, window.told, window.meant, window.isDriven]).toEqual([
      null,
      0,
      0,
      0,
      false,
    ]);
  });
});
