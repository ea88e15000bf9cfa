/**
 * What an afternoon service does before its engine: facts in the form that conditions compare, lines that are
 * charged at all, and, from the index, which rows concern which line.
 */
import type { Concern, PeerRule, Row } from './concerns.js';
import { groupBy } from './group.js';

/** The native claim (as unpacked), as far as these services read it. */
export interface NativeClaim {
  readonly scene: number;
  readonly sentAt: string;
  readonly institution: { readonly level: number | null; readonly type: string | null };
  readonly patient: {
    readonly sex: string | null;
    readonly birthDate: string | null;
    readonly insurance: string | null;
  };
  readonly encounter: {
    readonly type: string;
    readonly emergency: boolean;
    readonly medType: string;
    readonly admittedAt: string;
    readonly dischargedAt: string | null;
  };
  readonly diagnoses: readonly { readonly code: string }[];
  readonly lines: readonly NativeLine[];
}

export interface NativeLine {
  readonly id: string;
  readonly itemCode: string;
  readonly quantity: number;
  /** ISO 8601 with China's offset, so that the first ten characters are the local day. */
  readonly at: string;
  readonly current: boolean;
  readonly selfPaid: boolean;
  readonly reverses: string | null;
}

export interface ClaimFacts {
  readonly sex: string | null;
  /** The official exception to the sex rules: disorders of sex development. */
  readonly sexDiffers: boolean;
  /** A newborn may be billed on the mother's stay. */
  readonly birth: boolean;
  readonly level: number | null;
  readonly pharmacy: boolean;
  readonly insurance: string | null;
  /** First two digits of the medical category; 51 and 52 are maternity. */
  readonly medClass: string;
  readonly encounterType: string;
  readonly emergency: boolean;
}

/** A line that a row concerns. Ages are those on the day of the service. */
export interface Suspect {
  readonly rule: PeerRule;
  readonly row: Row;
  readonly line: NativeLine;
  readonly ageYears: number | null;
  readonly ageDays: number | null;
  readonly day: string;
  /** Quantity of the item over the visit or stay, by its days and by its hours; 0 where it is not judged. */
  readonly perDay: number;
  readonly perHour: number;
}

export interface Hit {
  readonly rule: string;
  readonly line: string;
}

export type Judge = (claim: NativeClaim) => Promise<readonly Hit[]>;

export interface Prepared {
  readonly facts: ClaimFacts;
  readonly suspects: readonly Suspect[];
  /** Lines by day: what else was charged then. */
  readonly byDay: ReadonlyMap<string, readonly NativeLine[]>;
}

/** Everything that the engine is asked about. */
export function prepare(claim: NativeClaim, index: ReadonlyMap<string, readonly Concern[]>): Prepared {
  const lines = chargedLines(claim);
  const byItem = groupBy(lines, ({ itemCode }) => itemCode);
  const suspects = lines.flatMap((line) => {
    const concerns = index.get(line.itemCode);
    if (concerns === undefined) return [];
    const ages = agesOf(claim, dayOf(line));
    // A plan is not a charge: quantities are judged once the bill is written.
    const counted = claim.scene > 5 && concerns.some(({ row }) => row.cap !== null);
    const use = counted ? useOf(claim, byItem.get(line.itemCode) ?? []) : notCounted;
    return concerns.map(({ rule, row }): Suspect => ({ rule, row, line, ...ages, ...use }));
  });
  return { facts: factsOf(claim), suspects, byDay: groupBy(lines, dayOf) };
}

function factsOf({ institution, patient, encounter, diagnoses }: NativeClaim): ClaimFacts {
  const anyCode = (prefixes: readonly string[]): boolean =>
    diagnoses.some(({ code }) => prefixes.some((prefix) => code.startsWith(prefix)));
  const medClass = encounter.medType.slice(0, 2);
  return {
    sex: patient.sex,
    sexDiffers: anyCode(['Q56', 'Q96', 'Q97', 'Q98', 'Q99', 'E25', 'E34.5']),
    birth: medClass === '52' || anyCode(['O80', 'O81', 'O82', 'O83', 'O84', 'Z37', 'Z38']),
    level: institution.level,
    pharmacy: encounter.type === 'pharmacy' || institution.type === 'pharmacy',
    insurance: patient.insurance,
    medClass,
    encounterType: encounter.type,
    emergency: encounter.emergency,
  };
}

/** The lines that a hit blames: a contained item's, where the row is about one, else the line itself. */
export function hitsOf(claim: NativeClaim, { rule, row, line, day }: Suspect, { byDay }: Prepared): Hit[] {
  const others = (byDay.get(day) ?? []).filter(({ itemCode }) => itemCode === row.includedItem);
  const pairs = row.includedItem === null ? [[line]] : others.map((other) => [other, line]);
  return pairs.flatMap((pair) => {
    // While orders are being written, only what is new can still be changed.
    const blamed = claim.scene <= 5 ? pair.find(({ current }) => current) : pair[0];
    return blamed === undefined ? [] : [{ rule, line: blamed.id }];
  });
}

function dayOf(line: NativeLine): string {
  return line.at.slice(0, 10);
}

function agesOf({ patient }: NativeClaim, day: string): Pick<Suspect, 'ageYears' | 'ageDays' | 'day'> {
  const { birthDate } = patient;
  if (birthDate === null) return { ageYears: null, ageDays: null, day };
  const ageDays = (Date.parse(day) - Date.parse(birthDate)) / 86_400_000;
  return { ageYears: yearsBetween(birthDate, day), ageDays, day };
}

type Use = Pick<Suspect, 'perDay' | 'perHour'>;
const notCounted: Use = { perDay: 0, perHour: 0 };
const hourMs = 3_600_000;

/**
 * Over the whole stay, with what was done before or after it; otherwise over the days on which it was done.
 */
function useOf({ encounter, sentAt }: NativeClaim, lines: readonly NativeLine[]): Use {
  const quantity = lines.reduce((sum, line) => sum + line.quantity, 0);
  if (encounter.type !== 'inpatient' && !encounter.emergency) {
    const days = new Set(lines.map(dayOf)).size;
    return { perDay: quantity / days, perHour: quantity / (days * 24) };
  }
  const times = [encounter.admittedAt, encounter.dischargedAt ?? sentAt, ...lines.map(({ at }) => at)].sort();
  const [from = '', to = ''] = [times[0], times.at(-1)];
  const days = (Date.parse(to.slice(0, 10)) - Date.parse(from.slice(0, 10))) / (24 * hourMs) + 1;
  const hours = Math.max(1, Math.ceil((Date.parse(to) - Date.parse(from)) / hourMs));
  return { perDay: quantity / days, perHour: quantity / hours };
}

/** Completed years between two days `YYYY-MM-DD`. */
function yearsBetween(from: string, to: string): number {
  const years = Number(to.slice(0, 4)) - Number(from.slice(0, 4));
  return to.slice(5) < from.slice(5) ? years - 1 : years;
}

/** Not what the patient pays, not refunds; of the others, what refunds have left. */
function chargedLines({ lines }: NativeClaim): readonly NativeLine[] {
  const refunded = new Map<string | null, number>();
  for (const { quantity, reverses } of lines) {
    if (quantity < 0) refunded.set(reverses, (refunded.get(reverses) ?? 0) + quantity);
  }
  return lines
    .filter(({ selfPaid, quantity }) => !selfPaid && quantity > 0)
    .map((line) => ({ ...line, quantity: line.quantity + (refunded.get(line.id) ?? 0) }))
    .filter(({ quantity }) => quantity > 0);
}
