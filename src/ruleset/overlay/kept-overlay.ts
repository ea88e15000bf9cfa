/** What a node keeps on its disk of the overlay in force, so that a start does not need the broker for it. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { replaceFile } from '../../base/replace-file.js';
import { fail, ok, type Result } from '../../base/result.js';
import { isCount, isText, orNull, readDocument, type Shape } from '../release/document.js';
import type { AcceptedOverlay } from './accept-overlay.js';

/** Documents as they came, of shapes that nobody has looked at yet. */
export interface KeptDocuments {
  readonly accepted: AcceptedOverlay;
  readonly overlay: unknown;
  /** Of versions that brakes name; by version. */
  readonly manifests: Readonly<Record<string, unknown>>;
}

const fileName = 'overlay.json';
const accepted: Shape<AcceptedOverlay> = {
  number: isCount,
  serial: isCount,
  digest: orNull(isText),
  content: orNull(isText),
};

export class KeptOverlay {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** Null: none was ever in force here. Fails with a sentence where the file is there and cannot be used. */
  async read(): Promise<Result<KeptDocuments | null, string>> {
    const path = join(this.#folder, fileName);
    try {
      const kept = JSON.parse(await readFile(path, 'utf8')) as KeptDocuments;
      const own = readDocument(kept?.accepted, accepted, 'mark of an overlay');
      return own.ok ? ok({ ...kept, manifests: kept.manifests ?? {} }) : fail(`${path} is damaged`);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return ok(null);
      return fail(`${path}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }

  /** Replaces what was kept, whole or not at all. */
  async write(kept: KeptDocuments): Promise<void> {
    await replaceFile(join(this.#folder, fileName), JSON.stringify(kept));
  }
}
