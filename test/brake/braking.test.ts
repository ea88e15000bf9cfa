import { describe, expect, test } from 'vitest';
import { systemClock } from '../../src/base/clock.js';
import { fail, ok, type Result } from '../../src/base/result.js';
import { Braking, type OverlayAtBroker } from '../../src/braking.js';
import type { BrakeEvents } from '../../src/ops/brake-events.js';
import { noOverlay, type Overlay } from '../../src/ruleset/overlay/overlay.js';
import type { Proposed } from '../../src/ruleset/overlay/propose-brake.js';
import type { BrakeEntry } from '../../src/ruleset/overlay/stored-overlay.js';
import type { TrialTerms } from '../../src/ruleset/release/brake/version-brake.js';
import type { Manifest } from '../../src/ruleset/release/manifest.js';
import { type Refusal, refusal } from '../../src/ruleset/release/refusal.js';
import { JudgedWatchers } from '../../src/screening/judged.js';
import type { Outcome } from '../../src/screening/protocol.js';
import { until } from '../nats/jetstream-fixture.js';
import { manifestOf } from '../ruleset/release/people.js';
import { bandFrom, replayWith } from './bands.js';

/** 4 to 30 alerts of 200. */
const replay = replayWith([bandFrom('2', { alerts: [4, 30], holds: [0, 0] })]);
const twelve = manifestOf(12, { changed: ['bad', 'next'], replay });
const thirteen = manifestOf(13, { changed: ['bad'], replay });

const outcome: Outcome = {
  format: 'native-json',
  status: 'alert',
  cause: null,
  decisionId: null,
  institution: null,
  scene: '2',
  decisionAt: null,
  rules: ['bad'],
  shown: ['bad'],
  heldBack: [],
  gaps: [],
  notes: [],
  screenMs: 0,
};

type Answer = Result<Proposed, Refusal>;
type Terms = Result<TrialTerms, Refusal>;

/** A node with a brake: notes what threads go by, what is said, and what is proposed, which it answers when told. */
function startNode(versions: readonly Manifest[] = [twelve]) {
  const watchers = new JudgedWatchers();
  const used: Overlay[] = [];
  const said: string[] = [];
  const proposed: { readonly entry: BrakeEntry; readonly answer: (answer: Answer) => void }[] = [];
  const asked: { readonly manifest: Manifest; readonly answer: (terms: Terms) => void }[] = [];
  let braked: readonly string[] = [];
  let unwritten = 0;
  const events: BrakeEvents = {
    brakeWatches: ({ version, scenes, rules }) => said.push(`watches ${version}: ${scenes}, ${rules}`),
    brakeCannotWatch: (version, scene, why) =>
      said.push(`cannot watch ${version}${scene === null ? '' : ` in ${scene}`}: ${why}`),
    rulesStopped: (version, { rules }) => said.push(`stopped ${version}: ${rules.map(({ rule }) => rule)}`),
    rulesBraked: (all) => {
      braked = all.map(({ version, rule }) => `${version} ${rule}`);
    },
    sharesOutside: (all) => said.push(`outside: ${all.map(({ side, scene }) => `${side} in ${scene}`)}`),
    stopsUnwritten: (count) => {
      unwritten = count;
    },
    stopNotWritten: (problem) => said.push(`not written: ${problem}`),
  };
  const braking = new Braking({
    watchers,
    useOverlay: (overlay) => used.push(overlay),
    propose: (entry) => new Promise<Answer>((answer) => proposed.push({ entry, answer })),
    termsOf: (manifest) => new Promise((answer) => asked.push({ manifest, answer })),
    node: 'node 1',
    events,
    clock: { ...systemClock, wallMs: () => Date.parse('2026-07-02T08:00:00Z') },
    retryMs: 1,
  });
  braking.versionsInForce(versions);
  return {
    braking,
    used,
    said,
    proposed,
    asked,
    braked: () => braked,
    unwritten: () => unwritten,
    judge: (claims: number, rest: Partial<Outcome> = {}, { rulesetId } = twelve) => {
      const outcomes = Array.from({ length: claims }, () => ({ ...outcome, ...rest }));
      watchers.tell({ rulesetId, path: 'advisory', claims: [], outcomes });
    },
  };
}

