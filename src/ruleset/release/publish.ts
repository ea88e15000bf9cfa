/** A new version: what its manifest says, and everything that is checked before it is written. */
import { fail, ok, type Result } from '../../base/result.js';
import { canonicalText } from '../compile/canonical.js';
import type { Diagnostic } from '../diagnostics/diagnostic.js';
import { renderDiagnostics } from '../diagnostics/render.js';
import { ownImpact } from '../guard/impact-gate.js';
import type { RulesSource } from '../parse/parse-rules.js';
import { type Bundle, type BundledText, openBundle, openText } from './bundle.js';
import { countedOn, longestVersionLeap, mostCounted } from './counted-on.js';
import type { Desk } from './desk.js';
import { changedIds } from './diff.js';
import { type Examination, examine, type FailedExample, type SoundRuleset } from './examine.js';
import { usualCeiling } from './impact.js';
import { killSwitchesOf } from './kill-switches.js';
import { type Manifest, readManifest } from './manifest.js';
import { type Refusal, type RefusalReason, refusal } from './refusal.js';
import { type ReadReplay, readReplay } from './replay-mark.js';
import { type Since, sinceAt, sinceNow } from './since.js';
import { type Signed, unverified, verify } from './statement.js';

/** A refusal with the mistakes of the rules, where these are the reason. */
export interface Declined extends Refusal {
  readonly diagnostics: readonly Diagnostic[];
  readonly examples: readonly FailedExample[];
}

/** Where a new version would stand. */
export interface Footing {
  readonly next: number;
  /** The newest version that is believed and has its text, which the new one is compared with; null: none. */
  readonly previous: number | null;
  readonly previousText: BundledText | null;
  /** The newest version that is believed, where its text is lost and it cannot be compared with; null: it can. */
  readonly lost: number | null;
  /** Of the rules of that version. */
  readonly since: Since;
  /** Floor of the newest version that is believed. */
  readonly floor: number;
}

export interface Publication {
  readonly signed: Signed;
  readonly bundle: Bundle;
  /** The replay report that the manifest names; null: it names none. */
  readonly report: Uint8Array | null;
}

/** A publication with what stands in its way, as far as its texts and its manifest go; null: nothing. */
export interface Offer extends Publication {
  readonly objection: Declined | null;
}

/** `next` is above every number that lies at the broker or that its trail names. */
export async function footing(desk: Desk): Promise<Result<Footing, Refusal>> {
  const number = await nextNumber(desk);
  if (!number.ok) return number;
  const versions = await desk.versions();
  if (!versions.ok) return versions;
  const next = number.value;
  const believed = [...versions.value.values()].flatMap((read) => (read.ok ? [read.value.manifest] : []));
  const floor = believed.at(-1)?.floor ?? 1;
  const compared = await newestWithText(desk, believed);
  if (!compared.ok) return compared;
  const { version: previous, text: previousText } = compared.value ?? { version: null, text: null };
  const newest = believed.at(-1)?.version ?? null;
  const lost = newest === previous ? null : newest;
  const since = sinceAt(believed.filter(({ version }) => version <= (previous ?? 0)));
  return ok({ next, previous, previousText, lost, since, floor });
}

/** What follows where the newest version cannot be compared with, as a sentence; null: it can. */
export function notCompared({ previous, lost }: Pick<Footing, 'previous' | 'lost'>): string | null {
  if (lost === null) return null;
  const [instead, rules] =
    previous === null
      ? ['no version', 'every rule']
      : [`version ${previous}`, `every rule that version ${previous} does not have as it is`];
  return (
    `the text of version ${lost} is lost at the broker, so it was compared with ${instead}: ${rules} counts as ` +
    'changed here, and brakes on it end when this version comes into force (`claimgate overlay kill` keeps a rule off)'
  );
}

/**
 * The same for whoever is about to publish. A broker that has lost versions would give their numbers out again: nodes
 * that know them are told to look, and put the newest back. `settle`: resolves when they have had the time to.
 */
export async function footingForAll(
  desk: Desk,
  settle: () => Promise<void>,
): Promise<Result<Footing, Refusal>> {
  // Written over what there is not, so nothing is stored; whoever follows the documents hears it all the same.
  const told = await desk.shelf.put('version.0', {}, mostCounted);
  if (!told.ok && told.error.kind === 'broker') return fail(refusal('unreachable', told.error.message));
  await settle();
  return await footing(desk);
}

