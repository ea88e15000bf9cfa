/**
 * The overlay as it lies at the broker: what operators have signed, whole, and beside it what nodes have braked. Every
 * writer counts `number` on by one.
 */
import type { Result } from '../../base/result.js';
import { mostCounted } from '../release/counted-on.js';
import {
  isCount,
  isInstant,
  isShaped,
  isText,
  orNull,
  readDocument,
  type Shape,
} from '../release/document.js';
import { mostReason } from '../release/reason.js';
import type { Refusal } from '../release/refusal.js';
import type { Signed } from '../release/statement.js';

export interface StoredOverlay {
  readonly format: 1;
  readonly number: number;
  /** An `OperatorOverlay`; null: operators have not changed anything yet. */
  readonly operator: Signed | null;
  readonly brakes: readonly BrakeEntry[];
}

/** Who has done it, why, and when: instants are UTC. */
interface Authored {
  readonly by: string;
  readonly reason: string;
  readonly at: string;
}

export interface KillEntry extends Authored {
  /** Id, or a word that rules give themselves (`killSwitch`) to be switched off together. */
  readonly rule: string;
  /** Code; null: everywhere. */
  readonly institution: string | null;
}

export interface SnoozeEntry extends Authored {
  readonly rule: string;
  readonly institution: string | null;
  /** Of the encounter; null: all. */
  readonly department: string | null;
  readonly until: string;
}

/** A rule that operators have taken off the brake, for good: as long as this version is in force nobody brakes it. */
export interface Unbraked {
  readonly version: number;
  readonly rule: string;
}

/** All that operators want done. It replaces what they wanted before. */
export interface OperatorOverlay {
  readonly format: 1;
  /** One more than before: what was overtaken cannot be brought back. */
  readonly serial: number;
  readonly switches: readonly KillEntry[];
  readonly snoozes: readonly SnoozeEntry[];
  readonly unbraked: readonly Unbraked[];
  /** Of what changes with it. */
  readonly reason: string;
  readonly signedAt: string;
}

/** By a node, which signs nothing: believed only as to rules that the version has brought or changed. */
export interface BrakeEntry extends Authored {
  readonly version: number;
  readonly rules: readonly string[];
  /** In which its band was left. */
  readonly scene: string;
}

/** Entries of operators, and as many of nodes. */
export const mostEntries = 1_000;
const mostName = 120;

const isName = (value: unknown): value is string =>
  isText(value) && value.trim() !== '' && value.length <= mostName;
const isReason = (value: unknown): value is string =>
  isText(value) && value.trim() !== '' && value.length <= mostReason;

const authored: Shape<Authored> = { by: isName, reason: isReason, at: isInstant };
const kill: Shape<KillEntry> = { ...authored, rule: isName, institution: orNull(isName) };
const snooze: Shape<SnoozeEntry> = { ...kill, department: orNull(isName), until: isInstant };
const unbraked: Shape<Unbraked> = { version: isCount, rule: isName };
const brake: Shape<BrakeEntry> = { ...authored, version: isCount, rules: listOf(isName), scene: isName };

const operatorOverlay: Shape<OperatorOverlay> = {
  format: (value): value is 1 => value === 1,
  serial: isCount,
  switches: listOf(isShaped(kill)),
  snoozes: listOf(isShaped(snooze)),
  unbraked: listOf(isShaped(unbraked)),
  reason: isReason,
  signedAt: isInstant,
};

const storedOverlay: Shape<StoredOverlay> = {
  format: (value): value is 1 => value === 1,
  number: (value): value is number => isCount(value) && value > 0 && value <= mostCounted,
  // Looked at where it is verified.
  operator: orNull((value): value is Signed => typeof value === 'object' && value !== null),
  brakes: (value): value is readonly BrakeEntry[] =>
    listOf(isShaped(brake))(value) && value.length <= mostEntries,
};

export function readStoredOverlay(value: unknown): Result<StoredOverlay, Refusal> {
  return readDocument(value, storedOverlay, 'overlay');
}

export function readOperatorOverlay(content: unknown): Result<OperatorOverlay, Refusal> {
  return readDocument(content, operatorOverlay, 'overlay of an operator');
}

function listOf<T>(isOne: (value: unknown) => value is T): (value: unknown) => value is readonly T[] {
  return (value): value is readonly T[] => Array.isArray(value) && value.every(isOne);
}
