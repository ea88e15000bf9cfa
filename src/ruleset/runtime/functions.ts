/**
 * The functions of check/functions.ts, as generated code calls them. Null is "unknown": the claim lacks what
 * the function reads. Lines are numbers of the view's payable lines.
 */
import { dayOf, type EpochDay, type EpochMs, fullYears } from '../../base/calendar.js';
import type { ClaimView } from './claim-view.js';
import { listed, standsAt, standsHere } from './table-rows.js';

const hourMs = 3_600_000;
const concurrentGapMs = 2 * hourMs;
/** An order said to run longer is a mistake; counting its days would take the time of many claims. */
export const longestServiceDays = 1_000;
type Codes = string | readonly string[];

interface Window {
  readonly from: EpochMs;
  readonly to: EpochMs;
}

/** From the service's time to the end of a long order; an end before the beginning is no end. */
function windowOf(view: ClaimView, line: number): Window | null {
  const { at = null, until = null } = view.lines[line] ?? {};
  return at === null ? null : { from: at, to: Math.max(at, until ?? at) };
}

function overlaps(view: ClaimView, a: number, b: number): boolean | null {
  const [x, y] = [windowOf(view, a), windowOf(view, b)];
  if (x === null || y === null) return null;
  return dayOf(x.from) <= dayOf(y.to) && dayOf(y.from) <= dayOf(x.to);
}

function timesKnown(view: ClaimView, a: number, b: number): boolean {
  return [a, b].every((i) => view.lines[i]?.at !== null && view.lines[i]?.atTimed === true);
}

function concurrent(view: ClaimView, a: number, b: number): boolean | null {
  const [x, y] = [windowOf(view, a), windowOf(view, b)];
  if (x === null || y === null) return null;
  if (!timesKnown(view, a, b)) return false;
  return x.from <= y.to + concurrentGapMs && y.from <= x.to + concurrentGapMs;
}

/** Part of the first line's calendar days that the second touches, 0 to 1. */
function commonShare(view: ClaimView, a: number, b: number): number | null {
  const [x, y] = [windowOf(view, a), windowOf(view, b)];
  if (x === null || y === null) return null;
  const first = Math.max(dayOf(x.from), dayOf(y.from));
  const last = Math.min(dayOf(x.to), dayOf(y.to));
  return Math.max(0, last - first + 1) / (dayOf(x.to) - dayOf(x.from) + 1);
}

/** Lines of the codes; null where a line's own code is unknown, as it could be one of them. */
function linesWith(view: ClaimView, codes: Codes): readonly number[] | null {
  if (view.uncoded.length > 0) return null;
  return typeof codes === 'string'
    ? view.linesOf(codes)
    : [...new Set(codes)].flatMap((code) => view.linesOf(code));
}

function quantityOf(view: ClaimView, lines: readonly number[] | null): number | null {
  let sum: number | null = lines === null ? null : 0;
  for (const i of lines ?? []) {
    const quantity: number | null = view.lines[i]?.netQuantityE4 ?? null;
    sum = sum === null || quantity === null ? null : sum + quantity;
  }
  return sum === null ? null : sum / 10_000;
}

function quantityOn(view: ClaimView, codes: Codes, day: EpochDay): number | null {
  const lines = linesWith(view, codes);
  if (lines === null || lines.some((i) => view.lines[i]?.at === null)) return null;
  return quantityOf(
    view,
    lines.filter((i) => dayOf(view.lines[i]?.at ?? 0) === day),
  );
}

/** Calendar days on which the codes were served, long orders day by day. */
function serviceDays(view: ClaimView, codes: Codes): number | null {
  const days = new Set<EpochDay>();
  const lines = linesWith(view, codes);
  for (const line of lines ?? []) {
    const window = windowOf(view, line);
    if (window === null) return null;
    const last = Math.min(dayOf(window.to), dayOf(window.from) + longestServiceDays - 1);
    for (let day = dayOf(window.from); day <= last; day++) days.add(day);
  }
  return lines === null ? null : days.size;
}

function amount(view: ClaimView, codes: Codes): number | null {
  let sum: number | null = 0;
  const lines = linesWith(view, codes);
  for (const i of lines ?? []) {
    const fen: number | null = view.lines[i]?.netAmountFen ?? null;
    sum = sum === null || fen === null ? null : sum + fen;
  }
  return lines === null ? null : sum;
}

function has(view: ClaimView, codes: Codes): boolean | null {
  const list = typeof codes === 'string' ? [codes] : codes;
  if (list.some((code) => view.linesOf(code).length > 0)) return true;
  return view.uncoded.length > 0 && list.length > 0 ? null : false;
}

