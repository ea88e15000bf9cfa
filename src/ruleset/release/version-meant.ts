/** A version as people name it: its number, or the one in force. */
import { fail, ok, type Result } from '../../base/result.js';
import type { Desk } from './desk.js';
import { type Refusal, refusal } from './refusal.js';

/** The number that is meant. Fails with a sentence where no version is in force. */
export async function versionMeant(desk: Desk, name: number | 'live'): Promise<Result<number, Refusal>> {
  if (name !== 'live') return ok(name);
  const live = await desk.live();
  if (!live.ok) return live;
  const { current } = live.value;
  return current === null
    ? fail(refusal('unknown-version', 'no version is in force: every node runs its own folder'))
    : ok(current.pointer.version);
}
