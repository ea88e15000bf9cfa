/**
 * Replay against the engine alone: processor time a claim of the one over that of the other, on the same claims, in
 * turns, beyond those on which every thread still compiles its code, and with these; and whether time and memory grow
 * with what was read. `--claims <n>`, beyond `--warm <n>`; `--threads <n>`, `--rounds <n>`, `--kind screening` or
 * `settlement`, `--smoke`: tiny.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { sourceOfFiles } from '../../src/replay/from-files.js';
import { type Edition, editionsOf } from '../../src/replay/known-then.js';
import { readPeriod } from '../../src/replay/period.js';
import { runReplay } from '../../src/replay/run-replay.js';
import { sharedBy } from '../../src/replay/shared-records.js';
import { isUsable, type ReplaySource } from '../../src/replay/source.js';
import { readRulesFolder, renderDiagnostics } from '../../src/ruleset/build-ruleset.js';
import type { Artifact } from '../../src/ruleset/compile/artifact.js';
import { packArtifact } from '../../src/screening/packed-artifact.js';
import { type Lap, median, startLap } from '../engine/measure.js';
import { compileOurs, type OurEngine, type RulesSource } from '../engine/ours.js';
import { SettlingEngine } from './engines.js';
import { Marks } from './marks.js';
import { firstDay, lastDay, type ReplayKind, writeClaims } from './replay-files.js';

const { values } = parseArgs({
  options: {
    claims: { type: 'string', default: '40000' },
    warm: { type: 'string', default: '40000' },
    threads: { type: 'string', default: String(availableParallelism()) },
    rounds: { type: 'string', default: '3' },
    kind: { type: 'string', default: '' },
    smoke: { type: 'boolean', default: false },
  },
});
const claims = values.smoke ? 200 : Number(values.claims);
const warm = values.smoke ? 100 : Number(values.warm);
const all = warm + claims;
const threads = Number(values.threads);
const rounds = values.smoke ? 1 : Number(values.rounds);
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

/** Beyond the warm-up, in two halves; and all of it, start and warm-up included. */
interface Run {
  readonly halves: readonly [Lap, Lap];
  readonly whole: Lap;
  /** Most memory of the process, in MB: until half of what is beyond the warm-up was handed out, and in all. */
  readonly mostMb: readonly [number, number];
}

async function sourceOf(path: string): Promise<ReplaySource> {
  const source = await sourceOfFiles([path]);
  if (!source.ok) throw new Error(source.error);
  return source.value;
}

/** Where the messages beyond the warm-up begin, and where their second half does: claims are about the same size. */
function placesIn({ total }: ReplaySource): readonly [number, number] {
  return [(total * warm) / all, (total * (warm + claims / 2)) / all];
}

async function replayed(path: string, sides: readonly Edition[], folder: string): Promise<Run> {
  const [source, period] = [await sourceOf(path), readPeriod(firstDay, lastDay)];
  if (!period.ok) throw new Error(period.error);
  const places = placesIn(source);
  const lap = startLap();
  const marks = new Marks(places, lap);
  let [untilHalf, inAll] = [0, 0];
  const tally = await runReplay(source, {
    threads,
    period: period.value,
    sides: [sides.map(({ from, artifact }) => ({ from, packed: packArtifact(artifact) }))],
    shared: sharedBy(sides.map(({ artifact }) => artifact)),
    scratchFolder: join(folder, 'scratch'),
    memoryBytes: 256 * megabyte,
    maxOldGenerationSizeMb: 2_048,
    workerFile: new URL('../../workers/replay.worker.js', import.meta.url),
    onProgress: (phase, done) => {
      marks.see(phase, done);
      inAll = Math.max(inAll, process.memoryUsage.rss());
      if (done < places[1]) untilHalf = inAll;
    },
  });
  const [first, second] = marks.finish();
  if (first === undefined || second === undefined) throw new Error('two halves');
  if (tally.tables.messages.get('judged')?.messages !== all) throw new Error('every claim is judged once');
  return { halves: [first, second], whole: lap(), mostMb: [untilHalf / megabyte, inAll / megabyte] };
}

/**
 * One thread of this process: what the claims beyond the warm-up took. The file is read as the replay reads it, a piece
 * at a time, while the clock stands still: bodies lie in that core's caches, as they do in no replay.
 */
