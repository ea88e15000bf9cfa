/** Who is stopped when a share has risen above its band: only who can have put it there. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { culpritsOf } from '../../src/ruleset/release/brake/culprits.js';
import {
  type Limits,
  type SeenClaim,
  ShareWindow,
  windowClaims,
} from '../../src/ruleset/release/brake/share-window.js';
import { Usual } from '../../src/ruleset/release/brake/usual.js';
import type { BandFigures } from '../../src/ruleset/release/manifest.js';

const told = (...rules: string[]): SeenClaim => ({ told: true, meant: true, rules });
const quiet: SeenClaim = { told: false, meant: false, rules: [] };
const many = (count: number, claim: SeenClaim) => Array.from({ length: count }, () => claim);

function windowOf(limits: Limits, claims: readonly SeenClaim[]): ShareWindow {
  const window = new ShareWindow(limits);
  for (const claim of claims) window.add(claim);
  return window;
}

function stopped(limits: Limits, claims: readonly SeenClaim[], figures: BandFigures | null = null) {
  return culpritsOf(windowOf(limits, claims), new Usual(limits, figures, 'alert'));
}

const band: Limits = { least: 4, most: 30 };
/** One claim in twelve, and one in twenty by a rule that is changed. */
const figures: BandFigures = { claims: 12_000, alerts: 1_000, holds: 0, rules: { usual: 600, rare: 12 } };

describe('who is stopped', () => {
  test('the rule that fires on everything, and not the one that fired twice', () => {
    const claims = [told('bad', 'rare'), told('rare', 'bad'), ...many(29, told('bad'))];
    expect(stopped(band, claims)).toEqual([{ rule: 'bad', claims: 31 }]);
    expect(stopped(band, claims, figures)).toEqual([{ rule: 'bad', claims: 31 }]);
  });

  test('both of two that share the blame', () => {
    expect(stopped(band, [...many(16, told('one')), ...many(15, told('two'))])).toEqual([
      { rule: 'one', claims: 16 },
      { rule: 'two', claims: 15 },
    ]);
  });

  test('each that may be the one alone, where nobody knows how frequent they were', () => {
    const often: Limits = { least: 60, most: 127 };
    const claims = [...many(100, told('usual')), ...many(28, told('bad')), ...many(60, quiet)];
    expect(stopped(often, claims).map(({ rule }) => rule)).toEqual(['usual', 'bad']);
  });

  test('only the one that is new to it, where that is known', () => {
    const often: Limits = { least: 60, most: 127 };
    const known = { claims: 2_000, alerts: 940, holds: 0, rules: { usual: 940 } };
    const claims = [...many(100, told('usual')), ...many(28, told('bad')), ...many(60, quiet)];
    expect(stopped(often, claims, known).map(({ rule }) => rule)).toEqual(['bad']);
  });

  test('nobody where no changed rule has a part in it', () => {
    expect(stopped(band, many(100, told()))).toEqual([]);
  });

  test('nobody where those that could be have hardly a part in it', () => {
    expect(stopped(band, [told('rare'), ...many(60, told())])).toEqual([]);
    expect(stopped(band, [...many(3, told('rare')), ...many(60, told())], figures)).toEqual([]);
  });

  test('nobody who only goes on as before', () => {
    const claims = [...many(12, told('usual')), ...many(19, told()), ...many(169, quiet)];
    expect(stopped(band, claims, figures)).toEqual([]);
  });

  test('who is found far more often than ever, though it is not all of it', () => {
    const claims = [...many(16, told('bad')), ...many(15, told()), ...many(19, quiet)];
    expect(stopped(band, claims)).toEqual([]);
    expect(stopped(band, claims, figures)).toEqual([{ rule: 'bad', claims: 16 }]);
  });

  test('who holds where nothing was held, though it has always found as much', () => {
    const none: Limits = { least: 0, most: 0 };
    const usual = new Usual(none, figures, 'hold');
    expect(culpritsOf(windowOf(none, [told('usual')]), usual)).toEqual([{ rule: 'usual', claims: 1 }]);
  });
});

test('without those who are stopped the share would not be remarkable, or they are too much themselves', () => {
  const limits = fc
    .tuple(fc.nat(windowClaims), fc.nat(windowClaims))
    .map(([a, b]): Limits => ({ least: Math.min(a, b), most: Math.max(a, b) }));
  const anyClaim = fc.oneof(
    fc.constant(quiet),
    fc.subarray(['a', 'b', 'c', 'd']).map((rules) => told(...rules)),
  );
  fc.assert(
    fc.property(limits, fc.array(anyClaim, { maxLength: 400, size: 'max' }), (bounds, claims) => {
      const window = windowOf(bounds, claims);
      fc.pre(window.side === 'above');
      const usual = new Usual(bounds, null, 'alert');
      const rules = culpritsOf(window, usual);
      const calm = usual.calm(window.claims);
      const all = new Set(window.drivers().keys());
      const isExplained = all.size > 0 && window.toldWithout(all) <= calm;
      const tooMany = [...window.drivers()].filter(([, count]) => count > bounds.most);
      expect(rules.length > 0).toBe(isExplained || tooMany.length > 0);
      for (const { rule, claims: count } of rules) expect(window.drivers().get(rule)).toBe(count);
      const names = new Set(rules.map(({ rule }) => rule));
      for (const [rule] of tooMany) expect(names).toContain(rule);
      if (isExplained) expect(window.toldWithout(names)).toBeLessThanOrEqual(calm);
    }),
  );
});
