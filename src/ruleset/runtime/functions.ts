/**
 * The functions of check/functions.ts, as generated code calls them. Null is "unknown": the claim lacks what
 * the function reads. Lines are numbers; codes are the numbers of item codes.
 */
import { dayOf, type EpochDay, type EpochMs, packedDate } from '../../base/calendar.js';
import { lineFlag } from '../../claim/columns/line-columns.js';
import type { ClaimView } from './claim-view.js';
import { historyFunctions } from './history/history-functions.js';
import { longestServiceDays } from './history/service-days.js';
import { unkept } from './sums.js';
import { listed, standsAt, standsHere } from './table-rows.js';

const hourMs = 3_600_000;
const concurrentGapMs = 2 * hourMs;
type Codes = number | readonly number[];

/** When a line's service begins; NaN where unknown. */
function beginOf(view: ClaimView, line: number): EpochMs {
  return view.lines.at[line] as number;
}

/** The end of a long order, else the service's time; an end before the beginning is no end. */
function endOf(view: ClaimView, line: number): EpochMs {
  const [at, until] = [view.lines.at[line] as number, view.lines.until[line] as number];
  return Number.isNaN(until) ? at : Math.max(at, until);
}

function overlaps(view: ClaimView, a: number, b: number): boolean | null {
  const [x, y] = [beginOf(view, a), beginOf(view, b)];
  if (Number.isNaN(x) || Number.isNaN(y)) return null;
  return isByDayOf(x, endOf(view, b)) && isByDayOf(y, endOf(view, a));
}

/** Whether a time is on the day of another or before it; days are only worked out where the times do not tell. */
function isByDayOf(time: EpochMs, other: EpochMs): boolean {
  return time <= other || dayOf(time) <= dayOf(other);
}

function timesKnown(view: ClaimView, a: number, b: number): boolean {
  return isTimed(view, a) && isTimed(view, b);
}

function isTimed(view: ClaimView, line: number): boolean {
  return !Number.isNaN(beginOf(view, line)) && view.lines.hasFlag(line, lineFlag.timed);
}

function concurrent(view: ClaimView, a: number, b: number): boolean | null {
  const [x, y] = [beginOf(view, a), beginOf(view, b)];
  if (Number.isNaN(x) || Number.isNaN(y)) return null;
  if (!timesKnown(view, a, b)) return false;
  return x <= endOf(view, b) + concurrentGapMs && y <= endOf(view, a) + concurrentGapMs;
}

/** Part of the first line's calendar days that the second touches, 0 to 1. */
function commonShare(view: ClaimView, a: number, b: number): number | null {
  const [x, y] = [beginOf(view, a), beginOf(view, b)];
  if (Number.isNaN(x) || Number.isNaN(y)) return null;
  const lastOfA = dayOf(endOf(view, a));
  const first = Math.max(dayOf(x), dayOf(y));
  const last = Math.min(lastOfA, dayOf(endOf(view, b)));
  return Math.max(0, last - first + 1) / (lastOfA - dayOf(x) + 1);
}

/**
 * Lines of the codes, in the view's scratch list; null where a line's own code is unknown, as it could be one of
 * them.
 */
function linesWith(view: ClaimView, codes: Codes): readonly number[] | null {
  if (view.uncoded.length > 0) return null;
  const lines = view.scratch;
  lines.length = 0;
  if (typeof codes === 'number') collect(view, codes, lines);
  else {
    for (let i = 0; i < codes.length; i++) {
      const code = codes[i]!;
      // Lists are long, and a claim has few of their codes: only those are looked up for a repetition.
      if (view.firstOf(code) >= 0 && codes.indexOf(code) === i) collect(view, code, lines);
    }
  }
  return lines;
}

function collect(view: ClaimView, code: number, lines: number[]): void {
  for (let line = view.firstOf(code); line >= 0; line = view.nextOf(line)) lines.push(line);
}

/** A sum over one or several codes, put into a place; NaN where it is unknown. */
type Sum = (view: ClaimView, codes: Codes, sums: Float64Array, place: number) => void;

const quantity: Sum = (view, codes, sums, place) => {
  addUp(view, codes, view.lines.netQuantityE4, sums, place);
  sums[place]! /= 10_000;
};

const amount: Sum = (view, codes, sums, place) => addUp(view, codes, view.lines.netAmountFen, sums, place);

