/** The text of a version: from the disk, else from the broker. */
import { sha256Hex } from '../../base/hash.js';
import { fail, ok, type Result } from '../../base/result.js';
import type { KeptReleases } from './kept-releases.js';
import { type Refusal, refusal } from './refusal.js';
import type { Shelf } from './shelf.js';

/** `keep`: told to write down what came from the broker. Fails where it cannot be asked, or has none. */
export async function textOf(
  digest: string,
  kept: KeptReleases,
  store: Pick<Shelf, 'text'>,
  keep: (write: () => Promise<void>) => Promise<void>,
): Promise<Result<Uint8Array, Refusal>> {
  const here = await kept.text(digest);
  if (here !== null && sha256Hex(here) === digest) return ok(here);
  const there = await store.text(digest);
  if (!there.ok) return fail(refusal('unreachable', there.error));
  if (there.value === null) return fail(refusal('unknown-version', `there is no text ${digest}`));
  // Opening it fails, too: what is kept here must not stand in the way of the right one.
  const { value } = there;
  if (sha256Hex(value) === digest) await keep(() => kept.keepText(digest, value));
  return ok(value);
}