const brakeOf = (rule: string, { rulesetId } = twelve) =>
  ({ rule, institution: null, kind: 'brake', rulesetId }) as const;
const atBroker = (
  number: number,
  rest: Partial<Overlay> = {},
  braked: OverlayAtBroker['braked'] = [],
): OverlayAtBroker => ({ overlay: { ...noOverlay, number, ...rest }, braked, unbraked: [] });
/** As the overlay at the broker has it. */
const bad = (version: number) => [{ version, rule: 'bad' }];

describe('a rule that fires on everything', () => {
  test('is stopped here at once, and then everywhere', async () => {
    const node = startNode();
    node.braking.overlayInForce(atBroker(7));
    node.judge(31);
    // Nobody has answered yet.
    expect(node.used.at(-1)).toEqual({ number: 8, switches: [brakeOf('bad')], snoozes: [] });
    expect([node.said.at(-1), node.braked(), node.unwritten()]).toEqual(['stopped 12: bad', ['12 bad'], 1]);
    expect(node.proposed.map(({ entry }) => entry)).toEqual([
      {
        version: 12,
        rules: ['bad'],
        scene: '2',
        by: 'node 1',
        reason: '31 of 31 claims ended in alert, of 200 at most 30 may',
        at: '2026-07-02T08:00:00.000Z',
      },
    ]);
    node.proposed[0]?.answer(ok({ number: 8, braked: ['bad'] }));
    await until(() => node.unwritten() === 0);
    expect(node.used.at(-1)?.switches).toEqual([brakeOf('bad')]);
    const written = atBroker(8, { switches: [brakeOf('bad')] }, bad(12));
    node.braking.overlayInForce(written);
    expect(node.used.at(-1)).toBe(written.overlay);
    expect(node.braked()).toEqual(['12 bad']);
  });

  test('stays stopped as long as nobody can be told, whatever else changes meanwhile', async () => {
    const node = startNode();
    node.judge(31);
    for (let attempt = 0; attempt < 3; attempt++) {
      await until(() => node.proposed.length > attempt);
      node.proposed[attempt]?.answer(fail(refusal('unreachable', 'no broker')));
    }
    const kill = { ...brakeOf('other'), kind: 'kill', rulesetId: null } as const;
    node.braking.overlayInForce(atBroker(3, { switches: [kill] }));
    expect(node.used.at(-1)).toEqual({ number: 4, switches: [kill, brakeOf('bad')], snoozes: [] });
    expect(node.said.filter((one) => one.startsWith('not written'))).toEqual(['not written: no broker']);
    expect(node.unwritten()).toBe(1);
    node.braking.stop();
  });

  test('is let go where operators have taken it off the brake meanwhile', async () => {
    const node = startNode();
    node.judge(31);
    node.proposed[0]?.answer(ok({ number: 9, braked: [] }));
    node.braking.overlayInForce({ ...atBroker(9), unbraked: [{ version: 12, rule: 'bad' }] });
    await until(() => node.used.at(-1)?.switches.length === 0);
    expect([node.used.at(-1)?.number, node.braked()]).toEqual([9, []]);
    node.judge(1_000);
    expect(node.proposed).toHaveLength(1);
  });

  test('is not stopped once operators have taken it off the brake, before a restart or after', () => {
    const node = startNode([]);
    node.braking.overlayInForce({ ...atBroker(9), unbraked: [{ version: 12, rule: 'bad' }] });
    node.braking.versionsInForce([twelve]);
    node.judge(1_000);
    expect([node.proposed, node.braked()]).toEqual([[], []]);
  });
});

