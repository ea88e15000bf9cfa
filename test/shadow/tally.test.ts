import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { ComparedClaim } from '../../src/screening/protocol/shadow.js';
import { type ShadowFigures, ShadowTally } from '../../src/shadow/tally.js';
import { reply } from './arbitraries.js';

const sum = <Item>(items: readonly Item[], of: (item: Item) => number) =>
  items.reduce((total, item) => total + of(item), 0);
const count = <Item>(items: readonly Item[], holds: (item: Item) => boolean) => items.filter(holds).length;

/** The same figures, each counted for itself over all claims. */
function slowly(
  claims: readonly ComparedClaim[],
): Pick<ShadowFigures, 'changed' | 'failed' | 'scenes' | 'rules'> {
  const isOther = ({ live, candidate }: ComparedClaim) => live !== candidate;
  const scenes = [...new Set(claims.map(({ scene }) => scene))].map((scene) => {
    const own = claims.filter((claim) => claim.scene === scene);
    const sides = (status: string) => ({
      live: count(own, ({ live }) => live === status),
      candidate: count(own, ({ candidate }) => candidate === status),
    });
    const rules = own.flatMap((claim) => claim.rules);
    return {
      scene,
      claims: own.length,
      changed: count(own, isOther),
      alerts: sides('alert'),
      holds: sides('hold'),
      gained: sum(rules, ({ gained }) => gained),
      lost: sum(rules, ({ lost }) => lost),
      screened: count(own, ({ candidate }) => candidate !== 'not_screened'),
      found: Object.fromEntries(
        [...new Set(rules.filter(({ candidate }) => candidate > 0).map(({ rule }) => rule))].map((rule) => [
          rule,
          count(own, (claim) => claim.rules.some((one) => one.rule === rule && one.candidate > 0)),
        ]),
      ),
    };
  });
  const told = claims.flatMap((claim) => claim.rules);
  const rules = [...new Set(told.map(({ rule }) => rule))].map((rule) => {
    const own = told.filter((one) => one.rule === rule);
    return {
      rule,
      findings: { live: sum(own, ({ live }) => live), candidate: sum(own, ({ candidate }) => candidate) },
      claims: {
        live: count(own, ({ live }) => live > 0),
        candidate: count(own, ({ candidate }) => candidate > 0),
      },
      gained: sum(own, ({ gained }) => gained),
      lost: sum(own, ({ lost }) => lost),
      gainedClaims: count(own, ({ gained }) => gained > 0),
      lostClaims: count(own, ({ lost }) => lost > 0),
      otherEffect: sum(own, ({ otherEffect }) => otherEffect),
    };
  });
  return {
    changed: count(claims, isOther),
    failed: count(claims, ({ failure }) => failure !== null),
    scenes,
    rules,
  };
}

test('whatever the batches, sums are those of the claims', () => {
  fc.assert(
    fc.property(fc.array(reply, { maxLength: 6 }), (replies) => {
      const tally = new ShadowTally('2026-07-01T00:00:00.000Z');
      for (const one of replies) {
        for (const _ of one.claims) tally.see();
        tally.add(one);
      }
      const claims = replies.flatMap((one) => one.claims);
      const { scenes, rules, ...figures } = tally.figures();
      const expected = slowly(claims);
      expect(figures).toEqual({
        since: '2026-07-01T00:00:00.000Z',
        seen: claims.length,
        compared: claims.length,
        dropped: { busy: 0, large: 0, stale: 0 },
        changed: expected.changed,
        failed: expected.failed,
        milliseconds: {
          live: sum(replies, ({ liveMs }) => liveMs),
          candidate: sum(replies, ({ candidateMs }) => candidateMs),
        },
      });
      expect(new Set(scenes)).toEqual(new Set(expected.scenes));
      expect(new Set(rules)).toEqual(new Set(expected.rules));
    }),
  );
});

test('scenes stand by their number, names after them', () => {
  const tally = new ShadowTally('');
  const rules: ComparedClaim['rules'] = [];
  const claims = ['unknown', '10', '2'].map(
    (scene): ComparedClaim => ({ scene, live: 'pass', candidate: 'pass', rules, failure: null }),
  );
  tally.add({ claims, liveMs: 1, candidateMs: 1 });
  expect(tally.figures().scenes.map(({ scene }) => scene)).toEqual(['2', '10', 'unknown']);
});

test('what was left out is counted by why', () => {
  const tally = new ShadowTally('');
  tally.drop('busy');
  tally.drop('stale', 3);
  expect(tally.figures().dropped).toEqual({ busy: 1, large: 0, stale: 3 });
});

test('figures once given do not change', () => {
  const tally = new ShadowTally('');
  const one: ComparedClaim = { scene: '2', live: 'pass', candidate: 'alert', rules: [], failure: null };
  tally.add({ claims: [one], liveMs: 1, candidateMs: 1 });
  const before = tally.figures();
  tally.add({ claims: [one], liveMs: 1, candidateMs: 1 });
  expect(before.scenes[0]?.alerts.candidate).toBe(1);
});
