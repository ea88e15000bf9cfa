/** Leaving in order and in a bounded time. */
import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises';

export interface StopStep {
  readonly name: string;
  stop(): Promise<void>;
}

export interface StopReport {
  /** Every step ended in time and without an error. */
  readonly clean: boolean;
  /** The step that did not, and why. */
  readonly problems: readonly string[];
}

/**
 * Stops one after the other. A step that fails does not keep the later ones from being stopped; when
 * `limitMs` is over, the rest is left behind and named.
 */
export async function stopInOrder(steps: readonly StopStep[], limitMs: number): Promise<StopReport> {
  const problems: string[] = [];
  let current = '';
  const given = new AbortController();
  const work = (async () => {
    for (const step of steps) {
      current = step.name;
      await step.stop().catch((error: unknown) => problems.push(`${step.name}: ${reasonOf(error)}`));
    }
    return 'done' as const;
  })();
  const limit = sleep(limitMs, 'late' as const, { signal: given.signal }).catch(() => 'late' as const);
  const first = await Promise.race([work, limit]);
  given.abort();
  if (first === 'late') problems.push(`${current}: did not stop within ${limitMs} ms`);
  return { clean: problems.length === 0, problems };
}

/** Whether we are to leave, after signals that came during long work have been heard. */
export async function isTold(stopping: AbortSignal): Promise<boolean> {
  await nextTurn();
  return stopping.aborted;
}

/** What the work gives, or that nobody waits for it any more; it goes on then. */
export async function unlessTold<Given>(
  stopping: AbortSignal,
  work: Promise<Given>,
): Promise<Given | 'told'> {
  if (stopping.aborted) return 'told';
  const told = new Promise<'told'>((resolve) => {
    stopping.addEventListener('abort', () => resolve('told'), { once: true });
  });
  return await Promise.race([work, told]);
}

/** What `onStopSignal` needs of a process; `process` itself has it. */
export interface SignalSource {
  on(signal: 'SIGTERM' | 'SIGINT', listener: () => void): unknown;
  off(signal: 'SIGTERM' | 'SIGINT', listener: () => void): unknown;
}

/**
 * Calls `stop` at the first SIGTERM or SIGINT and `force` at any further one. Returns the function that takes
 * the listeners away again.
 */
export function onStopSignal(source: SignalSource, stop: () => void, force: () => void): () => void {
  let asked = false;
  const listener = () => {
    if (asked) return force();
    asked = true;
    stop();
  };
  source.on('SIGTERM', listener);
  source.on('SIGINT', listener);
  return () => {
    source.off('SIGTERM', listener);
    source.off('SIGINT', listener);
  };
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
