/**
 * What the desk of releases and knowledge asks that takes seconds, in a process of its own that ends with the answer:
 * main has claims to answer meanwhile, and the threads that answer them have the processor first.
 */
import { deserialize } from 'node:v8';
import { fail, type Result } from '../base/result.js';
import { mannersOf } from './compile-process.js';
import { type DeskAnswers, type DeskTask, packTask } from './desk-task.js';
import { answerOf } from './side-answer.js';
import { fromOutside, letGo, type SideSettings, startAside } from './side-process.js';

export interface DeskSettings extends SideSettings {
  /** From the task to the answer; null: what the kind of task gets. */
  readonly timeoutMs: number | null;
}

const shipped: DeskSettings = {
  timeoutMs: null,
  maxOldGenerationSizeMb: 1_024,
  priority: mannersOf('gently').priority,
  entryFile: new URL('../../workers/desk.process.js', import.meta.url),
};

/** What compiles takes up to ten seconds, the rest a few; under full load they get a quarter of a core. */
const patienceMs: Readonly<Record<DeskTask['do'], number>> = {
  check: 180_000,
  offer: 180_000,
  weigh: 180_000,
  import: 180_000,
  diff: 90_000,
  rule: 90_000,
  lists: 90_000,
};

/** `gone`: aborted when nobody waits for the answer any more. */
export type DeskWork = <Task extends DeskTask>(
  task: Task,
  gone?: AbortSignal,
) => Promise<Result<DeskAnswers[Task['do']], string>>;

/**
 * Never rejects: fails with a sentence where the process fails or takes too long. No task changes anything, so one
 * whose process was ended from outside is begun once more.
 */
export function deskWork(settings: Partial<DeskSettings> = {}): DeskWork {
  const { timeoutMs, ...terms } = { ...shipped, ...settings };
  return async <Task extends DeskTask>(task: Task, gone?: AbortSignal) => {
    const limitMs = timeoutMs ?? patienceMs[task.do];
    const over = new AbortController();
    const late = setTimeout(() => over.abort(`it takes more than ${limitMs / 1_000} s`), limitMs).unref();
    const leave = (): void => over.abort('nobody waits for it any more');
    if (gone?.aborted === true) leave();
    gone?.addEventListener('abort', leave, { once: true });
    const first = await workAside(task, terms, over.signal);
    const { answer } = first.wasKilled ? await workAside(task, terms, over.signal) : first;
    clearTimeout(late);
    gone?.removeEventListener('abort', leave);
    return answer as Result<DeskAnswers[Task['do']], string>;
  };
}

interface Worked {
  readonly answer: Result<unknown, string>;
  /** By somebody else, or the kernel, which says nothing of the task. */
  readonly wasKilled: boolean;
}

async function workAside(task: DeskTask, settings: SideSettings, over: AbortSignal): Promise<Worked> {
  if (over.aborted) return { answer: fail(String(over.reason)), wasKilled: false };
  const started = startAside(settings);
  if (!started.ok) return { answer: fail(`the compiler failed: ${started.error}`), wasKilled: false };
  const child = started.value;
  // The node waits for no answer that nobody is left to take, and leaves nobody behind who works on it.
  const end = (): void => void child.kill('SIGKILL');
  process.once('exit', end);
  letGo(child);
  const left = new AbortController();
  const ended = new Promise<Result<unknown, string>>((resolve) => {
    const refuse = (): void => resolve(fail(String(over.reason)));
    over.addEventListener('abort', refuse, { once: true, signal: left.signal });
  });
  for (const part of packTask(task)) child.stdin?.write(part);
  child.stdin?.end();
  const answer = await Promise.race([answerOf(child, read), ended]);
  const wasKilled = !answer.ok && !over.aborted && fromOutside.has(child.signalCode);
  left.abort();
  process.off('exit', end);
  end();
  return { answer, wasKilled };
}

/** Null: it has not said everything yet. */
function read([whole]: readonly SharedArrayBuffer[]): unknown {
  // Bytes in it go on from here, and not everybody takes what is shared.
  return whole === undefined ? null : deserialize(Buffer.from(new Uint8Array(whole)));
}
