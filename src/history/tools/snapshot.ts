/**
 * The history as a command looks at it, beside a running service or without one. Whatever is asked of a
 * snapshot in one turn of the event loop is answered from one and the same committed state.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fail, ok, type Result } from '../../base/result.js';
import { historyHorizonMs, type StateReader, type StateTable } from '../state.js';
import { digestOf } from '../store/digest.js';
import { Environment, type Table, type TableSize, tables } from '../store/environment.js';
import { formatKey, historyFormat, type Position, positionKey, unpackPosition } from '../store/position.js';
import { VisibleState } from '../store/visible-state.js';

export class HistorySnapshot implements StateReader {
  readonly #stored: Environment;
  readonly #visible: VisibleState;

  private constructor(stored: Environment) {
    this.#stored = stored;
    this.#visible = new VisibleState(stored, historyHorizonMs);
  }

  /** Opens a folder to be read. Fails with a sentence where it holds no history, or one of another format. */
  static open(folder: string): Result<HistorySnapshot, string> {
    if (!existsSync(join(folder, 'data.mdb'))) return fail(`there is no history in ${folder}`);
    try {
      const stored = Environment.open(folder, 'read');
      const format = stored.get('meta', formatKey);
      const found = format === undefined ? 'none' : Buffer.from(format).toString('utf8');
      if (found === String(historyFormat)) return ok(new HistorySnapshot(stored));
      void stored.close();
      return fail(`the history in ${folder} is of format ${found}; this version reads ${historyFormat}`);
    } catch (error) {
      return fail(
        `the history in ${folder} cannot be read: ${error instanceof Error ? error.message : error}`,
      );
    }
  }

  /** Sees from here on what is committed now. Null: nothing has begun yet. */
  refresh(): Position | null {
    this.#stored.refresh();
    const packed = this.#stored.get('meta', positionKey);
    const position = packed === undefined ? null : unpackPosition(packed);
    this.#visible.at(position);
    return position;
  }

  get(table: StateTable, key: Uint8Array): Uint8Array | undefined {
    return this.#visible.get(table, key);
  }

  /** Records that have not expired, by key; the bytes are the caller's. */
  records(table: StateTable): Iterable<readonly [key: Uint8Array, value: Uint8Array]> {
    return this.#visible.records(table);
  }

  /** As the store's own `digest()`. `watch` is told of each record. */
  digest(watch: () => void = () => {}): string {
    return digestOf(this.#visible, watch);
  }

  /** Records and bytes of each table; expired ones that still lie there are counted. */
  counts(): Readonly<Record<Table, TableSize>> {
    const sizes = tables.map((table) => [table, this.#stored.size(table)] as const);
    return Object.fromEntries(sizes) as Record<Table, TableSize>;
  }

  async close(): Promise<void> {
    await this.#stored.close();
  }
}
