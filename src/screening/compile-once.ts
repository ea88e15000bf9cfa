/** What was compiled last is not compiled again: a version that has been tried comes into force at once. */
import type { Result } from '../base/result.js';
import type { Refusal } from '../ruleset/release/refusal.js';
import type { CompiledRelease, CompileTask } from './compile-process.js';
import type { Haste } from './loading.js';

export type Compile = (
  task: CompileTask,
  signal: AbortSignal,
  haste?: Haste,
) => Promise<Result<CompiledRelease, Refusal>>;

/** Keeps the last success; what was refused is looked at again each time. */
export function compileOnce(compile: Compile): Compile {
  let last: { readonly name: string; readonly compiled: Result<CompiledRelease, Refusal> } | null = null;
  return async (task, signal, haste) => {
    const name = `${task.rulesetId} ${task.bundle.digest}`;
    if (last?.name === name) return last.compiled;
    const compiled = await compile(task, signal, haste);
    // Without an id it is whatever comes out; nobody may be given that for something that is expected.
    if (compiled.ok && task.rulesetId !== null) last = { name, compiled };
    return compiled;
  };
}
