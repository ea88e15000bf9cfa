import { constants, getPriority, setPriority } from 'node:os';
import { Worker } from 'node:worker_threads';
import { expect, test } from 'vitest';

const dist = process.env['CLAIMGATE_TEST_DIST'] ?? new URL('../../dist/', import.meta.url).href;

/** Priorities in a thread of its own: within, within again, where it throws, afterwards, and what came out. */
async function tryInThread(usual: number): Promise<readonly unknown[]> {
  const code = `
    const { getPriority, setPriority } = require('node:os');
    const { parentPort } = require('node:worker_threads');
    import('${new URL('workers/low-priority.js', dist).href}').then(({ withLowPriority }) => {
      setPriority(${usual});
      const seen = [withLowPriority(() => getPriority()), withLowPriority(() => getPriority())];
      try { withLowPriority(() => { throw new Error('told to'); }); } catch (error) { seen.push(error.message); }
      parentPort.postMessage([...seen, getPriority()]);
    });`;
  const worker = new Worker(code, { eval: true });
  const said = await new Promise<readonly unknown[]>((resolve, reject) => {
    worker.once('message', resolve);
    worker.once('error', reject);
  });
  await worker.terminate();
  return said;
}

/** Only a privileged process may raise what it has lowered. */
async function mayRaise(): Promise<boolean> {
  const code = `
    const { setPriority } = require('node:os');
    const { parentPort } = require('node:worker_threads');
    try { setPriority(1); setPriority(0); parentPort.postMessage(true); } catch { parentPort.postMessage(false); }`;
  const worker = new Worker(code, { eval: true });
  const may = await new Promise<boolean>((resolve) => worker.once('message', resolve));
  await worker.terminate();
  return may;
}

test.runIf(process.platform === 'linux')('a thread steps back and comes back', async () => {
  const low = constants.priority.PRIORITY_BELOW_NORMAL;
  const mine = getPriority();
  const expected = (await mayRaise()) ? [low, low, 'told to', 0] : [1, 1, 'told to', 1];
  expect(await tryInThread(0)).toEqual(expected);
  expect(getPriority()).toBe(mine);
});

test.runIf(process.platform === 'linux')('one that is further back already stays there', async () => {
  const last = constants.priority.PRIORITY_LOW;
  expect(await tryInThread(last)).toEqual([last, last, 'told to', last]);
  expect(() => setPriority(getPriority())).not.toThrow();
});
