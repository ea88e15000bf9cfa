import { expect, test } from 'vitest';
import { deadlineOf } from '../../src/screening/budget.js';

const budgets = { preMs: 100, midMs: 50 };

test.each([
  ['pre', 1_100],
  ['mid', 1_050],
  ['native', 1_050],
] as const)('a claim on route %s has its budget from receipt', (route, deadline) => {
  expect(deadlineOf(1_000, route, budgets, null)).toBe(deadline);
});

test('a native claim has the shorter of the two budgets', () => {
  expect(deadlineOf(0, 'native', { preMs: 30, midMs: 50 }, null)).toBe(30);
});

test('the caller may lower the budget and not raise it', () => {
  expect(deadlineOf(0, 'pre', budgets, 20)).toBe(20);
  expect(deadlineOf(0, 'pre', budgets, 5_000)).toBe(100);
});

test.each([0, -5, Number.NaN, Number.POSITIVE_INFINITY])('a caller’s budget of %s is ignored', (callerMs) => {
  expect(deadlineOf(0, 'mid', budgets, callerMs)).toBe(50);
});
