/**
 * The newest version that a node has ever seen. A broker that has lost it gets its manifest back: the text may be lost,
 * but nobody gives its number, or one below, to other rules; trails, brakes and decisions would take them for the same.
 */
import { readFile } from 'node:fs/promises';
import { Looks } from '../../base/looks.js';
import { replaceFile } from '../../base/replace-file.js';
import { countedOn, longestVersionLeap } from './counted-on.js';
import { acceptManifest } from './release.js';
import type { Shelf } from './shelf.js';
import type { TrustedKeys } from './trust.js';

export interface NewestVersionOptions {
  readonly store: Pick<Shelf, 'document' | 'versions' | 'put'> & {
    /** Tells whenever a document may have changed; returns how to end it. */
    watch(onChange: () => void): () => void;
  };
  readonly trusted: TrustedKeys;
  /** File in which it is kept. */
  readonly path: string;
  readonly events: {
    /** The broker had lost the version, and has its manifest back. */
    versionPutBack(version: number): void;
    /** Another manifest lies under the number than the node has seen there. */
    versionGivenTwice(version: number): void;
    /** It cannot be written to the disk: after a restart the node would not know its number. */
    newestVersionNotKept(problem: string): void;
  };
}

interface Known {
  readonly version: number;
  /** As it came. */
  readonly signed: object;
}

export class NewestVersion {
  readonly #options: NewestVersionOptions;
  readonly #looks = new Looks(() => this.#lookOnce());
  #known: Known | null = null;
  #hasRead = false;
  /** Whether all that lies at the broker has been listed; afterwards it is asked for one more than the newest. */
  #hasListed = false;
  /** Of those that were listed and count; numbers between may have been given to nobody. */
  #highest = 0;
  #twice = 0;

  constructor(options: NewestVersionOptions) {
    this.#options = options;
  }

  /** Follows the versions from now on; the broker has to be there. */
  start(): void {
    this.#looks.follow((onChange) => this.#options.store.watch(onChange));
  }

  /** Resolves when what lies at the broker has been looked at. */
  async look(): Promise<void> {
    await this.#looks.look();
  }

  async stop(): Promise<void> {
    await this.#looks.stop(stopPatienceMs);
  }

  /** What cannot be asked is asked again with the next look; that it cannot be, others say. */
  async #lookOnce(): Promise<void> {
    await this.#readKept();
    await this.#putBack();
    await this.#goOn();
  }

  async #readKept(): Promise<void> {
    if (this.#hasRead) return;
    this.#hasRead = true;
    try {
      const kept = JSON.parse(await readFile(this.#options.path, 'utf8')) as Known;
      // Of a publisher whose key has been taken away, too: the number was given.
      if (Number.isSafeInteger(kept.version) && typeof kept.signed === 'object' && kept.signed !== null) {
        this.#known = kept;
      }
    } catch {
      // None yet, or damaged: then what others know has to do.
    }
  }

  async #putBack(): Promise<void> {
    const { store, events } = this.#options;
    if (this.#known === null) return;
    const { version, signed } = this.#known;
    const lies = await store.document(`version.${version}`);
    if (!lies.ok) return;
    if (lies.value === null) {
      const put = await store.put(`version.${version}`, signed, 0);
      if (put.ok) events.versionPutBack(version);
      this.#hasListed = false;
    } else if (JSON.stringify(lies.value.value) !== JSON.stringify(signed) && this.#twice !== version) {
      this.#twice = version;
      events.versionGivenTwice(version);
    }
  }

  async #goOn(): Promise<void> {
    const before = this.#known?.version ?? 0;
    const listed = this.#hasListed ? await this.#next(Math.max(before, this.#highest)) : await this.#listed();
    if (listed === null) return;
    this.#hasListed = true;
    this.#highest = Math.max(this.#highest, countedOn(listed, longestVersionLeap));
    // Nobody counts so far: whoever goes on from there leaves no numbers to others.
    const higher = listed.filter(
      (version) => version > before && (before === 0 || version <= before + longestVersionLeap),
    );
    for (const version of higher.toReversed()) if (await this.#take(version)) return;
  }

  /** Null: the broker cannot be asked. */
  async #listed(): Promise<readonly number[] | null> {
    const listed = await this.#options.store.versions();
    return listed.ok ? listed.value : null;
  }

  async #next(version: number): Promise<readonly number[] | null> {
    const found = await this.#options.store.document(`version.${version + 1}`);
    if (!found.ok) return null;
    return found.value === null ? [] : await this.#listed();
  }

  async #take(version: number): Promise<boolean> {
    const { store, trusted, path, events } = this.#options;
    const found = await store.document(`version.${version}`);
    const signed = found.ok ? found.value?.value : undefined;
    if (!acceptManifest(signed, version, trusted).ok) return false;
    this.#known = { version, signed: signed as object };
    try {
      await replaceFile(path, JSON.stringify(this.#known));
    } catch (error) {
      events.newestVersionNotKept(error instanceof Error ? error.message : String(error));
    }
    return true;
  }
}

const stopPatienceMs = 1_000;
