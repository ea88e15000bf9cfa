/**
 * Thread: sleeps to each moment of a beat and says so, once until it is heard. It sleeps, so that it takes no
 * core.
 */
import { parentPort } from 'node:worker_threads';
import { systemClock } from '../../src/base/clock.js';
import { type PacingPlan, pacingFlag } from './ticker.js';

parentPort?.on('message', (plan: PacingPlan) => {
  pace(plan);
  parentPort?.postMessage('over');
});
parentPort?.postMessage('ready');

function pace({ startMs, gapMs, flags }: PacingPlan): void {
  let next = 0;
  while (Atomics.load(flags, pacingFlag.ended) === 0) {
    const waitMs = startMs + next * gapMs - systemClock.tickMs();
    if (waitMs > 0) {
      Atomics.wait(flags, pacingFlag.ended, 0, waitMs);
      continue;
    }
    if (Atomics.exchange(flags, pacingFlag.sent, 1) === 0) parentPort?.postMessage('tick');
    next = Math.max(next + 1, Math.ceil((systemClock.tickMs() - startMs) / gapMs));
  }
}
