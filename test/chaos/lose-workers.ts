/**
 * Loaded into a service process before the service itself (`node --import`): after a SIGUSR2 its worker threads die a
 * moment after the next batch is handed to one of them, as an overlong claim or a full heap would end them. Nothing of
 * this is in the product.
 */
import { subscribe } from 'node:diagnostics_channel';
import { isMainThread, type Worker } from 'node:worker_threads';

/** A thread that is killed while it loads its native modules may take the process along. */
const settledAfterMs = 3_000;
/** A message whose thread was lost four times is answered unscreened: seldom enough for that never to be our doing. */
const apartMs = 6_000;
const batchMs = 4;

// Threads inherit the flag that loads this file.
if (isMainThread) waitForSignal();

function waitForSignal(): void {
  const workers = new Map<Worker, number>();
  let armed = false;
  let lastMs = Number.NEGATIVE_INFINITY;
  subscribe('worker_threads', (message) => {
    workers.set((message as { readonly worker: Worker }).worker, performance.now());
  });
  process.on('SIGUSR2', () => {
    armed = performance.now() - lastMs > apartMs;
  });
  const settled = (): readonly Worker[] => {
    const old = [...workers].filter(([, bornMs]) => performance.now() - bornMs > settledAfterMs);
    return old.map(([worker]) => worker).filter(({ threadId }) => threadId >= 0);
  };
  const { notify } = Atomics;
  // What main does to wake a thread for its batch.
  Atomics.notify = (cells: Int32Array | BigInt64Array, index: number, count?: number) => {
    const woken = notify(cells as Int32Array, index, count);
    const victims = armed ? settled() : [];
    if (victims.length === 0) return woken;
    armed = false;
    lastMs = performance.now();
    for (const worker of victims) workers.delete(worker);
    setTimeout(() => victims.map((worker) => worker.terminate()), Math.random() * batchMs);
    return woken;
  };
}
