/**
 * How our cost grows with the library: reading and evaluating 30-line claims from MessagePack, with more
 * rows at the same rules, and with more rules at the same rows.
 *
 * Held constant at all sizes: the claims but for their item codes (people, times, quantities,
 * repetitions), the share of lines whose item has a row, the rows per item code, and so the number of
 * rows that a claim reaches (printed, so that anyone can see it). What grows: how many different items
 * there are, and over how many rows and rules the claims' items are spread; they are drawn from all of
 * them, by popularity or all alike, never from a warm corner.
 *
 * Rules here are joined to lines by item code, as all official rules but one are. Rules that ask about
 * every line or every claim cost their share of every claim, whatever the index.
 */
import { runChild } from '../load/children.js';
import { writeResults } from '../load/machine.js';
import { printTable } from '../load/print-table.js';
import { ours } from './engines.js';
import { median } from './measure.js';
import type { EnginePlan, EngineReport } from './run-engine.js';
import { runOptions } from './run-options.js';

const { smoke, seed, runs, keep } = runOptions();
const pace = smoke ? { warmMs: 5, roundMs: 5, rounds: 1 } : { warmMs: 700, roundMs: 150, rounds: 5 };
const targets = { 'rows 100 to 100,000': 1.8, 'rules 500 to 5,000': 1.2 };

interface Point {
  readonly rules: number;
  readonly rows: number;
  readonly popularity: 'zipf' | 'uniform';
}

/** Each compared with the first of its series. */
const series: Readonly<Record<string, readonly Point[]>> = smoke
  ? { 'rows, popular items': [point(10, 100, 'zipf'), point(10, 400, 'zipf')] }
  : {
      'rows, popular items': [100, 10_000, 100_000].map((rows) => point(500, rows, 'zipf')),
      'rows, all items alike': [100, 100_000].map((rows) => point(500, rows, 'uniform')),
      'rules, popular items': [500, 50, 5_000].map((rules) => point(rules, 100_000, 'zipf')),
    };

function point(rules: number, rows: number, popularity: Point['popularity']): Point {
  return { rules, rows, popularity };
}

async function measure(at: Point): Promise<EngineReport> {
  const workload = { ...at, lines: 30, claims: smoke ? 8 : 1_000, proof: smoke ? 8 : 48, seed };
  const plan: EnginePlan = { engine: ours, workload, pace, expected: null };
  const module = new URL('./run-engine.js', import.meta.url).href;
  const report = await runChild<EngineReport>(module, { BENCH_PLAN: JSON.stringify(plan) });
  return { ...report, hits: null };
}

const key = (at: Point): string => JSON.stringify(at);
const points = new Map(Object.values(series).flatMap((all) => all.map((at) => [key(at), at])));
const reports = new Map<string, EngineReport[]>([...points.keys()].map((name) => [name, []]));
// All points in turn, and again: what is compared is measured side by side.
for (let turn = 0; turn < runs; turn++) {
  for (const [name, at] of points) reports.get(name)?.push(await measure(at));
}

function medians(at: Point) {
  const all = reports.get(key(at)) ?? [];
  return {
    fromBytes: median(all.map(({ fromBytes }) => fromBytes.microsPerClaim)),
    evaluate: median(all.map(({ evaluate }) => evaluate.microsPerClaim)),
    reached: all[0]?.reached ?? 0,
    codes: all[0]?.codes ?? 0,
  };
}

const rows = Object.entries(series).flatMap(([name, all]) => {
  const first = medians(all[0] as Point);
  return all.map((at) => {
    const own = medians(at);
    const growth = { fromBytes: own.fromBytes / first.fromBytes, evaluate: own.evaluate / first.evaluate };
    return { series: name, ...at, ...own, growth };
  });
});

printTable(
  ['series', 'rules', 'rows', 'items seen', 'reached', 'read+evaluate µs', 'growth', 'evaluate µs', 'growth'],
  rows.map((row) => [
    row.series,
    String(row.rules),
    String(row.rows),
    String(row.codes),
    row.reached.toFixed(1),
    row.fromBytes.toFixed(1),
    row.growth.fromBytes.toFixed(2),
    row.evaluate.toFixed(1),
    row.growth.evaluate.toFixed(2),
  ]),
);
console.log('targets of read+evaluate', JSON.stringify(targets));
if (keep) {
  const all = Object.fromEntries(reports);
  console.log(`written: ${writeResults('growth', { seed, targets, rows, runs: all })}`);
}
