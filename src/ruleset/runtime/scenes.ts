/**
 * Where a rule applies and where a claim stands, as bits: a screening by its scene, another event by its kind, a
 * screening that does not say its scene by a bit of its own.
 */
import type { ClaimHead } from '../../claim/columns/claim-columns.js';
import { claimFields } from '../../claim/fields.js';

const unsaid = 1;
/** Scene n is bit n; kinds follow. */
const firstKind = 11;
const kinds: readonly string[] = claimFields['claim.kind'].values;

/** A rule for any scene may be one for a screening that does not say its scene. */
export function sceneBits(scenes: readonly (number | string)[]): number {
  const bits = scenes.map((scene) =>
    typeof scene === 'number' ? (1 << scene) | unsaid : 1 << (firstKind + kinds.indexOf(scene)),
  );
  return bits.reduce((all, bit) => all | bit, 0);
}

export function sceneBit({ kind, scene }: Pick<ClaimHead, 'kind' | 'scene'>): number {
  if (kind !== 'screening') return 1 << (firstKind + kinds.indexOf(kind));
  return scene === null ? unsaid : 1 << scene;
}
