/**
 * The desk over which changes of the overlay go, whoever stands before it. One operator is enough: a rule that does
 * harm has to be off at once.
 */
import { isInstitutionCode } from '../../base/institution-code.js';
import { fail, ok, type Result } from '../../base/result.js';
import { canonicalText } from '../compile/canonical.js';
import { didYouMean } from '../diagnostics/nearest-name.js';
import type { Desk } from '../release/desk.js';
import type { SigningKey } from '../release/keys.js';
import { type Refusal, refusal } from '../release/refusal.js';
import { displaced, unseen } from '../release/settled.js';
import { type Signed, sign } from '../release/statement.js';
import { acceptOperator, type Operated, oversize } from './accept-overlay.js';
import {
  type ChangeTerms,
  changed,
  type OverlayChange,
  stillBraked,
  unfitChange,
  unfitEntry,
} from './change-overlay.js';
import { putOverlay, type StandingOverlay, standingOverlay } from './overlay-shelf.js';
import type { RulesInForce } from './rules-in-force.js';
import type { KillEntry, OperatorOverlay, SnoozeEntry } from './stored-overlay.js';
import { sweptBrakes } from './sweep-brakes.js';

export function signOperatorOverlay(overlay: OperatorOverlay, key: SigningKey): Signed {
  return sign('overlay', overlay, key);
}

/** What an operator would sign. */
export async function draftOverlay(
  desk: Desk,
  change: OverlayChange,
  terms: Omit<ChangeTerms, 'brakes'>,
): Promise<Result<OperatorOverlay, Refusal>> {
  const standing = await standingOverlay(desk.shelf, desk.trusted);
  if (!standing.ok) return standing;
  const { believed, serial } = standing.value;
  const brakes = believed?.brakes ?? [];
  return changed(believed?.operator?.overlay ?? null, change, serial + 1, { ...terms, brakes });
}

export interface CommitTerms {
  readonly nowMs: number;
  /** Null: any rule may be named, though it is not there yet. Answers null where they are not all known. */
  readonly rulesInForce: (() => Promise<Result<RulesInForce | null, Refusal>>) | null;
}

export interface Committed extends Operated {
  /** Of the overlay, from now on. */
  readonly number: number;
}

/** A node may brake in the same moment. */
const mostAttempts = 20;

/** Checks as every desk does, whoever drafted and signed, and writes. */
export async function commitOverlay(
  desk: Desk,
  signed: Signed,
  terms: CommitTerms,
): Promise<Result<Committed, Refusal>> {
  const operated = acceptOperator(signed, desk.trusted);
  if (!operated.ok) return operated;
  for (let attempt = 1; attempt <= mostAttempts; attempt++) {
    const standing = await standingOverlay(desk.shelf, desk.trusted);
    if (!standing.ok) return standing;
    const objection = await objectionTo(operated.value, standing.value, terms);
    if (objection !== null) return fail(objection);
    const swept = await sweptBrakes(desk, standing.value.believed?.brakes ?? [], terms.nowMs);
    if (!swept.ok) return swept;
    const put = await putOverlay(desk.shelf, standing.value, { operator: signed, brakes: swept.value });
    if (put.ok) return ok({ ...operated.value, number: put.value });
    if (put.error.kind === 'broker') return fail(refusal('unreachable', put.error.message));
  }
  return fail(refusal('overtaken', `others were quicker ${mostAttempts} times: try again`));
}

/** Whether the change stands, a moment after it was written: see the pointer's. */
export async function overlaySettled(desk: Desk, signed: Signed): Promise<Result<null, Refusal>> {
  const standing = await standingOverlay(desk.shelf, desk.trusted);
  if (!standing.ok) return fail(unseen(standing.error));
  const stands = standing.value.believed?.operator ?? null;
  if (stands?.signed.statement === signed.statement) return ok(null);
  return fail(displaced(stands?.overlay.serial ?? 0));
}

async function objectionTo(
  { overlay, by }: Operated,
  { believed, serial }: StandingOverlay,
  { nowMs, rulesInForce }: CommitTerms,
): Promise<Refusal | null> {
  if (overlay.serial !== serial + 1) {
    const sentence = `this is change ${overlay.serial} of operators, and ${serial + 1} is the next`;
    return refusal('overtaken', `${sentence}: draft it again`);
  }
  const before = believed?.operator?.overlay ?? null;
  const brakes = believed?.brakes ?? [];
  const killed = newIn(overlay.switches, before?.switches ?? []);
  const snoozed = newIn(overlay.snoozes, before?.snoozes ?? []);
  const added = [...killed, ...snoozed];
  const objection =
    unfitChange(overlay, nowMs) ??
    unfitEntry(added, by.name, nowMs) ??
    wrongInstitution(added) ??
    wrongRelease(overlay, before, brakes) ??
    oversize(overlay);
  if (objection !== null || rulesInForce === null || added.length === 0) return objection;
  return await unknownRule({ killed, snoozed }, rulesInForce);
}

function newIn<Entry extends object>(entries: readonly Entry[], before: readonly Entry[]): readonly Entry[] {
  const known = new Set(before.map(canonicalText));
  return entries.filter((entry) => !known.has(canonicalText(entry)));
}

function wrongInstitution(added: readonly (KillEntry | SnoozeEntry)[]): Refusal | null {
  const wrong = added.find(({ institution }) => institution !== null && !isInstitutionCode(institution));
  return wrong === undefined ? null : refusal('unfit', `"${wrong.institution}" is no code of an institution`);
}

/** Only what is braked is taken off: what might be braked one day is not exempted beforehand. */
function wrongRelease(
  overlay: OperatorOverlay,
  before: OperatorOverlay | null,
  brakes: Parameters<typeof stillBraked>[1],
): Refusal | null {
  const wrong = newIn(overlay.unbraked, before?.unbraked ?? []).find(
    ({ version, rule }) => !stillBraked(version, brakes, []).includes(rule),
  );
  if (wrong === undefined) return null;
  return refusal('unfit', `rule ${wrong.rule} of version ${wrong.version} is not on the brake`);
}

/** A word may be switched off; what is snoozed is one rule. */
async function unknownRule(
  { killed, snoozed }: { readonly killed: readonly KillEntry[]; readonly snoozed: readonly SnoozeEntry[] },
  rulesInForce: NonNullable<CommitTerms['rulesInForce']>,
): Promise<Refusal | null> {
  const known = await rulesInForce();
  if (!known.ok) return known.error;
  if (known.value === null) return null;
  const { rules, killSwitches } = known.value;
  const words = new Set([...rules, ...killSwitches.keys()]);
  for (const [entries, names] of [
    [killed, words],
    [snoozed, rules],
  ] as const) {
    const wrong = entries.find(({ rule }) => !names.has(rule));
    if (wrong !== undefined)
      return refusal('unknown-rule', `no rule "${wrong.rule}" is in force${didYouMean(wrong.rule, names)}`);
  }
  return null;
}
