/** `claimgate history export`: what this node remembers, of one person or of everyone. Reads only. */
import { existsSync, writeSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Settings } from '../config/settings.js';
import { exportAll } from '../history/export.js';
import { heldVisits } from '../history/tools/export-held.js';
import { exportPatient, nothingSettled } from '../history/tools/export-patient.js';
import { HistorySnapshot } from '../history/tools/snapshot.js';
import { refuse, settingsOrExit } from './exit.js';
import { keysOf, knownSecret } from './history-person.js';
import { openProgress } from './progress-bar.js';

export interface ExportOptions {
  readonly all: boolean;
  readonly region?: string;
}

export async function runExport(person: string | undefined, options: ExportOptions): Promise<void> {
  if ((person === undefined) !== options.all) return refuse('name a person number, or --all', 2);
  const settings = settingsOrExit();
  const folder = historyFolder(settings);
  if (!hasHistory(folder)) return refuse(noHistoryText(folder), 1);
  const opened = HistorySnapshot.open(folder);
  if (!opened.ok) return refuse(opened.error, 1);
  const state = opened.value;
  if (person === undefined) exportEveryone(state);
  else await exportPerson(state, person, options.region ?? null, settings);
  await state.close();
}

export function historyFolder(settings: Settings): string {
  return join(settings.CLAIMGATE_DATA_DIR, 'history');
}

/** Beside a history: one that is being rebuilt, and one that a rebuilt one has taken the place of. */
export function besideHistory(folder: string): { readonly rebuilt: string; readonly replaced: string } {
  return { rebuilt: `${folder}-rebuilt`, replaced: `${folder}-replaced` };
}

/** Whether anything was ever written there. */
export function hasHistory(folder: string): boolean {
  return existsSync(join(folder, 'data.mdb'));
}

/** For an operator who is in another folder than the service, or another user. */
export function noHistoryText(folder: string): string {
  return `there is no history in ${resolve(folder)}; CLAIMGATE_DATA_DIR names the data directory of the service`;
}

function exportEveryone(state: HistorySnapshot): void {
  const bar = openProgress('exporting', 0);
  const out = new WholeOutput(1);
  try {
    exportAll(state, (text) => out.write(text), { progress: (done, total) => bar.update(done, total) });
    out.flush();
  } finally {
    bar.end();
  }
}

async function exportPerson(
  state: HistorySnapshot,
  person: string,
  region: string | null,
  settings: Settings,
): Promise<void> {
  const secret = await knownSecret(settings);
  if (!secret.ok) return refuse(secret.error, 1);
  state.refresh();
  const keys = keysOf(person, region, secret.value);
  const held = heldVisits(state, new Set(keys.map(({ patient }) => patient)));
  const patients = keys.flatMap(({ province, key }) => {
    const record = state.get('patients', key)?.slice();
    const known = record === undefined ? nothingSettled(key) : exportPatient(key, record);
    const own = held.filter((visit) => visit.patients.includes(known.patient)).map(({ lines }) => lines);
    return record === undefined && own.length === 0 ? [] : [{ province, ...known, held: own }];
  });
  if (patients.length === 0) return refuse('nothing is known of this person here', 1);
  console.log(JSON.stringify(patients.length === 1 ? patients[0] : patients, null, 2));
}

/**
 * Takes text without letting the event loop turn, however slow the reader is: what is exported would be of
 * several states otherwise, or all of it in memory.
 */
export class WholeOutput {
  readonly #descriptor: number;
  #pieces: string[] = [];
  #length = 0;

  constructor(descriptor: number) {
    this.#descriptor = descriptor;
  }

  write(text: string): void {
    this.#pieces.push(text);
    this.#length += text.length;
    if (this.#length >= 64 * 1024) this.flush();
  }

  flush(): void {
    const bytes = Buffer.from(this.#pieces.join(''));
    this.#pieces = [];
    this.#length = 0;
    for (let at = 0; at < bytes.length; ) at += this.#writeSome(bytes, at);
  }

  #writeSome(bytes: Buffer, at: number): number {
    try {
      return writeSync(this.#descriptor, bytes, at);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      // A pipe that is closed early is the reader's choice.
      if (code === 'EPIPE') process.exit(0);
      if (code !== 'EAGAIN') throw error;
      pause(5);
      return 0;
    }
  }
}

const never = new Int32Array(new SharedArrayBuffer(4));

function pause(ms: number): void {
  Atomics.wait(never, 0, 0, ms);
}
