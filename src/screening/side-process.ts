/**
 * Processes beside the service, for what takes seconds or hours while claims are answered. Not threads: collecting
 * garbage and optimising code is done by threads that all of a process share, and those cannot be told to let claims
 * go first; what fills its memory ends alone.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import type { Socket } from 'node:net';
import { getPriority, setPriority } from 'node:os';
import { fileURLToPath } from 'node:url';
import { fail, ok, type Result } from '../base/result.js';

export interface SideSettings {
  readonly maxOldGenerationSizeMb: number;
  /** As the system counts it, from 0, the usual one, to 19. */
  readonly priority: number;
  /** Besides, it takes only what nobody else wants, where `mayIdle`. */
  readonly idle?: boolean;
  /** Compiled entry of the process. */
  readonly entryFile: URL;
}

/** Node itself cannot ask for this. */
const idler = '/usr/bin/chrt';
/**
 * Whether this system knows processes that make way at once. A low priority alone does not: on Linux whoever wakes up
 * waits for the end of the turn at hand, which takes milliseconds.
 */
export const mayIdle = process.platform === 'linux' && existsSync(idler);

/**
 * Started, behind whoever answers claims. It hears its task by the standard input, answers by pipe 3, and can tell by
 * pipe 4 when this node is gone. Some reasons not to start are a failure, others are told by the child's `error`; its
 * words on standard error are for `endOf`.
 */
export function startAside({
  maxOldGenerationSizeMb,
  priority,
  idle = false,
  entryFile,
}: SideSettings): Result<ChildProcess, string> {
  const program = [
    process.execPath,
    `--max-old-space-size=${maxOldGenerationSizeMb}`,
    fileURLToPath(entryFile),
  ];
  if (hasManners) return begin([...mannered(priority, idle), ...program]);
  const started = begin(program);
  if (started.ok) stepBack(started.value, priority);
  return started;
}

const hasManners = process.platform === 'linux' && existsSync('/bin/sh');

/**
 * Becomes what it is told to start, so that it is the same process. On Linux a priority is that of one thread, from
 * which those that it starts have theirs: set from outside, it would come too late for some. What the system forbids
 * is left as it was.
 */
function mannered(priority: number, idle: boolean): readonly string[] {
  const steps = Math.max(0, priority - getPriority());
  const manners = [
    // Where the machine, or what this service may take of it, is full, the kernel ends this one before the service.
    'echo 1000 > /proc/$$/oom_score_adj',
    ...(idle && mayIdle ? [`${idler} -i -p 0 $$`] : []),
  ];
  const begin = `command -v nice >/dev/null && exec nice -n ${steps} "$@"; exec "$@"`;
  return ['/bin/sh', '-c', `{ ${manners.join('; ')}; } 2>/dev/null; ${begin}`, 'aside'];
}

function begin([program = '', ...words]: readonly string[]): Result<ChildProcess, string> {
  try {
    // As `sidePipes` counts them; the last one is held and never written to. Of a group of its own: what a terminal
    // tells the service is not for it, which goes on until it is told to end.
    const stdio = ['pipe', 'ignore', 'pipe', 'pipe', 'pipe'] as const;
    const child = spawn(program, words, { stdio: [...stdio], detached: true });
    // Where there is no room for its pipes it has none, which Node's types do not say, and tells why only afterwards.
    if ((child.stdio as unknown) !== undefined) return ok(child);
    child.on('error', () => {});
    return fail('EMFILE or ENFILE: there is no room for its pipes');
  } catch (error) {
    return fail(error instanceof Error ? error.message : String(error));
  }
}

function stepBack({ pid }: ChildProcess, priority: number): void {
  if (pid === undefined) return;
  try {
    setPriority(pid, priority);
  } catch {
    // It has ended already, or may not be told: it comes to the same answer.
  }
}

/** A process aside keeps nobody from ending. */
export function letGo(child: ChildProcess): void {
  child.unref();
  // Pipes are sockets, which Node's types do not say.
  for (const pipe of child.stdio) (pipe as Partial<Socket> | null)?.unref?.();
}

/** Ends that somebody else or the kernel made: they say nothing of what the process was at. */
export const fromOutside: ReadonlySet<NodeJS.Signals | null> = new Set<NodeJS.Signals | null>([
  'SIGKILL',
  'SIGTERM',
  'SIGINT',
  'SIGHUP',
  'SIGQUIT',
]);

/** What Node says of an error that nobody caught, or of a heap that is full. */
export function endOf(words: string, code: number | null, signal: string | null): string {
  const said = /^(?:FATAL ERROR|[\w.]*Error\b).*$/m.exec(words);
  return `ended with ${code === null ? signal : `code ${code}`}${said === null ? '' : `: ${said[0]}`}`;
}
