/**
 * Which version is in force: what a pointer says, and everything that is checked before it is written. A new version
 * needs its effect measured (PG-16); going back to one that has been in force does not, it has to be quick.
 */
import { fail, ok, type Result } from '../../base/result.js';
import { canonicalText } from '../compile/canonical.js';
import type { ImpactAnswer, ImpactCeiling } from '../guard/impact-gate.js';
import { approverOf, type SignedPointer } from './approval.js';
import { type Desk, hasBegun, type Live, type StoredVersion } from './desk.js';
import { earlierVersion } from './earlier-version.js';
import { type ImpactTask, saysUnmeasured } from './impact.js';
import { follows, type Pointer } from './pointer.js';
import { unfitTime, unfitWords } from './pointer-words.js';
import { type Refusal, refusal } from './refusal.js';
import { type Activated, acceptPointer, agree } from './release.js';
import { readTrialFigures } from './trial-figures.js';

export interface Wanted {
  readonly version: number;
  /** Null: all. */
  readonly institutions: readonly string[] | null;
  /** UTC; null: at once. */
  readonly notBefore: string | null;
  readonly reason: string;
}

/** The pointer that an activator signs. */
export async function draftPointer(
  desk: Desk,
  wanted: Wanted,
  nowMs: number,
): Promise<Result<Pointer, Refusal>> {
  const unfit = unfitWords(wanted);
  if (unfit !== null) return fail(unfit);
  const live = await desk.live();
  if (!live.ok) return live;
  const published = await desk.version(wanted.version);
  if (!published.ok) return published;
  const floor = await lowestVersion(desk, live.value, nowMs);
  if (!floor.ok) return floor;
  const base = baseFor(live.value.current?.pointer ?? null, wanted, nowMs);
  if (!base.ok) return base;
  const pointer = {
    format: 1,
    serial: live.value.accepted.serial + 1,
    version: wanted.version,
    rulesetId: published.value.manifest.rulesetId,
    institutions: wanted.institutions,
    base: base.value,
    notBefore: wanted.notBefore,
    floor: floor.value,
    reason: wanted.reason,
    signedAt: new Date(nowMs).toISOString(),
  } as const;
  const may = follows(pointer, { serial: live.value.accepted.serial, floor: floor.value });
  return may.ok ? ok(pointer) : may;
}

/** The pointer that takes everybody back; `version` null: to what was in force before. */
export async function draftRollback(
  desk: Desk,
  version: number | null,
  reason: string,
  nowMs: number,
): Promise<Result<Pointer, Refusal>> {
  const live = await desk.live();
  if (!live.ok) return live;
  const back = version ?? earlierVersion(live.value, nowMs);
  if (back === null) return fail(refusal('unknown-version', 'no earlier version has been in force'));
  return await draftPointer(desk, { version: back, institutions: null, notBefore: null, reason }, nowMs);
}

export interface Activation {
  readonly signed: SignedPointer;
  /** Only back to a version that has been in force. */
  readonly isRollback: boolean;
}

export interface ActivateTerms {
  readonly ceiling: ImpactCeiling;
  /** `weighImpact`, wherever there is time for it. */
  readonly weigh: (task: ImpactTask) => Promise<Result<ImpactAnswer, Refusal>>;
  readonly nowMs: number;
}

/** Checks as every desk does, whoever drafted and signed, and writes. */
export async function activate(
  desk: Desk,
  { signed, isRollback }: Activation,
  terms: ActivateTerms,
): Promise<Result<Activated, Refusal>> {
  const live = await desk.live();
  if (!live.ok) return live;
  const accepted = acceptPointer(signed, live.value.accepted, desk.trusted);
  if (!accepted.ok) return accepted;
  const { pointer } = accepted.value;
  const drafted = await draftPointer(desk, pointer, terms.nowMs);
  if (!drafted.ok) return drafted;
  const differs = unfitTime(pointer, terms.nowMs) ?? unlike(pointer, drafted.value);
  if (differs !== null) return fail(differs);
  const agreed = await agreement(desk, accepted.value);
  if (!agreed.ok) return agreed;
  const own = ownApproval(signed, agreed.value, desk);
  if (own !== null) return fail(own);
  const may = isRollback
    ? wasInForce(live.value, pointer)
    : await mayBegin(desk, signed, { ...accepted.value, published: agreed.value }, terms);
  if (!may.ok) return may;
  const put = await desk.shelf.put('live', signed, live.value.revision);
  if (put.ok) return accepted;
  return put.error.kind === 'broker' ? fail(refusal('unreachable', put.error.message)) : fail(outrun());
}

/** Whoever published a version is no second person for it, needed or not. */
function ownApproval(signed: SignedPointer, published: StoredVersion, { trusted }: Desk): Refusal | null {
  const approver = approverOf(signed, trusted);
  if (approver === null || approver.id !== published.publisher.id) return null;
  const { version } = published.manifest;
  return refusal('same-signer', `${approver.name} has published version ${version}: another approves it`);
}

/**
 * What a second person is asked for; nothing: nobody has to be asked. Fails where no signature would help. Nothing is
 * written.
 */
export async function askedOfSecond(
  desk: Desk,
  signed: SignedPointer,
  terms: ActivateTerms,
): Promise<Result<readonly string[], Refusal>> {
  const accepted = acceptPointer(signed, { serial: 0, floor: 0 }, desk.trusted);
  if (!accepted.ok) return accepted;
  const agreed = await agreement(desk, accepted.value);
  if (!agreed.ok) return agreed;
  const measured = await measure(desk, agreed.value, terms);
  if (!measured.ok) return measured;
  const unknown = unknownEffect(accepted.value.pointer, measured.value);
  return unknown === null ? ok(measured.value.loud) : fail(unknown);
}

