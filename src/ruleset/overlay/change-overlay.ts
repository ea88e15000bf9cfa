/** What an operator may want done to single rules, and what becomes of the overlay by it. */
import { fail, ok, type Result } from '../../base/result.js';
import { steers, visible } from '../../base/visible-text.js';
import { clocksApartMs, oddReason } from '../release/reason.js';
import { type Refusal, refusal } from '../release/refusal.js';
import type { BrakeEntry, KillEntry, OperatorOverlay, SnoozeEntry } from './stored-overlay.js';

/** Institutions and departments by code; null: all. */
export type OverlayChange =
  /** Not asked any more, as if it did not apply. */
  | { readonly do: 'kill'; readonly rule: string; readonly institution: string | null }
  | { readonly do: 'revive'; readonly rule: string; readonly institution: string | null }
  /** Asked, and what it finds is kept without being shown. */
  | ({ readonly do: 'snooze'; readonly until: string } & SnoozePlace)
  | ({ readonly do: 'wake' } & SnoozePlace)
  /** Takes rules of a version off the brake, for good; no rules: all that are braked. */
  | { readonly do: 'release'; readonly version: number; readonly rules: readonly string[] };

export interface SnoozePlace {
  readonly rule: string;
  readonly institution: string | null;
  readonly department: string | null;
}

export interface ChangeTerms {
  /** Name of whoever signs it. */
  readonly by: string;
  readonly reason: string;
  readonly nowMs: number;
  /** As nodes have written them. */
  readonly brakes: readonly BrakeEntry[];
}

const nobody: Omit<OperatorOverlay, 'signedAt' | 'reason'> = {
  format: 1,
  serial: 0,
  switches: [],
  snoozes: [],
  unbraked: [],
};

/** What an operator would sign. What is there already is replaced; snoozes that are over are swept out. */
export function changed(
  before: OperatorOverlay | null,
  change: OverlayChange,
  serial: number,
  terms: ChangeTerms,
): Result<OperatorOverlay, Refusal> {
  const odd = oddReason(terms.reason);
  if (odd !== null) return fail(refusal('unfit', odd));
  const at = new Date(terms.nowMs).toISOString();
  const was = before ?? nobody;
  const running = was.snoozes.filter(({ until }) => Date.parse(until) > terms.nowMs);
  const parts = partsAfter({ ...was, snoozes: running }, change, { ...terms, at });
  return parts.ok ? ok({ format: 1, serial, ...parts.value, reason: terms.reason, signedAt: at }) : parts;
}

type Parts = Pick<OperatorOverlay, 'switches' | 'snoozes' | 'unbraked'>;

function partsAfter(
  { switches, snoozes, unbraked }: Parts,
  change: OverlayChange,
  { by, reason, at, brakes }: ChangeTerms & { readonly at: string },
): Result<Parts, Refusal> {
  switch (change.do) {
    case 'kill': {
      const { rule, institution } = change;
      const others = switches.filter((one) => !isSameKill(one, change));
      return ok({ switches: [...others, { rule, institution, by, reason, at }], snoozes, unbraked });
    }
    case 'revive': {
      const others = switches.filter((one) => !isSameKill(one, change));
      if (others.length === switches.length) return fail(notKilled(change, switches));
      return ok({ switches: others, snoozes, unbraked });
    }
    case 'snooze': {
      const { rule, institution, department, until } = change;
      const others = snoozes.filter((one) => !isSameSnooze(one, change));
      const added = { rule, institution, department, until, by, reason, at };
      return ok({ switches, snoozes: [...others, added], unbraked });
    }
    case 'wake': {
      const others = snoozes.filter((one) => !isSameSnooze(one, change));
      if (others.length === snoozes.length) return fail(notSnoozed(change, snoozes));
      return ok({ switches, snoozes: others, unbraked });
    }
    case 'release': {
      const { version } = change;
      const braked = stillBraked(version, brakes, unbraked);
      const wrong = change.rules.find((rule) => !braked.includes(rule));
      if (wrong !== undefined || braked.length === 0) return fail(notBraked(version, wrong, braked));
      const rules = change.rules.length === 0 ? braked : [...new Set(change.rules)];
      return ok({ switches, snoozes, unbraked: [...unbraked, ...rules.map((rule) => ({ version, rule }))] });
    }
  }
}

