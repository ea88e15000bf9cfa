import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { AssertionFailure } from '../../src/base/assert.js';
import { systemClock } from '../../src/base/clock.js';
import { packWire } from '../../src/base/wire.js';
import { type BatchReply, progressCell } from '../../src/screening/protocol.js';
import type { LoadedRuleset } from '../../workers/ruleset-cache.js';
import { screenBatch } from '../../workers/screen-batch.js';
import { packSlab } from '../screening/slab.js';
import {
  claimOf,
  envelope,
  findsItemX,
  jsonOf,
  linesOf,
  loadedOf,
  mayRun,
  newProgress,
} from './fixtures/rulesets.js';

function screen(
  bodies: readonly Uint8Array[],
  loaded: LoadedRuleset = loadedOf(findsItemX),
  progress: SharedArrayBuffer = newProgress(),
): BatchReply {
  const batch = { ...packSlab(bodies), envelopes: bodies.map(() => envelope()) };
  return screenBatch({ ...batch, progress, rulesetId: loaded.id, overlay: '' }, loaded, systemClock);
}

/** Fails in the second rule for item code Y. */
const failsOnItemY = (error: () => unknown) =>
  loadedOf((claim, meter) => {
    mayRun(meter, 1);
    if (linesOf(claim, 'T000000002').length > 0) throw error();
    return findsItemX(claim, meter);
  });

const bodies = fc.array(
  fc.oneof(
    fc
      .array(fc.constantFrom('T000000001', 'T000000003', 'T000000002'), { maxLength: 5 })
      .map((codes) => jsonOf(claimOf(codes))),
    fc
      .array(fc.constantFrom('T000000001', 'T000000003'), { maxLength: 5 })
      .map((codes) => packWire(claimOf(codes))),
    fc.uint8Array({ maxLength: 40 }),
  ),
  { maxLength: 12 },
);

describe('a batch', () => {
  test('gives each claim the bytes that it gets alone', () => {
    const loaded = failsOnItemY(() => new TypeError('told to'));
    fc.assert(
      fc.property(bodies, (all) => {
        const together = screen(all, loaded);
        all.forEach((body, i) => {
          expect(together.answers[i]).toEqual(screen([body], loaded).answers[0]);
        });
      }),
    );
  });

  test('leaves no trace of its last rule when it is done', () => {
    const progress = newProgress();
    screen([jsonOf(claimOf(['T000000001']))], loadedOf(findsItemX), progress);
    const cells = new Int32Array(progress);
    expect([cells[progressCell.claim], cells[progressCell.rule]]).toEqual([-1, -1]);
  });
});

describe('an exception in a rule', () => {
  const all = [['T000000001'], ['T000000002'], ['T000000003']].map((codes) => jsonOf(claimOf(codes)));

  test('costs its claim the screening and nobody else', () => {
    const reply = screen(
      all,
      failsOnItemY(() => new TypeError('told to')),
    );
    expect(reply.outcomes.map(({ status }) => status)).toEqual(['alert', 'not_screened', 'pass']);
    expect(Buffer.from(reply.answers[1] as Uint8Array).toString()).toContain('no-item-y');
  });

  test('is reported by kind, place and rule, never by a message that may quote the claim', () => {
    const reply = screen(
      all,
      failsOnItemY(() => new TypeError('secret of a patient')),
    );
    expect(reply.crashes).toEqual([
      { rule: 'no-item-y', error: 'TypeError', at: expect.stringMatching(/^at .*screen-batch\.test/) },
    ]);
    expect(JSON.stringify(reply)).not.toContain('secret');
  });

  test('may be anything that can be thrown', () => {
    const reply = screen(
      all,
      failsOnItemY(() => 'a string'),
    );
    expect(reply.crashes).toEqual([{ rule: 'no-item-y', error: 'string', at: '' }]);
  });

  test('ends the thread where it is a broken promise', () => {
    const loaded = failsOnItemY(() => new AssertionFailure('state is gone'));
    expect(() => screen(all, loaded)).toThrow(AssertionFailure);
  });

  test('leaves its place in the progress for main to read', () => {
    const progress = newProgress();
    const loaded = failsOnItemY(() => new AssertionFailure('state is gone'));
    expect(() => screen(all, loaded, progress)).toThrow();
    const cells = new Int32Array(progress);
    expect([cells[progressCell.claim], cells[progressCell.rule]]).toEqual([1, 1]);
  });
});
