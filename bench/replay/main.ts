/**
 * Replay against the engine alone: processor time a claim of the one over that of the other, on the same claims, in
 * turns, and how time and memory grow with twice as many. `--claims <n>`, `--threads <n>`, `--rounds <n>`,
 * `--kind screening` or `settlement`, `--smoke`: tiny.
 */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { sourceOfFiles } from '../../src/replay/from-files.js';
import { type Edition, editionsOf } from '../../src/replay/known-then.js';
import { readPeriod } from '../../src/replay/period.js';
import { runReplay } from '../../src/replay/run-replay.js';
import { sharedBy } from '../../src/replay/shared-records.js';
import { readRulesFolder, renderDiagnostics } from '../../src/ruleset/build-ruleset.js';
import type { Artifact } from '../../src/ruleset/compile/artifact.js';
import { packArtifact } from '../../src/screening/packed-artifact.js';
import { type Lap, median, startLap } from '../engine/measure.js';
import { compileOurs, type OurEngine, type RulesSource } from '../engine/ours.js';
import { SettlingEngine } from './engines.js';
import { firstDay, lastDay, type ReplayKind, writeClaims } from './replay-files.js';

const { values } = parseArgs({
  options: {
    claims: { type: 'string', default: '20000' },
    threads: { type: 'string', default: String(availableParallelism()) },
    rounds: { type: 'string', default: '3' },
    kind: { type: 'string', default: '' },
    smoke: { type: 'boolean', default: false },
  },
});
const claims = values.smoke ? 300 : Number(values.claims);
const threads = Number(values.threads);
const rounds = values.smoke ? 1 : Number(values.rounds);
const warmPasses = values.smoke ? 1 : 4;
const firstMs = Date.parse(`${firstDay}T00:00:00+08:00`);
const megabyte = 1024 * 1024;

async function rules(): Promise<RulesSource> {
  const source = await readRulesFolder('rules');
  if (!source.ok) throw new Error(renderDiagnostics(source.error));
  return source.value;
}

function editions(source: RulesSource): readonly Edition[] {
  const period = readPeriod(firstDay, lastDay);
  if (!period.ok) throw new Error(period.error);
  const made = editionsOf(source, 'now', period.value);
  if (!made.ok) throw new Error(renderDiagnostics(made.error));
  return made.value;
}

interface Run extends Lap {
  readonly judged: number;
  readonly heapMb: number;
}

async function replayed(path: string, sides: readonly Edition[], folder: string): Promise<Run> {
  const [source, period] = [await sourceOfFiles([path]), readPeriod(firstDay, lastDay)];
  if (!source.ok || !period.ok) throw new Error('the file and the period of this benchmark');
  let heap = 0;
  const lap = startLap();
  const tally = await runReplay(source.value, {
    threads,
    period: period.value,
    sides: [sides.map(({ from, artifact }) => ({ from, packed: packArtifact(artifact) }))],
    shared: sharedBy(sides.map(({ artifact }) => artifact)),
    scratchFolder: join(folder, 'scratch'),
    memoryBytes: 256 * megabyte,
    maxOldGenerationSizeMb: 2_048,
    workerFile: new URL('../../workers/replay.worker.js', import.meta.url),
    onProgress: () => {
      heap = Math.max(heap, process.memoryUsage.rss());
    },
  });
  const judged = tally.tables.messages.get('judged')?.messages ?? 0;
  return { ...lap(), judged, heapMb: heap / megabyte };
}

async function bodiesOf(path: string): Promise<readonly Buffer[]> {
  const text = await readFile(path, 'utf8');
  return text
    .trimEnd()
    .split('\n')
    .map((line) => Buffer.from(line));
}

/** One thread that reads and screens, and knows of no history. */
function bareEngine(bodies: readonly Buffer[], ours: OurEngine): Lap {
  const lap = startLap();
  for (const body of bodies) ours.readAndScreen(body, 'native-json');
  return lap();
}

