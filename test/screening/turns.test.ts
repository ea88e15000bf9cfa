import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Turns, usualTurns } from '../../src/screening/turns.js';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

function turnsOf(atOnce: number): { readonly turns: Turns; readonly whenRoom: () => void } {
  const whenRoom = vi.fn<() => void>();
  return { turns: new Turns({ atOnce, lateAfterMs: 10 }, whenRoom), whenRoom };
}

test('there is room for so many batches and no more', () => {
  const { turns } = turnsOf(2);
  turns.begin();
  expect(turns.hasRoom).toBe(true);
  turns.begin();
  expect(turns.hasRoom).toBe(false);
});

test('a batch that ends makes room, and says so once', () => {
  const { turns, whenRoom } = turnsOf(1);
  const ended = turns.begin();
  expect(whenRoom).not.toHaveBeenCalled();
  ended();
  expect(turns.hasRoom).toBe(true);
  vi.advanceTimersByTime(1_000);
  expect(whenRoom).toHaveBeenCalledTimes(1);
});

test('a batch that is late keeps no other one waiting, and its end makes no second room', () => {
  const { turns, whenRoom } = turnsOf(1);
  const lateOne = turns.begin();
  vi.advanceTimersByTime(9);
  expect(turns.hasRoom).toBe(false);
  vi.advanceTimersByTime(1);
  expect([turns.hasRoom, vi.mocked(whenRoom).mock.calls.length]).toEqual([true, 1]);
  turns.begin();
  lateOne();
  expect(turns.hasRoom).toBe(false);
});

test('of more threads than may work at once, the rest stands by', () => {
  const { turns } = turnsOf(3);
  expect([2, 3, 8].map((threads) => turns.sideBySide(threads))).toEqual([2, 3, 3]);
  expect(usualTurns.atOnce).toBeGreaterThanOrEqual(1);
});
