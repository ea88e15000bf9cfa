/**
 * How long authors wait for the compiler: from a folder to a checked and guarded artifact in a process that knows
 * nothing, and from a change of one rule or row to what is to be said about it in one that has seen the folder
 * before. With the rules as shipped, and with as many times more. `--runs <n>`, `--times 1,20`, `--smoke`: tiny.
 */
import { deepStrictEqual } from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { readRulesFolder, renderDiagnostics } from '../../src/ruleset/build-ruleset.js';
import { runChild } from '../load/children.js';
import { writeResults } from '../load/machine.js';
import { printTable } from '../load/print-table.js';
import type { ColdPlan, ColdReport } from './cold-run.js';
import { codesOf, enlarged, writePack } from './enlarged-pack.js';
import type { Answered, Rechecked, RecheckPlan, RecheckReport } from './recheck-run.js';
import { type Spread, slowestOf, spreadOf } from './spread.js';

const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '5' },
    times: { type: 'string' },
    smoke: { type: 'boolean', default: false },
  },
});
const runs = values.smoke ? 1 : countOf(values.runs);
const times = (values.times ?? (values.smoke ? '1,2' : '1,20')).split(',').map(countOf);
const keep = !values.smoke && values.times === undefined && runs >= 3;
const targets = { artifactMs: 5_000, recheckMs: 500 };

function countOf(word: string): number {
  const count = Number(word);
  if (Number.isSafeInteger(count) && count > 0) return count;
  console.error(`${word}: a whole number above 0 is needed`);
  process.exit(2);
}

interface Pack {
  readonly times: number;
  readonly folder: string;
  readonly codes: number;
  readonly runs: number;
  /** Changes of each kind. */
  readonly ofEach: number;
}

async function packsIn(scratch: string): Promise<readonly Pack[]> {
  const shipped = await readRulesFolder('rules');
  if (!shipped.ok) throw new Error(renderDiagnostics(shipped.error));
  const packs: Pack[] = [];
  for (const count of times) {
    const source = enlarged(shipped.value, count);
    const folder = join(scratch, String(count), 'rules');
    await writePack(source, folder);
    const size = values.smoke || count > 1 ? { runs: Math.min(runs, 3), ofEach: 1 } : { runs, ofEach: 9 };
    packs.push({ times: count, folder, codes: codesOf(source).size, ...size });
  }
  return packs;
}

const cold = (plan: ColdPlan): Promise<ColdReport> => run('./cold-run.js', plan);
const recheck = (plan: RecheckPlan): Promise<RecheckReport> => run('./recheck-run.js', plan);

function run<Report>(module: string, plan: object): Promise<Report> {
  return runChild<Report>(new URL(module, import.meta.url).href, { BENCH_PLAN: JSON.stringify(plan) });
}

interface Command {
  readonly ms: number;
  readonly rules: number;
  readonly rows: number;
}

