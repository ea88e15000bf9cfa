/** Of several times: the middle and the worst, and what took longest. */
import { median } from '../engine/measure.js';
import type { Rechecked } from './recheck-run.js';

export interface Spread {
  readonly median: number;
  readonly fastest: number;
  readonly worst: number;
}

export function spreadOf(values: readonly number[]): Spread {
  return { median: median(values), fastest: Math.min(...values), worst: Math.max(...values) };
}

/** The change with the largest median over the runs, each of which has the same changes in the same order. */
export function slowestOf(
  runs: readonly (readonly Rechecked[])[],
): Pick<Rechecked, 'kind' | 'name' | 'checkMs'> {
  const medians = (runs[0] ?? []).map(({ kind, name }, i) => ({
    kind,
    name,
    checkMs: median(runs.map((run) => run[i]?.checkMs ?? Number.NaN)),
  }));
  const [first, ...others] = medians;
  if (first === undefined) throw new Error('no changes');
  return others.reduce((slowest, one) => (one.checkMs > slowest.checkMs ? one : slowest), first);
}
