/**
 * Questions about earlier uses of items. Undefined: the past is not known. Null: the claim lacks a fact that is
 * needed, its own lines being part of the history.
 */
import { dayOf, type EpochDay, type EpochMs } from '../../../base/calendar.js';
import type { ClaimView } from '../claim-view.js';
import { genericLength } from './code-facts.js';
import type { Uses } from './uses.js';

export type Answer<T> = T | null | undefined;
type Items = number | readonly number[];

export function quantityWithin(view: ClaimView, items: Items, days: number, anchor: number): Answer<number> {
  const uses = view.history.usesOf(view, items, anchor, false);
  if (uses == null) return uses;
  const before = view.history.asOf.day - days;
  let sum = 0;
  for (let i = 0; i < uses.count; i++) if (uses.lastDay[i]! > before) sum += uses.quantityE4[i]!;
  return uses.isOpen || Number.isNaN(sum) ? null : sum / 10_000;
}

export function useDays(view: ClaimView, items: Items, days: number, anchor: number): Answer<number> {
  const uses = view.history.usesOf(view, items, anchor, false);
  if (uses == null) return uses;
  return uses.isOpen ? null : daysOf(uses, view.history.asOf.day - days + 1, view.history.asOf.day);
}

let touched = new Uint8Array(512);

/** Distinct days of the uses, from the first to the last day that are looked at. */
function daysOf(uses: Uses, first: EpochDay, last: EpochDay): number {
  let from = last + 1;
  for (let i = 0; i < uses.count; i++) from = Math.min(from, uses.firstDay[i]!);
  from = Math.max(from, first);
  const length = last - from + 1;
  if (touched.length < length) touched = new Uint8Array(2 * length);
  else touched.fill(0, 0, Math.max(0, length));
  let count = 0;
  for (let i = 0; i < uses.count; i++) {
    const end = Math.min(uses.lastDay[i]!, last) - from;
    for (let day = Math.max(uses.firstDay[i]! - from, 0); day <= end; day++) {
      count += 1 - touched[day]!;
      touched[day] = 1;
    }
  }
  return count;
}

export function spanDays(view: ClaimView, items: Items, anchor: number): Answer<number> {
  const uses = view.history.usesOf(view, items, anchor, false);
  if (uses == null) return uses;
  if (uses.isOpen) return null;
  const { day } = view.history.asOf;
  let first = day;
  for (let i = 0; i < uses.count; i++) first = Math.min(first, uses.firstDay[i]!);
  return day - first + 1;
}

/** The part of the anchor's own days that lie beyond a number of days of use, 0 to 1. */
export function shareBeyond(
  view: ClaimView,
  items: Items,
  days: number,
  limit: number,
  anchor: number,
): Answer<number> {
  const used = useDays(view, items, days, anchor);
  if (used == null) return used;
  const { asOf } = view.history;
  const own = asOf.day - dayOf(asOf.at) + 1;
  return Math.min(1, Math.max(0, used - limit) / own);
}

export function usedBefore(view: ClaimView, items: Items, anchor: number): Answer<boolean> {
  const uses = view.history.usesOf(view, items, anchor, true);
  if (uses == null) return uses;
  return uses.count > 0 ? true : uses.isOpen ? null : false;
}

export function usedAny(
  view: ClaimView,
  prefixes: readonly string[],
  days: number,
  anchor: number,
): Answer<boolean> {
  const uses = view.history.usesOf(view, { prefixes }, anchor, true);
  if (uses == null) return uses;
  const before = view.history.asOf.day - days;
  for (let i = 0; i < uses.count; i++) if (uses.lastDay[i]! > before) return true;
  return uses.isOpen ? null : false;
}

/** Undefined where there is none: what it would be is not known. */
export function lastUse(view: ClaimView, items: Items, anchor: number): Answer<EpochMs> {
  const uses = view.history.usesOf(view, items, anchor, true);
  if (uses == null) return uses;
  if (uses.isOpen) return null;
  let last = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < uses.count; i++) last = Math.max(last, uses.at[i]!);
  return uses.count === 0 ? undefined : last;
}

/**
 * Days that the longest supply of the same generic from another encounter still lasts, the anchor's first day included.
 * Supplies do not add up: two strengths taken together would look like twice the time. One of the same day is left out:
 * it may be the pharmacy's own report of what is settled here.
 */
export function supplyLeft(view: ClaimView, item: number, anchor: number): Answer<number> {
  const { history } = view;
  const past = history.past(view);
  if (past === null) return undefined;
  const { asOf } = history;
  if (!asOf.set(view, anchor)) return null;
  const text = view.items.textOf(item);
  const isWestern = text.startsWith('X') && text.length > genericLength;
  const lines = isWestern
    ? past.linesOfGeneric(view, text.slice(0, genericLength))
    : past.linesOf(view, item);
  const { patient, ownEncounter } = past;
  const today = dayOf(asOf.at);
  let left = 0;
  for (const line of lines) {
    const isEarlier = patient.lineFirstDay(line) < today && patient.lineEncounter(line) !== ownEncounter;
    if (isEarlier) left = Math.max(left, past.lastDayOf(line) - today + 1);
  }
  return left;
}
