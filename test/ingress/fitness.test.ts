/** When a node that could not write may ask to decide again. */
import { expect, test } from 'vitest';
import { Fitness } from '../../src/ingress/fitness.js';

function fitnessOf() {
  const seen = { nowMs: 0, canWrite: false, probes: 0 };
  const fitness = new Fitness({
    clock: { wallMs: () => 0, tickMs: () => seen.nowMs },
    canWrite: async () => {
      seen.probes += 1;
      return seen.canWrite;
    },
  });
  return { fitness, seen };
}

test('a node of which nothing has failed is asked nothing', async () => {
  const { fitness, seen } = fitnessOf();
  expect([await fitness.mayDecide(), seen.probes]).toEqual([true, 0]);
});

test('one that could not write is tried after a pause, each time a longer one', async () => {
  const { fitness, seen } = fitnessOf();
  fitness.failed();
  const asked: number[] = [];
  for (; seen.nowMs < 40_000; seen.nowMs += 500) {
    const before = seen.probes;
    expect(await fitness.mayDecide()).toBe(false);
    // Following fails as well meanwhile, and puts nothing off.
    fitness.failed();
    if (seen.probes > before) asked.push(seen.nowMs);
  }
  expect(asked).toEqual([1_000, 3_000, 7_000, 15_000, 23_000, 31_000, 39_000]);
});

test('where a batch takes more than was tried, two ill nodes take turns ever more slowly', async () => {
  const { fitness, seen } = fitnessOf();
  seen.canWrite = true;
  const held: number[] = [];
  for (; seen.nowMs < 32_000; seen.nowMs += 500) {
    if (!(await fitness.mayDecide())) continue;
    held.push(seen.nowMs);
    fitness.failed();
  }
  expect(held).toEqual([0, 1_000, 3_000, 7_000, 15_000, 23_000, 31_000]);
  fitness.wrote();
  expect(await fitness.mayDecide()).toBe(true);
});

test('one that an operator has to look after decides no more', async () => {
  const { fitness, seen } = fitnessOf();
  seen.canWrite = true;
  fitness.halted();
  fitness.wrote();
  seen.nowMs = 1e9;
  expect([await fitness.mayDecide(), seen.probes]).toEqual([false, 0]);
});
