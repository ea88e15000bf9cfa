import { expect, test } from 'vitest';
import { type Stages, screenNow } from '../src/pipeline.js';
import type { Answer } from '../src/screening/batcher.js';
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