function addUp(view: ClaimView, codes: Codes, column: Float64Array, sums: Float64Array, place: number): void {
  let sum = view.uncoded.length > 0 ? Number.NaN : 0;
  if (typeof codes === 'number') {
    for (let line = view.firstOf(codes); line >= 0; line = view.nextOf(line)) sum += column[line]!;
  } else for (const line of linesWith(view, codes) ?? []) sum += column[line]!;
  sums[place] = sum;
}

function quantityOn(view: ClaimView, codes: Codes, day: EpochDay): number | null {
  const lines = linesWith(view, codes);
  if (lines === null) return null;
  let sum = 0;
  for (const line of lines) {
    const at = beginOf(view, line);
    if (Number.isNaN(at)) return null;
    if (dayOf(at) === day) sum += view.lines.netQuantityE4[line] as number;
  }
  return known(sum / 10_000);
}

/** Calendar days on which the codes were served, long orders day by day. */
function serviceDays(view: ClaimView, codes: Codes): number | null {
  const lines = linesWith(view, codes);
  if (lines === null) return null;
  const days = new Set<EpochDay>();
  for (const line of lines) {
    const at = beginOf(view, line);
    if (Number.isNaN(at)) return null;
    const last = Math.min(dayOf(endOf(view, line)), dayOf(at) + longestServiceDays - 1);
    for (let day = dayOf(at); day <= last; day++) days.add(day);
  }
  return days.size;
}

const known = (value: number): number | null => (Number.isNaN(value) ? null : value);

function has(view: ClaimView, codes: Codes): boolean | null {
  const list = typeof codes === 'number' ? [codes] : codes;
  if (list.some((code) => view.firstOf(code) >= 0)) return true;
  return view.uncoded.length > 0 && list.length > 0 ? null : false;
}

interface Window {
  readonly from: EpochMs;
  readonly to: EpochMs;
}

/** Admission to discharge, or to the sending of the claim during a stay. */
function stay(view: ClaimView): Window | null {
  const { admittedAt, dischargedAt } = view.head.encounter;
  const end = dischargedAt ?? view.head.sentAt;
  return admittedAt === null || end === null ? null : { from: admittedAt, to: end };
}

/** The stay, and the services of the codes that lie before or after it (an emergency that became a stay). */
function span(view: ClaimView, codes: Codes): Window | null {
  const whole = stay(view);
  const lines = linesWith(view, codes);
  if (lines === null || (whole === null && lines.length > 0)) return null;
  if (whole === null) return null;
  let { from, to } = whole;
  for (const line of lines) {
    const at = beginOf(view, line);
    if (Number.isNaN(at)) return null;
    from = Math.min(from, at);
    to = Math.max(to, endOf(view, line));
  }
  return { from, to };
}

function daysIn(window: Window | null): number | null {
  return window === null ? null : Math.max(1, dayOf(window.to) - dayOf(window.from) + 1);
}

function hoursIn(window: Window | null): number | null {
  return window === null ? null : Math.max(1, Math.ceil((window.to - window.from) / hourMs));
}

/** Herbs that the patient pays: they belong to the prescription, though they are never judged. */
function selfPaidPieces(view: ClaimView): boolean {
  const { lines } = view;
  for (let line = 0; line < lines.count; line++) {
    if (!lines.hasFlag(line, lineFlag.selfPaid)) continue;
    const kind = view.kinds[lines.kind[line] as number];
    if (kind === 'piece' || kind === 'granule' || view.itemTextAt(line)?.startsWith('T') === true)
      return true;
  }
  return false;
}

/** No diagnosis at all says nothing about the patient: unknown. */
function diagnosisIn(view: ClaimView, prefixes: readonly string[]): boolean | null {
  const { diagnoses } = view.head;
  let undecided = diagnoses.length === 0;
  for (const { code } of diagnoses) {
    if (code === null) undecided = true;
    else if (prefixes.some((prefix) => code.startsWith(prefix))) return true;
  }
  return undecided ? null : false;
}

/** Numbers of texts that have none of their own: the result of a function, a fact of the head. */
function numbersOf(view: ClaimView, value: string | readonly string[]): Codes {
  return typeof value === 'string'
    ? view.items.numberOf(value)
    : value.map((text) => view.items.numberOf(text));
}

