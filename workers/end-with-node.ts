/** A process that the node has started, and that may be deep in work when the node is gone. */
import { Worker } from 'node:worker_threads';

/**
 * Ends this process when the node is gone, in the middle of whatever it does: what it works on is for nobody then.
 * `pipe`: the one that the node holds.
 */
export function endWithNode(pipe: number): void {
  // A thread of its own, as the work hears of nothing for seconds. It keeps nobody from ending.
  new Worker(new URL('./node-watch.worker.js', import.meta.url), { workerData: pipe }).unref();
}
