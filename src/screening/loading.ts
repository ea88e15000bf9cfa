/**
 * Brings rule sets to the threads: a new one to all of them, and to a replacement what the others hold. One thread at a
 * time leaves the service for it, between two batches, so that the others go on screening: the last one first, since
 * batches go to the first one that is free, and its code is the warmest.
 */
import { fail, ok, type Result } from '../base/result.js';
import type { PackedArtifact } from './packed-artifact.js';
import type { Shelf } from './shelf.js';
import type { Thread } from './thread.js';

/** What the pool does for it. */
export interface LoadingSteps {
  /** Also those that come meanwhile. */
  readonly threads: Iterable<Thread>;
  /** Into a thread that is out of service. Fails with a sentence. */
  readonly loadInto: (
    thread: Thread,
    packed: PackedArtifact,
    gently: boolean,
  ) => Promise<Result<unknown, string>>;
  /** Back into service, unless it is gone. */
  readonly release: (thread: Thread) => void;
  /** Ends a thread that cannot be used. */
  readonly giveUp: (thread: Thread, problem: string) => void;
  /** Resolves when no thread is missing. */
  readonly whole: () => Promise<void>;
}

/** `gently`: behind those who have claims to answer. `at-once`: nobody answers before it is done. */
export type Haste = 'gently' | 'at-once';

export class Loading {
  readonly #shelf: Shelf;
  readonly #steps: LoadingSteps;
  /** Stands on the shelf already; not every thread has it. */
  #coming: string | null = null;
  #last: Promise<unknown> = Promise.resolve();

  constructor(shelf: Shelf, steps: LoadingSteps) {
    this.#shelf = shelf;
    this.#steps = steps;
  }

  /** Whether threads hold it, or a replacement is about to. */
  has(rulesetId: string): boolean {
    return rulesetId !== this.#coming && this.#shelf.has(rulesetId);
  }

  /**
   * Fails with a sentence where the rule set cannot run. `beside`: see the shelf's `put`. When `signal` aborts, nobody
   * wants it any more: the thread at hand finishes, the others are left alone.
   */
  toAll(
    packed: PackedArtifact,
    beside: readonly string[],
    haste: Haste,
    signal: AbortSignal,
  ): Promise<Result<void, string>> {
    return this.#inTurn(async () => {
      if (this.#shelf.has(packed.id)) return ok(undefined);
      if (signal.aborted) return fail(notWanted);
      this.#shelf.put(packed, beside);
      this.#coming = packed.id;
      const problem = await this.#walk(packed, haste, signal);
      this.#coming = null;
      if (problem === null) return ok(undefined);
      this.#shelf.takeAway(packed.id);
      return fail(problem);
    });
  }

  /** To a thread that is out of service: what it needs to come into service. Fails with a sentence. */
  async whatIsInForce(thread: Thread): Promise<Result<void, string>> {
    for (let next = this.#lacking(thread); next !== undefined; next = this.#lacking(thread)) {
      if (!this.#shelf.idsInForce.includes(next.id)) break;
      const loaded = await this.#steps.loadInto(thread, next, false);
      if (!loaded.ok) return loaded;
    }
    return ok(undefined);
  }

  /** To a thread in service: whatever else stands on the shelf. */
  theRest(thread: Thread): void {
    if (this.#lacking(thread) !== undefined) void this.#inTurn(() => this.#complete(thread));
  }

  /** A thread may be lost for reasons of its own; a rule set that costs two is not loaded. */
  async #walk(packed: PackedArtifact, haste: Haste, signal: AbortSignal): Promise<string | null> {
    let lost = 0;
    const asked = new Set<Thread>();
    const next = (): Thread | undefined =>
      [...this.#steps.threads].findLast((thread) => !asked.has(thread) && !thread.has(packed.id));
    for (let thread = next(); thread !== undefined; thread = next()) {
      if (signal.aborted) return notWanted;
      asked.add(thread);
      if (!(await thread.reserve())) continue;
      const loaded = await this.#steps.loadInto(thread, packed, haste === 'gently');
      this.#steps.release(thread);
      if (loaded.ok) continue;
      lost += 1;
      if (thread.mode !== 'gone' || lost > 1) return loaded.error;
      // Never two at once: somebody has to screen meanwhile.
      await this.#steps.whole();
    }
    return null;
  }

  async #complete(thread: Thread): Promise<void> {
    for (let next = this.#lacking(thread); next !== undefined; next = this.#lacking(thread)) {
      if (!(await thread.reserve())) return;
      const loaded = await this.#steps.loadInto(thread, next, true);
      this.#steps.release(thread);
      if (loaded.ok) continue;
      // It has run before. Not worth another thread, unless somebody is waiting for it.
      if (this.#shelf.needs(next.id)) this.#steps.giveUp(thread, loaded.error);
      else this.#shelf.takeAway(next.id);
      if (thread.mode === 'gone') return;
    }
  }

  #lacking(thread: Thread): PackedArtifact | undefined {
    return this.#shelf.wanted.find(({ id }) => !thread.has(id));
  }

  #inTurn<T>(then: () => Promise<T>): Promise<T> {
    const done = this.#last.then(then);
    this.#last = done.catch(() => {});
    return done;
  }
}

const notWanted = 'nobody waits for it any more';
