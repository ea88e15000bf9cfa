import { afterEach, expect, test, vi } from 'vitest';
import { LooksAgain } from '../../src/base/looks-again.js';

afterEach(() => void vi.useRealTimers());

test('gives up what fails again and again, unless it has worked in between', () => {
  vi.useFakeTimers();
  const look = vi.fn();
  const again = new LooksAgain(look, 1_000);
  const fail = (): boolean => {
    const isTried = again.failed('order 1');
    vi.advanceTimersByTime(1_000);
    return isTried;
  };
  expect([fail(), fail(), fail(), fail()]).toEqual([true, true, true, false]);
  expect(look).toHaveBeenCalledTimes(3);
  again.succeeded();
  expect([fail(), fail()]).toEqual([true, true]);
  again.succeeded();
  expect([fail(), fail(), fail(), fail()]).toEqual([true, true, true, false]);
});
