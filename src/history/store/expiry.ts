/**
 * Which records which message touched, by stream time, so that they can be dropped after the horizon without looking
 * through all of them. By time and not by sequence, so that the entries of a stream that was recreated stay in order.
 */
import type { EpochMs } from '../../base/calendar.js';
import { type RecordName, type StateTable, setTouched, stateTables, touchedOf } from '../state.js';
import { sequenceKey } from './published-answer.js';

export interface Expiry {
  /** Of the message. */
  readonly seq: number;
  readonly streamMs: EpochMs;
  /** The records that it has put. */
  readonly records: readonly RecordName[];
}

export function expiryKey(streamMs: EpochMs, seq: number): Uint8Array {
  const key = new Uint8Array(16);
  setTouched(key, streamMs);
  key.set(sequenceKey(seq), 8);
  return key;
}

/** Stream time of the message whose entry has this key. */
export function expiryTime(key: Uint8Array): EpochMs {
  return touchedOf(key);
}

/** For each record: the table's place, the key's length, the key. */
export function packRecordNames(records: readonly RecordName[]): Uint8Array {
  let size = 0;
  for (const [, key] of records) size += 2 + key.length;
  const packed = Buffer.allocUnsafe(size);
  let at = 0;
  for (const [table, key] of records) {
    packed[at] = stateTables.indexOf(table);
    packed[at + 1] = key.length;
    for (let i = 0; i < key.length; i++) packed[at + 2 + i] = key[i] as number;
    at += 2 + key.length;
  }
  return packed;
}

/** Keys are views of `packed`. */
export function unpackRecordNames(packed: Uint8Array): readonly RecordName[] {
  const records: RecordName[] = [];
  for (let at = 0; at < packed.length; ) {
    const end = at + 2 + (packed[at + 1] as number);
    records.push([stateTables[packed[at] as number] as StateTable, packed.subarray(at + 2, end)]);
    at = end;
  }
  return records;
}
