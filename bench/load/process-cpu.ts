/** CPU time of running processes, from /proc; null where there is none. */
import { readFileSync } from 'node:fs';

/** Linux counts in hundredths of a second for everybody, whatever the kernel was built with. */
const ticksPerSecond = 100;

/** Seconds of CPU that a process and its threads have used. */
export function cpuSeconds(pid: number): number | null {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return secondsIn(text);
  } catch {
    // Another system, or the process has ended.
    return null;
  }
}

/** The name in the second field may hold blanks and brackets, so fields are counted after its end. */
export function secondsIn(stat: string): number {
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / ticksPerSecond;
}

/** Resident memory in megabytes. */
export function residentMegabytes(pid: number): number | null {
  try {
    const pages = Number(readFileSync(`/proc/${pid}/statm`, 'utf8').split(' ')[1]);
    return (pages * 4096) / 2 ** 20;
  } catch {
    return null;
  }
}

export type Watched = Readonly<Record<string, number>>;
export type CpuUse = Readonly<Record<string, number | null>>;

/**
 * Starts to watch processes by name; `stop` answers the seconds of CPU that each has used since, and our own.
 * A process with several names is read once, so that all of them tell the same.
 */
export function watchCpu(pids: Watched): { stop(): CpuUse } {
  const all: Watched = { ...pids, generator: process.pid };
  const before = secondsOf(all);
  return {
    stop: () => {
      const after = secondsOf(all);
      return Object.fromEntries(
        Object.entries(all).map(([name, pid]) => [name, between(before.get(pid), after.get(pid))]),
      );
    },
  };
}

function secondsOf(watched: Watched): ReadonlyMap<number, number | null> {
  const pids = new Set(Object.values(watched));
  return new Map([...pids].map((pid) => [pid, cpuSeconds(pid)]));
}

function between(start: number | null | undefined, end: number | null | undefined): number | null {
  return typeof start === 'number' && typeof end === 'number' ? end - start : null;
}