async function nextNumber(desk: Desk): Promise<Result<number, Refusal>> {
  const versions = await desk.numbers();
  if (!versions.ok) return versions;
  const live = await desk.live();
  if (!live.ok) return live;
  const named = live.value.trail.flatMap(({ said }) => (said.ok ? [said.value.pointer] : []));
  const all = [...versions.value, ...named.flatMap(({ version, base }) => [version, base ?? version])];
  const ascending = all.toSorted((a, b) => a - b);
  return ok(countedOn(ascending, longestVersionLeap) + 1);
}

/** Null: there is none. The text of a version that the broker has lost may be gone, though its manifest is back. */
async function newestWithText(
  desk: Desk,
  manifests: readonly Manifest[],
): Promise<Result<{ readonly version: number; readonly text: BundledText } | null, Refusal>> {
  for (const { version } of manifests.toReversed()) {
    const text = await desk.bundled(version);
    if (text.ok) return ok({ version, text: text.value });
    if (text.error.reason !== 'unknown-version') return text;
  }
  return ok(null);
}

/** Compiles, and compares with the version before: seconds of work. */
export function examineAt(
  source: RulesSource,
  { previousText }: Pick<Footing, 'previousText'>,
): Result<Examination, Refusal> {
  const previous = previousText === null ? ok(null) : openText(previousText);
  return previous.ok ? ok(examine({ source, previous: previous.value })) : previous;
}

/** What whoever publishes signs. */
export function draftManifest(
  sound: SoundRuleset,
  { previous, floor, since }: Pick<Footing, 'previous' | 'floor' | 'since'>,
  rest: {
    readonly digest: string;
    readonly publishedAtMs: number;
    readonly replay: Pick<ReadReplay, 'mark' | 'impact'> | null;
  },
): Manifest {
  const { rulesetId, name, version, asOf, warnings, diff } = sound;
  const rules = sound.rules.map(({ id }) => id);
  const ids = changedIds(diff, rules);
  const killSwitches = killSwitchesOf(sound.rules);
  return {
    format: 1,
    version,
    previous,
    rulesetId,
    name,
    asOf,
    sourceDigest: rest.digest,
    publishedAt: new Date(rest.publishedAtMs).toISOString(),
    ...ids,
    since: sinceNow(version, ids, rules, since),
    ...(Object.keys(killSwitches).length === 0 ? {} : { killSwitches }),
    warnings: warnings.length,
    replay: rest.replay?.mark ?? null,
    impact: ownImpact({ id: rulesetId, rules: sound.rules }, rest.replay?.impact ?? null, usualCeiling),
    floor,
  };
}

/** Why a rule set cannot be published under the next number; null: it can. */
export function obstacle(examined: Examination, next: number): Declined | null {
  if (!examined.compiles) {
    const { diagnostics, failure = renderDiagnostics(diagnostics) } = examined;
    return { ...declined('does-not-compile', failure), diagnostics };
  }
  const { failed, examples, version } = examined;
  if (failed.length > 0) {
    const lines = failed.map(({ rule, name, problems }) => `${rule}, ${name}: ${problems.join('; ')}`);
    const sentence = [`${failed.length} of ${examples} examples do not hold`, ...lines].join('\n');
    return { ...declined('failing-examples', sentence), examples: failed };
  }
  return version === next ? null : wrongNumber(version, next);
}

/** Checks as every desk does, whoever drafted; who has signed is not looked at. `examined`: where that is done. */
export function appraise(
  { signed, bundle, report }: Publication,
  ground: Footing,
  examined: Examination | null = null,
): Offer {
  const replayed = report === null ? null : readReplay(report);
  const replay = replayed?.ok === true ? replayed.value : null;
  const objection =
    replayed?.ok === false
      ? declined('impact', replayed.error)
      : objectionTo({ signed, bundle }, replay, ground, examined);
  return { signed, bundle, report: replay?.bytes ?? null, objection };
}

