import { expect, test } from 'vitest';
import { LoadEstimate } from '../../src/screening/load-estimate.js';

/** Long enough for the averages to settle. */
function settled(claims: number, roundTripMs: number, workMs: number): LoadEstimate {
  const estimate = new LoadEstimate();
  for (let i = 0; i < 2_000; i++) estimate.note(claims, roundTripMs, workMs);
  return estimate;
}

test('knows nothing at first, so nothing is refused', () => {
  expect(new LoadEstimate().waitMs(1_000, 64, 2)).toBe(0);
});

test('adds up claims and hand-overs and divides them among the threads', () => {
  const estimate = settled(10, 3, 2);
  // 100 claims of 0.2 ms and 10 hand-overs of 1 ms.
  expect(estimate.waitMs(100, 10, 1)).toBeCloseTo(30, 3);
  expect(estimate.waitMs(100, 10, 2)).toBeCloseTo(15, 3);
});

test('lone claims do not make a full batch look slow', () => {
  const estimate = settled(1, 0.2, 0.05);
  expect(estimate.waitMs(64, 64, 1)).toBeCloseTo(64 * 0.05 + 0.15, 3);
});

test('follows a change within a few hundred claims', () => {
  const estimate = settled(10, 1, 1);
  for (let i = 0; i < 100; i++) estimate.note(10, 10, 10);
  expect(estimate.waitMs(1, 64, 1)).toBeGreaterThan(0.9);
});

test('no thread at all counts as one', () => {
  expect(settled(1, 1, 1).waitMs(10, 64, 0)).toBeCloseTo(10, 3);
});
