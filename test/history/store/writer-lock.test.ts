/** One writer at a time, with real processes: the lock goes with its holder, however that ends. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, test } from 'vitest';
import { HistoryReader } from '../../../src/history/history-reader.js';
import { WriterLock } from '../../../src/history/store/writer-lock.js';
import { HistoryStore } from '../../../src/history/store.js';
import { HistorySnapshot } from '../../../src/history/tools/snapshot.js';
import { builtFixture } from '../fixtures/built.js';
import { closeStore, newFolder, newStore, removeAll } from '../fixtures/folders.js';

const children: ChildProcess[] = [];
afterEach(async () => {
  for (const child of children.splice(0)) await end(child, 'SIGKILL');
  await removeAll();
});

/** A process that has begun to commit to the folder. */
async function writerOf(folder: string): Promise<ChildProcess> {
  const program = fileURLToPath(builtFixture('committing-process'));
  const child = spawn(process.execPath, [program, folder, '12'], { stdio: ['ignore', 'pipe', 'inherit'] });
  children.push(child);
  await once(child.stdout!, 'data');
  child.stdout?.resume();
  return child;
}

async function end(child: ChildProcess, signal: 'SIGKILL' | 'SIGTERM'): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill(signal);
  await ended;
}

function refusal(folder: string, pid: number): object {
  const error = `The history in ${folder} is in use by process ${pid} on ${hostname()}: stop that first.`;
  return { ok: false, error };
}

function taken(folder: string): WriterLock {
  const lock = WriterLock.take(folder);
  if (!lock.ok) throw new Error(lock.error);
  return lock.value;
}

describe('a history that another process writes to', () => {
  test('is refused with the name of that process, and free again after its kill', async () => {
    const folder = newFolder();
    const child = await writerOf(folder);
    for (let again = 0; again < 3; again++) {
      expect(await HistoryStore.open(folder)).toEqual(refusal(folder, child.pid ?? 0));
    }
    await end(child, 'SIGKILL');
    const store = await HistoryStore.open(folder);
    expect(store.ok && (store.value.position()?.committed ?? 0) > 0).toBe(true);
    if (store.ok) await store.value.close();
  });

  test('stays refused while that process is stopped, and can be read all the time', async () => {
    const folder = newFolder();
    const child = await writerOf(folder);
    child.kill('SIGSTOP');
    expect(await HistoryStore.open(folder)).toEqual(refusal(folder, child.pid ?? 0));
    const snapshot = HistorySnapshot.open(folder);
    expect(snapshot.ok && (snapshot.value.refresh()?.committed ?? 0) > 0).toBe(true);
    if (snapshot.ok) await snapshot.value.close();
    HistoryReader.open(folder).close();
    child.kill('SIGCONT');
  });

  test('is taken by one of many that come after it', async () => {
    const folder = newFolder();
    await end(await writerOf(folder), 'SIGKILL');
    const opened = await Promise.all(Array.from({ length: 8 }, () => HistoryStore.open(folder)));
    expect(opened.filter(({ ok }) => ok)).toHaveLength(1);
    for (const store of opened) if (store.ok) await store.value.close();
  });
});

describe('a history of this process', () => {
  test('is not opened twice, and again once it is closed', async () => {
    const folder = newFolder();
    const store = await newStore({}, folder);
    expect(await HistoryStore.open(folder)).toEqual(refusal(folder, process.pid));
    await closeStore(store);
    await closeStore(await newStore({}, folder));
  });

  test('is free again after it was refused for its format', async () => {
    const folder = newFolder();
    writeFileSync(join(folder, 'data.mdb'), 'no history at all');
    expect(await HistoryStore.open(folder)).toMatchObject({
      ok: false,
      error: expect.stringContaining('opened'),
    });
    taken(folder).release();
  });
});

describe('the lock of a folder', () => {
  test('goes with the folder, not with its name', () => {
    const [first, second] = [newFolder(), newFolder()];
    const lock = taken(first);
    renameSync(first, `${first}-moved`);
    const other = taken(first);
    expect(WriterLock.take(`${first}-moved`).ok).toBe(false);
    lock.release();
    const moved = taken(`${first}-moved`);
    renameSync(`${first}-moved`, second);
    moved.release();
    other.release();
  });

  test('names nobody where its file says nothing', () => {
    const folder = newFolder();
    const lock = taken(folder);
    expect(JSON.parse(readFileSync(join(folder, 'writer.lock'), 'utf8'))).toEqual({
      pid: process.pid,
      host: hostname(),
    });
    writeFileSync(join(folder, 'writer.lock'), '');
    expect(WriterLock.take(folder)).toEqual({
      ok: false,
      error: `The history in ${folder} is in use by another process: stop that first.`,
    });
    lock.release();
  });
});
