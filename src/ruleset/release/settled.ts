/**
 * Whether a change stands. A broker that has lost its last changes takes one that was drafted without them; nodes know
 * them, and put them back where they come later. So whoever has written looks again a moment afterwards.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { fail, ok, type Result } from '../../base/result.js';
import { canonicalText } from '../compile/canonical.js';
import type { Desk } from './desk.js';
import type { Pointer } from './pointer.js';
import { type Refusal, refusal } from './refusal.js';

/** Milliseconds; nodes are told at once, and answer that in a few. */
const settleMs = 500;

/** Leaves nodes that know better the moment that they need. */
export async function settle(): Promise<void> {
  await sleep(settleMs);
}

export async function pointerSettled(desk: Desk, pointer: Pointer): Promise<Result<null, Refusal>> {
  const live = await desk.live();
  if (!live.ok) return fail(unseen(live.error));
  const stands = live.value.current?.pointer;
  if (stands !== undefined && canonicalText(stands) === canonicalText(pointer)) return ok(null);
  return fail(displaced(stands?.serial ?? 0));
}

/** It is written, and what stands cannot be read. */
export function unseen({ reason, message }: Refusal): Refusal {
  return refusal(reason, `the change is written, and whether it stands is not known: ${message}`);
}

/** `serial`: of the change that stands. */
export function displaced(serial: number): Refusal {
  const why = 'it came meanwhile, or the broker had lost it and nodes have put it back';
  return refusal('overtaken', `change ${serial} stands instead: ${why}; look at it and try again`);
}