/** Admission to discharge, or to the sending of the claim during a stay. */
function stay(view: ClaimView): Window | null {
  const { admittedAt, dischargedAt } = view.claim.encounter;
  const end = dischargedAt ?? view.claim.sentAt;
  return admittedAt === null || end === null ? null : { from: admittedAt, to: end };
}

/** The stay, and the services of the codes that lie before or after it (an emergency that became a stay). */
function span(view: ClaimView, codes: Codes): Window | null {
  let whole = stay(view);
  const lines = linesWith(view, codes);
  if (lines === null) return null;
  for (const line of lines) {
    const window = windowOf(view, line);
    if (whole === null || window === null) return null;
    whole = { from: Math.min(whole.from, window.from), to: Math.max(whole.to, window.to) };
  }
  return whole;
}

function daysIn(window: Window | null): number | null {
  return window === null ? null : Math.max(1, dayOf(window.to) - dayOf(window.from) + 1);
}

function hoursIn(window: Window | null): number | null {
  return window === null ? null : Math.max(1, Math.ceil((window.to - window.from) / hourMs));
}

/** Herbs that the patient pays: they belong to the prescription, though they are never judged. */
function selfPaidPieces(view: ClaimView): boolean {
  return view.claim.lines.some(
    ({ selfPaid, kind, itemCode }) =>
      selfPaid && (kind === 'piece' || kind === 'granule' || (itemCode ?? '').startsWith('T')),
  );
}

/** No diagnosis at all says nothing about the patient: unknown. */
function diagnosisIn(view: ClaimView, prefixes: readonly string[]): boolean | null {
  let undecided = view.claim.diagnoses.length === 0;
  for (const { code } of view.claim.diagnoses) {
    if (code === null) undecided = true;
    else if (prefixes.some((prefix) => code.startsWith(prefix))) return true;
  }
  return undecided ? null : false;
}

/** Order of code points, as CEL orders text; JavaScript's own order is that of UTF-16 units. */
export function compareTexts(a: string, b: string): number {
  if (a === b) return 0;
  const [left, right] = [[...a], [...b]];
  for (let i = 0; i < left.length && i < right.length; i++) {
    const difference = (left[i]?.codePointAt(0) ?? 0) - (right[i]?.codePointAt(0) ?? 0);
    if (difference !== 0) return difference;
  }
  return left.length - right.length;
}

/** Sums over one code are asked for by each of its lines: worked out once per claim. */
const sums = new WeakMap<ClaimView, Map<string, unknown>>();

function remembered<T>(name: string, sum: (view: ClaimView, codes: Codes) => T) {
  return (view: ClaimView, codes: Codes): T => {
    if (typeof codes !== 'string') return sum(view, codes);
    const known = sums.get(view) ?? new Map<string, unknown>();
    sums.set(view, known);
    const key = `${name} ${codes}`;
    if (!known.has(key)) known.set(key, sum(view, codes));
    return known.get(key) as T;
  };
}

export const functionLibrary = {
  day: dayOf,
  sameDay: (a: EpochMs, b: EpochMs) => dayOf(a) === dayOf(b),
  daysBetween: (a: EpochDay, b: EpochDay) => b - a,
  hoursBetween: (a: EpochMs, b: EpochMs) => (b - a) / hourMs,
  ageAt: (born: EpochDay, at: EpochMs) => fullYears(born, dayOf(at)),
  ageDays: (born: EpochDay, at: EpochMs) => dayOf(at) - born,
  double: (value: number) => value,
  startsWith: (text: string, prefix: string) => text.startsWith(prefix),
  endsWith: (text: string, suffix: string) => text.endsWith(suffix),
  contains: (text: string, part: string) => text.includes(part),
  overlaps,
  timesKnown,
  concurrent,
  commonShare,
  'claim.quantity': remembered('quantity', (view, codes) => quantityOf(view, linesWith(view, codes))),
  'claim.quantityOn': quantityOn,
  'claim.serviceDays': remembered('serviceDays', serviceDays),
  'claim.amount': remembered('amount', amount),
  'claim.has': has,
  'claim.spanDays': remembered('spanDays', (view, codes) => daysIn(span(view, codes))),
  'claim.spanHours': remembered('spanHours', (view, codes) => hoursIn(span(view, codes))),
  stayDays: (view: ClaimView) => daysIn(stay(view)),
  stayHours: (view: ClaimView) => hoursIn(stay(view)),
  selfPaidPieces,
  diagnosisIn,
  // Not called by name in rules:
  textSize: (text: string) => [...text].length,
  compareTexts,
  isIn: (list: readonly unknown[], item: unknown) => list.some((other) => other === item),
  listed,
  standsAt,
  standsHere,
} as const;
