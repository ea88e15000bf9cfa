/** What the command line may change of a run of these benchmarks. */
import { parseArgs } from 'node:util';

export interface RunOptions {
  /** Tiny and with a random seed: shows that nothing has rotted, not how fast it is. Writes no results. */
  readonly smoke: boolean;
  readonly seed: number;
  /** Fresh processes per case. */
  readonly runs: number;
  /** Lines per claim; for a look at one size only. Such a run writes no results either. */
  readonly lines: readonly number[];
  readonly keep: boolean;
}

const all = [10, 30, 60];

export function runOptions(): RunOptions {
  const { values } = parseArgs({
    options: {
      smoke: { type: 'boolean', default: false },
      runs: { type: 'string', default: '3' },
      lines: { type: 'string' },
    },
  });
  const { smoke, runs, lines } = values;
  if (smoke) return { smoke, seed: Math.floor(Math.random() * 1e6), runs: 1, lines: [10], keep: false };
  return {
    smoke,
    seed: 20_261_012,
    runs: Number(runs),
    lines: lines === undefined ? all : [Number(lines)],
    keep: lines === undefined && Number(runs) >= 3,
  };
}
