/**
 * What a commit deletes. Records older than the horizon count as absent for every reader from the moment they are, so
 * when they go does not matter; how many go in one commit is bounded, so that no commit takes long.
 */
import type { EpochMs } from '../../base/calendar.js';
import { touchedOf } from '../state.js';
import type { Environment, Operation, Table } from './environment.js';
import { expiryTime, unpackRecordNames } from './expiry.js';
import { sequenceOf } from './published-answer.js';

/**
 * Deletions of records whose last write lies before `before`, as far as the `most` oldest expiry entries name them.
 * Records that `written` puts or deletes are left alone: that is the commit at hand.
 */
export function expiredRecords(
  stored: Environment,
  before: EpochMs,
  most: number,
  written: readonly Operation[],
): Operation[] {
  const deletions = new Map<string, Operation>();
  // Most commits expire nothing, and then need no names.
  let spared: ReadonlySet<string> | null = null;
  for (const [entryKey, packed] of stored.range('expiry', undefined, most)) {
    if (expiryTime(entryKey) >= before) break;
    spared ??= new Set(written.map(({ table, key }) => recordName(table, key)));
    for (const [table, key] of unpackRecordNames(packed)) {
      const name = recordName(table, key);
      if (spared.has(name) || deletions.has(name)) continue;
      const value = stored.get(table, key);
      if (value !== undefined && touchedOf(value) < before) deletions.set(name, { table, key, value: null });
    }
    deletions.set(recordName('expiry', entryKey), { table: 'expiry', key: entryKey, value: null });
  }
  return [...deletions.values()];
}

/** Deletions of answers to messages before `before`, of the `most` oldest; not of those that are unpublished. */
export function expiredAnswers(
  stored: Environment,
  before: EpochMs,
  published: number,
  most: number,
): Operation[] {
  const deletions: Operation[] = [];
  for (const [key, packed] of stored.range('answers', undefined, most)) {
    if (touchedOf(packed) >= before || sequenceOf(key) > published) break;
    deletions.push({ table: 'answers', key, value: null });
  }
  return deletions;
}

/** A name for a record that no other record has. */
function recordName(table: Table, key: Uint8Array): string {
  return `${table} ${Buffer.from(key.buffer, key.byteOffset, key.byteLength).toString('latin1')}`;
}
