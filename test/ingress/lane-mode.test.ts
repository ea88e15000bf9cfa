/** Waiting for what may never come. */
import { getEventListeners } from 'node:events';
import { expect, test } from 'vitest';
import { closeOn, unlessAborted } from '../../src/ingress/lane-mode.js';

const listeners = (signal: AbortSignal): number => getEventListeners(signal, 'abort').length;

test('what comes is given, and leaves nothing with a signal that goes on', async () => {
  const { signal } = new AbortController();
  for (let i = 0; i < 100; i++) expect(await unlessAborted(Promise.resolve(i), signal)).toBe(i);
  await expect(unlessAborted(Promise.reject(new Error('told to')), signal)).rejects.toThrow('told to');
  expect(listeners(signal)).toBe(0);
});

test('a signal that comes first is heard, also by those who come after it', async () => {
  const turn = new AbortController();
  const never = new Promise<number>(() => {});
  const waiting = unlessAborted(never, turn.signal);
  expect(listeners(turn.signal)).toBe(1);
  turn.abort();
  expect(await waiting).toBeUndefined();
  expect(await unlessAborted(never, turn.signal)).toBeUndefined();
});

test('a log that is done with leaves nothing with the signal that would have closed it', () => {
  const turn = new AbortController();
  let closed = 0;
  const log = {
    close: async () => {
      closed += 1;
    },
  };
  for (let i = 0; i < 100; i++) closeOn(turn.signal, log)();
  expect(listeners(turn.signal)).toBe(0);
  closeOn(turn.signal, log);
  turn.abort();
  closeOn(turn.signal, log);
  expect(closed).toBe(2);
});
