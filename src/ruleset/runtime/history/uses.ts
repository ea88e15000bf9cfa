/**
 * Uses of some items up to a moment: recorded ones, and those of the claim itself. One list, filled anew for each
 * question.
 */
import type { EpochDay, EpochMs } from '../../../base/calendar.js';
import { dayOf } from '../../../base/calendar.js';
import type { ClaimView } from '../claim-view.js';
import type { AsOf } from './as-of.js';
import { itemSetOf } from './item-set.js';
import { type Past, startsWithAny } from './past.js';
import { lastDayOf } from './service-days.js';

/** Numbers of item codes, or beginnings of their texts. */
export type Wanted = number | readonly number[] | { readonly prefixes: readonly string[] };

export class Uses {
  count = 0;
  readonly at: EpochMs[] = [];
  readonly firstDay: EpochDay[] = [];
  readonly lastDay: EpochDay[] = [];
  /** NaN where unknown. */
  readonly quantityE4: number[] = [];
  /** First lines of the items that were taken up. */
  readonly #taken: number[] = [];
  /** A line of the claim could be a use, and its item or time is unknown. */
  isOpen = false;

  /** All uses up to the moment, or strictly before it. Recorded ones count up to the end of its last day. */
  find(view: ClaimView, past: Past, wanted: Wanted, asOf: AsOf, isStrict: boolean): this {
    this.count = 0;
    this.isOpen = false;
    const { patient } = past;
    const recorded = hasPrefixes(wanted) ? past.linesStarting(wanted.prefixes) : past.linesOf(view, wanted);
    for (const line of recorded) {
      const [at, first] = [patient.lineAt(line), patient.lineFirstDay(line)];
      if (isStrict ? at >= asOf.at : first > asOf.day) continue;
      this.#add(at, first, past.lastDayOf(line), patient.lineQuantityE4(line));
    }
    this.#findOwn(view, wanted, asOf, isStrict);
    return this;
  }

  #findOwn(view: ClaimView, wanted: Wanted, asOf: AsOf, isStrict: boolean): void {
    if (hasPrefixes(wanted)) {
      for (const line of view.allLines) {
        const text = view.itemTextAt(line);
        if (text !== null && startsWithAny(text, wanted.prefixes)) this.#own(view, line, asOf, isStrict);
      }
    } else if (typeof wanted === 'number') this.#ownItem(view, wanted, asOf, isStrict);
    else this.#ownItems(view, wanted, asOf, isStrict);
    for (const line of view.uncoded) if (asOf.hasSeen(view, line, isStrict) !== false) this.isOpen = true;
  }

  /** A list that names an item twice means it once. */
  #ownItems(view: ClaimView, items: readonly number[], asOf: AsOf, isStrict: boolean): void {
    const { itemLines, lines } = view;
    if (items.length > itemLines.count) {
      const set = itemSetOf(items);
      for (let i = 0; i < itemLines.count; i++) {
        const item = lines.itemCode[itemLines.firstLines[i]!]!;
        if (set.has(item)) this.#ownItem(view, item, asOf, isStrict);
      }
      return;
    }
    const taken = this.#taken;
    if (taken.length > 0) taken.length = 0;
    for (const item of items) {
      const first = view.firstOf(item);
      if (first < 0 || taken.includes(first)) continue;
      taken.push(first);
      this.#ownItem(view, item, asOf, isStrict);
    }
  }

  #ownItem(view: ClaimView, item: number, asOf: AsOf, isStrict: boolean): void {
    for (let line = view.firstOf(item); line >= 0; line = view.nextOf(line)) {
      this.#own(view, line, asOf, isStrict);
    }
  }

  #own(view: ClaimView, line: number, asOf: AsOf, isStrict: boolean): void {
    const isSeen = asOf.hasSeen(view, line, isStrict);
    if (isSeen === null) this.isOpen = true;
    if (isSeen !== true) return;
    const { lines } = view;
    const at = lines.at[line]!;
    this.#add(at, dayOf(at), lastDayOf(lines, line), lines.netQuantityE4[line]!);
  }

  #add(at: EpochMs, firstDay: EpochDay, lastDay: EpochDay, quantityE4: number): void {
    const n = this.count++;
    this.at[n] = at;
    this.firstDay[n] = firstDay;
    this.lastDay[n] = lastDay;
    this.quantityE4[n] = quantityE4;
  }
}

function hasPrefixes(wanted: Wanted): wanted is { readonly prefixes: readonly string[] } {
  return typeof wanted === 'object' && 'prefixes' in wanted;
}
