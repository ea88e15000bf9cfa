/**
 * What a node keeps on its disk of the release in force: the signed documents as they came, and the texts they name. A
 * start does not need the broker for it, and no restart forgets how far the node has come.
 */
import { access, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { replaceFile } from '../../base/replace-file.js';
import { fail, ok, type Result } from '../../base/result.js';
import type { Accepted } from './pointer.js';

/** Signed documents of shapes that nobody has looked at yet. */
export interface Kept {
  readonly accepted: Accepted;
  readonly pointer: unknown;
  /** By version. */
  readonly manifests: Readonly<Record<string, unknown>>;
}

/** Its being there says it all. */
const ownFolderName = 'own-folder.json';
const textName = /^[0-9a-f]{64}\.json\.gz$/;

export class KeptReleases {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** Null: none was ever in force here. Fails with a sentence where the file is there and cannot be used. */
  async read(): Promise<Result<Kept | null, string>> {
    const path = join(this.#folder, 'live.json');
    try {
      const kept = JSON.parse(await readFile(path, 'utf8')) as Kept;
      const { serial, floor } = kept.accepted;
      if (!Number.isSafeInteger(serial) || !Number.isSafeInteger(floor)) return fail(`${path} is damaged`);
      return ok(kept);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return ok(null);
      return fail(`${path}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }

  /** Whether the node's own folder counted when it went down; where a release is kept it did not. */
  async isOwnFolder(): Promise<boolean> {
    try {
      await access(join(this.#folder, ownFolderName));
      return true;
    } catch {
      // Not, or nobody can tell: then the broker has to.
      return false;
    }
  }

  async keepOwnFolder(): Promise<void> {
    await replaceFile(join(this.#folder, ownFolderName), '{}');
  }

  /** Replaces what was kept, whole or not at all, and forgets texts other than `digests`. */
  async write(kept: Kept, digests: readonly string[]): Promise<void> {
    // First: where the disk is full, nobody takes the folder for what is in force.
    await rm(join(this.#folder, ownFolderName), { force: true });
    await replaceFile(join(this.#folder, 'live.json'), JSON.stringify(kept));
    const needed = new Set(digests.map(nameOf));
    for (const name of await readdir(this.#folder)) {
      if (textName.test(name) && !needed.has(name)) await rm(join(this.#folder, name), { force: true });
    }
  }

  /** The text with this digest; null: it is not here. */
  async text(digest: string): Promise<Uint8Array | null> {
    try {
      return await readFile(join(this.#folder, nameOf(digest)));
    } catch {
      // Fetched again, then.
      return null;
    }
  }

  async keepText(digest: string, bytes: Uint8Array): Promise<void> {
    await replaceFile(join(this.#folder, nameOf(digest)), bytes);
  }
}

function nameOf(digest: string): string {
  return `${digest}.json.gz`;
}
