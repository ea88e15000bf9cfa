/**
 * A disk that is full. As filling one would harm others, the process may write no file beyond a size: LMDB meets the
 * same write that is cut short. Only the free space differs, by which the error would be called `disk-full`; it is called
 * that here too where a write begins exactly at the size allowed, since the system then says so itself.
 */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { afterEach, expect, test } from 'vitest';
import { writeErrorOf } from '../../src/history/store/write-error.js';
import { batchOf } from './fixtures/batches.js';
import { builtFixture } from './fixtures/built.js';
import { newFolder, newStore, openStore, removeAll } from './fixtures/folders.js';

afterEach(removeAll);

const textBytes = 2000;

test.each([
  [28, 'disk-full'],
  [27, 'disk-full'],
  [122, 'disk-full'],
  [-30_792, 'disk-full'],
  [5, 'failed'],
  [13, 'failed'],
])('of what LMDB says, %i is %s', async (code, reason) => {
  const commitError = Promise.reject(Object.assign(new Error('what LMDB says'), { code }));
  expect(await writeErrorOf({ commitError }, '/')).toMatchObject({ name: 'HistoryWriteError', reason });
});

test('a full disk is a typed error, nothing of the batch is applied, and with room again commits go on', async () => {
  const folder = newFolder();
  const command = `ulimit -S -f 1024; exec "$0" "$@"`;
  const program = builtFixture('committing-process').pathname;
  const child = spawn('sh', ['-c', command, process.execPath, program, folder, String(textBytes), 'waits']);
  const closed = once(child, 'close');
  let last = 0;
  try {
    const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
    for (let failures = 0; failures < 3; failures++) {
      const { reason, committed, digest } = await nextFailure(lines);
      expect(reason).toMatch(/^(failed|disk-full)$/);
      expect(committed).toBeGreaterThan(10);
      expect(digest).toBe(await digestAfter(committed));
      last = committed;
      if (failures < 2) child.stdin.write('again\n');
    }

    expect(spawnSync('prlimit', ['--pid', String(child.pid), '--fsize=unlimited']).status).toBe(0);
    child.stdin.write('again\n');
    for await (const line of lines) if (positionIn(line) > last + 200) break;
  } finally {
    child.kill('SIGKILL');
    await closed;
  }
  const store = await openStore(folder);
  expect(store.digest()).toBe(await digestAfter(store.position()?.committed ?? 0));
});

interface Failure {
  readonly reason: string;
  readonly committed: number;
  readonly digest: string;
}

async function nextFailure(lines: AsyncIterator<string>): Promise<Failure> {
  for (;;) {
    const { value, done } = await lines.next();
    if (done === true) throw new Error('the process ended');
    const [reason, committed, digest] = value.split(' ') as [string, string, string | undefined];
    if (digest !== undefined) return { reason, committed: Number(committed), digest };
  }
}

function positionIn(line: string): number {
  return Number(/^committed (\d+)$/.exec(line)?.[1] ?? 0);
}

async function digestAfter(committed: number): Promise<string> {
  const twin = await newStore();
  await twin.commit(batchOf(1, committed, textBytes));
  return twin.digest();
}
