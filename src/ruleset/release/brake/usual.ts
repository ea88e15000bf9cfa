/** What is usual in a scene, as far as its band says it: how often claims are told something, and by which rules. */
import type { BandFigures } from '../manifest.js';
import { mostTold, shareMayBe } from './chance.js';
import { type Limits, windowClaims } from './share-window.js';

/** With which chance a rule that does what it did is found more often than `mostOf` says. */
const chance = 1e-6;
/** Standard errors by which its share may be another than the one that was counted. */
const doubt = 3;

export class Usual {
  readonly limits: Limits;
  readonly #share: number;
  /** Null: of a manifest that says nothing of them. */
  readonly #figures: BandFigures | null;
  /** A rule alerts some claims and holds others; in how many it does this alone is not known. */
  readonly #mostOfARule: number;

  constructor(limits: Limits, figures: BandFigures | null, share: 'alert' | 'hold') {
    this.limits = limits;
    this.#figures = figures;
    const told = share === 'alert' ? figures?.alerts : figures?.holds;
    this.#share =
      figures === null || told === undefined
        ? (limits.least + limits.most) / 2 / windowClaims
        : told / figures.claims;
    this.#mostOfARule = share === 'alert' ? 1 : this.#share;
  }

  /** Of so many claims, as many as may be told something before it is remarkable: half way to the end of the band. */
  calm(claims: number): number {
    return this.#share * claims + (this.limits.most - this.#share * windowClaims) / 2;
  }

  /** Claims of so many that are told something. */
  told(claims: number): number {
    return this.#share * claims;
  }

  /** Claims of so many in which the rule is found; 0 as well where nobody has counted that. */
  ofRule(rule: string, claims: number): number {
    return Math.min(this.#shareOf(rule), this.#mostOfARule) * claims;
  }

  /** The same, at most, by chance alone; null: nobody has counted it. */
  mostOfRule(rule: string, claims: number): number | null {
    if (this.#figures === null) return null;
    const { rules, claims: counted } = this.#figures;
    return mostTold(shareMayBe(rules[rule] ?? 0, counted, doubt, 1), claims, chance);
  }

  /** Claims of a window that these rules have a part in, at most; all, where nobody has counted that. */
  partOf(rules: ReadonlySet<string>): number {
    if (rules.size === 0) return 0;
    if (this.#figures === null) return windowClaims;
    return [...rules].reduce((sum, rule) => sum + this.#shareOf(rule) * windowClaims, 0);
  }

  #shareOf(rule: string): number {
    if (this.#figures === null) return 0;
    return (this.#figures.rules[rule] ?? 0) / this.#figures.claims;
  }
}
