/**
 * What a node keeps on its disk of shadows: how far it has come in their orders, and the one that has cost its thread,
 * so that no restart tries that again.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { replaceFile } from '../base/replace-file.js';

export interface KeptOrder {
  /** Of the order that was accepted last; 0: none was. */
  readonly serial: number;
  /** Why the shadow of that order has ended here; null: it has not. */
  readonly lost: string | null;
}

const name = 'shadow.json';

export class KeptOrders {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** What cannot be read is as if nothing had been kept: no answer depends on it. */
  async read(): Promise<KeptOrder> {
    try {
      const { serial, lost } = JSON.parse(await readFile(join(this.#folder, name), 'utf8')) as KeptOrder;
      if (Number.isSafeInteger(serial)) return { serial, lost: typeof lost === 'string' ? lost : null };
    } catch {
      // None, or damaged.
    }
    return { serial: 0, lost: null };
  }

  async write(kept: KeptOrder): Promise<void> {
    await replaceFile(join(this.#folder, name), JSON.stringify(kept));
  }
}