/** What an author types, from its start to its end: all of the above, and every example runs and holds. */
async function checkCommand({ folder }: Pack, id: string | null): Promise<Command> {
  const file = fileURLToPath(new URL('../../src/cli/main.js', import.meta.url));
  const from = performance.now();
  const child = spawn(process.execPath, [file, 'rules', 'check', folder], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [said, [code]] = await Promise.all([text(child.stdout), once(child, 'exit')]);
  const ms = performance.now() - from;
  const found = / (\d+) rules, (\d+) table rows, no mistakes .*\n(sha256:\w+)/.exec(said);
  deepStrictEqual([code, found?.[3]], [0, id], said);
  return { ms, rules: Number(found?.[1]), rows: Number(found?.[2]) };
}

interface Measured {
  readonly pack: Pack;
  readonly colds: ColdReport[];
  readonly commands: Command[];
  readonly rechecks: (readonly Rechecked[])[];
}

/** What the workbench answers is proven first; afterwards it has to say the same against the clock. */
async function proven({ folder, ofEach }: Pack): Promise<RecheckReport> {
  const proof = await recheck({ folder, ofEach, first: 0, job: 'prove' });
  if (proof.changes.length === 0 || proof.id === null) throw new Error('nothing to be measured');
  return proof;
}

async function measureOnce(
  { pack, colds, commands, rechecks }: Measured,
  proof: RecheckReport,
): Promise<void> {
  const { folder, ofEach } = pack;
  const one = await cold({ folder });
  deepStrictEqual([one.id, one.diagnostics], [proof.id, 0]);
  colds.push(one);
  commands.push(await checkCommand(pack, proof.id));
  // Whichever comes first meets the coldest code: not the same in each run.
  const first = Math.floor((rechecks.length * proof.changes.length) / pack.runs);
  const { changes } = await recheck({ folder, ofEach, first, job: 'time' });
  deepStrictEqual(changes.map(answerOf), proof.changes.map(answerOf));
  rechecks.push(changes as readonly Rechecked[]);
}

function answerOf({ kind, name, id, diagnostics }: Answered): Answered {
  return { kind, name, id, diagnostics };
}

interface Summary {
  readonly times: number;
  readonly rules: number;
  readonly rows: number;
  readonly codes: number;
  /** From the start of the process to the artifact; of that, Node's start and loading the compiler. */
  readonly artifactMs: Spread;
  readonly loadedMs: Spread;
  readonly cpuMs: Spread;
  readonly commandMs: Spread;
  readonly changes: number;
  readonly recheckMs: Spread;
  readonly recheckCpuMs: Spread;
  readonly recheckToArtifactMs: Spread;
  /** The change with the largest median. */
  readonly slowest: { readonly kind: string; readonly name: string; readonly checkMs: number };
}

function summary({ pack, colds, commands, rechecks }: Measured): Summary {
  const all = rechecks.flat();
  return {
    times: pack.times,
    rules: commands[0]?.rules ?? 0,
    rows: commands[0]?.rows ?? 0,
    codes: pack.codes,
    artifactMs: spreadOf(colds.map(({ artifactMs }) => artifactMs)),
    loadedMs: spreadOf(colds.map(({ loadedMs }) => loadedMs)),
    cpuMs: spreadOf(colds.map(({ cpuMs }) => cpuMs)),
    commandMs: spreadOf(commands.map(({ ms }) => ms)),
    changes: rechecks[0]?.length ?? 0,
    recheckMs: spreadOf(all.map(({ checkMs }) => checkMs)),
    recheckCpuMs: spreadOf(all.map(({ checkCpuMs }) => checkCpuMs)),
    recheckToArtifactMs: spreadOf(
      all.filter(({ kind }) => kind !== 'mistake').map(({ artifactMs }) => artifactMs),
    ),
    slowest: slowestOf(rechecks),
  };
}

function tell(rows: readonly Summary[]): void {
  const ms = ({ median: middle, worst }: Spread) => `${middle.toFixed(0)} (${worst.toFixed(0)})`;
  printTable(
    [
      'rules as shipped ×',
      'rules',
      'rows',
      'codes',
      'artifact ms',
      'of it start',
      'cpu ms',
      'rules check ms',
    ],
    rows.map((row) => [
      ...[row.times, row.rules, row.rows, row.codes].map(String),
      ...[row.artifactMs, row.loadedMs, row.cpuMs, row.commandMs].map(ms),
    ]),
  );
  console.log(
    'artifact: a fresh process, from its start: Node, the compiler, files read, parsed, checked, guarded, compiled.\n' +
      'rules check: the whole command, which runs every example besides. Median (worst).\n',
  );
  printTable(
    [
      'rules as shipped ×',
      'changes',
      'checked again ms',
      'cpu ms',
      'and an artifact ms',
      'slowest change',
      'ms',
    ],
    rows.map((row) => [
      ...[row.times, row.changes].map(String),
      ...[row.recheckMs, row.recheckCpuMs, row.recheckToArtifactMs].map(ms),
      `${row.slowest.kind} ${row.slowest.name}`,
      row.slowest.checkMs.toFixed(0),
    ]),
  );
  console.log('checked again: one condition, row or mistake later, in a process that has seen the folder.');
  console.log('targets, with the rules as shipped', JSON.stringify(targets));
}

const scratch = await mkdtemp(join(tmpdir(), 'claimgate-bench-compile-'));
try {
  const all: Measured[] = [];
  for (const pack of await packsIn(scratch)) {
    const proof = await proven(pack);
    const measured: Measured = { pack, colds: [], commands: [], rechecks: [] };
    for (let i = 0; i < pack.runs; i++) await measureOnce(measured, proof);
    all.push(measured);
  }
  const rows = all.map(summary);
  tell(rows);
  if (keep) {
    const kept = all.map(({ pack, colds, commands }) => ({ times: pack.times, colds, commands }));
    console.log(`written: ${writeResults('compile', { runs, targets, rows, kept })}`);
  }
} finally {
  await rm(scratch, { recursive: true, force: true });
}