/** Who published what the pointer names, and that it was somebody else. */
async function agreement(desk: Desk, activated: Activated): Promise<Result<StoredVersion, Refusal>> {
  const { version, base } = activated.pointer;
  const published = await desk.version(version);
  if (!published.ok) return published;
  const others = base === null ? ok(null) : await desk.version(base);
  if (!others.ok) return others;
  const agreed = agree(activated, published.value, others.value);
  return agreed.ok ? published : agreed;
}

/** What is in force for those that `wanted` is not meant for, or not yet. */
function baseFor(current: Pointer | null, wanted: Wanted, nowMs: number): Result<number | null, Refusal> {
  if (wanted.institutions === null && wanted.notBefore === null) return ok(null);
  if (current === null) return ok(null);
  if (!hasBegun(current, nowMs)) return ok(current.base);
  if (current.institutions === null) return ok(current.version);
  if (wanted.notBefore === null && keeps(current, wanted)) return ok(current.base);
  const where = current.institutions.join(', ');
  const sentence = `version ${current.version} is in force at ${where} only, and would be lost there`;
  return fail(refusal('other-content', `${sentence}: activate it for all, or roll back, first`));
}

/** Nobody loses a version by accident: named again, or the same version for others. */
function keeps(current: Pointer, wanted: Wanted): boolean {
  const named = new Set(wanted.institutions ?? []);
  return wanted.version === current.version || (current.institutions ?? []).every((one) => named.has(one));
}

async function lowestVersion(desk: Desk, live: Live, nowMs: number): Promise<Result<number, Refusal>> {
  const { floor } = live.accepted;
  const pointer = live.current?.pointer;
  if (pointer === undefined || !hasBegun(pointer, nowMs)) return ok(Math.max(1, floor));
  const inForce = await desk.version(pointer.version);
  // A version that nobody believes any more binds nobody.
  if (!inForce.ok) return inForce.error.reason === 'unreachable' ? inForce : ok(Math.max(1, floor));
  return ok(Math.max(1, floor, inForce.value.manifest.floor));
}

function wasInForce({ current, trail }: Live, { version, institutions, notBefore }: Pointer) {
  const said = trail.flatMap((entry) => (entry.said.ok ? [entry.said.value.pointer] : []));
  const was = said.some((one) => one.version === version || one.base === version);
  const isBack = current !== null && version < current.pointer.version;
  if (was && isBack && institutions === null && notBefore === null) return ok(null);
  const back = 'going back is at once, for all, and to a lower version that has been in force';
  return fail(refusal('unknown-version', `version ${version} is not one to go back to: ${back}`));
}

/** What the checks would have written stands in the pointer. */
function unlike(pointer: Pointer, drafted: Pointer): Refusal | null {
  const keys = ['serial', 'rulesetId', 'base', 'floor'] as const;
  const wrong = keys.find((key) => canonicalText(pointer[key]) !== canonicalText(drafted[key]));
  if (wrong === undefined) return null;
  const sentence = `the pointer's "${wrong}" is ${canonicalText(pointer[wrong])}`;
  const should = `it should be ${canonicalText(drafted[wrong])}`;
  return refusal(wrong === 'serial' ? 'overtaken' : 'other-content', `${sentence}, ${should}`);
}

function outrun(): Refusal {
  return refusal('overtaken', 'somebody else has changed what is in force meanwhile: look again');
}

interface Beginning extends Activated {
  readonly published: StoredVersion;
}

/** PG-16. */
async function mayBegin(
  desk: Desk,
  signed: SignedPointer,
  beginning: Beginning,
  terms: ActivateTerms,
): Promise<Result<null, Refusal>> {
  const { pointer, published } = beginning;
  const measured = await measure(desk, published, terms);
  if (!measured.ok) return measured;
  const { loud } = measured.value;
  // Said to be unmeasured or not: that excuses nothing that was measured.
  if (loud.length > 0 && approverOf(signed, desk.trusted) === null) {
    const why = loud.join('; ');
    return fail(refusal('impact', `a second person has to approve version ${pointer.version}: ${why}`));
  }
  const unknown = unknownEffect(pointer, measured.value);
  return unknown === null ? ok(null) : fail(unknown);
}

/** Null: it is known, or somebody says that it is not. */
function unknownEffect(pointer: Pointer, { missing }: ImpactAnswer): Refusal | null {
  if (missing.length === 0 || saysUnmeasured(pointer)) return null;
  return refusal('impact', `the effect of version ${pointer.version} is not known: ${missing.join('; ')}`);
}

async function measure(
  desk: Desk,
  { manifest }: StoredVersion,
  { ceiling, weigh }: ActivateTerms,
): Promise<Result<ImpactAnswer, Refusal>> {
  const { replay: mark, version } = manifest;
  if (mark === null) return ok({ loud: [], missing: ['no replay of history is attached'] });
  const report = await desk.text(mark.digest);
  if (!report.ok) return report;
  const figures = await readTrialFigures(desk, version);
  if (!figures.ok) return figures;
  const text = await desk.bundled(version);
  if (!text.ok) return text;
  const shadow = (figures.value?.bands ?? []).flatMap(({ scene, figures: own }) =>
    own === undefined ? [] : [{ scene, claims: own.claims, rules: own.rules }],
  );
  return await weigh({ text: text.value, report: report.value, mark, shadow, ceiling });
}
