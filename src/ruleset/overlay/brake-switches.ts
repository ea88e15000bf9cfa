/** A rule that the brake holds stays on it for as long as it is the same: in every version, whoever publishes it. */
import type { Manifest } from '../release/manifest.js';
import { type RuleAsOf, sinceOf } from '../release/since.js';
import type { RuleSwitch } from './overlay.js';

/** What `braked` comes to in these versions, each switch once. */
export function brakeSwitches(
  braked: readonly RuleAsOf[],
  manifests: readonly Manifest[],
): readonly RuleSwitch[] {
  const all = new Map<string, RuleSwitch>();
  for (const manifest of manifests) {
    const { rulesetId } = manifest;
    for (const { version, rule } of braked) {
      if (sinceOf(manifest, rule) !== version) continue;
      all.set(`${rulesetId} ${rule}`, { rule, institution: null, kind: 'brake', rulesetId });
    }
  }
  return [...all.values()];
}
