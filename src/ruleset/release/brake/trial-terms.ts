/** What the broker knows of a version that a brake is to watch, besides its manifest. */
import { ok, type Result } from '../../../base/result.js';
import { type Desk, hasBegun, type TrailEntry } from '../desk.js';
import type { Manifest } from '../manifest.js';
import type { Pointer } from '../pointer.js';
import type { Refusal } from '../refusal.js';
import { changedSince } from '../since.js';
import { readTrialFigures } from '../trial-figures.js';
import type { TrialTerms } from './version-brake.js';

export async function trialTerms(desk: Desk, manifest: Manifest): Promise<Result<TrialTerms, Refusal>> {
  const live = await desk.live();
  if (!live.ok) return live;
  const before = await manifestBefore(desk, live.value.trail, manifest);
  if (!before.ok) return before;
  const figures = await readTrialFigures(desk, manifest.version);
  if (!figures.ok) return figures;
  const { added, changed } = manifest;
  return ok({
    changed: before.value === 'unknown' ? [...added, ...changed] : changedSince(manifest, before.value),
    bands: figures.value?.bands ?? [],
  });
}

/** Null: the folders of nodes. */
async function manifestBefore(
  desk: Desk,
  trail: readonly TrailEntry[],
  { version }: Manifest,
): Promise<Result<Manifest | null | 'unknown', Refusal>> {
  const before = versionBefore(trail, version);
  if (before === null || before === 'unknown') return ok(before);
  const found = await desk.version(before);
  if (found.ok) return ok(found.value.manifest);
  return found.error.reason === 'unreachable' ? found : ok('unknown');
}

/**
 * The version that claims went by when this one first came into force, for whomever; null: the folders of nodes. Its
 * rules were no news when it came back later.
 */
export function versionBefore(trail: readonly TrailEntry[], version: number): number | null | 'unknown' {
  let last: Pointer | null = null;
  for (const { said, storedMs } of trail) {
    if (!said.ok) continue;
    const { pointer } = said.value;
    if (pointer.version === version) {
      // For some, or later: all others, or all until then, go by what was there before.
      if (pointer.institutions !== null || pointer.notBefore !== null) return pointer.base;
      if (last === null) return null;
      return hasBegun(last, storedMs) ? last.version : last.base;
    }
    last = pointer;
  }
  return 'unknown';
}
