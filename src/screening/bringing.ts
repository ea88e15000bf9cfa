/** Has every thread hold a version: its text, compiled and tried apart, loaded and warm. */
import { fail, ok, type Result } from '../base/result.js';
import type { Manifest } from '../ruleset/release/manifest.js';
import { type Refusal, refusal } from '../ruleset/release/refusal.js';
import type { CompiledRelease, CompileTask } from './compile-process.js';
import type { Haste } from './loading.js';
import type { PackedArtifact } from './packed-artifact.js';

/** The threads, as far as they are brought rule sets. */
export interface RulesetLoader {
  /** Whether it may be used. */
  has(rulesetId: string): boolean;
  /** To every thread, warm. `beside`: others that will be in force with it. Fails with a sentence. */
  load(
    artifact: PackedArtifact,
    beside: readonly string[],
    haste: Haste,
    signal: AbortSignal,
  ): Promise<Result<void, string>>;
}

export interface BringingOptions {
  readonly rulesets: RulesetLoader;
  readonly compile: (
    task: CompileTask,
    signal: AbortSignal,
    haste: Haste,
  ) => Promise<Result<CompiledRelease, Refusal>>;
  /** By digest. */
  readonly text: (digest: string) => Promise<Result<Uint8Array, Refusal>>;
  /** Told of each before it is loaded. */
  readonly onCompiled: (compiled: CompiledRelease) => void;
}

interface Job {
  readonly ending: AbortController;
  readonly done: Promise<Result<null, Refusal>>;
}

export class Bringing {
  readonly #options: BringingOptions;
  /** By rule set. */
  readonly #jobs = new Map<string, Job>();

  constructor(options: BringingOptions) {
    this.#options = options;
  }

  /** What is being brought already is not begun again. `beside`: others that will be in force with it. */
  async bring(manifest: Manifest, beside: readonly string[], haste: Haste): Promise<Result<null, Refusal>> {
    const { rulesetId } = manifest;
    const running = this.#jobs.get(rulesetId);
    if (running !== undefined) return await running.done;
    const ending = new AbortController();
    const done = this.#bring(manifest, beside, haste, ending.signal).finally(() => {
      if (this.#jobs.get(rulesetId)?.ending === ending) this.#jobs.delete(rulesetId);
    });
    this.#jobs.set(rulesetId, { ending, done });
    return await done;
  }

  /** Gives up whatever is being brought besides these. */
  onlyFor(rulesetIds: readonly string[]): void {
    for (const [rulesetId, { ending }] of this.#jobs) {
      if (rulesetIds.includes(rulesetId)) continue;
      ending.abort();
      this.#jobs.delete(rulesetId);
    }
  }

  async #bring(
    { rulesetId, version, sourceDigest }: Manifest,
    beside: readonly string[],
    haste: Haste,
    signal: AbortSignal,
  ): Promise<Result<null, Refusal>> {
    const { rulesets, compile, text, onCompiled } = this.#options;
    const found = await text(sourceDigest);
    if (!found.ok) return found;
    const bundle = { bytes: found.value, digest: sourceDigest };
    const compiled = await compile({ bundle, label: `version ${version}: `, rulesetId }, signal, haste);
    if (!compiled.ok) return compiled;
    const { packed, version: own } = compiled.value;
    // Decisions name what the rule set says of itself.
    if (own !== version) {
      const sentence = `it calls itself version ${own} and was published as ${version}`;
      return fail(refusal('other-content', sentence));
    }
    onCompiled(compiled.value);
    const loaded = await rulesets.load(packed, beside, haste, signal);
    return loaded.ok ? ok(null) : fail(refusal('failing-warm-up', loaded.error));
  }
}