const neverDay = -(2 ** 31);
/** Power of two. */
const keptDays = 512;

/** Ages as `fullYears` has them, with the dates of days kept: lines are asked by many rules, and share a few days. */
class Ages {
  /** Two numbers a place: day and date. */
  readonly #kept = new Int32Array(2 * keptDays).fill(neverDay);
  #born = Number.NaN;
  #bornOn = 0;

  at(born: EpochDay, day: EpochDay): number {
    if (born !== this.#born) {
      this.#bornOn = packedDate(born);
      this.#born = born;
    }
    const kept = this.#kept;
    const place = 2 * (day & (keptDays - 1));
    if (kept[place] !== day) {
      kept[place + 1] = packedDate(day);
      kept[place] = day;
    }
    return Math.floor((kept[place + 1]! - this.#bornOn) / 10_000);
  }
}

const ages = new Ages();

/** Order of code points, as CEL orders text; JavaScript's own order is that of UTF-16 units. */
export function compareTexts(a: string, b: string): number {
  const shorter = Math.min(a.length, b.length);
  let i = 0;
  while (i < shorter && a.charCodeAt(i) === b.charCodeAt(i)) i++;
  if (i === shorter) return a.length - b.length;
  // Where the second halves of two pairs differ, or one of them is none, the code points begin before them.
  if (i > 0 && isFirstHalf(a.charCodeAt(i - 1))) {
    if (isSecondHalf(a.charCodeAt(i)) || isSecondHalf(b.charCodeAt(i))) i--;
  }
  return a.codePointAt(i)! - b.codePointAt(i)!;
}

function isFirstHalf(unit: number): boolean {
  return unit >= 0xd800 && unit < 0xdc00;
}

function isSecondHalf(unit: number): boolean {
  return unit >= 0xdc00 && unit < 0xe000;
}

/**
 * A sum that is worked out once per claim and item, answered by its place in the view's sums; `sum` is its number
 * among those kept.
 */
function kept(sum: number, work: Sum) {
  return (view: ClaimView, codes: Codes): number => {
    const { sums } = view;
    if (typeof codes !== 'number') {
      work(view, codes, sums.values, unkept);
      return unkept;
    }
    const place = sums.placeOf(sum, codes);
    if (!sums.isKept(sum, codes)) work(view, codes, sums.values, place);
    return place;
  };
}

/** Counts are small integers, which are never put on the heap. */
function counted(count: (view: ClaimView, codes: Codes) => number | null): Sum {
  return (view, codes, sums, place) => {
    sums[place] = count(view, codes) ?? Number.NaN;
  };
}

export const functionLibrary = {
  day: dayOf,
  sameDay: (a: EpochMs, b: EpochMs) => dayOf(a) === dayOf(b),
  daysBetween: (a: EpochDay, b: EpochDay) => b - a,
  hoursBetween: (a: EpochMs, b: EpochMs) => (b - a) / hourMs,
  ageAt: (born: EpochDay, at: EpochMs) => ages.at(born, dayOf(at)),
  ageDays: (born: EpochDay, at: EpochMs) => dayOf(at) - born,
  double: (value: number) => value,
  startsWith: (text: string, prefix: string) => text.startsWith(prefix),
  endsWith: (text: string, suffix: string) => text.endsWith(suffix),
  contains: (text: string, part: string) => text.includes(part),
  overlaps,
  timesKnown,
  concurrent,
  commonShare,
  'claim.quantity': kept(0, quantity),
  'claim.quantityOn': quantityOn,
  'claim.serviceDays': kept(1, counted(serviceDays)),
  'claim.amount': kept(2, amount),
  'claim.has': has,
  'claim.spanDays': kept(
    3,
    counted((view, codes) => daysIn(span(view, codes))),
  ),
  'claim.spanHours': kept(
    4,
    counted((view, codes) => hoursIn(span(view, codes))),
  ),
  stayDays: (view: ClaimView) => daysIn(stay(view)),
  stayHours: (view: ClaimView) => hoursIn(stay(view)),
  selfPaidPieces,
  diagnosisIn,
  ...historyFunctions,
  // Not called by name in rules:
  numbersOf,
  textSize: (text: string) => [...text].length,
  compareTexts,
  isIn: (list: readonly unknown[], item: unknown) => list.some((other) => other === item),
  listed,
  standsAt,
  standsHere,
} as const;
