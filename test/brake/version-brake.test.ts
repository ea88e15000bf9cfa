import { describe, expect, test } from 'vitest';
import { windowClaims } from '../../src/ruleset/release/brake/share-window.js';
import { type JudgedClaim, VersionBrake } from '../../src/ruleset/release/brake/version-brake.js';
import type { Band, Manifest } from '../../src/ruleset/release/manifest.js';
import { manifestOf } from '../ruleset/release/people.js';
import { bandFrom, replayWith } from './bands.js';

const changed = ['bad', 'rare', 'usual'];

function brakeOf(bands: readonly Band[], rest: Partial<Manifest> = {}): VersionBrake {
  return new VersionBrake(manifestOf(12, { changed, replay: replayWith(bands), ...rest }));
}

const quiet: JudgedClaim = { status: 'pass', scene: '2', shown: [], heldBack: [] };
const alert = (...shown: string[]): JudgedClaim => ({ ...quiet, status: 'alert', shown });
const hold = (...shown: string[]): JudgedClaim => ({ ...quiet, status: 'hold', shown });
const many = (count: number, claim: JudgedClaim) => Array.from({ length: count }, () => claim);

/** 4 to 30 alerts of 200, no holds. */
const band = bandFrom('2', { alerts: [4, 30], holds: [0, 0] });
/** The same, as replays have been telling it: one claim in ten, all of them by `usual`. */
const figures = { claims: 20_000, alerts: 2_000, holds: 0, rules: { usual: 2_000 } };
const told = bandFrom('2', { alerts: [4, 30], holds: [0, 0], figures });

describe('a version', () => {
  test('goes on as long as its shares stay inside', () => {
    const brake = brakeOf([band]);
    for (let i = 0; i < 50; i++) {
      expect(brake.judge([...many(15, alert('usual')), ...many(85, quiet)])).toEqual([]);
    }
    expect(brake.outside).toEqual([]);
  });

  test('has the rule stopped that fires on everything, at the claim at which that is certain', () => {
    const brake = brakeOf([band]);
    expect(brake.judge(many(30, alert('bad')))).toEqual([]);
    expect(brake.judge([alert('bad', 'old')])).toEqual([
      {
        scene: '2',
        share: 'alert',
        side: 'above',
        claims: 31,
        of: 31,
        bound: 30,
        rules: [{ rule: 'bad', claims: 31 }],
      },
    ]);
  });

  test('is looked at anew afterwards: what is still under way was judged before', () => {
    const brake = brakeOf([band]);
    expect(brake.judge(many(300, alert('bad')))).toHaveLength(1);
    expect(brake.judge(many(300, alert('bad', 'usual')))).toEqual([]);
    const next = brake.judge(many(31, alert('usual')));
    expect(next.map(({ rules }) => rules)).toEqual([[{ rule: 'usual', claims: 31 }]]);
  });

  test('is not below its band for what the brake holds back', () => {
    const brake = brakeOf([band]);
    brake.judge(many(31, alert('bad')));
    brake.judge(many(1_000, { ...quiet, heldBack: ['bad'] }));
    expect(brake.outside).toEqual([]);
  });

  test('has a rule stopped that stops too many claims', () => {
    const stops = brakeOf([band]).judge([hold('bad')]);
    expect(stops).toMatchObject([{ share: 'hold', side: 'above', bound: 0, rules: [{ rule: 'bad' }] }]);
  });

  test('is held to each scene alone, and in none that was not replayed', () => {
    const brake = brakeOf([band, bandFrom('settlement', { alerts: [0, 200], holds: [0, 200] })]);
    expect(brake.scenes).toEqual(['2', 'settlement']);
    expect(brake.judge(many(500, { ...hold('bad'), scene: 'settlement' }))).toEqual([]);
    expect(brake.judge(many(500, { ...hold('bad'), scene: '3' }))).toEqual([]);
    expect(brake.judge(many(500, { ...hold('bad'), scene: null }))).toEqual([]);
    expect(brake.outside).toEqual([]);
  });

  test('is not judged by claims that nobody has screened', () => {
    const brake = brakeOf([band]);
    expect(brake.judge(many(500, { ...quiet, status: 'not_screened' }))).toEqual([]);
    expect(brake.outside).toEqual([]);
  });

  test('that was published without a replay is held to nothing', () => {
    const brake = brakeOf([], { replay: null });
    expect(brake.scenes).toEqual([]);
    expect(brake.judge(many(500, hold('bad')))).toEqual([]);
  });
});

describe('a rule that is stopped', () => {
  test('is not stopped again, and nothing else because of it', () => {
    const brake = brakeOf([band]);
    brake.leaveAlone(['bad'], []);
    expect(brake.judge(many(500, alert('bad', 'usual')))).toEqual([]);
  });

  test('is looked at again when nobody holds it any more', () => {
    const brake = brakeOf([band]);
    expect(brake.judge(many(100, alert('bad')))).toHaveLength(1);
    brake.leaveAlone(['bad'], []);
    expect(brake.judge(many(100, alert('bad')))).toEqual([]);
    brake.leaveAlone([], []);
    expect(brake.judge(many(100, alert('bad')))).toMatchObject([{ rules: [{ rule: 'bad' }] }]);
  });

  test('leaves the others watched', () => {
    const brake = brakeOf([band]);
    brake.leaveAlone(['bad'], []);
    const stops = brake.judge([...many(100, alert('bad')), ...many(31, alert('rare'))]);
    expect(stops.map(({ rules }) => rules)).toEqual([[{ rule: 'rare', claims: 31 }]]);
  });
});

