/**
 * What the durable path remembers, as tables of byte strings, and what the decision of a batch sees of them: the
 * committed state under an overlay of the batch's own writes.
 *
 * Every value begins with eight bytes, `touched`: the stream time of the last message that wrote it (of a patient's
 * record: that recorded what is newest in it). A record touched before the horizon counts as absent, whether or not
 * the store has come to delete it, so that what a message sees never depends on how messages were cut into batches.
 */
import { hash } from 'node:crypto';
import { assert } from '../base/assert.js';
import { dayMs, type EpochMs } from '../base/calendar.js';

export { type Key64, key64, keysUnder } from './short-key.js';

export const stateTables = ['patients', 'encounters', 'claims', 'traces', 'stock', 'ledger'] as const;
export type StateTable = (typeof stateTables)[number];

/** How long history is kept, counted by stream time. The same on every node, or their states would differ. */
export const historyHorizonMs = 400 * dayMs;

export interface StateReader {
  /** The value, or undefined. Its bytes are valid until the next `get` or refresh: copy what is to be kept. */
  get(table: StateTable, key: Uint8Array): Uint8Array | undefined;
}

export interface State extends StateReader {
  /** Key and value are kept, not copied: nobody writes into them afterwards. */
  put(table: StateTable, key: Uint8Array, value: Uint8Array): void;
  remove(table: StateTable, key: Uint8Array): void;
}

/** One record to be put, or with a null value to be deleted. */
export interface Write {
  readonly table: StateTable;
  readonly key: Uint8Array;
  readonly value: Uint8Array | null;
}

/** A record that a message has put. */
export type RecordName = readonly [table: StateTable, key: Uint8Array];

/**
 * The last names that were asked for, with their keys: of a message there are about eight, asked for by one part of the
 * code after another. So few that comparing them is faster than a map, which has to hash a name that was just joined.
 */
const remembered = { names: new Array<string>(16).fill(''), keys: new Array<Uint8Array>(16), next: 0 };
const longestRemembered = 256;

/**
 * The key of a record: the first 16 bytes of SHA-256 over the parts joined by NUL. Only the last part may itself hold
 * a NUL (institution codes cannot), so that no two lists of parts read the same. Not to be written into: who asks for
 * the same parts again may be given the same bytes.
 */
export function key16(...parts: readonly string[]): Uint8Array {
  const name = parts.length === 1 ? (parts[0] as string) : parts.join('\0');
  const { names, keys } = remembered;
  for (let i = 0; i < names.length; i++) if (names[i] === name && name !== '') return keys[i] as Uint8Array;
  // As text, a character a byte: it costs a third of what a buffer from outside the heap does.
  const digest = hash('sha256', name, 'binary');
  const key = new Uint8Array(16);
  for (let i = 0; i < 16; i++) key[i] = digest.charCodeAt(i);
  if (name.length > longestRemembered) return key;
  names[remembered.next] = name;
  keys[remembered.next] = key;
  remembered.next = (remembered.next + 1) % names.length;
  return key;
}

const touchedBytes = new Uint8Array(8);
const touchedView = new DataView(touchedBytes.buffer);

/** Stream ms of the last write of a value. */
export function touchedOf(value: Uint8Array): EpochMs {
  for (let i = 0; i < 8; i++) touchedBytes[i] = value[i] as number;
  return touchedView.getFloat64(0);
}

/** Puts `touched` into the first eight bytes of a value. */
export function setTouched(value: Uint8Array, streamMs: EpochMs): void {
  touchedView.setFloat64(0, streamMs);
  value.set(touchedBytes, 0);
}

/**
 * The writes of a batch over the state below it: later messages of the batch see the earlier ones. For each message
 * in order: `at(its stream time)`, apply, `takeTouched()`; at the end of the batch `takeWrites()`.
 */
export class Overlay implements State {
  readonly #below: StateReader;
  readonly #overlayBelow: Overlay | null;
  readonly #horizonMs: number;
  /** Names that were asked for and are not below; null: what is below may change meanwhile. */
  readonly #absent: Set<string> | null;
  readonly #writes = new Map<string, Write>();
  readonly #touched = new Map<string, RecordName>();
  #visibleFrom: EpochMs = Number.NEGATIVE_INFINITY;

  /**
   * `horizonMs`: for tests; else the one horizon. `isStill`: nothing below changes for as long as this is used, so
   * what is not there is asked for once.
   */
  constructor(below: StateReader, horizonMs: number = historyHorizonMs, isStill = false) {
    this.#absent = isStill ? new Set() : null;
    this.#below = below;
    this.#overlayBelow = below instanceof Overlay ? below : null;
    this.#horizonMs = horizonMs;
  }

