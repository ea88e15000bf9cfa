/** What the two modes of the lane have in common. */
import type { OrderedLog } from '../nats/claims-log.js';

export interface LaneMode {
  readonly name: 'following' | 'deciding';
  /** Until the mode has come to its end, or the lane stops. */
  run(signals: LaneSignals): Promise<void>;
}

export interface LaneSignals {
  /** Aborts when the lane stops. */
  readonly stopping: AbortSignal;
  /** Aborts at the next turn of the lease, be it won or lost, and when the lane stops. */
  readonly turn: () => AbortSignal;
}

/**
 * Closes a log when a signal says so, so that whoever waits for its next message wakes. Whoever is done with the log
 * calls what is returned: the signal may outlive any number of logs.
 */
export function closeOn(signal: AbortSignal, log: Pick<OrderedLog, 'close'>): () => void {
  const close = () => void log.close();
  if (signal.aborted) close();
  else signal.addEventListener('abort', close, { once: true });
  return () => signal.removeEventListener('abort', close);
}

/**
 * What is waited for, or undefined where the signal aborts first. Nothing stays with the signal, which may outlive a
 * million of those that are waited for.
 */
export function unlessAborted<T>(waited: Promise<T>, signal: AbortSignal): Promise<T | undefined> {
  if (signal.aborted) return Promise.resolve(undefined);
  return new Promise((resolve, reject) => {
    const leave = (): void => resolve(undefined);
    signal.addEventListener('abort', leave, { once: true });
    const settled = (): void => signal.removeEventListener('abort', leave);
    waited.finally(settled).then(resolve, reject);
  });
}
