/** The worker's side: two rule sets over the same claims, and how their findings differ. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { AssertionFailure } from '../../src/base/assert.js';
import { systemClock } from '../../src/base/clock.js';
import type { Effect, Finding } from '../../src/decision/decision.js';
import { nothingScreened, type Ruleset } from '../../src/ruleset/runtime/screened.js';
import { progressCell } from '../../src/screening/protocol.js';
import { compareBatch, compareFindings } from '../../workers/shadow-batch.js';
import { packSlab } from '../screening/slab.js';
import {
  claimOf,
  envelope,
  findsItemX,
  jsonOf,
  loadedOf,
  newProgress,
} from '../workers/fixtures/rulesets.js';

function findingOf(rule: string, effect: Effect, ...lines: readonly string[]): Finding {
  return {
    findingId: `${rule} ${effect} ${lines}`,
    rule,
    title: '',
    national: null,
    severity: 'definite',
    effect,
    excessFen: 0,
    lines: [...lines.map((id) => ({ id, role: 'violating' as const })), { id: 'L9', role: 'involved' }],
    message: '',
    basis: { document: '', batch: null, point: null },
    facts: {},
  };
}

describe('findings', () => {
  test('are held against each other line by line', () => {
    const live = [findingOf('a', 'justify', 'L1', 'L2'), findingOf('b', 'remind', 'L1')];
    const candidate = [findingOf('a', 'justify', 'L2', 'L3'), findingOf('b', 'record', 'L1')];
    expect(compareFindings(live, candidate)).toEqual([
      { rule: 'a', live: 2, candidate: 2, gained: 1, lost: 1, otherEffect: 0 },
      { rule: 'b', live: 1, candidate: 1, gained: 0, lost: 0, otherEffect: 1 },
    ]);
  });

  test('one without lines is one', () => {
    expect(compareFindings([], [findingOf('a', 'hold')])).toEqual([
      { rule: 'a', live: 0, candidate: 1, gained: 1, lost: 0, otherEffect: 0 },
    ]);
  });

  const finding = fc
    .tuple(
      fc.constantFrom('a', 'b'),
      fc.constantFrom<Effect>('record', 'hold'),
      fc.subarray(['L1', 'L2', 'L3']),
    )
    .map(([rule, effect, lines]) => findingOf(rule, effect, ...lines));

  /** Pairs off equal ones, then those that differ in their effect, then nothing. */
  function slowly(live: readonly Finding[], candidate: readonly Finding[], rule: string) {
    const spread = (findings: readonly Finding[]) =>
      findings
        .filter((one) => one.rule === rule)
        .flatMap(({ effect, lines }) => {
          const violating = lines.filter(({ role }) => role === 'violating').map(({ id }) => id);
          return (violating.length === 0 ? [''] : violating).map((line) => ({ line, effect }));
        });
    const [left, right] = [spread(live), spread(candidate)];
    const total = { live: left.length, candidate: right.length };
    const pairOff = (fits: (a: (typeof left)[0], b: (typeof left)[0]) => boolean) => {
      let pairs = 0;
      for (let i = left.length - 1; i >= 0; i--) {
        const at = right.findIndex((other) => fits(left[i] as (typeof left)[0], other));
        if (at < 0) continue;
        left.splice(i, 1);
        right.splice(at, 1);
        pairs += 1;
      }
      return pairs;
    };
    pairOff((a, b) => a.line === b.line && a.effect === b.effect);
    const otherEffect = pairOff((a, b) => a.line === b.line);
    return { rule, ...total, gained: right.length, lost: left.length, otherEffect };
  }

  test('differ as pairing them off one by one says', () => {
    const some = fc.array(finding, { maxLength: 6 });
    fc.assert(
      fc.property(some, some, (live, candidate) => {
        const rules = [...new Set([...live, ...candidate].map(({ rule }) => rule))];
        const expected = rules.map((rule) => slowly(live, candidate, rule));
        expect(new Set(compareFindings(live, candidate))).toEqual(new Set(expected));
      }),
    );
  });
});