function objectionTo(
  { signed, bundle }: Pick<Publication, 'signed' | 'bundle'>,
  replay: ReadReplay | null,
  ground: Footing,
  known: Examination | null,
): Declined | null {
  const manifest = readManifest(unverified(signed));
  if (!manifest.ok) return withoutDetail(manifest.error);
  const { sourceDigest, version } = manifest.value;
  const source = openBundle(bundle.bytes, sourceDigest, '');
  if (!source.ok) return withoutDetail(source.error);
  if (version !== ground.next) return wrongNumber(version, ground.next);
  const examined = known === null ? examineAt(source.value, ground) : ok(known);
  if (!examined.ok) return withoutDetail(examined.error);
  const stands = obstacle(examined.value, ground.next);
  if (stands !== null || !examined.value.compiles) return stands;
  return untruth(manifest.value, examined.value, ground, replay);
}

/** Sees who has signed, and writes. Answers the manifest. */
export async function publish(desk: Desk, offer: Offer): Promise<Result<Manifest, Declined>> {
  const verified = verify(offer.signed, { kind: 'manifest', role: 'publish', trusted: desk.trusted });
  const manifest = verified.ok ? readManifest(verified.value.content) : verified;
  if (!manifest.ok) return fail(withoutDetail(manifest.error));
  return offer.objection === null ? await write(desk, offer, manifest.value) : fail(offer.objection);
}

/** What the manifest says otherwise than it is. */
function untruth(
  manifest: Manifest,
  sound: SoundRuleset,
  ground: Footing,
  report: ReadReplay | null,
): Declined | null {
  const unlike = unlikeReport(manifest, report);
  if (unlike !== null) return unlike;
  const { sourceDigest: digest, floor, publishedAt } = manifest;
  const rest = { digest, publishedAtMs: Date.parse(publishedAt), replay: report };
  const drafted = draftManifest(sound, { ...ground, floor }, rest);
  const wrong = (Object.keys({ ...manifest, ...drafted }) as (keyof Manifest)[]).find(
    (key) => key !== 'publishedAt' && canonicalText(drafted[key]) !== canonicalText(manifest[key]),
  );
  if (wrong !== undefined) {
    const sentence = `the manifest's "${wrong}" is ${canonicalText(manifest[wrong] ?? null)}`;
    return declined('other-content', `${sentence}, it should be ${canonicalText(drafted[wrong] ?? null)}`);
  }
  if (floor < ground.floor || floor > manifest.version) {
    const bounds = `from ${ground.floor}, the floor before, to ${manifest.version}, the version itself`;
    return declined('older-than-floor', `the floor may be ${bounds}, not ${floor}`);
  }
  return null;
}

function unlikeReport({ replay, rulesetId }: Manifest, report: ReadReplay | null): Declined | null {
  if (report !== null && report.impact.rulesetId !== rulesetId) {
    return declined('impact', `the replay is of ${report.impact.rulesetId}, not of ${rulesetId}`);
  }
  if (canonicalText(report?.mark ?? null) === canonicalText(replay)) return null;
  return declined('other-content', 'the manifest says something else of the replay than its report');
}

async function write(
  desk: Desk,
  { signed, bundle, report }: Publication,
  manifest: Manifest,
): Promise<Result<Manifest, Declined>> {
  const texts: readonly (readonly [string, Uint8Array])[] = [
    [bundle.digest, bundle.bytes],
    ...(report === null || manifest.replay === null ? [] : [[manifest.replay.digest, report] as const]),
  ];
  // A node may have put numbers back since the last look.
  const next = await nextNumber(desk);
  if (!next.ok) return fail(withoutDetail(next.error));
  if (next.value !== manifest.version) return fail(wrongNumber(manifest.version, next.value));
  for (const [digest, bytes] of texts) {
    const kept = await desk.shelf.putText(digest, bytes);
    if (!kept.ok) return fail(declined('unreachable', kept.error));
  }
  const put = await desk.shelf.put(`version.${manifest.version}`, signed, 0);
  if (put.ok) return ok(manifest);
  if (put.error.kind === 'broker') return fail(declined('unreachable', put.error.message));
  return fail(wrongNumber(manifest.version, manifest.version + 1));
}

function wrongNumber(version: number, next: number): Declined {
  const why =
    version < next
      ? `version ${version} has been published`
      : `there is no version ${version - 1} yet; if the broker has lost it, start a node that knew it first`;
  const mend = `the next number is ${next}: write "version: ${next}" in ruleset.yaml`;
  return declined('overtaken', `${why}; ${mend}`);
}

function declined(reason: RefusalReason, message: string): Declined {
  return withoutDetail(refusal(reason, message));
}

function withoutDetail(refused: Refusal): Declined {
  return { ...refused, diagnostics: [], examples: [] };
}
