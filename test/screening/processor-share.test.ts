import { spawn } from 'node:child_process';
import { expect, test, vi } from 'vitest';
import { watchShare } from '../../src/screening/processor-share.js';

test.runIf(process.platform === 'linux')('who gets less than its share is told, once', async () => {
  const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 60_000)'], { stdio: 'ignore' });
  const over = new AbortController();
  const [tooLittle, enough] = [vi.fn(), vi.fn()];
  // Nobody can have as many cores, and everybody has at least none.
  watchShare(child, { leastShare: 0, everyMs: 20 }, over.signal, enough);
  watchShare(child, { leastShare: 1_000_000, everyMs: 20 }, over.signal, tooLittle);
  await expect.poll(() => tooLittle.mock.calls.length).toBe(1);
  over.abort();
  child.kill('SIGKILL');
  expect(tooLittle).toHaveBeenCalledTimes(1);
  expect(enough).not.toHaveBeenCalled();
});