  /** A message of this stream time begins. Stream times never step back: the caller passes the largest so far. */
  at(streamMs: EpochMs): void {
    this.#visibleFrom = streamMs - this.#horizonMs;
  }

  get(table: StateTable, key: Uint8Array): Uint8Array | undefined {
    const value = this.#find(nameOf(table, key), table, key);
    return value === undefined || touchedOf(value) < this.#visibleFrom ? undefined : value;
  }

  /** Through all overlays by one name. What a lower one hides, the uppermost hides too: its messages are later. */
  #find(name: string, table: StateTable, key: Uint8Array): Uint8Array | undefined {
    const written = this.#writes.get(name);
    if (written !== undefined) return written.value ?? undefined;
    const below = this.#overlayBelow;
    if (below !== null) return below.#find(name, table, key);
    if (this.#absent?.has(name)) return undefined;
    const value = this.#below.get(table, key);
    if (value === undefined) this.#absent?.add(name);
    return value;
  }

  put(table: StateTable, key: Uint8Array, value: Uint8Array): void {
    const name = nameOf(table, key);
    this.#writes.set(name, new NamedWrite(name, table, key, value));
    this.#touched.set(name, [table, key]);
  }

  remove(table: StateTable, key: Uint8Array): void {
    const name = nameOf(table, key);
    this.#writes.set(name, new NamedWrite(name, table, key, null));
    this.#touched.delete(name);
  }

  /** What other writes did, the latest last. */
  putAll(writes: readonly Write[]): void {
    for (const write of writes) this.#writes.set(NamedWrite.nameOf(write), write);
  }

  /** Hands its writes over to the overlay below it, and is empty then; returns the records put and left standing. */
  moveDown(): readonly RecordName[] {
    const below = this.#overlayBelow;
    assert(below !== null, 'an overlay over a state that cannot be written');
    const touched = this.takeTouched();
    for (const [name, write] of this.#writes) below.#writes.set(name, write);
    this.#writes.clear();
    return touched;
  }

  /** The records put and left standing since the last call: what the message that ends here has touched. */
  takeTouched(): readonly RecordName[] {
    const touched = inOrder(this.#touched);
    this.#touched.clear();
    return touched;
  }

  /** Every touched record once, by table and key; the overlay is empty afterwards. */
  takeWrites(): readonly Write[] {
    const writes = inOrder(this.#writes);
    this.drop();
    return writes;
  }

  /** Forgets everything that was written. */
  drop(): void {
    this.#writes.clear();
    this.#touched.clear();
  }
}

/** Of an overlay, which has made its name already. */
class NamedWrite implements Write {
  readonly #name: string;
  readonly table: StateTable;
  readonly key: Uint8Array;
  readonly value: Uint8Array | null;

  constructor(name: string, table: StateTable, key: Uint8Array, value: Uint8Array | null) {
    this.#name = name;
    this.table = table;
    this.key = key;
    this.value = value;
  }

  static nameOf(write: Write): string {
    return #name in write ? write.#name : nameOf(write.table, write.key);
  }
}

/** By the UTF-16 units of their names. */
function inOrder<Item>(items: ReadonlyMap<string, Item>): Item[] {
  return [...items.keys()].sort().map((name) => items.get(name) as Item);
}

const tablePlaces = Object.fromEntries(stateTables.map((table, place) => [table, place])) as Readonly<
  Record<StateTable, number>
>;

/** Sixteen bytes by their places. */
type KeyBytes = Readonly<Record<0 | 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 | 9 | 10 | 11 | 12 | 13 | 14 | 15, number>>;

/** A table's place, then the key's bytes, as characters: names sort as (table, key) do. */
function nameOf(table: StateTable, key: Uint8Array): string {
  const place = tablePlaces[table];
  if (key.length !== 16) return String.fromCharCode(place) + Buffer.from(key).toString('latin1');
  // Every read and write asks for a name: one at a time, so that nothing leaves JavaScript and nothing is joined.
  const k = key as unknown as KeyBytes;
  return String.fromCharCode(
    place,
    k[0],
    k[1],
    k[2],
    k[3],
    k[4],
    k[5],
    k[6],
    k[7],
    k[8],
    k[9],
    k[10],
    k[11],
    k[12],
    k[13],
    k[14],
    k[15],
  );
}
