/**
 * Engines side by side: the same rules and the same claims in one run, every engine and size a process of
 * its own, the median of several runs. An engine that finds anything else than ours stops the benchmark
 * before its clock.
 */
import { runChild } from '../load/children.js';
import { writeResults } from '../load/machine.js';
import { printTable } from '../load/print-table.js';
import { ours, peerNames } from './engines.js';
import type { HitTexts } from './hits.js';
import { median } from './measure.js';
import type { EnginePlan, EngineReport } from './run-engine.js';
import { runOptions } from './run-options.js';

const { smoke, seed, runs, lines: sizes, keep } = runOptions();
const size = smoke
  ? { rules: 20, rows: 200, claims: 8, proof: 8, pace: { warmMs: 5, roundMs: 5, rounds: 1 } }
  : { rules: 500, rows: 10_000, claims: 256, proof: 48, pace: { warmMs: 600, roundMs: 150, rounds: 5 } };
const targets = { 'json-rules-engine': 5_000, zen: 1_500, 'fastest CEL library behind our index': 6 };

interface Row {
  readonly engine: string;
  readonly lines: number;
  readonly evaluateMicros: number;
  readonly fromBytesMicros: number;
  /**
   * Processor time of the evaluation: what a busy machine does not falsify, and what threads of a library
   * add.
   */
  readonly cpuMicros: number;
  /** Their evaluation against our evaluation, against our reading and evaluation, and bytes against bytes. */
  readonly timesOurs: {
    readonly evaluate: number;
    readonly readAndEvaluate: number;
    readonly fromBytes: number;
  };
  readonly runs: readonly EngineReport[];
}

async function run(engine: EnginePlan['engine'], lines: number, expected: EnginePlan['expected']) {
  const { rules, rows, claims, proof, pace } = size;
  const workload = { rules, rows, claims, proof, lines, seed, popularity: 'zipf' } as const;
  const plan: EnginePlan = { engine, workload, pace, expected };
  const module = new URL('./run-engine.js', import.meta.url).href;
  return runChild<EngineReport>(module, { BENCH_PLAN: JSON.stringify(plan) });
}

/** All engines in turn, and again: a busy minute of the machine strikes all of them alike. */
async function compare(lines: number): Promise<Row[]> {
  const reports = new Map<string, EngineReport[]>([...[ours], ...peerNames].map((name) => [name, []]));
  let expected: readonly HitTexts[] | null = null;
  for (let turn = 0; turn < runs; turn++) {
    const report = await run(ours, lines, null);
    expected = report.hits;
    reports.get(ours)?.push(report);
    for (const name of peerNames) reports.get(name)?.push(await run(name, lines, expected));
  }
  const own = middle(reports.get(ours) ?? []);
  return [...reports].map(([engine, all]) => {
    const { evaluateMicros, fromBytesMicros, cpuMicros } = middle(all);
    return {
      engine,
      lines,
      evaluateMicros,
      fromBytesMicros,
      cpuMicros,
      timesOurs: {
        evaluate: evaluateMicros / own.evaluateMicros,
        readAndEvaluate: evaluateMicros / own.fromBytesMicros,
        fromBytes: fromBytesMicros / own.fromBytesMicros,
      },
      runs: all.map((report) => ({ ...report, hits: null })),
    };
  });
}

function middle(reports: readonly EngineReport[]) {
  return {
    evaluateMicros: median(reports.map(({ evaluate }) => evaluate.microsPerClaim)),
    fromBytesMicros: median(reports.map(({ fromBytes }) => fromBytes.microsPerClaim)),
    cpuMicros: median(reports.map(({ evaluate }) => evaluate.cpuMicrosPerClaim)),
  };
}

function print(lines: number, rows: readonly Row[]): void {
  const reached = rows[0]?.runs[0]?.reached ?? 0;
  console.log(
    `\n${lines} lines a claim, ${size.rules} rules, ${size.rows} rows; ${reached.toFixed(1)} reached a claim`,
  );
  printTable(
    [
      'engine',
      'evaluate µs',
      'cpu µs',
      'claims/s',
      '× ours',
      '× ours with reading',
      'from bytes µs',
      '× ours',
    ],
    rows.map(({ engine, evaluateMicros, cpuMicros, fromBytesMicros, timesOurs }) => [
      engine,
      evaluateMicros.toFixed(1),
      cpuMicros.toFixed(1),
      (1e6 / evaluateMicros).toFixed(0),
      timesOurs.evaluate.toFixed(1),
      timesOurs.readAndEvaluate.toFixed(1),
      fromBytesMicros.toFixed(1),
      timesOurs.fromBytes.toFixed(1),
    ]),
  );
}

function verdicts(rows: readonly Row[]) {
  const times = (name: string) => rows.find(({ engine }) => engine === name)?.timesOurs.evaluate ?? 0;
  const fastest = (form: string) =>
    Math.min(
      ...rows.filter(({ engine }) => engine.endsWith(form)).map(({ timesOurs }) => timesOurs.evaluate),
    );
  return {
    'json-rules-engine': times('json-rules-engine'),
    zen: times('zen'),
    'fastest CEL library behind our index, as written': fastest('our index, as written'),
    'fastest CEL library behind our index, facts given': fastest('our index, facts given'),
  };
}

const all: Row[] = [];
for (const lines of sizes) {
  const rows = await compare(lines);
  print(lines, rows);
  all.push(...rows);
}
const verdict = verdicts(all.filter(({ lines }) => lines === (sizes.includes(30) ? 30 : sizes[0])));
console.log('\nevaluation, times ours:', JSON.stringify(verdict), 'targets', JSON.stringify(targets));
if (keep)
  console.log(`written: ${writeResults('engine', { size, runs, seed, targets, verdict, rows: all })}`);
