/** The rule sets that this thread can screen with, by id; main says which these are. */
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
import { noOverlay, type Overlay, overlayOf } from '../src/ruleset/overlay/overlay.js';
import { Treatments } from '../src/ruleset/overlay/treatments.js';
import { instantiateWith } from '../src/ruleset/runtime/instantiate.js';
import type { Ruleset } from '../src/ruleset/runtime/screened.js';
import { openTables, type Tables } from '../src/ruleset/runtime/tables/tables.js';
import type { PackedArtifact } from '../src/screening/packed-artifact.js';
import type { JudgedUnder, WorkerSettings } from '../src/screening/protocol.js';

/** After so many batches, of one claim or two where nobody is behind, there is little left to optimise. */
const warmAfterBatches = 2_000;

export interface UnpackedArtifact {
  readonly artifact: ArtifactWithoutTables;
  readonly tables: Tables;
}

export interface LoadedRuleset {
  readonly id: string;
  readonly ruleset: Ruleset;
  /** Reads claims into the numbers that the rule set compares. */
  readonly reader: ClaimReader;
  /** That `treatments` comes from. */
  readonly overlay: Overlay;
  readonly treatments: Treatments;
  /** For what is read in another way. */
  readonly readerSettings: ReaderSettings;
  /** Institutions whose systems are told of a partial screening as of a failed one. */
  readonly partialAsFailure: ReadonlySet<string>;
}

export class RulesetCache {
  readonly #patientKey: PatientKeyer;
  readonly #partialAsFailure: ReadonlySet<string>;
  readonly #loaded = new Map<string, LoadedRuleset>();
  /** How many have been judged by each. */
  readonly #batches = new Map<string, number>();
  #overlay: { readonly text: string; readonly overlay: Overlay } = { text: '', overlay: noOverlay };

  constructor(settings: WorkerSettings) {
    this.#patientKey = patientKeyer(settings.patientSecret);
    this.#partialAsFailure = new Set(settings.partialAsFailure);
  }

  /** As it is under an overlay, given as it travels. */
  get({ rulesetId, overlay: text }: JudgedUnder): LoadedRuleset | undefined {
    if (text !== this.#overlay.text) this.#overlay = { text, overlay: overlayOf(text) };
    const { overlay } = this.#overlay;
    const loaded = this.#loaded.get(rulesetId);
    this.#batches.set(rulesetId, (this.#batches.get(rulesetId) ?? 0) + 1);
    if (loaded === undefined || loaded.overlay === overlay) return loaded;
    const under = underOverlay(loaded, overlay);
    this.#loaded.set(rulesetId, under);
    return under;
  }

  /** Where this thread has judged so little by it that its code is not warm yet. */
  seldomUsed(rulesetId: string): LoadedRuleset | undefined {
    return (this.#batches.get(rulesetId) ?? 0) < warmAfterBatches ? this.#loaded.get(rulesetId) : undefined;
  }

  /** Keeps it, and of the others those that `ids` names. */
  keep(loaded: LoadedRuleset, ids: readonly string[]): void {
    for (const id of this.#loaded.keys()) if (!ids.includes(id)) this.#loaded.delete(id);
    for (const id of this.#batches.keys()) if (!ids.includes(id)) this.#batches.delete(id);
    this.#loaded.set(loaded.id, loaded);
  }

  /** Makes an artifact runnable, without keeping it. Fails with a sentence where its dictionaries are no good. */
  instantiate({ artifact, tables }: UnpackedArtifact): Result<LoadedRuleset, string> {
    const dictionaries = buildDictionaries(artifact.regions);
    if (!dictionaries.ok) return fail(`dictionaries: ${dictionaries.error.join('; ')}`);
    const ruleset = instantiateWith(artifact, tables);
    const settings = { dictionaries: dictionaries.value, patientKey: this.#patientKey };
    const reader = claimReader(settings, ruleset.items);
    return ok({
      id: artifact.id,
      ruleset,
      reader,
      overlay: noOverlay,
      treatments: new Treatments(noOverlay, ruleset, artifact.id),
      readerSettings: settings,
      partialAsFailure: this.#partialAsFailure,
    });
  }
}

function underOverlay(loaded: LoadedRuleset, overlay: Overlay): LoadedRuleset {
  const name = { ...loaded.ruleset.name, overlay: overlay.number };
  const ruleset: Ruleset = { ...loaded.ruleset, name };
  return { ...loaded, ruleset, overlay, treatments: new Treatments(overlay, ruleset, loaded.id) };
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
