/**
 * The batch that a thread has decided and main has still to work off. Main's part of it waits until the thread has its
 * next batch, so that the two work at the same time; the next one is decided on what this one does to the state.
 */
import type { Write } from '../history/state.js';
import type { LogMessage } from '../nats/claims-log.js';
import type { DecideReply, LoggedMessage } from '../screening/protocol/decide.js';

/** What a thread has made of messages. */
export interface Decided {
  readonly batch: readonly LoggedMessage[];
  readonly read: ReadonlyMap<number, LogMessage>;
  readonly reply: DecideReply;
}

export class Undertaken {
  readonly #lease: { stillMine(): boolean };
  readonly #begin: (decided: Decided) => void;
  #decided: Decided | null = null;
  /** One was given up: nothing that was decided on it may be. */
  #isLost = false;

  /** `begin`: main's part, on the way to disk. */
  constructor(lease: { stillMine(): boolean }, begin: (decided: Decided) => void) {
    this.#lease = lease;
    this.#begin = begin;
  }

  /** What it does to the state. */
  get writes(): readonly Write[] {
    return this.#decided?.reply.writes ?? [];
  }

  /** Stream time of its last message; null: nothing waits. */
  get streamMs(): number | null {
    return this.#decided?.batch.at(-1)?.streamMs ?? null;
  }

  /** Keeps it for later, and begins the one before. False: another may be deciding by now, so this is nobody's. */
  takeUp(decided: Decided): boolean {
    this.goOn();
    if (this.#isLost || !this.#lease.stillMine()) return false;
    this.#decided = decided;
    return true;
  }

  /** Begins what waits, if anything does. */
  goOn(): void {
    const decided = this.#decided;
    if (decided === null) return;
    this.#decided = null;
    if (this.#lease.stillMine()) this.#begin(decided);
    else this.#isLost = true;
  }
}
