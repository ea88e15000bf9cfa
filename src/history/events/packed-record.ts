/**
 * The common form of the records of events: eight bytes `touched`, then one MessagePack value. Lists only, no maps, in
 * an order that depends on the content alone, so that equal content gives equal bytes.
 */
import type { EpochMs } from '../../base/calendar.js';
import { packWire, unpackPart } from '../../base/wire.js';
import { setTouched } from '../state.js';
import { packLists } from './pack-lists.js';

const headBytes = 8;

/** A record in a buffer of its own. `content` holds lists, texts, numbers, booleans, nulls and byte strings. */
export function packRecord(streamMs: EpochMs, content: readonly unknown[]): Uint8Array {
  const bytes = packLists(headBytes, content) ?? packAnything(content);
  setTouched(bytes, streamMs);
  return bytes;
}

function packAnything(content: readonly unknown[]): Uint8Array {
  const packed = packWire(content);
  const bytes = new Uint8Array(headBytes + packed.length);
  bytes.set(packed, headBytes);
  return bytes;
}

/** What `packRecord` packed. Byte strings in it are views of `bytes`. */
export function unpackRecord(bytes: Uint8Array): unknown {
  // Our own bytes: well-formed, or the store is broken.
  return unpackPart(bytes, headBytes, bytes.length);
}

/** Ascending by UTF-16 code units: the same on every machine. */
export function byText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Most are, as lines come in the order of their ids. */
function isInOrder(keys: Iterable<string>): boolean {
  let before = '';
  for (const key of keys) {
    if (key < before) return false;
    before = key;
  }
  return true;
}

/** The values of a map by key. */
export function valuesInKeyOrder<Value>(map: ReadonlyMap<string, Value>): readonly Value[] {
  return isInOrder(map.keys()) ? [...map.values()] : inKeyOrder(map).map(([, value]) => value);
}

/** The entries of a map by key. */
export function inKeyOrder<Value>(map: ReadonlyMap<string, Value>): readonly (readonly [string, Value])[] {
  const entries = [...map];
  return isInOrder(map.keys()) ? entries : entries.sort(([a], [b]) => byText(a, b));
}