describe('what another node has stopped', () => {
  test('is not stopped a second time, while claims judged before are still coming', () => {
    const node = startNode();
    node.judge(30);
    node.braking.overlayInForce(atBroker(1, { switches: [brakeOf('bad')] }, bad(12)));
    node.judge(500);
    expect([node.proposed, node.braked()]).toEqual([[], ['12 bad']]);
  });

  test('in another version is nothing to this one', () => {
    const node = startNode();
    node.braking.overlayInForce(atBroker(1, { switches: [brakeOf('bad', thirteen)] }, bad(13)));
    expect(node.braked()).toEqual([]);
    node.judge(31);
    expect(node.said.at(-1)).toBe('stopped 12: bad');
  });
});

describe('versions', () => {
  test('are watched each by itself, as long as they are in force', () => {
    const node = startNode([twelve, thirteen]);
    node.judge(20);
    node.judge(20, {}, thirteen);
    expect(node.proposed).toEqual([]);
    node.judge(11, {}, thirteen);
    expect(node.said.at(-1)).toBe('stopped 13: bad');
    node.braking.versionsInForce([twelve]);
    expect(node.braked()).toEqual([]);
    node.judge(1_000, {}, thirteen);
    node.judge(10);
    expect(node.proposed).toHaveLength(1);
    node.judge(1);
    expect(node.said.at(-1)).toBe('stopped 12: bad');
  });

  test('that nothing would stop are said to be so, each once', async () => {
    const [bare, same] = [manifestOf(14), manifestOf(15, { replay, changed: [] })];
    const node = startNode([bare]);
    node.braking.versionsInForce([bare, same]);
    node.braking.versionsInForce([bare, twelve]);
    for (const { manifest, answer } of node.asked) answer(ok({ changed: manifest.changed, bands: [] }));
    await until(() => node.said.length === 3);
    expect(node.said.map((one) => one.split(',')[0])).toEqual([
      'cannot watch 15: it has changed no rule',
      'watches 12: 2',
      'cannot watch 14: it was published without a replay',
    ]);
  });
});

test('a share that no changed rule drives is said to stand outside, until it does not', () => {
  const node = startNode();
  node.judge(31, { shown: ['old'], rules: ['old'] });
  node.judge(100, { shown: ['old'], rules: ['old'] });
  node.braking.versionsInForce([]);
  expect(node.said.slice(1)).toEqual(['outside: above in 2', 'outside: ']);
  expect(node.proposed).toEqual([]);
});

describe('a rule that is the same in the next version', () => {
  const twelfth = manifestOf(12, { changed: ['bad'], since: { bad: 12, next: 7, old: 1 }, replay });
  const same = manifestOf(13, { changed: ['next'], since: { bad: 12, next: 13, old: 1 }, replay });
  const mended = manifestOf(14, { changed: ['bad'], since: { bad: 14, next: 13, old: 1 }, replay });

  test('stays braked there, and in one that changes it is tried anew', () => {
    const node = startNode([twelfth]);
    node.braking.overlayInForce(atBroker(4, { switches: [brakeOf('bad', twelfth)] }, bad(12)));
    node.braking.versionsInForce([same]);
    expect(node.used.at(-1)).toEqual({
      number: 4,
      switches: [brakeOf('bad', twelfth), brakeOf('bad', same)],
      snoozes: [],
    });
    expect(node.braked()).toEqual(['12 bad']);
    node.braking.versionsInForce([mended]);
    expect(node.used.at(-1)?.switches).toEqual([brakeOf('bad', twelfth)]);
    expect(node.braked()).toEqual([]);
    node.judge(31, {}, mended);
    expect(node.proposed.map(({ entry }) => entry.version)).toEqual([14]);
  });

  test('stays braked there though nobody could be told of the stop', () => {
    const node = startNode([twelfth]);
    node.judge(31, {}, twelfth);
    node.braking.versionsInForce([same]);
    expect(node.used.at(-1)).toEqual({ number: 1, switches: [brakeOf('bad', same)], snoozes: [] });
    expect([node.braked(), node.unwritten()]).toEqual([['12 bad'], 1]);
  });

  test('is left alone there once operators have taken it off the brake', () => {
    const node = startNode([same]);
    node.braking.overlayInForce({ ...atBroker(5), unbraked: bad(12) });
    node.judge(500, {}, same);
    expect([node.proposed, node.braked()]).toEqual([[], []]);
  });

  test('is braked in the version that is tried as well, as long as it is', () => {
    const node = startNode([twelfth]);
    node.braking.overlayInForce(atBroker(4, { switches: [brakeOf('bad', twelfth)] }, bad(12)));
    node.braking.versionTried(same);
    expect(node.used.at(-1)?.switches).toEqual([brakeOf('bad', twelfth), brakeOf('bad', same)]);
    node.braking.versionTried(null);
    expect(node.used.at(-1)?.switches).toEqual([brakeOf('bad', twelfth)]);
  });
});

