/** How many of the last claims of a scene were told something, and whether the band still allows for that. */

/** Claims that are looked at together; bands are made for so many. */
export const windowClaims = 200;

/** Claims out of `windowClaims`. */
export interface Limits {
  readonly least: number;
  readonly most: number;
}

export interface SeenClaim {
  /** Of the status that is counted. */
  readonly told: boolean;
  /** Or it would have been, had an overlay not held a finding back. */
  readonly meant: boolean;
  /** Of the rules that could be stopped, those whose findings somebody was shown. */
  readonly rules: readonly string[];
}

export type Side = 'above' | 'below';

/**
 * The last claims, `windowClaims` at most. It has left the band as soon as that is certain: with more than `most` told,
 * whatever a window holds besides; with so many that were not meant to be told anything that `least` is out of reach.
 */
export class ShareWindow {
  #limits: Limits;
  readonly #claims: SeenClaim[] = [];
  #next = 0;
  #told = 0;
  #quiet = 0;
  #driven = 0;

  constructor(limits: Limits) {
    this.#limits = limits;
  }

  get limits(): Limits {
    return this.#limits;
  }

  /** From now on, at least so many of a window. */
  expect(least: number): void {
    this.#limits = { ...this.#limits, least };
  }

  add(claim: SeenClaim): void {
    const oldest = this.#claims[this.#next];
    if (oldest !== undefined) this.#count(oldest, -1);
    this.#claims[this.#next] = claim;
    this.#next = (this.#next + 1) % windowClaims;
    this.#count(claim, 1);
  }

  clear(): void {
    this.#claims.length = 0;
    this.#next = 0;
    this.#told = 0;
    this.#quiet = 0;
    this.#driven = 0;
  }

  get claims(): number {
    return this.#claims.length;
  }

  get told(): number {
    return this.#told;
  }

  get meant(): number {
    return this.#claims.length - this.#quiet;
  }

  /** Null: inside. */
  get side(): Side | null {
    const { least, most } = this.limits;
    if (this.#told > most) return 'above';
    return windowClaims - this.#quiet < least ? 'below' : null;
  }

  /** Whether any rule that could be stopped has a part in it. */
  get isDriven(): boolean {
    return this.#driven > 0;
  }

  /** Told claims by rule. */
  drivers(): ReadonlyMap<string, number> {
    const counts = new Map<string, number>();
    for (const { told, rules } of this.#claims) {
      if (!told) continue;
      for (const rule of rules) counts.set(rule, (counts.get(rule) ?? 0) + 1);
    }
    return counts;
  }

  /** Told claims that none of these rules were shown in. */
  toldWithout(without: ReadonlySet<string>): number {
    let told = 0;
    for (const claim of this.#claims)
      if (claim.told && !claim.rules.some((rule) => without.has(rule))) told += 1;
    return told;
  }

  #count({ told, meant, rules }: SeenClaim, by: 1 | -1): void {
    if (told) this.#told += by;
    if (told && rules.length > 0) this.#driven += by;
    if (!meant) this.#quiet += by;
  }
}
