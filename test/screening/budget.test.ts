import { describe, expect, test } from 'vitest';
import { deadlinesOf } from '../../src/screening/budget.js';
import { deadlineFor } from '../../src/screening/protocol.js';

const budgets = { preMs: 100, midMs: 50 };

test.each([
  ['pre', 1_100],
  ['mid', 1_050],
] as const)('a claim on route %s has its own budget from receipt', (route, deadlineMs) => {
  expect(deadlinesOf(1_000, route, budgets, null)).toEqual({ deadlineMs, stageDeadlines: null });
});

describe('a native claim', () => {
  test('waits and is watched by the longer of the two budgets, and carries both', () => {
    const stageDeadlines = { preMs: 1_100, midMs: 1_050 };
    expect(deadlinesOf(1_000, 'native', budgets, null)).toEqual({ deadlineMs: 1_100, stageDeadlines });
    expect(deadlinesOf(0, 'native', { preMs: 30, midMs: 50 }, null).deadlineMs).toBe(50);
  });

  test.each([
    [1, 100],
    [5, 100],
    [6, 50],
    [10, 50],
    [null, 50],
  ])('once read, scene %s has %s ms', (scene, deadlineMs) => {
    expect(deadlineFor(deadlinesOf(0, 'native', budgets, null), scene)).toBe(deadlineMs);
  });
});

test('a claim whose route has named the stage keeps its budget, whatever scene it names', () => {
  expect(deadlineFor(deadlinesOf(0, 'mid', budgets, null), 1)).toBe(50);
});

test('the caller may lower the budgets and not raise them', () => {
  expect(deadlinesOf(0, 'pre', budgets, 20).deadlineMs).toBe(20);
  expect(deadlinesOf(0, 'pre', budgets, 5_000).deadlineMs).toBe(100);
  const stageDeadlines = { preMs: 70, midMs: 50 };
  expect(deadlinesOf(0, 'native', budgets, 70)).toEqual({ deadlineMs: 70, stageDeadlines });
});

test.each([0, -5, Number.NaN, Number.POSITIVE_INFINITY])('a caller’s budget of %s is ignored', (callerMs) => {
  expect(deadlinesOf(0, 'mid', budgets, callerMs).deadlineMs).toBe(50);
});
