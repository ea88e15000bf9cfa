import { randomUUID } from 'node:crypto';
import { mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { threadId } from 'node:worker_threads';

/**
 * Replaces a file whole or not at all, also when the power fails, and makes the folder where it is missing.
 * Every call writes a draft of its own: with one name for all, a second writer would empty what the first has
 * just put in place. Drafts that a writer has left in the folder that was killed meanwhile are taken away.
 */
export async function replaceFile(path: string, content: string | Uint8Array): Promise<void> {
  const folder = dirname(path);
  await mkdir(folder, { recursive: true });
  const draft = join(folder, `${basename(path)}.${process.pid}-${threadId}.${randomUUID()}`);
  atHand.add(draft);
  try {
    // What cannot be taken away stays: it is in nobody's way.
    await sweep(folder).catch(() => undefined);
    await writeFile(draft, content, { flag: 'wx', flush: true });
    await rename(draft, path);
  } catch (error) {
    await rm(draft, { force: true });
    throw error;
  } finally {
    atHand.delete(draft);
  }
}

/** Drafts that this thread is writing. */
const atHand = new Set<string>();

const draftName = /\.([1-9]\d*)-(\d+)\.[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

async function sweep(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    const [, pid, thread] = draftName.exec(name) ?? [];
    if (pid === undefined || mayBeWritten(join(folder, name), Number(pid), Number(thread))) continue;
    await rm(join(folder, name), { force: true });
  }
}

/** After a restart in a container a process often has the number of the one before. */
function mayBeWritten(draft: string, pid: number, thread: number): boolean {
  return pid === process.pid && thread === threadId ? atHand.has(draft) : isAlive(pid);
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH';
  }
}
