import { expect, test } from 'vitest';
import type { LoadReport } from '../../../bench/load/nats-load.js';
import { coresBusy, wholeCpuOf } from '../../../bench/load/nats-runs.js';
import { Tally } from '../../../bench/load/tally.js';

/** Two answers in half a second. */
function report(cpu: LoadReport['cpu']): LoadReport {
  const tally = new Tally();
  tally.answered('pass', 1);
  tally.answered('pass', 1);
  return { loop: { sent: 2, elapsedSeconds: 0.5, rate: 4 }, counts: tally.whole(), cpu };
}

test('adds up the processor time of all who took part, per answer and per second', () => {
  const busy = report({ responder: 0.4, broker: 0.2, generator: 0.2 });
  expect(wholeCpuOf(busy)).toBeCloseTo(400_000, 3);
  expect(coresBusy(busy)).toBeCloseTo(1.6, 9);
});

test('claims to know nothing where one of them is not known', () => {
  expect(coresBusy(report({ responder: 0.4, broker: null, generator: 0.2 }))).toBeNaN();
});
