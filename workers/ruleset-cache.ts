/** The rule sets that this thread can screen with, by id: the live one, and the one that is coming or has just gone. */
import { deserialize } from 'node:v8';
import { fail, ok, type Result } from '../src/base/result.js';
import { ClaimReader } from '../src/claim/columns/claim-reader.js';
import type { ItemCodes } from '../src/claim/columns/item-codes.js';
import { buildDictionaries } from '../src/claim/dictionaries.js';
import { scanNational } from '../src/claim/formats/nhsa/scan-national.js';
import { scanNativeJson } from '../src/claim/formats/scan-native-json.js';
import { scanNativeMessagePack } from '../src/claim/formats/scan-native-messagepack.js';
import { type PatientKeyer, patientKeyer } from '../src/claim/patient-key.js';
import type { ReaderSettings } from '../src/claim/read-claim.js';
import type { ArtifactWithoutTables } from '../src/ruleset/compile/artifact.js';
import { instantiateWith } from '../src/ruleset/runtime/instantiate.js';
import type { Ruleset } from '../src/ruleset/runtime/screened.js';
import { openTables, type Tables } from '../src/ruleset/runtime/tables/tables.js';
import type { PackedArtifact } from '../src/screening/packed-artifact.js';
import { rulesetsPerThread, type WorkerSettings } from '../src/screening/protocol.js';

export interface UnpackedArtifact {
  readonly artifact: ArtifactWithoutTables;
  readonly tables: Tables;
}

export interface LoadedRuleset {
  readonly id: string;
  readonly ruleset: Ruleset;
  /** Reads claims into the numbers that the rule set compares. */
  readonly reader: ClaimReader;
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
  instantiate({ artifact, tables }: UnpackedArtifact): Result<LoadedRuleset, string> {
    const dictionaries = buildDictionaries(artifact.regions);
    if (!dictionaries.ok) return fail(`dictionaries: ${dictionaries.error.join('; ')}`);
    const ruleset = instantiateWith(artifact, tables);
    const settings = { dictionaries: dictionaries.value, patientKey: this.#patientKey };
    const reader = claimReader(settings, ruleset.items);
    return ok({ id: artifact.id, ruleset, reader, partialAsFailure: this.#partialAsFailure });
  }
}

/** What main has packed, once for all threads. The tables are not copied. */
export function unpackArtifact({ bytes, tables }: Omit<PackedArtifact, 'id'>): UnpackedArtifact {
  const artifact = deserialize(new Uint8Array(bytes)) as ArtifactWithoutTables;
  return { artifact, tables: openTables(tables) };
}

/** A reader of claims in every form, into the numbers of one rule set. */
export function claimReader(settings: ReaderSettings, items: ItemCodes): ClaimReader {
  return new ClaimReader(settings, items, {
    nativeMessagePack: scanNativeMessagePack,
    nativeJson: scanNativeJson,
    national: scanNational,
  });
}
