/** The rule sets that this thread can screen with, by id: the live one, and the one that is coming or has just gone. */
import { deserialize } from 'node:v8';
import { fail, ok, type Result } from '../src/base/result.js';
import { buildDictionaries } from '../src/claim/dictionaries.js';
import { type PatientKeyer, patientKeyer } from '../src/claim/patient-key.js';
import type { ReaderSettings } from '../src/claim/read-claim.js';
import type { Artifact } from '../src/ruleset/compile/artifact.js';
import { instantiate } from '../src/ruleset/runtime/instantiate.js';
import type { Ruleset } from '../src/ruleset/runtime/screened.js';
import { rulesetsPerThread, type WorkerSettings } from '../src/screening/protocol.js';

export interface LoadedRuleset {
  readonly id: string;
  readonly ruleset: Ruleset;
  readonly reader: ReaderSettings;
  /** Institutions whose systems are told of a partial screening as of a failed one. */
  readonly partialAsFailure: ReadonlySet<string>;
}

export class RulesetCache {
  readonly #patientKey: PatientKeyer;
  readonly #partialAsFailure: ReadonlySet<string>;
  /** Oldest first. */
  readonly #loaded = new Map<string, LoadedRuleset>();

  constructor(settings: WorkerSettings) {
    this.#patientKey = patientKeyer(settings.patientSecret);
    this.#partialAsFailure = new Set(settings.partialAsFailure);
  }

  get(id: string): LoadedRuleset | undefined {
    return this.#loaded.get(id);
  }

  /** Keeps it, and lets go of what is older than the last two. */
  keep(loaded: LoadedRuleset): void {
    this.#loaded.delete(loaded.id);
    this.#loaded.set(loaded.id, loaded);
    for (const oldest of this.#loaded.keys()) {
      if (this.#loaded.size <= rulesetsPerThread) break;
      this.#loaded.delete(oldest);
    }
  }

  /** Makes an artifact runnable, without keeping it. Fails with a sentence where its dictionaries are no good. */
  instantiate(artifact: Artifact): Result<LoadedRuleset, string> {
    const dictionaries = buildDictionaries(artifact.regions);
    if (!dictionaries.ok) return fail(`dictionaries: ${dictionaries.error.join('; ')}`);
    const reader: ReaderSettings = { dictionaries: dictionaries.value, patientKey: this.#patientKey };
    const partialAsFailure = this.#partialAsFailure;
    return ok({ id: artifact.id, ruleset: instantiate(artifact), reader, partialAsFailure });
  }
}

/** The artifact as main serialised it, once for all threads. */
export function unpackArtifact(bytes: SharedArrayBuffer): Artifact {
  return deserialize(new Uint8Array(bytes)) as Artifact;
}
