/**
 * Claims whose batch lost its thread. They run again one by one, the suspect (the claim that was running) last and
 * only while a second thread stands by, so that the others are answered before it can do harm again.
 */
import { assert } from '../base/assert.js';
import type { Loss } from './loss.js';

export interface Retry<Item> {
  readonly item: Item;
  /** After this tick the claim is answered without a second run. */
  readonly untilMs: number;
  /** Of a suspect: the rule that was running. */
  readonly rule: string | null;
}

export class Retries<Item> {
  #innocent: Retry<Item>[] = [];
  #suspect: Retry<Item>[] = [];
  #running = false;

  get size(): number {
    return this.#innocent.length + this.#suspect.length;
  }

  add(items: readonly Item[], loss: Loss, untilMs: number): void {
    items.forEach((item, i) => {
      if (i === loss.claim) this.#suspect.push({ item, untilMs, rule: loss.rule });
      else this.#innocent.push({ item, untilMs, rule: null });
    });
  }

  /** The next claim to run alone, or null: only one runs at a time. `spares`: ready threads besides the one at hand. */
  start(spares: number): Item | null {
    if (this.#running) return null;
    const retry = this.#innocent.shift() ?? (spares > 0 ? this.#suspect.shift() : undefined);
    if (retry === undefined) return null;
    this.#running = true;
    return retry.item;
  }

  finish(): void {
    assert(this.#running, 'no retry is running');
    this.#running = false;
  }

  get earliestMs(): number {
    return Math.min(...[...this.#innocent, ...this.#suspect].map((retry) => retry.untilMs));
  }

  /** Takes out what has waited too long for its second run. */
  takeExpired(nowMs: number): Retry<Item>[] {
    const waiting = [...this.#innocent, ...this.#suspect];
    const inTime = (retry: Retry<Item>) => retry.untilMs > nowMs;
    this.#innocent = this.#innocent.filter(inTime);
    this.#suspect = this.#suspect.filter(inTime);
    return waiting.filter((retry) => !inTime(retry));
  }
}
