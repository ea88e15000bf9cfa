/**
 * The lines of one claim while it grows. Keeps what concerns more than one line: partners of a pair, the number of
 * a thing on one day, two operations of one discount group. Everything a clean claim must keep is asked here.
 */
import { type Catalogue, type Item, type Pool, poolFacts } from './catalogue.js';
import { type Limit, permits, type Setting } from './limits.js';
import type { Random } from './random.js';
import { amountFenOf, type SimulatedLine } from './simulated-claim.js';

export interface Charge {
  readonly item: Item;
  readonly quantity: number;
  /** `YYYY-MM-DD hh:mm:ss` */
  readonly at: string;
  readonly prescriptionId: string;
  readonly days?: number;
}

export class Bill {
  readonly lines: SimulatedLine[] = [];
  readonly #catalogue: Catalogue;
  readonly #setting: Setting;
  readonly #random: Random;
  readonly #prefix: string;
  readonly #codes = new Set<string>();
  readonly #daily = new Set<string>();
  /** One price a claim: a hospital charges one thing at one price. */
  readonly #prices = new Map<string, number>();

  constructor(catalogue: Catalogue, setting: Setting, random: Random, prefix: string) {
    this.#catalogue = catalogue;
    this.#setting = setting;
    this.#random = random;
    this.#prefix = prefix;
  }

  /** A popular item of the pool that may be charged on this day, or null where twenty tries found none. */
  find(pool: Pool, day: string): Item | null {
    for (let attempt = 0; attempt < 20; attempt++) {
      const item = this.#catalogue.draw(pool, this.#random);
      if (this.permitted(item, day)) return item;
    }
    return null;
  }

  /** Whether one more of this on this day leaves the claim clean. */
  permitted(item: Item, day: string): boolean {
    if (this.#daily.has(`${item.code} ${day}`)) return false;
    for (const rival of this.#catalogue.rivals(item.code)) if (this.#codes.has(rival)) return false;
    return this.#catalogue.limits(item.code).every((limit) => this.#keeps(limit));
  }

  #keeps(limit: Limit): boolean {
    if (!permits(limit, this.#setting)) return false;
    if (limit.kind === 'surgery') return !this.#hasSurgeryOf(limit.group);
    // Whoever prescribes pieces asks for the prescription as a whole.
    return limit.kind !== 'piece-alone';
  }

  #hasSurgeryOf(group: string): boolean {
    return [...this.#codes].some((code) =>
      this.#catalogue.limits(code).some((limit) => limit.kind === 'surgery' && limit.group === group),
    );
  }

  /** Adds a line, permitted or not. */
  add({ item, quantity, at, prescriptionId, days }: Charge): SimulatedLine {
    const priceE4 = this.#priceOf(item);
    const line: SimulatedLine = {
      id: `${this.#prefix}-${String(this.lines.length + 1).padStart(4, '0')}`,
      itemCode: item.code,
      itemName: item.name,
      ...poolFacts[item.pool],
      quantity,
      priceE4,
      amountFen: amountFenOf(quantity, priceE4),
      at,
      prescriptionId,
      current: true,
      selfPaid: false,
      days: days ?? null,
      reverses: null,
    };
    this.lines.push(line);
    this.#codes.add(item.code);
    this.#daily.add(`${item.code} ${at.slice(0, 10)}`);
    return line;
  }

  /** Drugs and pieces may cost fractions of a fen; everything else has whole fen. */
  #priceOf(item: Item): number {
    const known = this.#prices.get(item.code);
    if (known !== undefined) return known;
    const drawn = this.#random.integer(item.lowE4, item.highE4);
    const fine = item.pool === 'piece' || (item.pool === 'drug' && this.#random.chance(0.15));
    const priceE4 = fine ? drawn : Math.round(drawn / 100) * 100;
    this.#prices.set(item.code, priceE4);
    return priceE4;
  }
}
