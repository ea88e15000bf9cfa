/** Rule sets as a replay thread loads them: patients' keys are made for the run alone, and in the quickest way. */
import { sha256Hex } from '../src/base/hash.js';
import { ok, type Result } from '../src/base/result.js';
import type { PatientKeyer } from '../src/claim/patient-key.js';
import type { PackedArtifact } from '../src/screening/packed-artifact.js';
import { claimReader, type LoadedRuleset, RulesetCache, unpackArtifact } from './ruleset-cache.js';

/** `secret`: random, of this run, the same for all its threads; nothing under its keys outlives the run. */
export function loadForReplay(packed: PackedArtifact, secret: string): Result<LoadedRuleset, string> {
  const cache = new RulesetCache({ patientSecret: secret, partialAsFailure: [], historyFolder: null });
  const made = cache.instantiate(unpackArtifact(packed));
  if (!made.ok) return made;
  const { ruleset, readerSettings } = made.value;
  const quick = { ...readerSettings, patientKey: quickKeyer(secret) };
  return ok({ ...made.value, reader: claimReader(quick, ruleset.items), readerSettings: quick });
}

/** One hash where a key that has to be kept takes two and an object: nobody sees these keys, so none can be forged. */
function quickKeyer(secret: string): PatientKeyer {
  return (personNumber, region) => sha256Hex(`${secret} ${region?.slice(0, 2) ?? ''} ${personNumber}`);
}
