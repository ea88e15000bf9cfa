/** From what lies at the broker to what a node goes by: signature, role, order, size. */
import { sha256Hex } from '../../base/hash.js';
import { fail, ok, type Result } from '../../base/result.js';
import { canonicalText } from '../compile/canonical.js';
import { leaps, longestLeap } from '../release/counted-on.js';
import type { Manifest } from '../release/manifest.js';
import { type Refusal, refusal } from '../release/refusal.js';
import { type RuleAsOf, sinceOf } from '../release/since.js';
import { type Signed, verify } from '../release/statement.js';
import type { TrustedKey, TrustedKeys } from '../release/trust.js';
import { type Overlay, overlayText, type RuleSwitch } from './overlay.js';
import {
  type BrakeEntry,
  mostEntries,
  type OperatorOverlay,
  readOperatorOverlay,
  readStoredOverlay,
} from './stored-overlay.js';

/** What a node has accepted before; it keeps this on disk, so that no restart forgets it. */
export interface AcceptedOverlay {
  readonly number: number;
  readonly serial: number;
  /** SHA-256 of the operators' statement, hex; null: there was none. */
  readonly digest: string | null;
  /** SHA-256 of all that the document says, hex; null: there was none. */
  readonly content: string | null;
}

export const nothingAccepted: AcceptedOverlay = { number: 0, serial: 0, digest: null, content: null };

/** What operators want travels with every batch. */
export const mostTextBytes = 64 * 1024;
/** And what nodes have braked: they may not take operators' room. */
const mostBrakedBytes = 16 * 1024;
const mostStatement = 512 * 1024;

export interface BelievedOverlay {
  readonly number: number;
  /** Null: operators have not changed anything yet. */
  readonly operator: Operated | null;
  readonly brakes: readonly BrakeEntry[];
  readonly accepted: AcceptedOverlay;
}

export interface Operated {
  readonly overlay: OperatorOverlay;
  /** Who has signed it. */
  readonly by: TrustedKey;
  readonly signed: Signed;
}

/** Who says it and whether it may follow what was accepted. `last`: the change of operators that was accepted last. */
export function acceptOverlay(
  stored: unknown,
  before: AcceptedOverlay,
  trusted: TrustedKeys,
  last: Operated | null = null,
): Result<BelievedOverlay, Refusal> {
  const read = readStoredOverlay(stored);
  if (!read.ok) return read;
  const { number, operator: signed, brakes } = read.value;
  const operator = signed === null ? ok(null) : acceptOperator(signed, trusted);
  if (!operator.ok) return operator;
  const accepted: AcceptedOverlay = {
    number,
    serial: operator.value?.overlay.serial ?? 0,
    digest: signed === null ? null : sha256Hex(signed.statement),
    content: sha256Hex(canonicalText(read.value)),
  };
  const isLater = operator.value !== null && last !== null && isLaterChange(operator.value, last);
  const late = overtaken(accepted, before, isLater);
  if (late !== null) return fail(late);
  const large = oversize(operator.value?.overlay ?? null);
  return large === null ? ok({ number, operator: operator.value, brakes, accepted }) : fail(large);
}

/** What one operator has signed, wherever it comes from. */
export function acceptOperator(signed: unknown, trusted: TrustedKeys): Result<Operated, Refusal> {
  const { statement } = signed as Signed;
  if (typeof statement === 'string' && statement.length > mostStatement) {
    return fail(refusal('unfit', `the overlay of operators has more than ${mostStatement} characters`));
  }
  const verified = verify(signed, { kind: 'overlay', role: 'operate', trusted });
  if (!verified.ok) return verified;
  const overlay = readOperatorOverlay(verified.value.content);
  if (!overlay.ok) return overlay;
  return ok({ overlay: overlay.value, by: verified.value.signer, signed: signed as Signed });
}

/**
 * Which of two changes of operators was meant to come after the other. One serial is given twice only where the broker
 * has lost a change: then what was signed later, so that all nodes come to the same.
 */
export function isLaterChange(next: Operated, last: Operated | null): boolean {
  if (last === null) return true;
  const { overlay: mine, signed: said } = next;
  const { overlay: other, signed: saidBefore } = last;
  if (mine.serial !== other.serial) return mine.serial > other.serial;
  const [nextMs, lastMs] = [Date.parse(mine.signedAt), Date.parse(other.signedAt)];
  return nextMs === lastMs ? said.statement > saidBefore.statement : nextMs > lastMs;
}

