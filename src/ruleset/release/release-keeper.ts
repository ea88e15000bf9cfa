/** Writes down what a node goes by, one after the other. A disk that is full takes nothing out of force. */
import type { Result } from '../../base/result.js';
import type { KeptReleases } from './kept-releases.js';
import type { Accepted } from './pointer.js';
import { neededBy, type Release } from './read-release.js';
import type { Refusal } from './refusal.js';
import type { Shelf } from './shelf.js';
import { textOf } from './text-of.js';

export interface ReleaseKeeperOptions {
  readonly kept: KeptReleases;
  readonly store: Pick<Shelf, 'text'>;
  readonly events: {
    releaseNotKept(problem: string): void;
    ownFolderNotKept(problem: string): void;
  };
}

/** What is in force, and how far the node has come with it. */
export interface Entered {
  readonly release: Release;
  readonly accepted: Accepted;
}

export class ReleaseKeeper {
  readonly #options: ReleaseKeeperOptions;
  #turns: Promise<void> = Promise.resolve();

  constructor(options: ReleaseKeeperOptions) {
    this.#options = options;
  }

  /** Of a version, by its digest; what came from the broker is kept. */
  readonly text = (digest: string): Promise<Result<Uint8Array, Refusal>> => {
    const { kept, store } = this.#options;
    return textOf(digest, kept, store, (write) => this.#writeRelease(write));
  };

  /** `now`: asked when its turn has come. */
  async keep(now: () => Entered): Promise<void> {
    await this.#inTurn(() => this.#keepAll(now()));
  }

  /** That the node's own folder counts. */
  async keepOwnFolder(): Promise<void> {
    const { kept, events } = this.#options;
    await this.#inTurn(() =>
      orSay(
        () => kept.keepOwnFolder(),
        (problem) => events.ownFolderNotKept(problem),
      ),
    );
  }

  async #inTurn(write: () => Promise<void>): Promise<void> {
    this.#turns = this.#turns.then(write);
    await this.#turns;
  }

  async #keepAll({ release, accepted }: Entered): Promise<void> {
    const { signed, manifests } = release;
    const digests = neededBy(release).map(({ sourceDigest }) => sourceDigest);
    // A version that threads still held came without its text; a start without the broker needs it.
    for (const digest of digests) await this.text(digest);
    const all = { accepted, pointer: signed, manifests };
    await this.#writeRelease(() => this.#options.kept.write(all, digests));
  }

  async #writeRelease(write: () => Promise<void>): Promise<void> {
    await orSay(write, (problem) => this.#options.events.releaseNotKept(problem));
  }
}

async function orSay(write: () => Promise<void>, say: (problem: string) => void): Promise<void> {
  try {
    await write();
  } catch (error) {
    say(error instanceof Error ? error.message : String(error));
  }
}