async function inOneThread(path: string, judge: (body: Uint8Array, i: number) => void): Promise<Lap> {
  let [i, ms, cpuMs] = [0, 0, 0];
  for await (const items of (await sourceOf(path)).open()) {
    const lap = startLap();
    const isWarm = i >= warm;
    for (const item of items) if (isUsable(item)) judge(item.body, i++);
    const took = lap();
    if (!isWarm) continue;
    ms += took.ms;
    cpuMs += took.cpuMs;
  }
  if (i !== all) throw new Error('every claim is judged once');
  return { ms, cpuMs };
}

/** Reads and screens, and knows of no history. */
function bareEngine(path: string, ours: OurEngine): Promise<Lap> {
  return inOneThread(path, (body) => {
    ours.readAndScreen(body, 'native-json');
  });
}

/** Judges over history and enters what it has judged. A state of its own each time. */
function settlingEngine(path: string, artifact: Artifact): Promise<Lap> {
  const settling = new SettlingEngine(artifact);
  return inOneThread(path, (body, i) => settling.settle(body, firstMs + i));
}

interface Round {
  readonly bareMicros: number;
  /** Null: screenings are not entered. */
  readonly settlingMicros: number | null;
  readonly run: Run;
}

const micros = (lapMs: number, count: number) => (lapMs * 1_000) / count;
/** Of a claim beyond the warm-up. */
const furtherMicros = ({ run: { halves } }: Round) => micros(halves[0].cpuMs + halves[1].cpuMs, claims);
/** Of any claim, with the start of the threads and their warm-up. */
const wholeMicros = ({ run: { whole } }: Round) => micros(whole.cpuMs, all);

async function measure(
  kind: ReplayKind,
  ours: OurEngine,
  sides: readonly Edition[],
  folder: string,
): Promise<void> {
  const path = join(folder, `${kind}.ndjson`);
  await writeClaims(kind, all, 1, path);
  const artifact = sides[0]?.artifact;
  if (artifact === undefined) throw new Error('one edition');
  const done: Round[] = [];
  for (let i = 0; i < rounds; i++) {
    const bare = await bareEngine(path, ours);
    const settling = kind === 'settlement' ? await settlingEngine(path, artifact) : null;
    const run = await replayed(path, sides, folder);
    const settlingMicros = settling === null ? null : micros(settling.cpuMs, claims);
    done.push({ bareMicros: micros(bare.cpuMs, claims), settlingMicros, run });
  }
  await rm(path);
  tell(kind, done);
}

function tell(kind: ReplayKind, done: readonly Round[]): void {
  const middle = (of: (round: Round) => number) => median(done.map(of));
  const row = (name: string, text: string) => console.log(`  ${name.padEnd(42)}${text}`);
  console.log(
    `${kind}: ${claims} claims of 30 lines beyond the first ${warm}, ${threads} threads, ${rounds} rounds`,
  );
  row('processor time a claim, replay', `${middle(furtherMicros).toFixed(1)} µs`);
  row('with the start and the first claims', `${middle(wholeMicros).toFixed(1)} µs`);
  tellShares(done, 'read and judged without history', ({ bareMicros }) => bareMicros);
  if (kind === 'settlement')
    tellShares(done, 'judged over history and entered', ({ settlingMicros }) => settlingMicros ?? 0);
  const half = (at: 0 | 1) => middle(({ run }) => run.halves[at].ms).toFixed(0);
  row('time of the first half, of the second', `${half(0)} ms, ${half(1)} ms`);
  const most = (at: 0 | 1) => middle(({ run }) => run.mostMb[at]).toFixed(0);
  row('most memory until half, in all', `${most(0)} MB, ${most(1)} MB`);
}

/** What of an engine's rate a core of the replay has; beyond the warm-up, and with it. */
function tellShares(done: readonly Round[], name: string, engine: (round: Round) => number): void {
  const share = (own: (round: Round) => number) => {
    const shares = done.map((round) => engine(round) / own(round));
    const [low, high] = [Math.min(...shares), Math.max(...shares)];
    return `${median(shares).toFixed(2)} (${low.toFixed(2)}–${high.toFixed(2)})`;
  };
  const text = `${median(done.map(engine)).toFixed(1)} µs: a core replays ${share(furtherMicros)} of it`;
  console.log(`  ${name.padEnd(42)}${text}, with the start ${share(wholeMicros)}`);
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
