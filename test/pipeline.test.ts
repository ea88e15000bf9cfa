import { describe, expect, test } from 'vitest';
import { type DurableStages, decideBatch, type Stages, screenNow } from '../src/pipeline.js';
import type { Answer } from '../src/screening/batcher.js';
import type { DecideReply, LoggedMessage } from '../src/screening/protocol/decide.js';
import { envelopeUntil } from './screening/fixtures/settings.js';

const body = new TextEncoder().encode('{"eventId":"E1"}');
const envelope = envelopeUntil(0);
const answer = { bytes: body, queuedMs: 0, screenMs: 0 } as unknown as Answer;

function stagesOf(screen: Stages['batcher']['screen']): {
  readonly stages: Stages;
  readonly failures: unknown[];
} {
  const failures: unknown[] = [];
  const screeningFailed = (error: unknown) => failures.push(error);
  return { stages: { batcher: { screen }, maxBodyBytes: 100, screeningFailed }, failures };
}

test('the batcher’s answer is the answer', async () => {
  const { stages } = stagesOf(async () => answer);
  expect(await screenNow(body, envelope, stages)).toBe(answer);
});

test('a body above the limit is answered unread', async () => {
  const { stages } = stagesOf(() => {
    throw new Error('must not be asked');
  });
  const { outcome } = await screenNow(new Uint8Array(101), envelope, stages);
  expect([outcome.status, outcome.cause]).toEqual(['not_screened', 'too-large']);
});

test.each([
  ['rejects', async () => Promise.reject(new Error('bug'))],
  [
    'throws',
    () => {
      throw new Error('bug');
    },
  ],
])('a batcher that %s fails open, visibly', async (_how, screen) => {
  const { stages, failures } = stagesOf(screen);
  const { outcome } = await screenNow(body, envelope, stages);
  expect([outcome.status, outcome.cause, failures.length]).toEqual(['not_screened', 'worker', 1]);
});

describe('messages of the log', () => {
  const messages = [1, 2, 3, 4, 5].map((seq) => ({ seq, mode: 'screen' }) as LoggedMessage);
  const seqs = (some: readonly LoggedMessage[]) => some.map(({ seq }) => seq);
  const replyTo = (some: readonly LoggedMessage[], failed: DecideReply['failed'] = null) =>
    ({ entries: some.map(({ seq }) => ({ decisionId: `D${seq}` })), failed }) as unknown as DecideReply;

  /** Decides at most `most` of what it is given. */
  function stagesThat(decide: (some: readonly LoggedMessage[]) => readonly LoggedMessage[] | null) {
    const committed: (readonly number[])[] = [];
    const stages: DurableStages = {
      decide: async (some) => {
        const done = decide(some);
        return done === null
          ? { ok: false, error: { cause: 'exit', claim: 0, rule: null } }
          : { ok: true, value: replyTo(done) };
      },
      commit: async (some, { entries }) => {
        expect(entries).toHaveLength(some.length);
        committed.push(seqs(some));
        return !seqs(some).includes(4);
      },
    };
    return { stages, committed };
  }

  test('of which a thread has worked off the first ones: the rest follow, until we may not any more', async () => {
    const { stages, committed } = stagesThat((some) => some.slice(0, 2));
    expect(await decideBatch(messages.slice(0, 3), stages)).toBe(true);
    expect(committed).toEqual([[1, 2], [3]]);
    committed.length = 0;
    expect(await decideBatch(messages, stages)).toBe(false);
    expect(committed).toEqual([
      [1, 2],
      [3, 4],
    ]);
  });

  test('that end their thread after the first ones were worked off go on one by one', async () => {
    const { stages, committed } = stagesThat((some) => {
      if (some.length === 3) return some.slice(0, 1);
      return some.length === 2 ? null : some;
    });
    expect(await decideBatch(messages.slice(0, 3), stages)).toBe(true);
    expect(committed).toEqual([[1], [2], [3]]);
  });

  test.each([
    ['in a batch', false],
    ['alone', true],
  ])(
    'of which one cannot be followed: those before it are committed, and the bug is told as it is, %s',
    async (_how, isAlone) => {
      const followed = messages.map((message): LoggedMessage => ({ ...message, mode: 'follow' }));
      const { stages, committed } = stagesThat((some) => some);
      const decide: DurableStages['decide'] = async (some) => {
        if (isAlone && some.length > 1) return { ok: false, error: { cause: 'exit', claim: 0, rule: null } };
        const before = some.filter(({ seq }) => seq < 3);
        const failed = { rule: null, error: 'RangeError', at: 'at applyEvent (apply-event.js:1:1)' };
        return { ok: true, value: replyTo(before, before.length < some.length ? failed : null) };
      };
      await expect(decideBatch(followed, { ...stages, decide })).rejects.toMatchObject({
        name: 'NotFollowed',
        reason: 'message 3 of CLAIMS: RangeError at applyEvent (apply-event.js:1:1)',
      });
      expect(committed.flat()).toEqual([1, 2]);
    },
  );
});
