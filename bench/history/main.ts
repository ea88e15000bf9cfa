/**
 * The store of the history at 10,000 and 100,000 patients: what a patient takes on disk and what three million would,
 * how long a worker takes to open a record, and what a commit costs. `--quick`: a few patients, to see that it runs.
 */
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { cpuUsage } from 'node:process';
import { PackedHistory } from '../../src/history/patient-history.js';
import { HistoryStore } from '../../src/history/store.js';
import { Random } from '../claims/random.js';
import { median } from '../engine/measure.js';
import { printTable } from '../load/print-table.js';
import { commitOf, patientKeyOf, recordOf } from './patients.js';

const isQuick = process.argv.includes('--quick') || process.argv.includes('--smoke');
const sizes = isQuick ? [500] : [10_000, 100_000];
const rounds = isQuick ? 5 : 200;
const batch = 32;
const projected = 3_000_000;

interface Row {
  readonly patients: number;
  readonly recordBytes: number;
  readonly diskBytes: number;
  readonly openMicros: number;
  readonly commit: { readonly mainMicros: number; readonly cpuMicros: number; readonly wallMs: number };
}

await measureAll();

async function measureAll(): Promise<void> {
  const rows: Row[] = [];
  for (const patients of sizes) rows.push(await measure(patients));
  printTable(
    [
      'patients',
      'B/record',
      'B/patient on disk',
      'GB at 3 million',
      'µs get+open',
      'main µs',
      'cpu µs',
      'ms/commit of 32',
    ],
    rows.map(({ patients, recordBytes, diskBytes, openMicros, commit }) => [
      patients.toLocaleString('en'),
      recordBytes.toFixed(0),
      diskBytes.toFixed(0),
      ((diskBytes * projected) / 1e9).toFixed(1),
      openMicros.toFixed(2),
      commit.mainMicros.toFixed(1),
      commit.cpuMicros.toFixed(1),
      commit.wallMs.toFixed(2),
    ]),
  );
  console.log(
    'A record: 60 lines of about 25 items in 10 visits. Main and cpu: per claim; cpu holds all threads.',
  );
}

async function measure(patients: number): Promise<Row> {
  const folder = mkdtempSync(join(tmpdir(), 'claimgate-bench-history-'));
  try {
    const opened = await HistoryStore.open(folder);
    if (!opened.ok) throw new Error(opened.error);
    const store = opened.value;
    const random = new Random(20_261_122, 0);
    await store.begin('bench');
    const recordBytes = await fill(store, patients, random);
    const diskBytes = statSync(join(folder, 'data.mdb')).size / patients;
    const openMicros = timeOpens(store, patients, random);
    const commit = await timeCommits(store, patients, random);
    await store.close();
    return { patients, recordBytes, diskBytes, openMicros, commit };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Mean bytes of a record. */
async function fill(store: HistoryStore, patients: number, random: Random): Promise<number> {
  let bytes = 0;
  for (let first = 0; first < patients; first += 1000) {
    const count = Math.min(1000, patients - first);
    const writes = Array.from({ length: count }, (_, i) => {
      const value = recordOf(first + i, random);
      bytes += value.length;
      return { table: 'patients', key: patientKeyOf(first + i), value } as const;
    });
    const position = store.position();
    if (position === null) throw new Error('nothing has begun');
    await store.commit({ writes, answers: [], expiry: [], position });
  }
  return bytes / patients;
}

function timeOpens(store: HistoryStore, patients: number, random: Random): number {
  const reader = store.reader();
  const history = new PackedHistory();
  let lines = 0;
  const times = Array.from({ length: rounds }, () => {
    const keys = Array.from({ length: 100 }, () => patientKeyOf(random.integer(0, patients - 1)));
    const begin = performance.now();
    for (const key of keys) lines += history.open(reader.get('patients', key)).lines;
    return ((performance.now() - begin) * 1000) / keys.length;
  });
  if (lines === 0) throw new Error('nothing was read');
  return median(times);
}

async function timeCommits(store: HistoryStore, patients: number, random: Random): Promise<Row['commit']> {
  const [main, cpu, wall]: [number[], number[], number[]] = [[], [], []];
  for (let round = 0; round < rounds; round++) {
    const commit = commitOf(round * batch + 1, batch, () => random.integer(0, patients - 1), random);
    const [begin, usage] = [performance.now(), cpuUsage()];
    const done = store.commit(commit);
    main.push(((performance.now() - begin) * 1000) / batch);
    await (await done).flushed;
    wall.push(performance.now() - begin);
    const { user, system } = cpuUsage(usage);
    cpu.push((user + system) / batch);
  }
  return { mainMicros: median(main), cpuMicros: median(cpu), wallMs: median(wall) };
}
