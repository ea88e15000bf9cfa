/** How many messages the lane takes at a time. */
import { expect, test } from 'vitest';
import { BatchSize } from '../../src/ingress/batch-size.js';

/** What it settles on where every message and every commit takes so long. */
function settled(messageMs: number, commitMs: number): number {
  const size = new BatchSize();
  for (let i = 0; i < 100; i++) {
    size.noteWork(10, 10 * messageMs);
    size.noteCommit(commitMs);
  }
  return size.messages;
}

test('a batch is 60 ms of work', () => {
  expect(settled(0.5, 1)).toBe(120);
  expect(settled(0.25, 1)).toBe(240);
});

test('a batch is what the disk has time for, up to 80 ms of work', () => {
  expect(settled(0.5, 70)).toBe(140);
  expect(settled(0.5, 500)).toBe(160);
});

test('slow messages do not make batches small, and fast ones not endless', () => {
  expect(settled(50, 1)).toBe(64);
  expect(settled(0.001, 500)).toBe(256);
});

test('a batch begins moderately', () => {
  expect(new BatchSize().messages).toBe(100);
});
