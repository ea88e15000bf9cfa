/**
 * A disk that takes its time, for as long as it lasts: strace holds up what the process writes and makes lasting, be it
 * LMDB's `fdatasync` or the `fsync` of the broker's store. Needs strace and the right to trace.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';

/** What a worn-out disk does: microseconds before the call is even begun. */
const delays = ['fsync,fdatasync:delay_enter=120000', 'pwrite64,ftruncate:delay_enter=3000'] as const;
const patienceMs = 5_000;

/** Rejects where it cannot be had here. */
export async function checkSlowDisks(): Promise<void> {
  const child = spawn('sleep', ['30']);
  await once(child, 'spawn');
  const tracer = trace(child);
  const failed = once(tracer, 'exit').then(() => 'ended');
  const attached = once(tracer.stderr ?? tracer, 'data').then(String);
  const said = await Promise.race([attached, failed]);
  await end(tracer);
  child.kill('SIGKILL');
  if (!said.includes('attached')) throw new Error(`strace cannot slow a disk here: ${said}`);
}

/** The disk of a running process is slow until `slowMs` are over or the process is. */
export async function slowDown(process: ChildProcess, slowMs: number): Promise<void> {
  const tracer = trace(process);
  await Promise.race([once(tracer, 'exit'), sleep(slowMs)]);
  await end(tracer);
}

function trace({ pid }: ChildProcess): ChildProcess {
  const injections = delays.flatMap((delay) => ['-e', `inject=${delay}`]);
  const calls = delays.map((delay) => delay.slice(0, delay.indexOf(':'))).join(',');
  const words = ['-f', '-o', '/dev/null', '-e', `trace=${calls}`, ...injections, '-p', String(pid)];
  return spawn('strace', words, { stdio: ['ignore', 'ignore', 'pipe'] });
}

/** Lets go of the process, which goes on as if nothing had been. */
async function end(tracer: ChildProcess): Promise<void> {
  if (tracer.exitCode !== null || tracer.signalCode !== null) return;
  const gone = once(tracer, 'exit');
  tracer.kill('SIGTERM');
  await Promise.race([gone, sleep(patienceMs, undefined, { ref: false })]);
  tracer.kill('SIGKILL');
}
