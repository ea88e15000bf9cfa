/** Brakes that hold something, of those that have been written: anybody who may write at the broker may write more. */
import { ok, type Result } from '../../base/result.js';
import type { Desk } from '../release/desk.js';
import { earlierVersion } from '../release/earlier-version.js';
import type { Manifest } from '../release/manifest.js';
import type { Refusal } from '../release/refusal.js';
import { sinceOf } from '../release/since.js';
import type { BrakeEntry } from './stored-overlay.js';

/** Versions later than those in force: nobody waits longer for a switch than it takes to read so many. */
const mostLater = 20;

/**
 * Those of rules as the versions in force have them, the one that going back goes to, and later ones, which may have
 * been gone back from because of them and still come, mended or not; each rule once. All, where nothing is known of
 * versions.
 */
export async function sweptBrakes(
  desk: Desk,
  brakes: readonly BrakeEntry[],
  nowMs: number,
): Promise<Result<readonly BrakeEntry[], Refusal>> {
  if (brakes.length === 0) return ok(brakes);
  const live = await desk.live();
  if (!live.ok) return live;
  const { current, stated } = live.value;
  const pointers = [current?.pointer, stated].flatMap((pointer) => pointer ?? []);
  const versions = pointers.flatMap(({ version, base }) => [version, base]);
  const numbers = await desk.numbers();
  if (!numbers.ok) return numbers;
  const lowest = Math.min(...versions.filter((version) => version !== null));
  const later = numbers.value.filter((version) => version > lowest).slice(-mostLater);
  const manifests: Manifest[] = [];
  for (const version of new Set([...versions, earlierVersion(live.value, nowMs), ...later])) {
    if (version === null) continue;
    const found = await desk.version(version);
    if (!found.ok && found.error.reason === 'unreachable') return found;
    if (found.ok) manifests.push(found.value.manifest);
  }
  return ok(manifests.length === 0 ? brakes : brakesHeldIn(manifests, brakes));
}

/** As far as they hold something in one of these versions. */
export function brakesHeldIn(
  manifests: readonly Manifest[],
  brakes: readonly BrakeEntry[],
): readonly BrakeEntry[] {
  const known = new Set<string>();
  const isHeld = (version: number, rule: string): boolean => {
    const name = `${version} ${rule}`;
    if (known.has(name) || !manifests.some((manifest) => sinceOf(manifest, rule) === version)) return false;
    known.add(name);
    return true;
  };
  return brakes.flatMap((entry) => {
    const rules = entry.rules.filter((rule) => isHeld(entry.version, rule));
    return rules.length === 0 ? [] : [{ ...entry, rules }];
  });
}