/** Why it may not follow what was accepted; null: it may, or it is the very same. */
function overtaken(next: AcceptedOverlay, before: AcceptedOverlay, isLater: boolean): Refusal | null {
  // Nodes put theirs back over a number that leaps, as long as it can be read at all.
  if (before.number > 0 && leaps(next.number, before.number)) {
    return refusal(
      'unfit',
      `overlay ${next.number} comes after overlay ${before.number}: nobody counts so far`,
    );
  }
  // Whoever knows an overlay knows how far operators have come, be it that they have not begun.
  const isKnown = before.number > 0;
  if (isKnown ? next.serial > before.serial + longestLeap : leaps(next.serial, before.serial)) {
    const sentence = `change ${next.serial} of operators comes after change ${before.serial}`;
    return refusal('unfit', `${sentence}: nobody counts so far`);
  }
  if (next.number < before.number) {
    return refusal('overtaken', `overlay ${next.number} comes after overlay ${before.number}`);
  }
  if (next.number === before.number && next.content !== before.content) {
    return refusal('overtaken', `it says otherwise than before what overlay ${next.number} is`);
  }
  if (next.serial < before.serial) {
    const sentence = `change ${next.serial} of operators comes after change ${before.serial}`;
    return refusal('overtaken', sentence);
  }
  if (next.serial > before.serial || next.digest === before.digest || isLater) return null;
  return refusal('overtaken', `it says otherwise than before what change ${next.serial} of operators was`);
}

/** Why it is too much; null: it is not. */
export function oversize(operator: OperatorOverlay | null): Refusal | null {
  const { switches = [], snoozes = [], unbraked = [] } = operator ?? {};
  const entries = switches.length + snoozes.length + unbraked.length;
  if (entries > mostEntries) {
    return refusal('unfit', `an overlay has at most ${mostEntries} entries, this one has ${entries}`);
  }
  const bytes = textBytes({ switches: killsOf(operator), snoozes });
  if (bytes <= mostTextBytes) return null;
  return refusal('unfit', `an overlay has at most ${mostTextBytes} bytes, this one has ${bytes}`);
}

/** With the longest number. */
function textBytes(overlay: Omit<Overlay, 'number'>): number {
  return Buffer.byteLength(overlayText({ number: Number.MAX_SAFE_INTEGER, ...overlay }));
}

/** A brake that nobody goes by, or some rules of it. */
export interface IgnoredBrake {
  readonly version: number;
  readonly rules: readonly string[];
  readonly why: string;
}

/** What rules go by. `manifestOf`: of every version that a brake names; a failure: it is not believed. */
export function overlayInForce(
  { number, operator, brakes }: BelievedOverlay,
  manifestOf: (version: number) => Result<Manifest, Refusal>,
): {
  readonly overlay: Overlay;
  /** Rules that are on the brake, as of these versions: later ones may have them as they are. */
  readonly braked: readonly RuleAsOf[];
  readonly ignored: readonly IgnoredBrake[];
} {
  const free = new Set((operator?.overlay.unbraked ?? []).map(({ version, rule }) => `${version} ${rule}`));
  const braked = new Map<string, RuleSwitch>();
  const asOf = new Map<string, RuleAsOf>();
  const ignored: IgnoredBrake[] = [];
  for (const { version, rules } of brakes) {
    const manifest = manifestOf(version);
    if (!manifest.ok) {
      ignored.push({ version, rules, why: manifest.error.message });
      continue;
    }
    const { rulesetId } = manifest.value;
    const others = rules.filter((rule) => sinceOf(manifest.value, rule) !== version);
    if (others.length > 0)
      ignored.push({ version, rules: others, why: `version ${version} did not change them` });
    const fresh = new Map<string, RuleSwitch>();
    for (const rule of rules) {
      const key = `${version} ${rule}`;
      if (!others.includes(rule) && !free.has(key)) fresh.set(key, brakeSwitch(rule, rulesetId));
    }
    if (textBytes({ switches: [...braked.values(), ...fresh.values()], snoozes: [] }) > mostBrakedBytes) {
      ignored.push({ version, rules, why: `all brakes together have at most ${mostBrakedBytes} bytes` });
      continue;
    }
    for (const [key, one] of fresh) {
      braked.set(key, one);
      asOf.set(key, { version, rule: one.rule });
    }
  }
  const switches = [...killsOf(operator?.overlay ?? null), ...braked.values()];
  const snoozes = (operator?.overlay.snoozes ?? []).map(({ rule, institution, department, until }) => ({
    rule,
    institution,
    department,
    until,
  }));
  return { overlay: { number, switches, snoozes }, braked: [...asOf.values()], ignored };
}

function killsOf(operator: OperatorOverlay | null): readonly RuleSwitch[] {
  return (operator?.switches ?? []).map(({ rule, institution }) => ({
    rule,
    institution,
    kind: 'kill',
    rulesetId: null,
  }));
}

function brakeSwitch(rule: string, rulesetId: string): RuleSwitch {
  return { rule, institution: null, kind: 'brake', rulesetId };
}
