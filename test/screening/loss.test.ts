import { expect, test } from 'vitest';
import { causeOf, vanished } from '../../src/screening/loss.js';

const aborted = (cause: unknown) => Object.assign(new Error('aborted', { cause }), { name: 'AbortError' });
const outOfMemory = Object.assign(new Error('limit'), { code: 'ERR_WORKER_OUT_OF_MEMORY' });

test.each([
  ['hung', aborted(undefined)],
  ['exit', aborted(vanished)],
  ['exit', new Error('worker exited with code: 1')],
  ['exit', new Error('Terminating worker thread')],
  ['out-of-memory', outOfMemory],
  ['error', new TypeError('of a bug')],
  ['error', 'thrown without being an error'],
])('%s: %s', (cause, error) => {
  expect(causeOf(error)).toBe(cause);
});