/** One thread that judges over history and enters what it has judged. A state of its own each time. */
function settlingEngine(bodies: readonly Buffer[], artifact: Artifact): Lap {
  const settling = new SettlingEngine(artifact);
  const lap = startLap();
  for (const [i, body] of bodies.entries()) settling.settle(body, firstMs + i);
  return lap();
}

interface Round {
  readonly bareMicros: number;
  /** Null: screenings are not entered. */
  readonly settlingMicros: number | null;
  readonly first: Run;
  readonly second: Run;
}

/** Of a claim, what the second run took beyond the first: neither compiles rules nor warms up. */
const furtherMicros = ({ first, second }: Round) => micros(second.cpuMs - first.cpuMs, claims);
const micros = (cpuMs: number, count: number) => (cpuMs * 1_000) / count;

async function measure(
  kind: ReplayKind,
  ours: OurEngine,
  sides: readonly Edition[],
  folder: string,
): Promise<void> {
  const [half, whole] = [join(folder, `${kind}-1.ndjson`), join(folder, `${kind}-2.ndjson`)];
  await writeClaims(kind, claims, 1, half);
  await writeClaims(kind, 2 * claims, 1, whole);
  const bodies = await bodiesOf(whole);
  const artifact = sides[0]?.artifact;
  if (artifact === undefined) throw new Error('one edition');
  for (let i = 0; i < warmPasses; i++) bareEngine(bodies.slice(0, 3_000), ours);
  if (kind === 'settlement') settlingEngine(bodies.slice(0, 3_000), artifact);
  const all: Round[] = [];
  for (let i = 0; i < rounds; i++) {
    const bare = bareEngine(bodies, ours);
    const settling = kind === 'settlement' ? settlingEngine(bodies, artifact) : null;
    const first = await replayed(half, sides, folder);
    const second = await replayed(whole, sides, folder);
    if (first.judged !== claims || second.judged !== 2 * claims) {
      throw new Error('every claim is judged once');
    }
    const settlingMicros = settling === null ? null : micros(settling.cpuMs, 2 * claims);
    all.push({ bareMicros: micros(bare.cpuMs, 2 * claims), settlingMicros, first, second });
  }
  tell(kind, all);
}

function tell(kind: ReplayKind, all: readonly Round[]): void {
  const middle = (of: (round: Round) => number) => median(all.map(of));
  const share = (engine: (round: Round) => number) => {
    const shares = all.map((round) => engine(round) / furtherMicros(round));
    const [low, high] = [Math.min(...shares), Math.max(...shares)];
    return `${median(shares).toFixed(2)} (${low.toFixed(2)}–${high.toFixed(2)})`;
  };
  console.log(`${kind}: ${2 * claims} claims of 30 lines, ${threads} threads, ${rounds} rounds`);
  console.log(`  processor time a claim, replay      ${middle(furtherMicros).toFixed(1)} µs`);
  const bare = (round: Round) => round.bareMicros;
  console.log(
    `  read and judged without history     ${middle(bare).toFixed(1)} µs: ${share(bare)} of it a core`,
  );
  if (kind === 'settlement') {
    const settling = (round: Round) => round.settlingMicros ?? 0;
    console.log(
      `  judged over history and entered     ${middle(settling).toFixed(1)} µs: ${share(settling)} of it a core`,
    );
  }
  const walls = [middle(({ first }) => first.ms), middle(({ second }) => second.ms)] as const;
  console.log(
    `  wall                                ${walls[0].toFixed(0)} ms, twice as many ${walls[1].toFixed(0)} ms`,
  );
  const most = [middle(({ first }) => first.heapMb), middle(({ second }) => second.heapMb)] as const;
  console.log(
    `  most memory                         ${most[0].toFixed(0)} MB, twice as many ${most[1].toFixed(0)} MB`,
  );
}

const folder = await mkdtemp(join(tmpdir(), 'claimgate-bench-replay-'));
try {
  const source = await rules();
  const [sides, ours] = [editions(source), compileOurs(source)];
  if (values.kind !== 'settlement') await measure('screening', ours, sides, folder);
  if (values.kind !== 'screening') await measure('settlement', ours, sides, folder);
} finally {
  await rm(folder, { recursive: true, force: true });
}
