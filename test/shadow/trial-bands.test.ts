/** Bands from what nodes say of a shadow. */
import { describe, expect, test } from 'vitest';
import { windowClaims } from '../../src/ruleset/release/brake/share-window.js';
import { type ShadowReport, shadowReport } from '../../src/shadow/report.js';
import { ShadowTally } from '../../src/shadow/tally.js';
import { trialBands } from '../../src/shadow/trial-bands.js';
import { person } from '../ruleset/release/people.js';

const signer = { ...person('审核乙', 'activate'), id: 'a', key: null as never };
const version = { version: 12, rulesetId: 'sha256:12' };
const order = { format: 1, serial: 3, reason: '看看', signedAt: '2026-07-02T08:00:00Z', ...version } as const;

interface Scene {
  readonly claims: number;
  readonly alerts?: number;
  readonly unscreened?: number;
}

/** What a node says that has seen these. */
function node(scenes: Readonly<Record<string, Scene>>, changes: Partial<typeof version> = {}): ShadowReport {
  const tally = new ShadowTally('2026-07-02T08:00:00.000Z');
  for (const [scene, { claims, alerts = 0, unscreened = 0 }] of Object.entries(scenes)) {
    const rest = { scene, live: 'pass', failure: null } as const;
    const found = { rule: 'loud', live: 0, candidate: 1, gained: 1, lost: 0, otherEffect: 0 };
    const all = Array.from({ length: claims }, (_, i) =>
      i < alerts
        ? ({ ...rest, candidate: 'alert', rules: [found] } as const)
        : ({ ...rest, candidate: 'pass', rules: [] } as const),
    );
    const failed = Array.from({ length: unscreened }, () => {
      return { ...rest, candidate: 'not_screened', rules: [] } as const;
    });
    tally.add({ claims: [...all, ...failed], liveMs: 1, candidateMs: 1 });
  }
  const shown = { figures: tally.figures(), against: ['sha256:11'] };
  const given = { order: { ...order, ...changes }, signer };
  return shadowReport(given, { state: 'comparing', problem: null, shown }, null);
}

describe('bands of a shadow', () => {
  test('are of all that its nodes have seen, scene by scene', () => {
    const reports = [
      node({ '2': { claims: 1_000, alerts: 90, unscreened: 50 }, '6': { claims: 300 } }),
      node({ '2': { claims: 500, alerts: 60 } }),
    ];
    const { claims, bands, thin } = trialBands(reports, version);
    expect([claims, thin]).toEqual([1_800, []]);
    expect(bands.map(({ scene, figures }) => [scene, figures])).toEqual([
      ['2', { claims: 1_500, alerts: 150, holds: 0, rules: { loud: 150 } }],
      ['6', { claims: 300, alerts: 0, holds: 0, rules: {} }],
    ]);
    const [second, sixth] = bands;
    expect(second?.alertLow).toBeLessThan(100_000);
    expect(second?.alertHigh).toBeGreaterThan(100_000);
    // The fewer claims, the more may be.
    expect(sixth?.alertHigh).toBeGreaterThan(0);
    const fewer = trialBands([node({ '6': { claims: windowClaims } })], version);
    expect(fewer.bands[0]?.alertHigh).toBeGreaterThan(sixth?.alertHigh ?? 0);
  });

  test('are not made of too few claims', () => {
    const reports = [node({ '2': { claims: windowClaims - 1 }, '6': { claims: windowClaims } })];
    const { bands, thin } = trialBands(reports, version);
    expect(bands.map(({ scene }) => scene)).toEqual(['6']);
    expect(thin).toEqual([{ scene: '2', claims: windowClaims - 1 }]);
  });

  test('are not made of another version, nor of nothing', () => {
    const others = [
      node({ '2': { claims: 900 } }, { version: 11 }),
      node({ '2': { claims: 900 } }, { rulesetId: 'sha256:other' }),
      shadowReport(null, null, null),
      shadowReport({ order, signer }, { state: 'preparing', problem: null, shown: null }, null),
    ];
    expect(trialBands(others, version)).toEqual({ claims: 0, bands: [], thin: [] });
  });
});
