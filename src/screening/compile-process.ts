/** Compiling in a process of its own: a rule set takes seconds, in which main has answers to give. */
import type { ChildProcess } from 'node:child_process';
import { constants } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { deserialize, serialize } from 'node:v8';
import { fail, ok, type Result } from '../base/result.js';
import type { Bundle } from '../ruleset/release/bundle.js';
import { type Refusal, refusal } from '../ruleset/release/refusal.js';
import type { Haste } from './loading.js';
import type { PackedArtifact } from './packed-artifact.js';
import { watchShare } from './processor-share.js';
import { answerOf } from './side-answer.js';
import { mayIdle, type SideSettings, startAside } from './side-process.js';

export interface CompileTask {
  /** The text; opened in the process, as that takes a while, too. */
  readonly bundle: Bundle;
  /** Put before every path in diagnostics. */
  readonly label: string;
  /** What it has to compile to; null: whatever comes out. */
  readonly rulesetId: string | null;
}

export interface CompiledRelease {
  readonly packed: PackedArtifact;
  readonly name: string;
  readonly version: number;
  readonly asOf: string;
  /** Ids, in the order of the artifact. */
  readonly rules: readonly string[];
}

/** The first part of the answer; of a rule set that compiles, the other two are its packed bytes and its tables. */
export type CompileAnswer = Result<Omit<CompiledRelease, 'packed'> & { readonly id: string }, Refusal>;

export interface CompileSettings extends SideSettings {
  /** When it aborts, nobody waits for the result any more. */
  readonly signal: AbortSignal;
  readonly timeoutMs: number;
  /**
   * At first it takes only what nobody else wants of the processor (see `mayIdle`). Where that is less than it would
   * get by its priority, over so long a time, it begins again with that. Infinite: from the start.
   */
  readonly patienceMs: number;
  /** So long its end is waited for then: taking only what nobody else wants, it may be slow to end as well. */
  readonly endPatienceMs: number;
}

/** A third of what a thread gets that answers: it must come to its end where claims take all of the processor, too. */
const behindClaims = 5;
/** About what it gets with that priority where claims take all of the processor. */
const leastShare = 0.25;

const shipped: Omit<CompileSettings, 'signal'> = {
  // It takes seconds; under full load it gets a quarter of a core.
  timeoutMs: 300_000,
  maxOldGenerationSizeMb: 1_024,
  endPatienceMs: 5_000,
  ...mannersOf('gently'),
  entryFile: new URL('../../workers/compile.process.js', import.meta.url),
};

/** How it makes way for claims. */
export function mannersOf(haste: Haste): Pick<CompileSettings, 'priority' | 'patienceMs'> {
  if (haste === 'gently') return { priority: behindClaims, patienceMs: 2_000 };
  return { priority: constants.priority.PRIORITY_NORMAL, patienceMs: Number.POSITIVE_INFINITY };
}

/** Never rejects. A process that fails, or takes too long, is a refusal of its own: of the rules it says nothing. */
export async function compileInProcess(
  task: CompileTask,
  settings: Partial<CompileSettings> = {},
): Promise<Result<CompiledRelease, Refusal>> {
  const terms = { ...shipped, ...settings };
  if (mayIdle && Number.isFinite(terms.patienceMs)) {
    const { answer: compiled, child } = await compileOnceIn({ ...terms, idle: true }, task);
    // Whatever ended it may have been that, but for its time; where nobody waits any more, the next is refused at once.
    const isLate = !compiled.ok && compiled.error.message === tooLong(terms.timeoutMs);
    if (compiled.ok || compiled.error.reason !== 'compiler-ended' || isLate) return compiled;
    // Both together would take the memory of two, and the processor of claims.
    if (child !== null && terms.signal?.aborted !== true) await hasEnded(child, terms.endPatienceMs);
  }
  return (await compileOnceIn({ ...terms, idle: false }, task)).answer;
}

/** Of a process that has been killed; or when the time is over. */
async function hasEnded(child: ChildProcess, patienceMs: number): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  await Promise.race([ended, sleep(patienceMs, undefined, { ref: false })]);
}

function tooLong(timeoutMs: number): string {
  return `it does not compile within ${timeoutMs / 1_000} s`;
}

interface OneTry {
  readonly answer: Result<CompiledRelease, Refusal>;
  /** Told to end; null: none was started. */
  readonly child: ChildProcess | null;
}

type Terms = Omit<CompileSettings, 'signal'> & { readonly signal?: AbortSignal };

async function compileOnceIn(
  { timeoutMs, patienceMs, signal, ...how }: Terms,
  task: CompileTask,
): Promise<OneTry> {
  if (signal?.aborted === true) return notStarted('nobody waits for it any more');
  const started = startAside(how);
  if (!started.ok) return notStarted(`the compiler failed: ${started.error}`);
  const child = started.value;
  // What is compiled is large: nothing that lives longer than this may hold it.
  const over = new AbortController();
  const given = new Promise<Result<CompiledRelease, Refusal>>((resolve) => {
    const refuse = (why: string): void => resolve(fail(refusal('compiler-ended', why)));
    const watchdog = setTimeout(() => refuse(tooLong(timeoutMs)), timeoutMs);
    over.signal.addEventListener('abort', () => clearTimeout(watchdog), { once: true });
    const leave = (): void => refuse('nobody waits for it any more');
    signal?.addEventListener('abort', leave, { once: true, signal: over.signal });
    if (how.idle === true)
      watchShare(child, { leastShare, everyMs: patienceMs }, over.signal, () => refuse('it gets too little'));
    void answerOf(child, read).then((heard) => (heard.ok ? resolve(heard.value) : refuse(heard.error)));
  });
  child.stdin?.end(serialize(task));
  const answer = await given;
  over.abort();
  child.kill('SIGKILL');
  return { answer, child };
}

function notStarted(why: string): OneTry {
  return { answer: fail(refusal('compiler-ended', why)), child: null };
}

/** Null: it has not said everything yet. */
function read([first, bytes, tables]: readonly SharedArrayBuffer[]): Result<CompiledRelease, Refusal> | null {
  if (first === undefined) return null;
  const answer = deserialize(Buffer.from(first)) as CompileAnswer;
  if (!answer.ok) return answer;
  if (bytes === undefined || tables === undefined) return null;
  const { id, ...release } = answer.value;
  return ok({ ...release, packed: { id, bytes, tables } });
}
