/** Child processes of a benchmark: what is measured, and what measures, never share an event loop. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

export interface Child<Ready> {
  /** What the child said when it was ready. */
  readonly ready: Ready;
  readonly pid: number;
  /** Ends it in order; by force after ten seconds. */
  stop(): Promise<void>;
}

/**
 * Starts a compiled module of this folder and waits for its first message. Rejects with the child's last
 * words where it ends before that.
 */
export async function startChild<Ready>(
  module: string,
  environment: Readonly<Record<string, string>>,
): Promise<Child<Ready>> {
  const child = spawnChild(module, environment);
  const ready = await firstMessage<Ready>(child, module);
  return { ready, pid: child.pid ?? -1, stop: () => stopChild(child) };
}

/** Runs a module that reports one message and ends; resolves to the message. */
export async function runChild<Report>(
  module: string,
  environment: Readonly<Record<string, string>>,
): Promise<Report> {
  const child = spawnChild(module, environment);
  const report = await firstMessage<Report>(child, module);
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  return report;
}

function spawnChild(module: string, environment: Readonly<Record<string, string>>): ChildProcess {
  const path = fileURLToPath(new URL(module, import.meta.url));
  return fork(path, [], {
    env: { ...process.env, ...environment },
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
}

async function firstMessage<T>(child: ChildProcess, module: string): Promise<T> {
  let words = '';
  child.stderr?.on('data', (chunk: Buffer) => {
    words = (words + chunk.toString()).slice(-4_000);
  });
  const ended = once(child, 'exit').then(([code]) => {
    throw new Error(`${module} ended with ${code} before it had anything to say\n${words}`);
  });
  const message = once(child, 'message').then(([value]) => value as T);
  // The loser of the race is settled later, by the child's normal end.
  ended.catch(() => {});
  return Promise.race([message, ended]);
}

async function stopChild(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exit = once(child, 'exit');
  child.kill('SIGTERM');
  const force = setTimeout(() => child.kill('SIGKILL'), 10_000);
  await exit;
  clearTimeout(force);
}
