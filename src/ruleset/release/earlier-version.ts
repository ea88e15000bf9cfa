/** Which version going back goes back to. */
import { ok, type Result } from '../../base/result.js';
import { type Desk, hasBegun, type Live } from './desk.js';
import type { Manifest } from './manifest.js';
import type { Refusal } from './refusal.js';

/** Null: no earlier one has been in force. */
export function earlierVersion({ current, trail }: Live, nowMs: number): number | null {
  if (current === null) return null;
  const { pointer } = current;
  if (pointer.base !== null && (pointer.institutions !== null || !hasBegun(pointer, nowMs))) {
    return pointer.base;
  }
  const before = trail.flatMap(({ said }) => (said.ok ? [said.value.pointer.version] : []));
  return before.findLast((version) => version < pointer.version) ?? null;
}

/** What it says of itself; null: there is none, or none from `floor` on. */
export async function earlierManifest(
  desk: Desk,
  floor: number,
  nowMs: number,
): Promise<Result<Manifest | null, Refusal>> {
  const live = await desk.live();
  if (!live.ok) return live;
  const version = earlierVersion(live.value, nowMs);
  if (version === null || version < floor) return ok(null);
  const published = await desk.version(version);
  return published.ok ? ok(published.value.manifest) : published;
}
