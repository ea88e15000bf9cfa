/**
 * Holds a state that is being rebuilt against the one that is there: at the same position both have the same
 * digest.
 */

import { fail } from '../base/result.js';
import type { HistoryStore } from '../history/store.js';
import type { LaneParts } from '../ingress/lane-parts.js';

/** A state at the moment when it was looked at. */
export interface Seen {
  readonly committed: number;
  readonly digest: string;
}

/**
 * `passed`: the rebuilt state was beyond the position before it could be compared; `short`: it did not come
 * so far.
 */
export type Comparison = 'equal' | 'different' | 'passed' | 'short';

type Rebuilt = Pick<HistoryStore, 'position' | 'digest'>;

export class Checkpoint {
  readonly #original: Seen;
  readonly #rebuilt: Rebuilt;
  #compared: Comparison | null = null;

  constructor(original: Seen, rebuilt: Rebuilt) {
    this.#original = original;
    this.#rebuilt = rebuilt;
    if (this.#committed > original.committed) this.#compared = 'passed';
  }

  /** Has no message behind the position decided before the states were compared. */
  guard(decide: LaneParts['decide']): LaneParts['decide'] {
    return async (batch) => {
      const { messages } = batch;
      const behind = (message: { readonly seq: number } | undefined) =>
        message !== undefined && message.seq > this.#original.committed;
      if (this.#compared === null && behind(messages.at(-1))) {
        // Message by message then, so that it can be looked between two of them.
        if (!behind(messages[0])) return fail({ cause: 'exit', claim: -1, rule: null });
        this.#compare();
      }
      return await decide(batch);
    };
  }

  /** After the last message. */
  finish(): Comparison {
    if (this.#compared === null && this.#committed >= this.#original.committed) this.#compare();
    return this.#compared ?? 'short';
  }

  #compare(): void {
    this.#compared = this.#rebuilt.digest() === this.#original.digest ? 'equal' : 'different';
  }

  get #committed(): number {
    return this.#rebuilt.position()?.committed ?? 0;
  }
}
