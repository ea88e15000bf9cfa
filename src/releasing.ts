/**
 * Releases put together, in the order of a node's life:
 *
 *   the folder is in force ─▶ whatever lies at the broker; where that is not reached, or refused, what was in force
 *   when the node went down ─▶ whatever lies at the broker, from now on
 *
 * A node that trusts nobody runs its folder and nothing else.
 */
import { readFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { systemClock } from './base/clock.js';
import { fail, ok, type Result } from './base/result.js';
import { Braking } from './braking.js';
import type { Settings } from './config/settings.js';
import { oneAtATime } from './gateway/desk-queue.js';
import type { RulesetDoor } from './gateway/rulesets.js';
import type { NatsLink } from './nats/connection.js';
import { ReleaseStore } from './nats/release-store.js';
import type { BrakeEvents } from './ops/brake-events.js';
import type { Readiness } from './ops/health.js';
import type { OverlayEvents } from './ops/overlay-events.js';
import type { ReleaseEvents, RulesetInForce } from './ops/release-events.js';
import { Overlays } from './overlays.js';
import { Releases, type Rulesets } from './releases.js';
import type { Artifact } from './ruleset/build-ruleset.js';
import { KeptOverlay } from './ruleset/overlay/kept-overlay.js';
import type { Overlay } from './ruleset/overlay/overlay.js';
import { proposeBrake } from './ruleset/overlay/propose-brake.js';
import { trialTerms } from './ruleset/release/brake/trial-terms.js';
import { Desk } from './ruleset/release/desk.js';
import { usualCeiling } from './ruleset/release/impact.js';
import { KeptReleases } from './ruleset/release/kept-releases.js';
import type { Manifest } from './ruleset/release/manifest.js';
import { NewestVersion } from './ruleset/release/newest-version.js';
import { settle } from './ruleset/release/settled.js';
import { readTrustedKeys, type TrustedKeys } from './ruleset/release/trust.js';
import { type Compile, compileOnce } from './screening/compile-once.js';
import { compileInProcess, mannersOf } from './screening/compile-process.js';
import { deskWork } from './screening/desk-process.js';
import type { JudgedWatchers } from './screening/judged.js';
import { type Shadowing, type ShadowingOptions, startShadows } from './shadow/start.js';

export interface ReleasingOptions {
  readonly settings: Settings;
  readonly link: NatsLink;
  readonly rulesets: Rulesets & { useOverlay(overlay: Overlay): void };
  /** What the node's own folder has compiled to; in force already. */
  readonly folder: Artifact;
  readonly readiness: Readiness;
  readonly events: ReleaseEvents;
  readonly overlayEvents: OverlayEvents;
  readonly brakeEvents: BrakeEvents;
  /** Of what claims are judged to. */
  readonly watchers: JudgedWatchers;
  /** What it takes to try a version beside the one in force. */
  readonly shadowing: Pick<ShadowingOptions, 'screening' | 'judges' | 'threads' | 'watchdogMs' | 'events'>;
  /** Told to leave before it has started. */
  readonly stopping: AbortSignal;
}

export interface Releasing {
  /** Of HTTP; null: nobody is trusted, so there are no releases. */
  readonly door: RulesetDoor | null;
  stop(): Promise<void>;
}

/**
 * Puts in force what lies at the broker, and keeps to it from then on. A broker that is not reached within two seconds
 * is not waited for: what was in force when the node went down goes on until it is there. What cannot be put back keeps
 * the node from being ready until something else is in force; so does what lies there and is refused, where nothing was
 * ever accepted here and its own folder did not count before. Fails with a sentence where the file of trusted keys is
 * no good.
 */
export async function startReleasing(options: ReleasingOptions): Promise<Result<Releasing, string>> {
  const { settings, events } = options;
  const trusted = await readTrusted(settings.CLAIMGATE_RELEASE_KEYS);
  if (!trusted.ok) return trusted;
  events.rulesetsInForce(counted(options.folder), []);
  if (trusted.value !== null) return ok(await follow(options, trusted.value));
  events.releasesIgnored();
  return ok({ door: null, stop: async () => {} });
}

async function follow(options: ReleasingOptions, trusted: TrustedKeys): Promise<Releasing> {
  const { settings, link, rulesets, stopping } = options;
  const store = new ReleaseStore({ link, replicas: settings.CLAIMGATE_REPLICAS });
  const braking = startBraking(options, store, trusted);
  const compile = newCompiler();
  let versions: readonly Manifest[] = [];
  let shadows: Shadowing | null = null;
  const releases = new Releases({
    store,
    trusted,
    kept: new KeptReleases(join(settings.CLAIMGATE_DATA_DIR, 'releases')),
    rulesets,
    compile,
    folder: counted(options.folder),
    events: watching(options),
    clock: systemClock,
    onVersions: (manifests) => {
      versions = manifests;
      braking.versionsInForce(manifests);
      shadows?.versionsChange();
    },
    onOwnFolder: () => options.readiness.clear('release'),
  });
  const overlays = keepToOverlay(options, store, trusted, braking, () => versions);
  stopping.addEventListener('abort', () => void releases.stop(), { once: true });
  await begin(overlays, releases, options);
  const following = followShadows(options, {
    compile,
    store,
    trusted,
    floor: () => releases.floor,
    tried: (manifest) => braking.versionTried(manifest),
  });
  shadows = following;
  const newest = new NewestVersion({
    store,
    trusted,
    path: join(settings.CLAIMGATE_DATA_DIR, 'releases', 'newest-version.json'),
    events: options.events,
  });
  let stopped = false;
  void link.up().then((up) => {
    if (!up.ok || stopped) return;
    overlays.start();
    releases.start();
    newest.start();
  });
  return {
    door: doorOf(options, store, trusted, following),
    stop: async () => {
      stopped = true;
      braking.stop();
      await Promise.all([releases.stop(), overlays.stop(), newest.stop(), following.stop()]);
    },
  };
}

function followShadows(
  { settings, link, shadowing }: ReleasingOptions,
  rest: Pick<ShadowingOptions, 'compile' | 'store' | 'trusted' | 'floor' | 'tried'>,
): Shadowing {
  const folder = join(settings.CLAIMGATE_DATA_DIR, 'releases');
  return startShadows({ ...shadowing, ...rest, link, folder, clock: systemClock });
}

function doorOf(
  { folder }: ReleasingOptions,
  store: ReleaseStore,
  trusted: TrustedKeys,
  shadows: Shadowing,
): RulesetDoor {
  return {
    store,
    trusted,
    work: deskWork(),
    alone: oneAtATime(),
    ceiling: usualCeiling,
    clock: systemClock,
    settle,
    shadow: shadows.report,
    folderRules: folder.rules,
  };
}

function newCompiler(): Compile {
  return compileOnce((task, signal, haste = 'gently') =>
    compileInProcess(task, { signal, ...mannersOf(haste) }),
  );
}

function counted({ id, name, version, rules }: Artifact): RulesetInForce {
  return { id, name, version, rules: rules.length };
}

/** Null: nobody. */
async function readTrusted(path: string | null): Promise<Result<TrustedKeys | null, string>> {
  if (path === null) return ok(null);
  try {
    const read = readTrustedKeys(await readFile(path, 'utf8'));
    return read.ok ? read : fail(`${path}: ${read.error}`);
  } catch (error) {
    return fail(`${path}: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** Nobody is answered before it is done. */
async function begin(overlays: Overlays, releases: Releases, options: ReleasingOptions): Promise<void> {
  const { link, readiness, events, overlayEvents, stopping } = options;
  const reached = await isReached(link, stopping);
  if (!reached && !stopping.aborted) {
    events.releasesUnreadable(
      `the broker is not reached within ${reachMs / 1_000} s: what is kept here goes on`,
    );
  }
  // Until it is: by its own folder the node would answer otherwise than all others.
  readiness.hold('release');
  const release = await releases.begin(reached);
  const overlay = await overlays.begin(reached);
  if (stopping.aborted) return;
  if (!overlay.ok) overlayEvents.overlayNotResumed(overlay.error);
  if (!overlay.ok && overlays.number === 0) readiness.hold('overlay');
  if (!release.ok) events.releaseNotResumed(release.error);
  else if (readiness.reasons.includes('release')) events.releaseUnknown();
}

/** A broker that is there is reached in a moment; hospitals wait for no other. */
const reachMs = 2_000;

async function isReached(link: NatsLink, stopping: AbortSignal): Promise<boolean> {
  const over = AbortSignal.any([AbortSignal.timeout(reachMs), stopping]);
  const late = new Promise<false>((resolve) => {
    over.addEventListener('abort', () => resolve(false), { once: true });
  });
  return stopping.aborted ? false : await Promise.race([link.up().then(({ ok }) => ok), late]);
}

function startBraking(options: ReleasingOptions, store: ReleaseStore, trusted: TrustedKeys): Braking {
  const { rulesets, watchers, brakeEvents: events } = options;
  return new Braking({
    watchers,
    useOverlay: (overlay) => rulesets.useOverlay(overlay),
    propose: (entry) => proposeBrake(store, entry, trusted),
    termsOf: (manifest) => trialTerms(new Desk(store, trusted), manifest),
    node: `${hostname().slice(0, 100)} ${process.pid}`,
    events,
    clock: systemClock,
  });
}

function keepToOverlay(
  options: ReleasingOptions,
  store: ReleaseStore,
  trusted: TrustedKeys,
  braking: Braking,
  versions: () => readonly Manifest[],
): Overlays {
  const { settings, readiness, overlayEvents: events } = options;
  return new Overlays({
    store,
    trusted,
    kept: new KeptOverlay(join(settings.CLAIMGATE_DATA_DIR, 'releases')),
    versions,
    useOverlay: (overlay, braked, unbraked) => braking.overlayInForce({ overlay, braked, unbraked }),
    // Any overlay that is in force makes up for one that could not be put back.
    events: {
      ...events,
      overlayInForce: (change) => {
        readiness.clear('overlay');
        events.overlayInForce(change);
      },
    },
    clock: systemClock,
  });
}

/** Any release that is in force makes up for one that could not be put back. */
function watching({ events, readiness }: ReleasingOptions): ReleaseEvents {
  return {
    ...events,
    releaseInForce: (release) => {
      readiness.clear('release');
      events.releaseInForce(release);
    },
  };
}
