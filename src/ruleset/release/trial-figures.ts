/**
 * What a shadow has shown of a version before it came into force: how often each scene is alerted and held, where no
 * replay has claims of it. Signed by whoever puts the version in force, and kept beside its manifest.
 */
import { fail, ok, type Result } from '../../base/result.js';
import { countedOn } from './counted-on.js';
import { type Desk, type StoredVersion, unreachable } from './desk.js';
import { isCount, isInstant, isText, orAbsent, readDocument, type Shape } from './document.js';
import type { SigningKey } from './keys.js';
import { type Band, isBand } from './manifest.js';
import { type Refusal, refusal } from './refusal.js';
import { type Signed, sign, verify } from './statement.js';

export interface TrialFigures {
  readonly format: 1;
  /** One more than that of the figures before them; absent in those from before it was told: 0. */
  readonly serial?: number;
  readonly version: number;
  readonly rulesetId: string;
  /** Claims that were compared, in scenes that have a band here and in others. */
  readonly claims: number;
  /** With the figures that they were made of. */
  readonly bands: readonly Band[];
  readonly signedAt: string;
}

const shape: Shape<TrialFigures> = {
  format: (value): value is 1 => value === 1,
  serial: orAbsent(isCount),
  version: isCount,
  rulesetId: isText,
  claims: isCount,
  bands: (value): value is readonly Band[] => Array.isArray(value) && value.every(isBand),
  signedAt: isInstant,
};

/** Whether they say anything of what the version does: a shadow that was ended at once has seen nothing. */
export function hasSeen({ claims, bands }: TrialFigures): boolean {
  return claims > 0 && bands.length > 0;
}

export function signTrialFigures(figures: TrialFigures, key: SigningKey): Signed {
  return sign('trial', figures, key);
}

/**
 * The last that were signed, whatever was put over them. Null: there are none, or nobody has signed them who may:
 * somebody who may activate, and has not published the version.
 */
export async function readTrialFigures(
  desk: Desk,
  version: number,
): Promise<Result<TrialFigures | null, Refusal>> {
  const history = unreachable(await desk.shelf.history(`trial.${version}`));
  if (!history.ok || history.value.length === 0) return history.ok ? ok(null) : history;
  const published = await desk.version(version);
  if (!published.ok) return published.error.reason === 'unreachable' ? published : ok(null);
  const believed = history.value.flatMap(({ value }) => {
    const accepted = believedFigures(desk, value, published.value);
    return accepted.ok ? [accepted.value] : [];
  });
  // One that leaps is not the last: nothing could come after it.
  const most = countedOn(believed.map(serialOf));
  const counted = believed.filter((figures) => serialOf(figures) <= most);
  return ok(counted.reduce<TrialFigures | null>(later, null));
}

function believedFigures(
  { trusted }: Desk,
  signed: unknown,
  { manifest, publisher }: StoredVersion,
): Result<TrialFigures, Refusal> {
  const verified = verify(signed, { kind: 'trial', role: 'activate', trusted });
  if (!verified.ok) return verified;
  const { content, signer } = verified.value;
  const read = readDocument(content, shape, 'figures of a shadow');
  if (!read.ok) return read;
  const { rulesetId, version } = read.value;
  if (version !== manifest.version || rulesetId !== manifest.rulesetId) {
    return fail(refusal('other-content', `they are of version ${version}, ${rulesetId}`));
  }
  if (publisher.id !== signer.id) return read;
  return fail(refusal('same-signer', `${signer.name} has published version ${version}: another signs them`));
}

export interface WantedFigures extends Pick<TrialFigures, 'claims' | 'bands'> {
  readonly version: number;
}

/** What is to be signed. */
export async function draftTrialFigures(
  desk: Desk,
  { version, claims, bands }: WantedFigures,
  nowMs: number,
): Promise<Result<TrialFigures, Refusal>> {
  const published = await desk.version(version);
  if (!published.ok) return published;
  const last = await readTrialFigures(desk, version);
  if (!last.ok) return last;
  const { rulesetId } = published.value.manifest;
  const serial = serialOf(last.value) + 1;
  return ok({
    format: 1,
    serial,
    version,
    rulesetId,
    claims,
    bands,
    signedAt: new Date(nowMs).toISOString(),
  });
}

/** Checks as every reader does, and that they come after those that are there. */
export async function putTrialFigures(
  desk: Desk,
  version: number,
  signed: Signed,
): Promise<Result<TrialFigures, Refusal>> {
  const lies = unreachable(await desk.shelf.document(`trial.${version}`));
  if (!lies.ok) return lies;
  const published = await desk.version(version);
  if (!published.ok) return published;
  const accepted = believedFigures(desk, signed, published.value);
  if (!accepted.ok) return accepted;
  const last = await readTrialFigures(desk, version);
  if (!last.ok) return last;
  const [serial, before] = [serialOf(accepted.value), serialOf(last.value)];
  if (serial !== before + 1) {
    return fail(refusal('overtaken', `figures ${serial} do not follow figures ${before}`));
  }
  const put = await desk.shelf.put(`trial.${version}`, signed, lies.value?.revision ?? 0);
  if (put.ok) return accepted;
  if (put.error.kind === 'broker') return fail(refusal('unreachable', put.error.message));
  return fail(refusal('overtaken', 'somebody else has put figures there meanwhile: try again'));
}

/** One serial is given twice only where the broker has lost figures, and by those who did not count yet. */
function later(a: TrialFigures | null, b: TrialFigures): TrialFigures {
  const difference = serialOf(b) - serialOf(a);
  if (a === null || difference > 0) return b;
  return difference === 0 && Date.parse(b.signedAt) > Date.parse(a.signedAt) ? b : a;
}

function serialOf(figures: TrialFigures | null): number {
  return figures?.serial ?? 0;
}
