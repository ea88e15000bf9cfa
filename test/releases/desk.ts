/** Where people publish and activate rule sets: an author, a second person, and the keys that nodes trust. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ReleaseStore } from '../../src/nats/release-store.js';
import { packBundle } from '../../src/ruleset/release/bundle.js';
import type { Pointer } from '../../src/ruleset/release/pointer.js';
import { signManifest, signPointer } from '../../src/ruleset/release/release.js';
import { manifestOf, type Person, person, pointerTo, trusting } from '../ruleset/release/people.js';
import { idOf, smallRules } from './small-rules.js';

export const author = person('作者甲', 'publish');
export const second = person('审核乙', 'activate');
/** Who may do either, and not both with the same version. */
export const both = person('两用丙', 'publish', 'activate');
export const trusted = trusting(author, second, both);

/** The file of trusted keys in a folder; returns its path. */
export async function writeKeys(folder: string): Promise<string> {
  const path = join(folder, 'release-keys.json');
  const keys = [author, second, both].map(({ name, may, publicKey }) => ({ name, may, publicKey }));
  await writeFile(path, JSON.stringify({ keys }));
  return path;
}

export class Desk {
  readonly #store: ReleaseStore;
  #revision = 0;
  #serial = 0;
  /** Rule set ids by version. */
  readonly ids = new Map<number, string>();

  constructor(store: ReleaseStore) {
    this.#store = store;
  }

  /** `source` is what is stored; the id is that of `meant`. */
  async publish(
    version: number,
    { source = smallRules(version), meant = smallRules(version), by = author } = {},
  ): Promise<string> {
    const bundle = packBundle(await source);
    const rulesetId = idOf(await meant);
    await this.#store.putText(bundle.digest, bundle.bytes);
    const manifest = manifestOf(version, { rulesetId, sourceDigest: bundle.digest });
    const put = await this.#store.put(`version.${version}`, signManifest(manifest, by.signing), 0);
    if (!put.ok) throw new Error(put.error.kind);
    this.ids.set(version, rulesetId);
    return rulesetId;
  }

  /** For all and at once, unless `rest` says otherwise. */
  async activate(version: number, rest: Partial<Pointer> = {}, by: Person = second): Promise<void> {
    this.#serial += 1;
    const rulesetId = this.ids.get(version) ?? manifestOf(version).rulesetId;
    await this.put(signPointer(pointerTo(version, { serial: this.#serial, rulesetId, ...rest }), by.signing));
  }

  /** Whatever it is, where the pointer lies. */
  async put(document: object): Promise<void> {
    const put = await this.#store.put('live', document, this.#revision);
    if (!put.ok) throw new Error(put.error.kind);
    this.#revision = put.value;
  }
}
