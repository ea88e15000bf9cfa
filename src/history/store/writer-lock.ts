/**
 * One writer to a history folder at a time: a lock of the operating system on a file in it, which ends with the
 * process that holds it, however that ends. The file stays and says who holds it, or who did. Whoever only reads needs
 * no lock.
 */
import {
  closeSync,
  constants,
  fstatSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readFileSync,
  statSync,
  writeSync,
} from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { fail, ok, type Result } from '../../base/result.js';
import { lockOpenFile } from './native-files.js';

const fileName = 'writer.lock';

interface Holder {
  readonly pid: number;
  readonly host: string;
}

export class WriterLock {
  readonly #file: number;

  private constructor(file: number) {
    this.#file = file;
  }

  /**
   * Takes the lock of a folder, which is made where it is missing. Fails with a sentence where another process, or
   * another store of this one, writes there, and where the file system cannot lock.
   */
  static take(folder: string): Result<WriterLock, string> {
    try {
      mkdirSync(folder, { recursive: true });
      for (;;) {
        const taken = lockFile(join(folder, fileName));
        if (taken === 'held') {
          const holder = holderText(join(folder, fileName));
          return fail(`The history in ${folder} is in use by ${holder}: stop that first.`);
        }
        if (taken !== 'replaced') return ok(new WriterLock(taken));
      }
    } catch (error) {
      const reason = error instanceof Error ? error.message : error;
      return fail(`The history in ${folder} cannot be opened for writing: ${reason}.`);
    }
  }

  /** Another may write from here on. */
  release(): void {
    closeSync(this.#file);
  }
}

/** The open file with its lock; `replaced`: the folder was, between opening and locking. */
function lockFile(path: string): number | 'held' | 'replaced' {
  const file = openSync(path, constants.O_RDWR | constants.O_CREAT, 0o644);
  try {
    const outcome = !lockOpenFile(file) ? 'held' : isStillAt(path, file) ? 'ours' : 'replaced';
    if (outcome === 'ours') {
      sayHolder(file);
      return file;
    }
    closeSync(file);
    return outcome;
  } catch (error) {
    closeSync(file);
    throw error;
  }
}

function isStillAt(path: string, file: number): boolean {
  const [there, ours] = [
    statSync(path, { throwIfNoEntry: false, bigint: true }),
    fstatSync(file, { bigint: true }),
  ];
  return there?.ino === ours.ino && there.dev === ours.dev;
}

function sayHolder(file: number): void {
  const holder: Holder = { pid: process.pid, host: hostname() };
  try {
    ftruncateSync(file);
    writeSync(file, JSON.stringify(holder), 0);
  } catch {
    // A full disk: the lock holds without a name on it.
  }
}

/** `process 4711 on node-1`. Whoever has just taken the lock may not have said so yet. */
function holderText(path: string): string {
  try {
    const { pid, host } = JSON.parse(readFileSync(path, 'utf8')) as Holder;
    return `process ${pid} on ${host}`;
  } catch {
    return 'another process';
  }
}
