/** Whether the history could be written, found out by writing. */
import type { Environment } from './environment.js';

/** What a large batch writes, pages and all. */
const probeBytes = 4 * 1024 * 1024;
const key = Buffer.from('probe');

/** Puts as much as a batch and takes it away again. Nobody else may be writing. */
export async function couldWrite(stored: Environment): Promise<boolean> {
  try {
    await stored.write([{ table: 'meta', key, value: new Uint8Array(probeBytes) }]);
    await stored.write([{ table: 'meta', key, value: null }]);
    return true;
  } catch {
    return false;
  }
}
