/** How the rules of one rule set are treated under an overlay, for one claim after another. */
import type { EpochMs } from '../../base/calendar.js';
import type { Overlay } from './overlay.js';

/** `recorded`: asked, but what it finds is kept without being shown. `off`: as if it did not apply. */
export const treatment = { stands: 0, recorded: 1, off: 2 } as const;

/** By position of the rule. */
export type RuleTreatments = Uint8Array;

/** Of a rule set, by position. */
export interface NamedRules {
  readonly ruleIds: readonly string[];
  /** Words that switch rules off; the id of a rule that has none of its own. */
  readonly killSwitches: readonly string[];
}

/** Whom a claim is about, as far as overlays tell claims apart. */
export interface ClaimPlace {
  readonly institution: string | null;
  readonly department: string | null;
}

interface Entry {
  readonly position: number;
  readonly institution: string | null;
  readonly department: string | null;
  readonly treatment: number;
  readonly untilMs: EpochMs;
}

interface Worked {
  readonly treatments: RuleTreatments | null;
  /** Holds before this. */
  readonly untilMs: EpochMs;
}

/** Departments come from bodies, which may name another one each time. */
const mostPlaces = 10_000;

export class Treatments {
  readonly #rules: number;
  readonly #entries: readonly Entry[];
  readonly #worked = new Map<string, Worked>();
  #latestMs: EpochMs = Number.NEGATIVE_INFINITY;

  constructor(overlay: Overlay, rules: NamedRules, rulesetId: string) {
    this.#rules = rules.ruleIds.length;
    this.#entries = entriesOf(overlay, rules, rulesetId);
  }

  /** At a time, which is the claim's own and not a clock's; null: every rule stands. Not to be changed. */
  of(place: ClaimPlace, atMs: EpochMs): RuleTreatments | null {
    if (this.#entries.length === 0) return null;
    // What has been worked out holds forwards only.
    if (atMs < this.#latestMs || this.#worked.size >= mostPlaces) this.#worked.clear();
    this.#latestMs = atMs;
    const key = `${place.institution ?? ''}\n${place.department ?? ''}`;
    let worked = this.#worked.get(key);
    if (worked === undefined || worked.untilMs <= atMs) {
      worked = this.#workOut(place, atMs);
      this.#worked.set(key, worked);
    }
    return worked.treatments;
  }

  #workOut(place: ClaimPlace, atMs: EpochMs): Worked {
    let treatments: RuleTreatments | null = null;
    let untilMs = Number.POSITIVE_INFINITY;
    for (const entry of this.#entries) {
      if (entry.untilMs <= atMs || !isMeant(entry, place)) continue;
      untilMs = Math.min(untilMs, entry.untilMs);
      treatments ??= new Uint8Array(this.#rules);
      treatments[entry.position] = Math.max(treatments[entry.position]!, entry.treatment);
    }
    return { treatments, untilMs };
  }
}

function isMeant({ institution, department }: Entry, place: ClaimPlace): boolean {
  if (institution !== null && institution !== place.institution) return false;
  return department === null || department === place.department;
}

/** Without those of other rule sets, and of rules that the rule set does not have. */
function entriesOf(
  { switches, snoozes }: Overlay,
  { ruleIds, killSwitches }: NamedRules,
  rulesetId: string,
): readonly Entry[] {
  const { recorded, off } = treatment;
  const byId = positionsOf(ruleIds);
  const bySwitch = positionsOf(ruleIds, killSwitches);
  const holding = switches.filter((one) => one.rulesetId === null || one.rulesetId === rulesetId);
  const entries = [
    ...holding.map(({ rule, institution, kind }) => ({
      positions: (kind === 'kill' ? bySwitch : byId).get(rule),
      institution,
      department: null,
      treatment: kind === 'kill' ? off : recorded,
      untilMs: Number.POSITIVE_INFINITY,
    })),
    ...snoozes.map(({ rule, until, ...snooze }) => ({
      ...snooze,
      positions: byId.get(rule),
      treatment: recorded,
      untilMs: Date.parse(until),
    })),
  ];
  return entries.flatMap(({ positions = [], ...entry }) =>
    [...positions].map((position) => ({ ...entry, position })),
  );
}

/** Of the rules that have a name; of each list one name a rule. */
function positionsOf(...names: readonly (readonly string[])[]): ReadonlyMap<string, ReadonlySet<number>> {
  const positions = new Map<string, Set<number>>();
  for (const list of names) {
    for (const [position, name] of list.entries()) {
      positions.set(name, (positions.get(name) ?? new Set()).add(position));
    }
  }
  return positions;
}
