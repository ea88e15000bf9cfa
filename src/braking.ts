/**
 * The safety brake of a node, in the order of the flow:
 *
 *   claims judged ─▶ shares against the bands of the version ─▶ rules stopped here, from the next batch on
 *   ─▶ written into the overlay ─▶ every node
 *
 * It stands between the overlay that lies at the broker and the threads, so that a stop waits for no broker.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Clock } from './base/clock.js';
import type { Result } from './base/result.js';
import type { BrakeEvents } from './ops/brake-events.js';
import { brakeSwitches } from './ruleset/overlay/brake-switches.js';
import type { Overlay } from './ruleset/overlay/overlay.js';
import type { Proposed } from './ruleset/overlay/propose-brake.js';
import type { BrakeEntry, Unbraked } from './ruleset/overlay/stored-overlay.js';
import { windowClaims } from './ruleset/release/brake/share-window.js';
import {
  type OutsideBand,
  type Stop,
  type TrialTerms,
  VersionBrake,
} from './ruleset/release/brake/version-brake.js';
import { rulesSwitched } from './ruleset/release/kill-switches.js';
import type { Manifest } from './ruleset/release/manifest.js';
import type { Refusal } from './ruleset/release/refusal.js';
import { type RuleAsOf, sinceOf } from './ruleset/release/since.js';
import type { Judged, JudgedWatchers } from './screening/judged.js';

export interface BrakingOptions {
  readonly watchers: Pick<JudgedWatchers, 'add'>;
  /** What threads go by, from the next batch on. */
  readonly useOverlay: (overlay: Overlay) => void;
  /** Writes it where every node reads it. */
  readonly propose: (entry: BrakeEntry) => Promise<Result<Proposed, Refusal>>;
  /** Asks the broker what the manifest does not say. */
  readonly termsOf: (manifest: Manifest) => Promise<Result<TrialTerms, Refusal>>;
  /** Named as the author of what it stops. */
  readonly node: string;
  readonly events: BrakeEvents;
  readonly clock: Clock;
  /** Between two attempts to write, or to ask. */
  readonly retryMs?: number;
}

/** The overlay that lies at the broker. */
export interface OverlayAtBroker {
  readonly overlay: Overlay;
  /** Rules that nodes have braked and that are held, under the version that has made them what they are. */
  readonly braked: readonly RuleAsOf[];
  /** Rules that operators have taken off the brake. */
  readonly unbraked: readonly Unbraked[];
}

/** A stop of this node, until the overlay at the broker says something of each of its rules. */
interface LocalStop {
  readonly entry: BrakeEntry;
  isWritten: boolean;
}

const nothing: OverlayAtBroker = {
  overlay: { number: 0, switches: [], snoozes: [] },
  braked: [],
  unbraked: [],
};

export class Braking {
  readonly #options: BrakingOptions;
  /** Versions in force, by rule set. */
  #versions: ReadonlyMap<string, VersionBrake> = new Map();
  /** A version that is tried beside them; nothing is counted of it. */
  #tried: Manifest | null = null;
  #atBroker = nothing;
  #local: readonly LocalStop[] = [];
  #outside: readonly (readonly OutsideBand[])[] = [];
  /** Those that everything is known of. */
  readonly #learned = new WeakSet<VersionBrake>();
  /** Scenes that were said to have no band. */
  readonly #unwatched = new WeakMap<VersionBrake, readonly string[]>();
  #problem = '';
  readonly #stopping = new AbortController();
  readonly #unwatch: () => void;

  constructor(options: BrakingOptions) {
    this.#options = options;
    this.#unwatch = options.watchers.add((judged) => this.#judged(judged));
  }