describe('a rule that somebody has taken off the brake', () => {
  const freed = (known = band) => {
    const brake = brakeOf([known]);
    brake.leaveAlone([], ['bad']);
    return brake;
  };

  test('is not stopped again, however many claims it is found in, and is missing nowhere', () => {
    for (const claim of [alert('bad'), hold('bad')]) {
      const brake = freed();
      expect(brake.judge(many(500, claim))).toEqual([]);
      expect(brake.outside).toEqual([]);
    }
  });

  test('hides no other that is found in the same claims', () => {
    const [stop] = freed().judge(many(40, alert('bad', 'rare')));
    expect(stop).toMatchObject({ share: 'alert', claims: 31, rules: [{ rule: 'rare', claims: 31 }] });
    const brake = freed();
    brake.judge(many(40, alert('bad', 'old')));
    expect(brake.outside).toMatchObject([{ share: 'alert', side: 'above' }]);
  });

  test('hides no other that holds, unless it may hold itself', () => {
    const brake = freed();
    expect(brake.judge(many(10, hold('bad', 'rare')))).toEqual([]);
    expect(brake.judge([alert('bad'), hold('bad', 'rare')])).toMatchObject([
      { share: 'hold', claims: 1, rules: [{ rule: 'rare' }] },
    ]);
  });
});

describe('a share that no changed rule drives', () => {
  test('is said to be above, once, and nothing is stopped', () => {
    const brake = brakeOf([band]);
    expect(brake.judge(many(31, alert('old')))).toEqual([]);
    const [said] = brake.outside;
    expect(said).toEqual({ scene: '2', share: 'alert', side: 'above', claims: 31, of: 31, bound: 30 });
    brake.judge(many(500, alert('old')));
    expect(brake.outside[0]).toBe(said);
  });

  test('is said to be below, and nothing is stopped: a stop could only lower it', () => {
    const brake = brakeOf([band]);
    expect(brake.judge(many(200, quiet))).toEqual([]);
    expect(brake.outside).toMatchObject([{ share: 'alert', side: 'below', claims: 0, of: 197, bound: 4 }]);
  });

  test('stops no rule that only goes on as before, while another one that nobody changed fires more', () => {
    const brake = brakeOf([told]);
    // One claim in ten shows what the version has changed; then four more of ten what it has not.
    const usual = [alert('usual'), ...many(9, quiet)];
    for (let i = 0; i < 40; i++) expect(brake.judge(usual)).toEqual([]);
    const surge = [alert('usual'), ...many(4, alert('old')), ...many(5, quiet)];
    for (let i = 0; i < 40; i++) expect(brake.judge(surge)).toEqual([]);
    expect(brake.outside).toMatchObject([{ side: 'above', share: 'alert' }]);
  });

  test('is said to be back inside when a whole window says so', () => {
    const brake = brakeOf([band]);
    brake.judge(many(31, alert('old')));
    brake.judge(many(199, { ...quiet, heldBack: ['usual'] }));
    expect(brake.outside).toHaveLength(1);
    brake.judge([{ ...quiet, heldBack: ['usual'] }]);
    expect(brake.outside).toEqual([]);
  });

  test('is not said any more once rules have been stopped: it is counted anew', () => {
    const brake = brakeOf([told]);
    brake.judge(many(31, alert('old')));
    expect(brake.outside).toHaveLength(1);
    const at = many(windowClaims, alert('bad')).findIndex((claim) => brake.judge([claim]).length > 0);
    expect(at).toBeGreaterThanOrEqual(0);
    expect(brake.outside).toEqual([]);
  });
});

describe('a bad rule', () => {
  test('is stopped within a window though another that nobody changed fires more as well', () => {
    for (const known of [band, told]) {
      const brake = brakeOf([known]);
      const both = [alert('old'), alert('bad'), alert('bad'), quiet];
      const stops = many(windowClaims / 4, quiet).flatMap(() => brake.judge(both));
      expect(stops.map(({ rules }) => rules.map(({ rule }) => rule))).toEqual([['bad']]);
    }
  });
});

describe('rules that operators have switched off', () => {
  test('are missed by nobody, and leave the others watched', () => {
    const brake = brakeOf([told]);
    brake.killed(['usual']);
    expect(brake.judge(many(400, quiet))).toEqual([]);
    expect(brake.outside).toEqual([]);
    expect(brake.judge(many(31, alert('bad'))).map(({ rules }) => rules)).toEqual([
      [{ rule: 'bad', claims: 31 }],
    ]);
  });

  test('are no excuse for others that find nothing any more', () => {
    const brake = brakeOf([told]);
    brake.killed(['rare']);
    brake.judge(many(400, quiet));
    expect(brake.outside).toMatchObject([{ side: 'below', bound: 4 }]);
  });
});
