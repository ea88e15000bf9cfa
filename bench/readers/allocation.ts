/**
 * What a claim that passes leaves on the heap: V8's sampling heap profiler, counting what has been
 * collected again too, while claims of 10 and of 60 lines are read and screened. Bytes per claim that
 * grow with its lines are per-line allocations; those that do not are the claim's own. Also prints who
 * allocates most.
 */
import { strictEqual } from 'node:assert/strict';
import type { HeapProfiler } from 'node:inspector';
import { Session } from 'node:inspector/promises';
import { makeLibrary } from '../engine/make-rules.js';
import { compileOurs, type OurEngine, type WireFormat } from '../engine/ours.js';
import { rulesSource } from '../engine/rules-source.js';
import { runOptions } from '../engine/run-options.js';
import { writeResults } from '../load/machine.js';
import { printTable } from '../load/print-table.js';
import { bareParse, bareUnpack } from './bare-parsers.js';
import { encode } from './bodies.js';
import { passingClaims } from './passing-claims.js';

const { smoke, seed } = runOptions();
const { isForGuard = false } = JSON.parse(process.env['BENCH_PLAN'] ?? '{}') as { isForGuard?: boolean };
const size = sizeOfRun();
const few = 10;
const many = 60;

/** Told to the guard. */
export interface AllocationReport {
  /** Bytes, of reading and evaluating MessagePack. */
  readonly perLine: number;
}

type Node = HeapProfiler.SamplingHeapProfileNode;

interface Allocation {
  readonly bytesPerClaim: number;
  /** Bytes per claim by function, the largest first. */
  readonly by: readonly (readonly [place: string, bytes: number])[];
}

function sizeOfRun() {
  if (smoke) return { rules: 10, rows: 200, claims: 8, warm: 50, screenings: 100, interval: 4_096 };
  if (isForGuard)
    return { rules: 100, rows: 2_000, claims: 50, warm: 2_000, screenings: 2_000, interval: 1_024 };
  return { rules: 500, rows: 100_000, claims: 100, warm: 3_000, screenings: 4_000, interval: 1_024 };
}

/** Runs something `screenings` times under the profiler. */
async function sample(run: (index: number) => unknown): Promise<Allocation> {
  for (let i = 0; i < size.warm; i++) run(i % size.claims);
  const session = new Session();
  session.connect();
  await session.post('HeapProfiler.startSampling', {
    samplingInterval: size.interval,
    includeObjectsCollectedByMajorGC: true,
    includeObjectsCollectedByMinorGC: true,
  });
  for (let i = 0; i < size.screenings; i++) run(i % size.claims);
  const { profile } = await session.post('HeapProfiler.stopSampling');
  session.disconnect();
  const places = new Map<string, number>();
  addUp(profile.head, places);
  const by = [...places].map(([place, bytes]) => [place, bytes / size.screenings] as const);
  return {
    bytesPerClaim: by.reduce((sum, [, bytes]) => sum + bytes, 0),
    by: by.toSorted((a, b) => b[1] - a[1]).slice(0, 12),
  };
}

/** The profiler has already scaled its samples to bytes. */
function addUp(node: Node, places: Map<string, number>): void {
  const { functionName, url, lineNumber } = node.callFrame;
  const place = `${functionName || '(anonymous)'} ${url.split('/').slice(-2).join('/')}:${lineNumber + 1}`;
  if (node.selfSize > 0) places.set(place, (places.get(place) ?? 0) + node.selfSize);
  for (const child of node.children) addUp(child, places);
}

interface Row {
  readonly what: string;
  readonly few: number;
  readonly many: number;
  readonly perLine: number;
  readonly by: Allocation['by'];
}

async function compare(what: string, run: (lines: number) => (index: number) => unknown): Promise<Row> {
  const small = await sample(run(few));
  const large = await sample(run(many));
  return {
    what,
    few: small.bytesPerClaim,
    many: large.bytesPerClaim,
    perLine: (large.bytesPerClaim - small.bytesPerClaim) / (many - few),
    by: large.by,
  };
}

function prove(engine: OurEngine, bodies: readonly Buffer[], format: WireFormat): void {
  for (const body of bodies) {
    strictEqual(engine.hitTexts(body, format).length, 0, 'a claim of this benchmark passes');
    strictEqual(engine.notEvaluated(body, format), 0);
  }
}

const library = makeLibrary({ rules: size.rules, rows: size.rows, seed, tablesDir: 'rules/tables' });
const engine = compileOurs(rulesSource(library.rules));
const formats = isForGuard
  ? (['native-msgpack'] as const)
  : (['native-msgpack', 'native-json', 'nhsa-json'] as const);
const bodiesOf = new Map<string, readonly Buffer[]>();
for (const lines of [few, many]) {
  const claims = passingClaims(lines, size.claims, seed + lines, library);
  for (const format of formats) {
    const bodies = encode(claims, format);
    prove(engine, bodies, format);
    bodiesOf.set(`${format} ${lines}`, bodies);
  }
}
const body = (format: string, lines: number, index: number): Buffer =>
  bodiesOf.get(`${format} ${lines}`)?.[index] as Buffer;

const rows: Row[] = [];
for (const format of formats) {
  const bare = format === 'native-msgpack' ? bareUnpack : bareParse;
  rows.push(await compare(`${format}: bare parse`, (lines) => (i) => bare(body(format, lines, i))));
  rows.push(await compare(`${format}: read`, (lines) => (i) => engine.read(body(format, lines, i), format)));
  rows.push(
    await compare(`${format}: read and evaluate`, (lines) => (i) => {
      return engine.readAndScreen(body(format, lines, i), format);
    }),
  );
}

printTable(
  ['allocated bytes', `${few} lines`, `${many} lines`, 'per further line'],
  rows.map(({ what, few, many, perLine }) => [what, few.toFixed(0), many.toFixed(0), perLine.toFixed(1)]),
);
const passing = rows.find(({ what }) => what === 'native-msgpack: read and evaluate');
console.log(`\nwho allocates for a ${many}-line MessagePack claim that passes, bytes a claim`);
for (const [place, bytes] of passing?.by ?? []) console.log(`${bytes.toFixed(0).padStart(9)}  ${place}`);
process.send?.({ perLine: passing?.perLine ?? Number.NaN } satisfies AllocationReport);
if (!smoke && !isForGuard)
  console.log(`\nwritten: ${writeResults('allocation', { size, seed, few, many, rows })}`);
