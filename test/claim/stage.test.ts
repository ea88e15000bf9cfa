import { expect, test } from 'vitest';
import { hasLines, stageOf } from '../../src/claim/stage.js';

test('scenes 1 to 5 are before an order or a bill, 6 to 10 while settling', () => {
  expect([1, 5, 6, 10].map(stageOf)).toEqual(['pre', 'pre', 'mid', 'mid']);
});

test('only registration and admission have no lines by nature', () => {
  expect([1, 2, 3, 4, 5, 6, 7, 8, 9, 10].filter((scene) => !hasLines(scene))).toEqual([1, 3]);
  expect(hasLines(null)).toBe(true);
});
