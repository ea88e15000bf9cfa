/** Reads of a worker thread that stays in one task: what they see, and when. */
import { once } from 'node:events';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { afterEach, describe, expect, test } from 'vitest';
import { HistoryReader } from '../../src/history/history-reader.js';
import { historyHorizonMs } from '../../src/history/state.js';
import { batchOf, counterKey, ledgerKey, textOf, touchedText } from './fixtures/batches.js';
import { builtFixture } from './fixtures/built.js';
import { newFolder, newStore, removeAll } from './fixtures/folders.js';
import { commands } from './fixtures/reading.worker.js';

const threads: ReadingThread[] = [];

class ReadingThread {
  readonly #cell = new Int32Array(new SharedArrayBuffer(4));
  readonly #worker: Worker;

  constructor(folder: string) {
    const workerData = { folder, shared: this.#cell.buffer };
    this.#worker = new Worker(builtFixture('reading.worker'), { workerData });
    threads.push(this);
  }

  async say(command: keyof typeof commands): Promise<{ readonly counter: number; readonly timers: number }> {
    const answer = once(this.#worker, 'message');
    this.#tell(command);
    return (await answer)[0];
  }

  async end(): Promise<void> {
    const exited = once(this.#worker, 'exit');
    this.#tell('end');
    await exited;
  }

  #tell(command: keyof typeof commands): void {
    Atomics.store(this.#cell, 0, commands[command]);
    Atomics.notify(this.#cell, 0);
  }
}

afterEach(async () => {
  for (const thread of threads.splice(0)) await thread.end();
  await removeAll();
});

describe('a worker that never turns its event loop', () => {
  test('reads what was, until it refreshes; then every commit', async () => {
    const folder = newFolder();
    const store = await newStore({}, folder);
    await store.commit(batchOf(1, 1));
    const thread = new ReadingThread(folder);
    expect((await thread.say('read')).counter).toBe(1);
    for (let seq = 2; seq <= 30; seq++) {
      await store.commit(batchOf(seq, seq));
      expect((await thread.say('read')).counter).toBe(seq - 1);
      expect((await thread.say('refresh')).counter).toBe(seq);
    }
  });

  test('lets the store use again what it does not look at any more', async () => {
    /** Bytes of the file after as many commits of the same large record. */
    const grown = async (letsGo: boolean): Promise<number> => {
      const folder = newFolder();
      const store = await newStore({}, folder);
      await store.commit(batchOf(1, 1));
      const thread = new ReadingThread(folder);
      await thread.say('refresh');
      if (letsGo) await thread.say('letGo');
      for (let seq = 2; seq <= 40; seq++) {
        const value = touchedText(seq, String(seq).padEnd(200_000, '.'));
        await store.commit({ ...batchOf(seq, seq), writes: [{ table: 'claims', key: counterKey, value }] });
      }
      return (await stat(join(folder, 'data.mdb'))).size;
    };
    const [held, letGo] = [await grown(false), await grown(true)];
    expect(held).toBeGreaterThan(39 * 200_000);
    expect(letGo).toBeLessThan(held / 4);
  });

  test('leaves no timers behind that only a turn would take away', async () => {
    const folder = newFolder();
    const store = await newStore({}, folder);
    await store.commit(batchOf(1, 1));
    const thread = new ReadingThread(folder);
    const { timers } = await thread.say('refresh');
    expect((await thread.say('refreshOften')).timers).toBe(timers);
  });
});

describe('a reader', () => {
  test('does not see what lies before the horizon, whether or not it was deleted', async () => {
    const folder = newFolder();
    const store = await newStore({ expiredPerCommit: -1000 }, folder);
    await store.commit(batchOf(1, 9));
    const reader = HistoryReader.open(folder);
    expect(textOf(reader.get('ledger', ledgerKey(3)))).toBe('3'.padEnd(12, '.'));
    const late = batchOf(10, 10);
    const position = { ...late.position, streamMs: 4000 + historyHorizonMs };
    await store.commit({ ...late, answers: [], expiry: [], position });
    reader.refresh();
    expect(reader.get('ledger', ledgerKey(3))).toBeUndefined();
    expect(textOf(reader.get('ledger', ledgerKey(4)))).toBe('4'.padEnd(12, '.'));
    expect(textOf(reader.get('claims', counterKey))).toBe('10');
    expect(store.counts().ledger.records).toBe(10);
    reader.close();
  });

  test('does not open what is not there', () => {
    expect(() => HistoryReader.open(newFolder())).toThrow();
  });
});