/** Rules of a version that nodes have braked and operators have not taken off. */
export function stillBraked(
  version: number,
  brakes: readonly BrakeEntry[],
  unbraked: OperatorOverlay['unbraked'],
): readonly string[] {
  const free = new Set(unbraked.filter((one) => one.version === version).map(({ rule }) => rule));
  const rules = brakes.filter((one) => one.version === version).flatMap((one) => one.rules);
  return [...new Set(rules)].filter((rule) => !free.has(rule));
}

export function isSameKill(a: Pick<KillEntry, 'rule' | 'institution'>, b: typeof a): boolean {
  return a.rule === b.rule && a.institution === b.institution;
}

export function isSameSnooze(a: SnoozePlace, b: SnoozePlace): boolean {
  return a.rule === b.rule && a.institution === b.institution && a.department === b.department;
}

/** `everywhere`, or institution and department. */
export function placeText({ institution, department = null }: Partial<SnoozePlace>): string {
  const at = institution === null || institution === undefined ? 'everywhere' : `at ${institution}`;
  return department === null ? at : `${at}, department ${department}`;
}

type Place = Parameters<typeof placeText>[0] & { readonly rule: string };

function notKilled(change: Place, switches: readonly KillEntry[]): Refusal {
  return notThere(change, 'switched off', switches);
}

function notSnoozed(change: Place, snoozes: readonly SnoozeEntry[]): Refusal {
  return notThere(change, 'snoozed', snoozes);
}

function notThere(change: Place, what: string, entries: readonly Place[]): Refusal {
  const places = entries.filter(({ rule }) => rule === change.rule).map(placeText);
  const elsewhere = places.length === 0 ? '' : `; it is ${places.join('; ')}`;
  return refusal('unfit', `rule ${change.rule} is not ${what} ${placeText(change)}${elsewhere}`);
}

function notBraked(version: number, wrong: string | undefined, braked: readonly string[]): Refusal {
  if (wrong === undefined) return refusal('unfit', `nothing of version ${version} is on the brake`);
  const rest = braked.length === 0 ? '' : `; what is: ${braked.join(', ')}`;
  return refusal('unfit', `rule ${wrong} of version ${version} is not on the brake${rest}`);
}

const dayMs = 24 * 60 * 60 * 1000;
/** Whoever wants a rule silent for longer wants another version of the rules. */
export const longestSnoozeDays = 90;

/** What an operator says of the whole change. Null: it may be written. */
export function unfitChange({ reason, signedAt }: OperatorOverlay, nowMs: number): Refusal | null {
  const isToCome = Date.parse(signedAt) > nowMs + clocksApartMs;
  const odd = oddReason(reason) ?? (isToCome ? `"signedAt": ${signedAt} is still to come` : null);
  return odd === null ? null : refusal('unfit', odd);
}

/** Entries that are new, as they may be written. `by`: name of whoever has signed. Null: they may. */
export function unfitEntry(
  entries: readonly (KillEntry | SnoozeEntry)[],
  by: string,
  nowMs: number,
): Refusal | null {
  for (const entry of entries) {
    const odd = oddity(entry, by, nowMs);
    if (odd !== null) return refusal('unfit', visible(`rule ${entry.rule}, ${placeText(entry)}: ${odd}`));
  }
  return null;
}

function oddity(entry: KillEntry | SnoozeEntry, by: string, nowMs: number): string | null {
  if (entry.by !== by) return `it says it is by ${entry.by}, and ${by} has signed`;
  if (Date.parse(entry.at) > nowMs + clocksApartMs) return `${entry.at} is still to come`;
  const words = [entry.rule, 'department' in entry ? (entry.department ?? '') : ''];
  if (words.some(steers)) return 'line breaks and other control characters are in no name';
  const odd = oddReason(entry.reason);
  if (odd !== null || !('until' in entry)) return odd;
  const { until } = entry;
  if (Date.parse(until) <= nowMs) return `${until} is over`;
  const longest = `a snooze is for ${longestSnoozeDays} days at most`;
  return Date.parse(until) > nowMs + longestSnoozeDays * dayMs + clocksApartMs ? longest : null;
}
