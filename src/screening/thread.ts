/**
 * Main's view of one worker thread. Its modes:
 *
 *   starting ──▶ loading ──▶ free ◀──▶ busy        `loading` again at every rule set swap
 *       └───────────┴─────────┴────────┴──▶ gone   (never back: a replacement is a new Thread)
 */
import type { Worker } from 'node:worker_threads';
import { assert } from '../base/assert.js';
import { Line } from './line.js';
import type { Loss } from './loss.js';
import { type Loaded, progressBytes, progressCell } from './protocol.js';

export type ThreadMode = 'starting' | 'loading' | 'free' | 'busy' | 'gone';

export class Thread {
  readonly worker: Worker;
  /**
   * Its own, not shared with a successor: a thread that was told to end may still write for a moment.
   */
  readonly progress = new SharedArrayBuffer(progressBytes);
  /** Its own for the same reason. */
  readonly line = new Line();
  /** Ends the thread, whatever it does. */
  readonly ending = new AbortController();
  /** What the thread said when it ended by an exception outside a batch. */
  lastWords = '';
  readonly #cells = new Int32Array(this.progress);
  readonly #rulesets = new Map<string, Loaded>();
  #mode: ThreadMode = 'starting';
  #batch: { readonly rulesetId: string; readonly claims: number } | null = null;
  #reservation: ((mine: boolean) => void) | null = null;

  constructor(worker: Worker) {
    this.worker = worker;
    this.#clearProgress();
  }

  get mode(): ThreadMode {
    return this.#mode;
  }

  /** Ready: in service, whether free or busy with a batch. */
  get ready(): boolean {
    return this.#mode === 'free' || this.#mode === 'busy';
  }

  enterLoading(): void {
    assert(this.#mode === 'starting' || this.#mode === 'free', `a ${this.#mode} thread cannot load`);
    this.#mode = 'loading';
  }

  /** With a batch of so many claims. */
  enterBusy(rulesetId: string, claims: number): void {
    assert(this.#mode === 'free', `a ${this.#mode} thread cannot take a batch`);
    this.#mode = 'busy';
    this.#batch = { rulesetId, claims };
    this.#clearProgress();
  }

  /** Free again, unless somebody has reserved the thread, who then has it instead: returns whether it is free. */
  enterFree(): boolean {
    assert(this.#mode === 'loading' || this.#mode === 'busy', `a ${this.#mode} thread cannot become free`);
    this.#mode = 'free';
    this.#batch = null;
    const reservation = this.#reservation;
    this.#reservation = null;
    if (reservation === null) return true;
    this.enterLoading();
    reservation(true);
    return false;
  }

  enterGone(): void {
    this.#mode = 'gone';
    this.#reservation?.(false);
    this.#reservation = null;
  }

  /** Takes the thread out of service between two batches, for loading; resolves false if it is lost before. */
  async reserve(): Promise<boolean> {
    if (this.#mode === 'gone') return false;
    if (this.#mode === 'free') {
      this.enterLoading();
      return true;
    }
    assert(this.#reservation === null, 'one swap at a time');
    return new Promise((resolve) => {
      this.#reservation = resolve;
    });
  }

  /** The thread holds it now, and of the others those in `keep`. */
  noteLoaded(loaded: Loaded, keep: readonly string[]): void {
    for (const id of this.#rulesets.keys()) if (!keep.includes(id)) this.#rulesets.delete(id);
    this.#rulesets.set(loaded.rulesetId, loaded);
  }

  has(rulesetId: string): boolean {
    return this.#rulesets.has(rulesetId);
  }

  hasAll(rulesetIds: readonly string[]): boolean {
    return rulesetIds.every((id) => this.#rulesets.has(id));
  }

  #clearProgress(): void {
    Atomics.store(this.#cells, progressCell.claim, -1);
    Atomics.store(this.#cells, progressCell.rule, -1);
  }

  noteImported(): void {
    Atomics.store(this.#cells, progressCell.imported, 1);
  }

  /** Killing a thread while it imports a native addon can abort the process; after that it harms nothing. */
  get mayBeKilled(): boolean {
    return Atomics.load(this.#cells, progressCell.imported) === 1;
  }

  /** Claims of the batch at hand; 0 where there is none. */
  get claims(): number {
    return this.#batch?.claims ?? 0;
  }

  /** What ran when the thread was lost: position of the claim in its batch (-1: none) and the rule's id. */
  get whereabouts(): Pick<Loss, 'claim' | 'rule'> {
    if (this.#batch === null) return { claim: -1, rule: null };
    const rule = Atomics.load(this.#cells, progressCell.rule);
    return {
      claim: Atomics.load(this.#cells, progressCell.claim),
      rule: this.#rulesets.get(this.#batch.rulesetId)?.ruleIds[rule] ?? null,
    };
  }
}
