/**
 * Loaded into a service process before the service itself (`node --import`): a SIGUSR2 ends the thread that was started
 * last, which is the one of a shadow where one is tried. Nothing of this is in the product.
 */
import { subscribe } from 'node:diagnostics_channel';
import { isMainThread, type Worker } from 'node:worker_threads';

// Threads inherit the flag that loads this file.
if (isMainThread) {
  let last: Worker | null = null;
  subscribe('worker_threads', (message) => {
    last = (message as { readonly worker: Worker }).worker;
  });
  process.on('SIGUSR2', () => void last?.terminate());
}
