/** A node keeps to what is ordered at the broker: which version is tried beside the one in force, or none. */
import { Looks } from '../base/looks.js';
import { LooksAgain } from '../base/looks-again.js';
import type { ReleaseStore } from '../nats/release-store.js';
import type { KeptOrder, KeptOrders } from './kept-order.js';
import { acceptOrder, type GivenOrder } from './order.js';
import { type ShadowReport, shadowReport } from './report.js';
import { Trial, type TrialOptions } from './trial.js';

export interface ShadowsOptions extends TrialOptions {
  readonly store: Pick<ReleaseStore, 'document' | 'text' | 'watch'>;
  readonly kept: KeptOrders;
  /** Before what has ended for a reason of its own is begun again. */
  readonly compilerPauseMs?: number;
}

const stopPatienceMs = 1_000;
/** A machine that is out of memory needs a while. */
const usualCompilerPauseMs = 30_000;

export class Shadows {
  readonly #options: ShadowsOptions;
  #kept: KeptOrder | null = null;
  /** Revision of the order that was looked at last. */
  #seen = 0;
  readonly #looks = new Looks(() => this.#lookOnce());
  readonly #again: LooksAgain;
  #given: GivenOrder | null = null;
  #trial: Trial | null = null;

  constructor(options: ShadowsOptions) {
    this.#options = options;
    this.#again = new LooksAgain(() => this.#beginAgain(), options.compilerPauseMs ?? usualCompilerPauseMs);
  }

  /** Follows the orders from now on; the broker has to be there. */
  start(): void {
    this.#looks.follow((onChange) => this.#options.store.watch(onChange));
  }

  /** Resolves when the order at the broker has been looked at; what it takes to follow it goes on. */
  async look(): Promise<void> {
    await this.#looks.look();
  }

  /** What this node knows. */
  report(): ShadowReport {
    return shadowReport(this.#given, this.#trial, this.#kept?.lost ?? null);
  }

  async stop(): Promise<void> {
    this.#again.stop();
    await this.#looks.stop(stopPatienceMs, this.#trial?.leave());
  }

  async #lookOnce(): Promise<void> {
    const { store, trusted, events } = this.#options;
    this.#kept ??= await this.#options.kept.read();
    const kept = this.#kept;
    const found = await store.document('shadow');
    // Releases say that the broker cannot be asked.
    if (!found.ok || this.#looks.stopped) return;
    this.#trial?.look();
    if (found.value === null) return this.#none('the order has been taken away');
    const { value, revision } = found.value;
    if (revision === this.#seen) return this.#tryAgain();
    this.#seen = revision;
    const given = acceptOrder(value, kept.serial, trusted);
    if (!given.ok) return events.shadowRefused(given.error);
    await this.#follow(given.value, kept);
  }

  async #follow(given: GivenOrder, kept: KeptOrder): Promise<void> {
    const { serial, version, reason } = given.order;
    this.#again.stop();
    this.#none(version === null ? `${given.signer.name}: ${reason}` : `order ${serial} has overtaken it`);
    this.#given = given;
    if (serial > kept.serial) await this.#keep({ serial, lost: null });
    if (version === null || this.#kept?.lost !== null || this.#looks.stopped) return;
    this.#begin(given, version);
  }

  /** The order stands: what the broker could not be asked for, and what was in force and is not any more. */
  #tryAgain(): void {
    if (this.#trial?.mayBeginAgain === true) this.#beginAgain();
  }

  #beginAgain(): void {
    const trial = this.#trial;
    if (trial !== null && !this.#looks.stopped) this.#begin(trial.given, trial.version);
  }

  #begin(given: GivenOrder, version: number): void {
    const { serial } = given.order;
    const trial: Trial = new Trial(given, version, this.#options, {
      lost: (why) => void this.#keep({ serial, lost: why }),
      interrupted: () => {
        if (this.#trial === trial) this.#again.failed(`order ${serial}`);
      },
      worked: () => this.#again.succeeded(),
    });
    this.#trial = trial;
    void trial.begin();
  }

  #none(why: string): void {
    this.#trial?.stop(why);
    this.#trial = null;
    this.#given = null;
  }

  async #keep(kept: KeptOrder): Promise<void> {
    this.#kept = kept;
    try {
      await this.#options.kept.write(kept);
    } catch (error) {
      this.#options.events.shadowNotKept(error instanceof Error ? error.message : String(error));
    }
  }
}
