/**
 * The durable path: how fast settlements are decided, what they do to advisory screening, what history costs it, and
 * how soon a node is back. `--advisory`, `--history`, `--recovery`: only that part; without one of them the throughput.
 * `--smoke`: all parts, tiny. `--quick`: fewer and a small history, keeps no file. Histories are made once and kept in
 * `claimgate-bench-history` of the temporary folder (`TMPDIR`), where the copies lie too that runs work on: 5 GB each
 * with a million patients.
 */
import { writeResults } from '../load/machine.js';
import { measureAdvisory } from './advisory.js';
import { durableSize } from './durable-size.js';
import { measureHistory } from './history-cost.js';
import { measureRecovery } from './recovery.js';
import { measureThroughput } from './throughput.js';

const words = process.argv.slice(2);
const size = durableSize(words);
const parts = {
  throughput: measureThroughput,
  advisory: measureAdvisory,
  history: measureHistory,
  recovery: measureRecovery,
};

type Part = keyof typeof parts;
const all = Object.keys(parts) as readonly Part[];
const asked = all.filter((name) => words.includes(`--${name}`));

for (const name of chosen()) {
  const measured = await parts[name](size);
  if (size.name !== 'full') continue;
  const file = name === 'throughput' ? 'durable' : `durable-${name}`;
  console.log(`written: ${writeResults(file, { size, ...measured })}`);
}

function chosen(): readonly Part[] {
  if (asked.length > 0) return asked;
  return size.name === 'smoke' ? all : ['throughput'];
}
