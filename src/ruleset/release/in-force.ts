/** Which rule set judges a claim. Asked for every claim, so what a pointer says is worked out once. */
import type { Pointer } from './pointer.js';

export interface InForce {
  /** For claims of institutions that are not named below, or not known before the claim is read. */
  readonly common: string;
  /** Rule sets of single institutions. */
  readonly special: ReadonlyMap<string, string>;
}

export function rulesetFor({ common, special }: InForce, institution: string | null): string {
  return institution === null ? common : (special.get(institution) ?? common);
}

/** One for all. */
export function forAll(rulesetId: string): InForce {
  return { common: rulesetId, special: new Map() };
}

/** What a pointer says at a time. `idOf`: of a version that it names; of null, of the node's own folder. */
export function inForceAt(
  pointer: Pointer,
  idOf: (version: number | null) => string,
  nowMs: number,
): InForce {
  const { version, base, institutions, notBefore } = pointer;
  const hasBegun = notBefore === null || nowMs >= Date.parse(notBefore);
  if (!hasBegun) return forAll(idOf(base));
  if (institutions === null) return forAll(idOf(version));
  const meant = idOf(version);
  return { common: idOf(base), special: new Map(institutions.map((institution) => [institution, meant])) };
}

/** Every rule set that may be asked for, each once. */
export function rulesetsOf({ common, special }: InForce): readonly string[] {
  return [...new Set([common, ...special.values()])];
}
