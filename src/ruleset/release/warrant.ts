/**
 * PG-16 as nodes ask it, by what is signed alone: whoever writes at the broker past every desk brings in no higher
 * version whose effect nobody has measured without saying so, nor alone one that speaks too often. Going back has to be
 * quick, and is asked nothing, whatever is lost meanwhile.
 */
import { fail, ok, type Result } from '../../base/result.js';
import { approverOf } from './approval.js';
import type { Desk } from './desk.js';
import { saysUnmeasured } from './impact.js';
import { isLater, type Pointer } from './pointer.js';
import { type Before, manifestsIn, type Release, readRelease } from './read-release.js';
import { type Refusal, refusal } from './refusal.js';
import type { Published } from './release.js';
import { hasSeen, readTrialFigures } from './trial-figures.js';
import type { TrustedKey } from './trust.js';

/** A change of what is in force that names the version, and who has signed it as the second. */
interface Change {
  readonly pointer: Pointer;
  readonly approver: TrustedKey | null;
}

/** What lies at the broker, where a node may go by it. */
export async function readWarranted(
  signed: unknown,
  before: Before,
  desk: Desk,
): Promise<Result<Release, Refusal>> {
  const release = await readRelease(signed, before, manifestsIn(desk.shelf), desk.trusted);
  if (!release.ok) return release;
  const counts = await countsOn(release.value.pointer, before, desk);
  if (!counts.ok) return counts;
  for (const published of [release.value.published, release.value.base]) {
    if (published === null || !isForward(published.manifest.version, before.last)) continue;
    const may = await warranted(desk, release.value, published);
    if (!may.ok) return may;
  }
  return release;
}

/** Whoever knows of no change yet can tell by the trail alone, as a desk does, whether one has leapt. */
async function countsOn(
  { serial }: Pointer,
  { accepted, last }: Before,
  desk: Desk,
): Promise<Result<null, Refusal>> {
  if (last !== null || accepted.serial > 0) return ok(null);
  const live = await desk.live();
  if (!live.ok) return live;
  const known = live.value.accepted.serial;
  // A broker that has lost the trail tells nothing.
  if (known === 0 || serial <= known) return ok(null);
  return fail(refusal('unfit', `change ${serial} comes after change ${known}: nobody counts so far`));
}

/** To a version above those that the node goes by. One that goes by none takes what all others go by. */
function isForward(version: number, last: Pointer | null): boolean {
  return last !== null && version > Math.max(last.version, last.base ?? 0);
}

/** Of one of the versions that a change names. Fails with `impact`, or where the broker cannot be asked. */
async function warranted(
  desk: Desk,
  { pointer, signed }: Release,
  published: Published,
): Promise<Result<null, Refusal>> {
  const own = { pointer, approver: approverOf(signed, desk.trusted) };
  const may = await carry([own], published, desk);
  if (may.ok || may.error.reason !== 'impact') return may;
  // It may have come in before this node heard of it.
  const before = await changesBefore(desk, pointer);
  if (!before.ok) return before;
  const { version } = published.manifest;
  const naming = before.value.filter((change) => change.pointer.version === version);
  return await carry([own, ...naming], published, desk);
}

/** Whether the changes that name a version carry what its manifest asks for. */
async function carry(
  changes: readonly Change[],
  { manifest: { impact, version }, publisher }: Published,
  desk: Desk,
): Promise<Result<null, Refusal>> {
  // Published before it was told: the desks of its time have asked.
  if (impact === undefined) return ok(null);
  const isApproved = changes.some(({ approver }) => approver !== null && approver.id !== publisher.id);
  if (impact.loud && !isApproved) {
    const sentence = `nobody but one has approved version ${version}, which speaks too often for that`;
    return fail(refusal('impact', `${sentence}; ${onceMore}`));
  }
  if (impact.measured === 'wholly' || changes.some(({ pointer }) => saysUnmeasured(pointer))) return ok(null);
  const figures = impact.measured === 'partly' ? await readTrialFigures(desk, version) : ok(null);
  if (!figures.ok) return figures;
  if (figures.value !== null && hasSeen(figures.value)) return ok(null);
  const sentence = `the effect of version ${version} is not known, and the reason does not say so`;
  return fail(refusal('impact', `${sentence}; ${onceMore}`));
}

/** Nodes that have accepted it while that could be read go by it, and this one may not take their word. */
const onceMore = 'where other nodes go by it, activate it once more with all that it asks for';

async function changesBefore(desk: Desk, pointer: Pointer): Promise<Result<readonly Change[], Refusal>> {
  const live = await desk.live();
  if (!live.ok) return live;
  const changes = live.value.trail.flatMap(({ said, approver }) =>
    said.ok ? [{ pointer: said.value.pointer, approver }] : [],
  );
  return ok(changes.filter((change) => isLater(pointer, change.pointer)));
}
