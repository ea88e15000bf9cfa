/** One number for a whole state: two states are equal where it is. */
import { createHash } from 'node:crypto';
import { type StateTable, stateTables } from '../state.js';

export interface Digested {
  /** Every record that has not expired, by key. */
  records(table: StateTable): Iterable<readonly [key: Uint8Array, value: Uint8Array]>;
}

/**
 * SHA-256 in hex over every record by table and key, equal on all nodes at an equal position. Walks through everything,
 * on the event loop; `watch` is told of each record.
 */
export function digestOf(state: Digested, watch: () => void = () => {}): string {
  const hash = createHash('sha256');
  for (const table of stateTables) {
    hash.update(`${table}\n`);
    for (const [key, value] of state.records(table)) {
      hash
        .update(Buffer.from(`${key.length} ${value.length}\n`))
        .update(key)
        .update(value);
      watch();
    }
  }
  return hash.digest('hex');
}
