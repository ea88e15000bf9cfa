/** kill -9 of a process that commits, at random moments: writes, answers and position agree, and nothing said is lost. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { afterEach, expect, test } from 'vitest';
import type { HistoryStore } from '../../src/history/store.js';
import { answerTo, batchOf, counterKey, ledgerKey, textOf } from './fixtures/batches.js';
import { builtFixture } from './fixtures/built.js';
import { closeStore, newFolder, newStore, openStore, removeAll } from './fixtures/folders.js';

const kills = Number(process.env['CLAIMGATE_TEST_KILLS'] ?? 30);
const textBytes = 500;
const children: ChildProcess[] = [];

afterEach(async () => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
  await removeAll();
});

test(
  `after each of ${kills} kills the state is that of whole batches`,
  async () => {
    const folder = newFolder();
    let last = 0;
    for (let kill = 0; kill < kills; kill++) {
      const said = await commitUntilKilled(folder, kill % 4 === 3);
      const store = await openStore(folder);
      const committed = store.position()?.committed ?? 0;
      expect(committed).toBeGreaterThanOrEqual(Math.max(said, last));
      expectWhole(store, last, committed);
      last = committed;
      await closeStore(store);
    }
    const twin = await newStore();
    await twin.commit(batchOf(1, last, textBytes));
    expect((await openStore(folder)).digest()).toBe(twin.digest());
  },
  kills * 10_000,
);

/** The last position that the process said to be on disk. */
async function commitUntilKilled(folder: string, early: boolean): Promise<number> {
  const program = builtFixture('committing-process').pathname;
  const child = spawn(process.execPath, [program, folder, String(textBytes)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  children.push(child);
  let said = '';
  child.stdout.on('data', (chunk: Buffer) => {
    said += chunk.toString();
  });
  const closed = once(child, 'close');
  if (!early) await Promise.race([once(child.stdout, 'data'), closed]);
  await new Promise((resolve) => setTimeout(resolve, Math.random() * (early ? 400 : 120)));
  child.kill('SIGKILL');
  expect(await closed).toEqual([null, 'SIGKILL']);
  const whole = said.slice(0, said.lastIndexOf('\n') + 1);
  return Number(/committed (\d+)\n$/.exec(whole)?.[1] ?? 0);
}

/** Messages up to the position are there with everything that they did, and none beyond it. */
function expectWhole(store: HistoryStore, from: number, committed: number): void {
  if (committed === 0) return;
  expect(textOf(store.reader().get('claims', counterKey))).toBe(String(committed));
  for (let seq = from + 1; seq <= committed; seq++) {
    expect(textOf(store.reader().get('ledger', ledgerKey(seq)))).toBe(`${seq}`.padEnd(textBytes, '.'));
    expect(store.answerOf(seq)).toEqual(answerTo(seq));
  }
  const { ledger, answers, expiry } = store.counts();
  expect([ledger.records, answers.records, expiry.records]).toEqual([committed, committed, committed]);
  expect(store.position()?.published).toBeLessThanOrEqual(committed);
}