describe('a batch', () => {
  const findsNothing: Ruleset['screen'] = () => nothingScreened;
  function compare(live: Ruleset['screen'], candidate: Ruleset['screen'], bodies: readonly Uint8Array[]) {
    const progress = newProgress();
    const request = {
      ...packSlab(bodies),
      envelopes: bodies.map(() => envelope()),
      progress,
      rulesetId: 'live',
      candidate: 'candidate',
      overlay: '',
    };
    const sides = { live: loadedOf(live), candidate: loadedOf(candidate) };
    return {
      progress: new Int32Array(progress),
      claims: compareBatch(request, sides, systemClock, null).claims,
    };
  }
  const withX = jsonOf(claimOf(['T000000001', 'T000000002', 'T000000001']));
  const without = jsonOf(claimOf(['T000000002'], { scene: 2 }));

  test('is judged by both, claim by claim', () => {
    const { claims } = compare(findsNothing, findsItemX, [withX, without]);
    const gained = { rule: 'no-item-x', live: 0, candidate: 2, gained: 2, lost: 0, otherEffect: 0 };
    expect(claims).toEqual([
      { scene: '9', live: 'pass', candidate: 'alert', rules: [gained], failure: null },
      { scene: '2', live: 'pass', candidate: 'pass', rules: [], failure: null },
    ]);
  });

  test('a candidate that throws loses that claim and no other', () => {
    const throws: Ruleset['screen'] = (claim, meter) => {
      meter.enter(1);
      if (claim.head.scene === 9) throw new TypeError('told to throw');
      return nothingScreened;
    };
    const { claims, progress } = compare(findsItemX, throws, [withX, without]);
    expect(claims[0]).toMatchObject({ live: 'alert', candidate: 'not_screened', rules: [] });
    expect(claims[0]?.failure).toMatchObject({ rule: 'no-item-y', error: 'TypeError' });
    expect(claims[1]).toMatchObject({ candidate: 'pass', failure: null });
    expect([...progress.subarray(0, 2)]).toEqual([-1, -1]);
  });

  test('a failed assertion ends the thread, and says where it was', () => {
    const breaks: Ruleset['screen'] = (_claim, meter) => {
      meter.enter(2);
      throw new AssertionFailure('broken');
    };
    const progress = newProgress();
    const request = { ...packSlab([withX]), envelopes: [envelope()], progress };
    const under = { rulesetId: 'live', candidate: 'candidate', overlay: '' };
    const sides = { live: loadedOf(findsNothing), candidate: loadedOf(breaks) };
    expect(() => compareBatch({ ...request, ...under }, sides, systemClock, null)).toThrow(AssertionFailure);
    expect([...new Int32Array(progress, 0, 2)]).toEqual([0, 2]);
  });

  test('only rules of the candidate are told while they run', () => {
    const seen: number[] = [];
    const cells = { current: new Int32Array(newProgress()) };
    const enters =
      (rule: number): Ruleset['screen'] =>
      (_claim, meter) => {
        meter.enter(rule);
        seen.push(Atomics.load(cells.current, progressCell.rule));
        return nothingScreened;
      };
    const progress = newProgress();
    cells.current = new Int32Array(progress);
    Atomics.store(cells.current, progressCell.rule, -1);
    const request = { ...packSlab([withX]), envelopes: [envelope()], progress };
    const under = { rulesetId: 'live', candidate: 'candidate', overlay: '' };
    const sides = { live: loadedOf(enters(0)), candidate: loadedOf(enters(2)) };
    compareBatch({ ...request, ...under }, sides, systemClock, null);
    expect(seen).toEqual([-1, 2]);
  });

  test('what nobody can read is the same to both', () => {
    const { claims } = compare(findsItemX, findsItemX, [Buffer.from('{')]);
    expect(claims).toEqual([
      { scene: 'unknown', live: 'not_screened', candidate: 'not_screened', rules: [], failure: null },
    ]);
  });
});
