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

/** Ends the process with a sentence where a number is none. */
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
    runs: countOf('runs', runs),
    lines: lines === undefined ? all : [countOf('lines', lines)],
    keep: lines === undefined && Number(runs) >= 3,
  };
}

function countOf(option: string, text: string): number {
  const count = Number(text);
  if (Number.isSafeInteger(count) && count > 0) return count;
  console.error(`--${option} ${text}: a whole number above 0 is needed`);
  process.exit(2);
}
