/**
 * Histories of many patients, made once through the store and kept in the temporary folder of the machine; every run
 * works on a copy, so that no run meets what another has written.
 */
import { constants } from 'node:fs';
import { copyFile, mkdir, mkdtemp, open, readdir, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { historyFormat } from '../../src/history/store/position.js';
import { HistoryStore } from '../../src/history/store.js';
import { PatientMaker } from './patient-records.js';

/** Changed with what `patient-records.ts` makes, and with how it is stored. */
const recipe = 3;
const seed = 20_261_122;
/** Many, or the disk would be asked a thousand times to make lasting what nobody needs yet. */
const perCommit = 5_000;

export interface WarmHistory {
  readonly patients: number;
  /** Holds the store; never opened by a service. */
  readonly folder: string;
}

/** What is cached where it is there, else made now; 0 patients: an empty state. */
export async function warmHistory(patients: number): Promise<WarmHistory> {
  const month = new Date(Date.now()).toISOString().slice(0, 7);
  const name = `f${historyFormat}-r${recipe}-${month}-${patients}`;
  const parent = join(tmpdir(), 'claimgate-bench-history');
  const folder = join(parent, name);
  await mkdir(parent, { recursive: true });
  // The horizon moves: what was made in another month would be half forgotten some day.
  for (const other of await readdir(parent)) {
    if (!other.includes(`-${month}-`)) await rm(join(parent, other), { recursive: true, force: true });
  }
  if (!(await readdir(parent)).includes(name)) await make(patients, `${month}-01T00:00:00Z`, folder);
  return { patients, folder };
}

/**
 * Compact: commits of thousands of patients leave a list of free pages that LMDB goes through at every commit, ten
 * times as long as that of a node, which lives by small commits.
 */
async function make(patients: number, latest: string, folder: string): Promise<void> {
  const draft = await mkdtemp(`${folder}.draft-`);
  try {
    const compact = join(draft, 'compact');
    await fill(patients, Date.parse(latest), join(draft, 'filled'), compact);
    // Another run may have been quicker, and what it made is the same.
    await rename(compact, folder).catch(async (error: unknown) => {
      if (!(await readdir(dirname(folder))).includes(basename(folder))) throw error;
    });
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
}

async function fill(patients: number, latestMs: number, folder: string, compact: string): Promise<void> {
  const store = await openStore(folder);
  await store.begin('none');
  const maker = new PatientMaker(seed, latestMs);
  let written: Promise<unknown> = Promise.resolve();
  for (let first = 0; first < patients; first += perCommit) {
    const many = Array.from({ length: Math.min(perCommit, patients - first) }, (_, i) =>
      maker.make(first + i),
    );
    const position = store.position();
    if (position === null) throw new Error('a new history has no position');
    await written;
    written = store.commit({
      writes: many.flatMap(({ writes }) => writes),
      answers: [],
      expiry: many.map(({ records }, i) => ({ seq: first + i + 1, streamMs: latestMs, records })),
      position: {
        ...position,
        committed: first + many.length,
        published: first + many.length,
        streamMs: latestMs,
      },
    });
  }
  await written;
  await store.copyTo(compact);
  await store.close();
}

/**
 * A data folder with a copy that follows the stream made at `streamCreated` from its head; the caller removes it. On
 * disk when this returns: what is still to be written would fall into the measurement.
 */
export async function copyOf({ folder }: WarmHistory, streamCreated: string): Promise<string> {
  const dataDir = await mkdtemp(join(tmpdir(), 'claimgate-bench-data-'));
  const history = join(dataDir, 'history');
  await mkdir(history);
  const copy = join(history, 'data.mdb');
  await copyFile(join(folder, 'data.mdb'), copy, constants.COPYFILE_FICLONE);
  const store = await openStore(history);
  await store.rebind(streamCreated, 0);
  await store.close();
  const file = await open(copy, 'r+');
  await file.sync();
  await file.close();
  return dataDir;
}

async function openStore(folder: string): Promise<HistoryStore> {
  const opened = await HistoryStore.open(folder);
  if (!opened.ok) throw new Error(opened.error);
  return opened.value;
}
