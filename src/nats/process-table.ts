/** What runs on this machine under a process number. */
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';

const run = promisify(execFile);

export interface RunningProcess {
  readonly parent: number;
  /** The command line, arguments separated by spaces. */
  readonly command: string;
}

/** The process, or null where none runs (one that has ended and was not collected yet does not run). */
export async function describeProcess(pid: number): Promise<RunningProcess | null> {
  try {
    const described = process.platform === 'linux' ? await fromProc(pid) : await fromPs(pid);
    return described.command === '' ? null : described;
  } catch {
    return null;
  }
}

/** Sends a signal; a process that has just gone is as good as signalled. */
export function signalProcess(pid: number, signal: 'SIGTERM' | 'SIGKILL'): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

/** Slim images have no ps. */
async function fromProc(pid: number): Promise<RunningProcess> {
  const command = await readFile(`/proc/${pid}/cmdline`, 'utf8');
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  const parent = Number(/^PPid:\s*(\d+)/m.exec(status)?.[1] ?? 0);
  return { parent, command: command.replaceAll('\0', ' ').trim() };
}

async function fromPs(pid: number): Promise<RunningProcess> {
  const { stdout } = await run('ps', ['-o', 'ppid=,command=', '-p', String(pid)]);
  const [, parent = '0', command = ''] = /^\s*(\d+)\s+(.*)/.exec(stdout) ?? [];
  return { parent: Number(parent), command };
}
