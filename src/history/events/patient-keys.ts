/** What encounters and lines go by in a patient's record: a claim finds what it repeats by the same names. */
import { type Key64, key64, keysUnder } from '../state.js';

/** An encounter without an id is known by its claim; no encounter's id is empty. Null: it has neither. */
export function encounterNames(
  institution: string,
  encounterId: string | null,
  claimId: string | null,
): readonly string[] | null {
  if (encounterId !== null) return [institution, encounterId];
  return claimId === null ? null : [institution, '', claimId];
}

export function encounterKey(names: readonly string[]): Key64 {
  return key64(...names);
}

/** `lineKey` of many lines of one encounter. */
export function lineKeys(names: readonly string[]): (line: string) => Key64 {
  return keysUnder(...names);
}

export function lineKey(names: readonly string[], line: string): Key64 {
  return key64(...names, line);
}
