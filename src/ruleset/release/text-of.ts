/** The text of a version: from the disk, else from the broker. */
import { sha256Hex } from '../../base/hash.js';
import { fail, ok, type Result } from '../../base/result.js';
import type { KeptReleases } from './kept-releases.js';
import { type Refusal, type RefusalReason, refusal } from './refusal.js';
import type { Shelf } from './shelf.js';

/** `keep`: told to write down what came from the broker. Fails where it cannot be asked, or has none, or another. */
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
  const { value } = there;
  if (sha256Hex(value) !== digest) {
    return fail(refusal('tampered', `the text ${digest} at the broker is not the one that was published`));
  }
  await keep(() => kept.keepText(digest, value));
  return ok(value);
}

/**
 * When what was refused so is to be asked for again: a text of a signed version that was lost or changed at the broker,
 * which somebody may put right. Of other reasons never.
 */
export function textAgainAtMs(reason: RefusalReason, nowMs: number): number {
  const lacksText = reason === 'unknown-version' || reason === 'tampered';
  return lacksText ? nowMs + textPauseMs : Number.POSITIVE_INFINITY;
}

const textPauseMs = 30_000;
