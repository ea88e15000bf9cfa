/**
 * Readers: every wire form, read only and read and evaluated against 500 rules and 100,000 rows, as a
 * ratio of what a bare parser takes for the same bytes. A process per form; all functions of one form
 * take turns in it.
 */
import { median } from '../engine/measure.js';
import { runOptions } from '../engine/run-options.js';
import { runChild } from '../load/children.js';
import { writeResults } from '../load/machine.js';
import { printTable } from '../load/print-table.js';
import { formats } from './bodies.js';
import type { ReadersPlan, SizeReport } from './run-readers.js';

const { smoke, seed, runs, lines, keep } = runOptions();
/**
 * 10,000 claims before the clock starts. Much of our code belongs to findings and gaps and seldom runs: it is compiled
 * later than a bare parser's, which is long done by then.
 */
const warmPasses = 100;
const size = smoke
  ? { rules: 10, rows: 200, interleave: { claims: 8, warmPasses: 1, rounds: 1, passes: 1 } }
  : { rules: 500, rows: 100_000, interleave: { claims: 100, warmPasses, rounds: 31, passes: 1 } };
/** Of reading and evaluating 30 lines, times a bare parser. */
const targets = { 'native-msgpack': 0.6, 'native-json': 1.2, 'nhsa-json': 1.2 };

async function measure(format: ReadersPlan['format']): Promise<SizeReport[]> {
  const plan: ReadersPlan = { ...size, lines, format, seed };
  const module = new URL('./run-readers.js', import.meta.url).href;
  return runChild<SizeReport[]>(module, { BENCH_PLAN: JSON.stringify(plan) });
}

const reports = new Map<string, SizeReport[][]>(formats.map((format) => [format, []]));
for (let turn = 0; turn < runs; turn++) {
  for (const format of formats) reports.get(format)?.push(await measure(format));
}

interface Row {
  readonly format: string;
  readonly lines: number;
  readonly bytes: number;
  readonly micros: Readonly<Record<string, number>>;
  /**
   * To the bare parser on the same bytes, and to JSON.parse on a text that lies ready (null:
   * MessagePack).
   */
  readonly ratios: {
    readonly read: number;
    readonly readAndEvaluate: number;
    readonly readAndEvaluateToText: number | null;
  };
}

/** A ratio is taken within a run, where its two sides took turns; then the median of the runs. */
function rowOf(format: string, place: number, all: readonly SizeReport[][]): Row {
  const own = all.map((report) => report[place] as SizeReport);
  const micros = (name: string) =>
    median(own.map(({ timings }) => timings[name]?.microsPerClaim ?? Number.NaN));
  const ratio = (name: string, to: string) =>
    median(
      own.map(({ timings }) => (timings[name]?.microsPerClaim ?? 0) / (timings[to]?.microsPerClaim ?? 0)),
    );
  const names = Object.keys(own[0]?.timings ?? {});
  const hasText = names.includes('bare parse of ready text');
  return {
    format,
    lines: own[0]?.lines ?? 0,
    bytes: Math.round(own[0]?.bytesPerClaim ?? 0),
    micros: Object.fromEntries(names.map((name) => [name, micros(name)])),
    ratios: {
      read: ratio('read', 'bare parse'),
      readAndEvaluate: ratio('read and evaluate', 'bare parse'),
      readAndEvaluateToText: hasText ? ratio('read and evaluate', 'bare parse of ready text') : null,
    },
  };
}

const rows = [...reports].flatMap(([format, all]) => lines.map((_, place) => rowOf(format, place, all)));
const micros = (row: Row, name: string) => row.micros[name]?.toFixed(1) ?? '';
printTable(
  [
    'form',
    'lines',
    'bytes',
    'bare µs',
    'bare of text',
    'read',
    '× bare',
    'read+evaluate',
    '× bare',
    '× text',
  ],
  rows.map((row) => [
    row.format,
    String(row.lines),
    String(row.bytes),
    micros(row, 'bare parse'),
    micros(row, 'bare parse of ready text'),
    micros(row, 'read'),
    row.ratios.read.toFixed(2),
    micros(row, 'read and evaluate'),
    row.ratios.readAndEvaluate.toFixed(2),
    row.ratios.readAndEvaluateToText?.toFixed(2) ?? '',
  ]),
);
console.log('targets of read+evaluate, 30 lines, times bare:', JSON.stringify(targets));
if (keep) {
  const all = Object.fromEntries(reports);
  console.log(`written: ${writeResults('readers', { size, seed, targets, rows, runs: all })}`);
}
