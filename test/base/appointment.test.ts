import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Appointment } from '../../src/base/appointment.js';
import { systemClock } from '../../src/base/clock.js';

const dayMs = 24 * 60 * 60 * 1000;
const startMs = Date.parse('2026-07-03T08:00:00Z');

beforeEach(() => void vi.useFakeTimers({ now: startMs }));
afterEach(() => void vi.useRealTimers());

test('is kept at its time, however far that is, and once', async () => {
  const appointment = new Appointment(systemClock);
  const kept = vi.fn();
  appointment.make(startMs + 60 * dayMs, kept);
  await vi.advanceTimersByTimeAsync(60 * dayMs - 1);
  expect(kept).not.toHaveBeenCalled();
  await vi.advanceTimersByTimeAsync(1);
  await vi.advanceTimersByTimeAsync(60 * dayMs);
  expect(kept).toHaveBeenCalledTimes(1);
});

test('gives way to the next, and can be cancelled', async () => {
  const appointment = new Appointment(systemClock);
  const [first, second] = [vi.fn(), vi.fn()];
  appointment.make(startMs + 10, first);
  appointment.make(startMs + 20, second);
  await vi.advanceTimersByTimeAsync(30);
  expect([first.mock.calls.length, second.mock.calls.length]).toEqual([0, 1]);
  appointment.make(startMs + 40, first);
  appointment.cancel();
  await vi.advanceTimersByTimeAsync(30);
  expect(first).not.toHaveBeenCalled();
});
