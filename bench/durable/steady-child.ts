/** A child process that sends until it is told to stop, and then says what became of it. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

export interface SteadyChild<Report> {
  readonly pid: number;
  /** What it would report now. */
  look(): Promise<Report>;
  /** Ends it; resolves to its report. */
  finish(): Promise<Report>;
}

/**
 * Starts a compiled module of this folder, which answers `look` and `stop` with a report; resolves when it has
 * said that it sends. Rejects where it ends before that.
 */
export async function startSteady<Report>(module: string, plan: object): Promise<SteadyChild<Report>> {
  const path = fileURLToPath(new URL(module, import.meta.url));
  const child = fork(path, [], { env: { ...process.env, BENCH_PLAN: JSON.stringify(plan) } });
  const ended = once(child, 'exit').then(([code]) => {
    throw new Error(`${module} ended with ${code} while it was to send`);
  });
  // Its normal end comes after its last report.
  ended.catch(() => {});
  const said = async (): Promise<unknown> => (await Promise.race([once(child, 'message'), ended]))[0];
  const ask = async (word: 'look' | 'stop'): Promise<Report> => {
    const answer = said();
    child.send(word);
    return (await answer) as Report;
  };
  await said();
  return { pid: child.pid ?? -1, look: () => ask('look'), finish: () => ask('stop') };
}
