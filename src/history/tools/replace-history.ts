/** A history put in the place of another, and histories thrown away: nobody may be writing to either meanwhile. */
import { rename, rm } from 'node:fs/promises';
import { ok, type Result } from '../../base/result.js';
import { exchangeFolders } from '../store/native-files.js';
import { WriterLock } from '../store/writer-lock.js';

/**
 * `fresh` takes the place of `old`, which then lies in `kept`, or is gone where that is null. At every moment one of
 * the two is where it belongs. Fails with a sentence where somebody writes to one of them; rejects with what the file
 * system says.
 */
export async function replaceHistory(
  old: string,
  fresh: string,
  kept: string | null,
): Promise<Result<null, string>> {
  return await withLocks([old, fresh], async () => {
    await exchangeFolders(old, fresh, `${old}-aside`);
    if (kept === null) return rm(fresh, { recursive: true, force: true });
    await rm(kept, { recursive: true, force: true });
    await rename(fresh, kept);
  });
}

/** Fails with a sentence where somebody writes to it. */
export async function removeHistory(folder: string): Promise<Result<null, string>> {
  return await withLocks([folder], () => rm(folder, { recursive: true, force: true }));
}

async function withLocks(
  folders: readonly string[],
  work: () => Promise<void>,
): Promise<Result<null, string>> {
  const locks: WriterLock[] = [];
  try {
    for (const folder of folders) {
      const lock = WriterLock.take(folder);
      if (!lock.ok) return lock;
      locks.push(lock.value);
    }
    await work();
    return ok(null);
  } finally {
    for (const lock of locks) lock.release();
  }
}
