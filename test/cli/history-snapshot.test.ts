/** An export beside a process that commits: position and digest are of one state. */
import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { batchOf } from '../history/fixtures/batches.js';
import { builtFixture } from '../history/fixtures/built.js';
import { newFolder, newStore, removeAll } from '../history/fixtures/folders.js';
import { claimgate } from './command-line.js';

const textBytes = 300;
let committing: ChildProcess | null = null;
afterEach(async () => {
  committing?.kill('SIGKILL');
  await removeAll();
});

it('shows one state while the service goes on', async () => {
  const dataDir = newFolder();
  committing = await commitInto(join(dataDir, 'history'));
  const seen: { position: number; digest: string }[] = [];
  const places = () => new Set(seen.map(({ position }) => position));
  // On a busy machine nothing may have been committed between two of them.
  while (places().size < 6) {
    const { code, out, err } = await claimgate(['history', 'export', '--all'], {
      CLAIMGATE_DATA_DIR: dataDir,
    });
    expect([code, err]).toEqual([0, '']);
    seen.push(JSON.parse(out.split('\n')[0] as string));
  }
  committing.kill('SIGKILL');
  const positions = seen.map(({ position }) => position);
  expect(positions).toEqual(positions.toSorted((a, b) => a - b));
  const twin = await newStore();
  for (const { position, digest } of seen) {
    const from = twin.position()?.committed ?? 0;
    if (position > from) await twin.commit(batchOf(from + 1, position, textBytes));
    expect(twin.digest()).toBe(digest);
  }
});

/** Resolves when it has committed something. */
async function commitInto(folder: string): Promise<ChildProcess> {
  const program = builtFixture('committing-process').pathname;
  const child = spawn(process.execPath, [program, folder, String(textBytes)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await new Promise((resolve) => child.stdout.once('data', resolve));
  child.stdout.resume();
  return child;
}