  /** The versions that claims are screened by from now on; what runs from the node's own folder is none. */
  versionsInForce(manifests: readonly Manifest[]): void {
    const before = this.#versions;
    const begun = manifests.filter(({ rulesetId }) => !before.has(rulesetId));
    this.#versions = new Map(
      manifests.map((manifest) => {
        const known = before.get(manifest.rulesetId);
        return [manifest.rulesetId, known ?? new VersionBrake(manifest)];
      }),
    );
    for (const { rulesetId } of begun) this.#begin(this.#versions.get(rulesetId) as VersionBrake);
    // Rules that were braked in another version may be the same in this one.
    this.#use();
    this.#tellOutside();
  }

  /** What is tried from now on goes by the same overlay; null: nothing is. */
  versionTried(manifest: Manifest | null): void {
    this.#tried = manifest;
    this.#use();
  }

  /** What threads go by from now on, together with what only this node has stopped so far. */
  overlayInForce(atBroker: OverlayAtBroker): void {
    this.#atBroker = atBroker;
    for (const version of this.#versions.values()) this.#heed(version);
    this.#use();
  }

  /** What could not be written is given up; it is in force here until the process ends. */
  stop(): void {
    this.#stopping.abort();
    this.#unwatch();
  }

  #begin(brake: VersionBrake): void {
    this.#heed(brake);
    if (brake.scenes.length > 0) this.#tellWatched(brake);
    void this.#learn(brake);
  }

  /** Watched by its manifest alone until then. */
  async #learn(brake: VersionBrake): Promise<void> {
    const { termsOf } = this.#options;
    await this.#untilDone(async () => {
      if (this.#versions.get(brake.manifest.rulesetId) !== brake) return true;
      const terms = await termsOf(brake.manifest);
      if (!terms.ok) return false;
      const before = [brake.rules, ...brake.scenes].join(' ');
      brake.learn(terms.value);
      if ([brake.rules, ...brake.scenes].join(' ') !== before || brake.scenes.length === 0) {
        this.#tellWatched(brake);
      }
      this.#learned.add(brake);
      this.#tellUnwatched(brake);
      this.#tellOutside();
      return true;
    });
  }

  #tellWatched({ version, scenes, rules, manifest: { replay } }: VersionBrake): void {
    const { events } = this.#options;
    const replayed = replay === null ? 'it was published without a replay' : 'its replay has judged no claim';
    const why = `${replayed}, and no figures of a shadow were put beside it`;
    if (rules === 0) events.brakeCannotWatch(version, null, 'it has changed no rule');
    else if (scenes.length === 0) events.brakeCannotWatch(version, null, why);
    else events.brakeWatches({ version, scenes, rules });
  }

  /** What operators and other nodes want of it. */
  #heed(brake: VersionBrake): void {
    const { manifest } = brake;
    const { overlay, braked, unbraked } = this.#atBroker;
    const own = this.#local.flatMap(({ entry }) => this.#unsaid(entry));
    const here = (rules: readonly RuleAsOf[]) =>
      rules.filter(({ rule, version }) => sinceOf(manifest, rule) === version).map(({ rule }) => rule);
    brake.leaveAlone(here([...braked, ...own]), here(unbraked));
    const killed = overlay.switches
      .filter(({ kind }) => kind === 'kill')
      .flatMap(({ rule }) => rulesSwitched(manifest, rule));
    const { since } = manifest;
    brake.killed(killed.filter((rule) => since === undefined || since[rule] !== undefined));
  }

  #judged({ rulesetId, outcomes }: Judged): void {
    const brake = this.#versions.get(rulesetId);
    if (brake === undefined) return;
    for (const stop of brake.judge(outcomes)) this.#stop(brake, stop);
    this.#tellOutside();
    this.#tellUnwatched(brake);
  }

  /** Written down under the versions that have made the rules what they are. */
  #stop({ version, manifest }: VersionBrake, stop: Stop): void {
    const { node, events, clock } = this.#options;
    const at = new Date(clock.wallMs()).toISOString();
    const rest = { scene: stop.scene, by: node, reason: reasonOf(stop), at };
    const locals = bySince(manifest, stop).map(([since, rules]): LocalStop => {
      return { entry: { version: since, rules, ...rest }, isWritten: false };
    });
    this.#local = [...this.#local, ...locals];
    this.#use();
    events.rulesStopped(version, stop);
    for (const local of locals) void this.#write(local);
  }

  async #write(local: LocalStop): Promise<void> {
    await this.#untilDone(async () => {
      const proposed = await this.#options.propose(local.entry);
      if (!proposed.ok) this.#notWritten(proposed.error.message);
      if (!proposed.ok) return false;
      local.isWritten = true;
      this.#problem = '';
      this.#use();
      return true;
    });
  }

  async #untilDone(attempt: () => Promise<boolean>): Promise<void> {
    const { retryMs = usualRetryMs } = this.#options;
    const { signal } = this.#stopping;
    while (!signal.aborted && !(await attempt())) {
      await sleep(retryMs, undefined, { ref: false, signal }).catch(() => {});
    }
  }

  #notWritten(problem: string): void {
    if (problem !== this.#problem) this.#options.events.stopNotWritten(problem);
    this.#problem = problem;
  }

  /** What only this node knows of makes an overlay of its own: the one that there will be when it is written. */
  #use(): void {
    const { useOverlay, events } = this.#options;
    const { overlay, braked } = this.#atBroker;
    this.#local = this.#local.filter(({ entry }) => this.#unsaid(entry).length > 0);
    const own = this.#local.flatMap(({ entry }) => this.#unsaid(entry));
    const judging = [...this.#manifests, ...(this.#tried === null ? [] : [this.#tried])];
    const known = new Set(overlay.switches.map(nameOf));
    const switches = brakeSwitches([...braked, ...own], judging).filter((one) => !known.has(nameOf(one)));
    const number = own.length === 0 ? overlay.number : overlay.number + 1;
    useOverlay(
      switches.length === 0 && own.length === 0
        ? overlay
        : { number, switches: [...overlay.switches, ...switches], snoozes: overlay.snoozes },
    );
    events.stopsUnwritten(this.#local.filter(({ isWritten }) => !isWritten).length);
    this.#tellBraked([...braked, ...own]);
  }

  get #manifests(): readonly Manifest[] {
    return [...this.#versions.values()].map(({ manifest }) => manifest);
  }

  /** Without rules that everybody has stopped, and those that operators have taken off the brake. */
  #unsaid(entry: BrakeEntry): readonly RuleAsOf[] {
    const { braked, unbraked } = this.#atBroker;
    const said = [...braked, ...unbraked];
    return rulesOf(entry).filter(
      ({ version, rule }) => !said.some((one) => one.version === version && one.rule === rule),
    );
  }

  /** Under the versions that operators name to take them off. */
  #tellBraked(braked: readonly RuleAsOf[]): void {
    const manifests = this.#manifests;
    const held = braked.filter(({ version, rule }) =>
      manifests.some((manifest) => sinceOf(manifest, rule) === version),
    );
    this.#options.events.rulesBraked(held);
  }

  /** Scenes that are told of already are known to the events. */
  #tellUnwatched(brake: VersionBrake): void {
    const { version, unwatched, manifest } = brake;
    if (!this.#learned.has(brake) || unwatched === this.#unwatched.get(brake)) return;
    const before = this.#unwatched.get(brake) ?? [];
    this.#unwatched.set(brake, unwatched);
    const why = manifest.replay === null ? 'there was no replay' : 'its replay has no claim of this scene';
    for (const scene of unwatched.filter((one) => !before.includes(one))) {
      this.#options.events.brakeCannotWatch(version, scene, `${why}, and no shadow has been put beside it`);
    }
  }

  /** After every batch: mostly nothing has changed. */
  #tellOutside(): void {
    const brakes = [...this.#versions.values()];
    const lists = brakes.map(({ outside }) => outside).filter((list) => list.length > 0);
    const before = this.#outside;
    if (lists.length === before.length && lists.every((list, i) => list === before[i])) return;
    this.#outside = lists;
    const all = brakes.flatMap(({ version, outside }) => outside.map((one) => ({ ...one, version })));
    this.#options.events.sharesOutside(all);
  }
}

/** The broker may be away for long; nobody waits for it. */
const usualRetryMs = 2_000;

function nameOf({ kind, rulesetId, institution, rule }: Overlay['switches'][number]): string {
  return [kind, rulesetId, institution, rule].join(' ');
}

function rulesOf({ version, rules }: BrakeEntry): readonly RuleAsOf[] {
  return rules.map((rule) => ({ version, rule }));
}

function bySince(manifest: Manifest, { rules }: Stop): readonly (readonly [number, readonly string[]])[] {
  const all = new Map<number, string[]>();
  for (const { rule } of rules) {
    const since = sinceOf(manifest, rule) ?? manifest.version;
    all.set(since, [...(all.get(since) ?? []), rule]);
  }
  return [...all];
}

function reasonOf({ share, claims, of, bound }: Stop): string {
  return `${claims} of ${of} claims ended in ${share}, of ${windowClaims} at most ${bound} may`;
}
