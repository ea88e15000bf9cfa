/**
 * The rule sets that every thread holds, packed: those in force, those that are meant to follow, and as many of the
 * others as there is room for, the latest first, so that going back takes no loading. Threads keep what stands here
 * and nothing else.
 */
import { assert } from '../base/assert.js';
import { forAll, type InForce, rulesetsOf } from '../ruleset/release/in-force.js';
import type { PackedArtifact } from './packed-artifact.js';
import { rulesetsPerThread } from './protocol.js';

export class Shelf {
  /** By id; what was in force or brought last stands last. */
  readonly #packed = new Map<string, PackedArtifact>();
  #inForce: InForce;
  #idsInForce: readonly string[];
  #later: readonly string[] = [];

  constructor(first: PackedArtifact) {
    this.#packed.set(first.id, first);
    this.#inForce = forAll(first.id);
    this.#idsInForce = [first.id];
  }

  get inForce(): InForce {
    return this.#inForce;
  }

  /** Of the rule sets in force, each once. */
  get idsInForce(): readonly string[] {
    return this.#idsInForce;
  }

  get ids(): readonly string[] {
    return [...this.#packed.keys()];
  }

  /** Null: it does not stand here. */
  packed(id: string): PackedArtifact | null {
    return this.#packed.get(id) ?? null;
  }

  has(id: string): boolean {
    return this.#packed.has(id);
  }

  /** Whether it is in force, or meant to follow. */
  needs(id: string): boolean {
    return this.#idsInForce.includes(id) || this.#later.includes(id);
  }

  /** In the order in which a thread should load them: what is in force first. */
  get wanted(): readonly PackedArtifact[] {
    const first = new Set(this.#idsInForce);
    const all = [...this.#packed.values()];
    return [...all.filter(({ id }) => first.has(id)), ...all.filter(({ id }) => !first.has(id))];
  }

  /** Puts a rule set here and makes room for it. `beside`: others that are about to be in force with it. */
  put(packed: PackedArtifact, beside: readonly string[] = []): void {
    this.#packed.delete(packed.id);
    this.#packed.set(packed.id, packed);
    for (const id of this.ids) {
      if (this.#packed.size <= rulesetsPerThread) return;
      if (id !== packed.id && !beside.includes(id) && !this.needs(id)) this.#packed.delete(id);
    }
  }

  /** Whatever came of it: it could not be loaded. */
  takeAway(id: string): void {
    assert(!this.needs(id), 'a rule set that is needed stays');
    this.#packed.delete(id);
  }

  /** `later`: what is meant to follow, so that it stays loaded until then. */
  use(inForce: InForce, later: InForce): void {
    this.#inForce = inForce;
    this.#idsInForce = rulesetsOf(inForce);
    this.#later = rulesetsOf(later);
    for (const id of [...this.#later, ...this.#idsInForce]) {
      const packed = this.#packed.get(id);
      assert(packed !== undefined, `rule set ${id} is put in force without having been loaded`);
      this.#packed.delete(id);
      this.#packed.set(id, packed);
    }
  }
}
