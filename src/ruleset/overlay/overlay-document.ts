/** The overlay as people are shown it, by the command line and over HTTP. */
import { fail, ok, type Result } from '../../base/result.js';
import type { Desk } from '../release/desk.js';
import type { Manifest } from '../release/manifest.js';
import { type Refusal, refusal } from '../release/refusal.js';
import type { TrustedKey } from '../release/trust.js';
import { type BelievedOverlay, type Operated, overlayInForce } from './accept-overlay.js';
import { stillBraked } from './change-overlay.js';
import { type OverlayTrailEntry, type StandingOverlay, standingOverlay } from './overlay-shelf.js';
import { type FolderRules, type RulesInForce, rulesInForce } from './rules-in-force.js';

/** What stands, as JSON. `folderRules`: as where a change is checked. */
export async function overlayDocument(desk: Desk, nowMs: number, folderRules: FolderRules) {
  const standing = await standingOverlay(desk.shelf, desk.trusted);
  if (!standing.ok) return standing;
  const manifests = new Map<number, Result<Manifest, Refusal>>();
  for (const { version } of standing.value.believed?.brakes ?? []) {
    if (manifests.has(version)) continue;
    const found = await desk.version(version);
    if (!found.ok && found.error.reason === 'unreachable') return found;
    manifests.set(version, found.ok ? ok(found.value.manifest) : found);
  }
  const inForce = await rulesInForce(desk, folderRules);
  if (!inForce.ok && inForce.error.reason === 'unreachable') return inForce;
  return ok(documentOf(standing.value, manifests, inForce.ok ? inForce.value : null, nowMs));
}

export type OverlayDocument = ReturnType<typeof documentOf>;

function documentOf(
  { believed, trail }: StandingOverlay,
  manifests: ReadonlyMap<number, Result<Manifest, Refusal>>,
  inForce: RulesInForce | null,
  nowMs: number,
) {
  const { switches = [], snoozes = [], unbraked = [] } = believed?.operator?.overlay ?? {};
  const brakes = believed?.brakes ?? [];
  return {
    number: believed?.number ?? 0,
    operator: changeOf(believed?.operator ?? null),
    // Null: not all rules in force are known.
    switches: switches.map((one) => ({
      ...one,
      stops: inForce === null ? null : stoppedIn(inForce, one.rule),
    })),
    snoozes: snoozes.map((one) => ({ ...one, isOver: Date.parse(one.until) <= nowMs })),
    brakes: brakes.map((brake) => {
      const { version, rules } = brake;
      const held = stillBraked(version, [brake], unbraked);
      const alone = { ...(believed as BelievedOverlay), brakes: [brake] };
      const { ignored } = overlayInForce(
        alone,
        () => manifests.get(version) ?? fail(refusal('unknown-version', `there is no version ${version}`)),
      );
      return {
        ...brake,
        released: rules.filter((rule) => !held.includes(rule)),
        ignored: ignored.flatMap((one) => one.rules),
      };
    }),
    changes: trail.map(trailJson),
  };
}

/** Ids, in order. */
function stoppedIn({ rules, killSwitches }: RulesInForce, word: string): readonly string[] {
  const own = rules.has(word) ? [word] : [];
  return [...new Set([...own, ...(killSwitches.get(word) ?? [])])].toSorted();
}

function trailJson({ storedMs, said }: OverlayTrailEntry) {
  const storedAt = new Date(storedMs).toISOString();
  return said.ok ? { storedAt, ...saidJson(said.value) } : { storedAt, refused: said.error };
}

function saidJson({ number, operator, brakes }: BelievedOverlay) {
  const last = brakes.at(-1);
  const lastBrake = last === undefined ? null : { version: last.version, rules: last.rules, by: last.by };
  return { number, operator: changeOf(operator), lastBrake };
}

function changeOf(operated: Operated | null) {
  if (operated === null) return null;
  const { serial, reason, signedAt } = operated.overlay;
  return { serial, by: signerOf(operated.by), reason, signedAt };
}

function signerOf({ id, name }: TrustedKey) {
  return { key: id, name };
}
