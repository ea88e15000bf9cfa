/**
 * The LMDB environment of the history: tables of byte strings, one writer, readers in every thread. The only file
 * that knows lmdb.
 *
 * A write never blocks the event loop: lmdb's own thread applies the operations as one transaction, and the promise
 * resolves when they are on disk. (`overlappingSync`, the library's default, should resolve earlier, when they can be
 * seen, but does not: both moments were measured to be the same, so the plain form of LMDB is taken.)
 */
import { closeSync, mkdirSync, openSync, readSync } from 'node:fs';
import { join } from 'node:path';
import * as lmdb from 'lmdb';
import { type StateTable, stateTables } from '../state.js';
import { HistoryWriteError, writeErrorOf } from './write-error.js';

export type Table = StateTable | 'answers' | 'expiry' | 'meta';
export const tables: readonly Table[] = [...stateTables, 'answers', 'expiry', 'meta'];

/** A null value deletes. The bytes must not change before the write is over. */
export interface Operation {
  readonly table: Table;
  readonly key: Uint8Array;
  readonly value: Uint8Array | null;
}

export interface TableSize {
  readonly records: number;
  readonly bytes: number;
}

type Database = lmdb.Database<Uint8Array, Uint8Array>;
const binary = { encoding: 'binary', keyEncoding: 'binary' } as const;

/** Address space, not memory or disk: the file grows by what is written. */
const mapBytes = 2 ** 38;

/** What the library has and does not declare. */
const { resetTxn } = (lmdb as unknown as { readonly nativeAddon: { resetTxn(address: number): void } })
  .nativeAddon;

export class Environment {
  readonly #folder: string;
  readonly #root: lmdb.RootDatabase<Uint8Array, Uint8Array>;
  readonly #tables: Readonly<Record<Table, Database>>;
  readonly #readAddress: number;

  private constructor(folder: string, root: lmdb.RootDatabase<Uint8Array, Uint8Array>) {
    this.#folder = folder;
    this.#root = root;
    const all = tables.map((name) => [name, root.openDB({ name, ...binary })] as const);
    this.#tables = Object.fromEntries(all) as Record<Table, Database>;
    this.#readAddress = readTransactionOf(root);
  }

  /**
   * Opens the folder, which is made where it is missing (`write`) or must have been opened for writing before
   * (`read`). Threads of one process share what is open. Throws what LMDB says where it cannot be opened, or that the
   * file is not one of LMDB.
   */
  static open(folder: string, access: 'read' | 'write'): Environment {
    if (access === 'write') mkdirSync(folder, { recursive: true });
    expectLmdb(join(folder, 'data.mdb'));
    const shape = { path: folder, noSubdir: false, maxDbs: tables.length, mapSize: mapBytes, ...binary };
    // Of batches by event turn the library keeps a promise to itself, whose rejection nobody could handle.
    const plain = { overlappingSync: false, eventTurnBatching: false };
    return new Environment(folder, lmdb.open({ ...shape, ...plain, readOnly: access === 'read' }));
  }

  /** The value; its bytes are valid until the next read. */
  get(table: Table, key: Uint8Array): Uint8Array | undefined {
    const bytes = this.#tables[table].getBinaryFast(key);
    // One buffer for all reads, with a length of its own: only a view of it tells other code how long the value is.
    return bytes === undefined ? undefined : new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length);
  }

  /** Up to `limit` records in key order from `start` on; their bytes are the caller's. */
  *range(table: Table, start?: Uint8Array, limit?: number): Iterable<readonly [Uint8Array, Uint8Array]> {
    const options = { ...(start === undefined ? {} : { start }), ...(limit === undefined ? {} : { limit }) };
    for (const { key, value } of this.#tables[table].getRange(options)) yield [key, value];
  }

  /**
   * Reads see from here on what is committed. LMDB's own renewal waits for the thread's event loop to turn, which a
   * worker's never does, and its `resetReadTxn` leaves a timer behind that only a turn would take away.
   */
  refresh(): void {
    this.letGo();
  }

  /** Holds no view until the next read: what it has seen, the store may give away. */
  letGo(): void {
    resetTxn(this.#readAddress);
  }

  /**
   * Empties the tables of `cleared`, then does the operations in their order, as one transaction. Resolves when all of
   * it is on disk; rejects with a HistoryWriteError when nothing of it was done.
   */
  async write(operations: readonly Operation[], cleared: readonly Table[] = []): Promise<void> {
    // Nothing may throw while the batch is open: what was queued by then would be committed.
    const safe = operations.map(
      ({ table, key, value }) => [this.#tables[table], key, ownBytes(value)] as const,
    );
    try {
      await this.#root.batch(() => {
        for (const name of cleared) void this.#tables[name].clearAsync();
        for (const [table, key, value] of safe)
          void (value === null ? table.remove(key) : table.put(key, value));
      });
    } catch (error) {
      throw await writeErrorOf(error, this.#folder);
    }
    this.refresh();
  }

  /** Records and pages of a table. */
  size(table: Table): TableSize {
    const stats = this.#tables[table].getStats() as Readonly<Record<string, number>>;
    const of = (name: string) => stats[name] ?? 0;
    const pages = of('treeBranchPageCount') + of('treeLeafPageCount') + of('overflowPages');
    return { records: of('entryCount'), bytes: pages * of('pageSize') };
  }

  /** A compact copy of what is committed now, made beside the event loop. The folder must not hold one. */
  async copyTo(folder: string): Promise<void> {
    mkdirSync(folder, { recursive: true });
    try {
      await this.#root.backup(folder, true);
    } catch (error) {
      throw new HistoryWriteError('failed', error instanceof Error ? error.message : String(error));
    }
  }

  async close(): Promise<void> {
    await this.#root.close();
  }
}

/** Where LMDB's first page says what the file is. */
const magicAt = 24;
const magic = 0xbeefc0de;

/** Throws where LMDB would take the process along: it maps whatever it is given. A missing or empty file is new. */
function expectLmdb(path: string): void {
  const head = Buffer.alloc(magicAt + 4);
  let length: number;
  try {
    const file = openSync(path, 'r');
    length = readSync(file, head);
    closeSync(file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
    throw error;
  }
  if (length > 0 && head.readUInt32LE(magicAt) !== magic)
    throw new Error('data.mdb is damaged; put a copy in its place, or move it away and rebuild the state');
}

/** The transaction in which a thread reads; it is the same for as long as the environment is open. */
function readTransactionOf(root: lmdb.RootDatabase<Uint8Array, Uint8Array>): number {
  const transaction = root.useReadTransaction() as lmdb.Transaction & { readonly address: number };
  transaction.done();
  return transaction.address;
}

/** LMDB takes addresses, and cannot take those of shared memory or of nothing. */
function ownBytes(value: Uint8Array | null): Uint8Array | null {
  if (value === null || (value.length > 0 && value.buffer instanceof ArrayBuffer)) return value;
  return Buffer.from(value);
}
