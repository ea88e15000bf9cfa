/** How much of a processor another process gets. */
import type { ChildProcess } from 'node:child_process';
import { readFile } from 'node:fs/promises';

/** Linux counts in hundredths of a second for everybody, whatever the kernel was built with. */
const ticksPerSecond = 100;

export interface ShareSettings {
  /** Of one core. */
  readonly leastShare: number;
  /** How often it is looked at, milliseconds. */
  readonly everyMs: number;
}

/** Calls `whenLess` once, when it has had less than its share since the last look. On Linux; ends with `signal`. */
export function watchShare(
  { pid }: ChildProcess,
  { leastShare, everyMs }: ShareSettings,
  signal: AbortSignal,
  whenLess: () => void,
): void {
  if (pid === undefined) return;
  let before = 0;
  const look = async (): Promise<void> => {
    const now = await processorSeconds(pid);
    // Gone, which is told in another way.
    if (now === null || signal.aborted) return;
    const had = now - before;
    before = now;
    if (had < (leastShare * everyMs) / 1_000) whenLess();
    else timer = setTimeout(look, everyMs);
  };
  let timer = setTimeout(look, everyMs);
  signal.addEventListener('abort', () => clearTimeout(timer), { once: true });
}

/** Seconds that a process has had with all of its threads; null: there is none. */
async function processorSeconds(pid: number): Promise<number | null> {
  try {
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
    // The name in the second field may hold blanks and brackets, so fields are counted after its end.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return (Number(fields[11]) + Number(fields[12])) / ticksPerSecond;
  } catch {
    return null;
  }
}