describe('what the broker knows of a version', () => {
  const third = manifestOf(3, { changed: ['next'], since: { bad: 2, next: 3, old: 1 }, replay });

  test('rules that were never in force before are watched, under the version that made them so', async () => {
    const node = startNode([third]);
    node.judge(40, {}, third);
    expect(node.proposed).toEqual([]);
    node.asked[0]?.answer(ok({ changed: ['bad', 'next'], bands: [] }));
    await until(() => node.said.includes('watches 3: 2, 2'));
    node.judge(31, { shown: ['bad', 'next'] }, third);
    expect(node.proposed.map(({ entry }) => [entry.version, entry.rules])).toEqual([
      [2, ['bad']],
      [3, ['next']],
    ]);
    expect(node.used.at(-1)?.switches).toEqual([brakeOf('bad', third), brakeOf('next', third)]);
    expect(node.braked()).toEqual(['2 bad', '3 next']);
  });

  test('is asked for until it is known, as long as the version is in force', async () => {
    const node = startNode([third]);
    for (let attempt = 0; attempt < 3; attempt++) {
      await until(() => node.asked.length > attempt);
      node.asked[attempt]?.answer(fail(refusal('unreachable', 'no broker')));
    }
    await until(() => node.asked.length > 3);
    node.braking.versionsInForce([]);
    node.asked[3]?.answer(fail(refusal('unreachable', 'no broker')));
    const patience = new Promise((resolve) => setTimeout(resolve, 20));
    await patience;
    expect(node.asked).toHaveLength(4);
  });

  test('bands of a shadow watch scenes that were not replayed; what has claims and neither is said', async () => {
    const node = startNode([third]);
    node.judge(100, { scene: '6' }, third);
    expect(node.said).toEqual(['watches 3: 2, 1']);
    const bands = [bandFrom('6', { alerts: [0, 9], holds: [0, 0] })];
    node.asked[0]?.answer(ok({ changed: ['bad'], bands }));
    await until(() => node.said.at(-1) === 'watches 3: 2,6, 1');
    node.judge(2, { scene: '7' }, third);
    node.judge(2, { scene: '7' }, third);
    expect(node.said.slice(2)).toEqual([
      'cannot watch 3 in 7: its replay has no claim of this scene, and no shadow has been put beside it',
    ]);
    node.judge(10, { scene: '6' }, third);
    expect(node.said.at(-1)).toBe('stopped 3: bad');
  });
});

describe('a rule that an operator has switched off', () => {
  test.each(['usual', 'together'])("by %s is missing below, which is nobody's mistake", (word) => {
    const node = startNode([{ ...twelve, killSwitches: { together: ['usual'] } }]);
    const kill = { ...brakeOf(word), kind: 'kill', rulesetId: null } as const;
    node.braking.overlayInForce(atBroker(2, { switches: [kill] }));
    node.judge(400, { status: 'pass', shown: [], rules: [] });
    expect(node.said).toEqual(['watches 12: 2, 2']);
    node.braking.overlayInForce(atBroker(3));
    node.judge(200, { status: 'pass', shown: [], rules: [] });
    expect(node.said.at(-1)).toBe('outside: below in 2');
  });
});
