/**
 * Holds what one version does to its bands, scene by scene. Knows shares and rules; who is told, and how a rule is
 * stopped, is not its business.
 */
import type { Status } from '../../../decision/decision.js';
import type { Band, Manifest } from '../manifest.js';
import { type Culprit, culpritsOf } from './culprits.js';
import { type Share, type ShareWatch, watchesOf } from './share-watch.js';
import type { SeenClaim, Side } from './share-window.js';

/** Of a judged claim, what the brake looks at. */
export interface JudgedClaim {
  readonly status: Status;
  readonly scene: string | null;
  readonly shown: readonly string[];
  readonly heldBack: readonly string[];
}

/** A share that is not where it was before the version came into force. */
export interface OutsideBand {
  readonly scene: string;
  readonly share: Share;
  readonly side: Side;
  /** Above: claims that were told; below: claims that were told, or would have been without the overlay. */
  readonly claims: number;
  /** The claims of the window, `windowClaims` at most. */
  readonly of: number;
  /** As many as the band allows of `windowClaims`: at most above, at least below. */
  readonly bound: number;
}

/** Rules that have to be stopped, at least one. */
export interface Stop extends OutsideBand {
  readonly rules: readonly Culprit[];
}

/** What the manifest does not say of a version, or says less well. */
export interface TrialTerms {
  /** Rules that are not what they were in the version before it in force. */
  readonly changed: readonly string[];
  /** For scenes that its replay has none for. */
  readonly bands: readonly Band[];
}

export class VersionBrake {
  readonly manifest: Manifest;
  readonly #scenes = new Map<string, readonly ShareWatch[]>();
  #changed: ReadonlySet<string>;
  /** Rules that it minds no more: they are stopped. */
  #stopped: ReadonlySet<string> = new Set();
  /** Or taken off the brake by somebody who answers for them. */
  #free: ReadonlySet<string> = new Set();
  /** Of these, the ones that have been seen where nothing was held. */
  readonly #mild = new Set<string>();
  #killed: ReadonlySet<string> = new Set();
  #outside: readonly OutsideBand[] = [];
  #unwatched: readonly string[] = [];

  constructor(manifest: Manifest) {
    const { added, changed, replay } = manifest;
    this.manifest = manifest;
    this.#changed = new Set([...added, ...changed]);
    this.#addBands(replay?.bands ?? []);
  }

  get version(): number {
    return this.manifest.version;
  }

  /** Scenes that have a band; none: there is nothing to hold the version to. */
  get scenes(): readonly string[] {
    return [...this.#scenes.keys()];
  }

  /** Rules that it could stop. */
  get rules(): number {
    return this.#changed.size;
  }

  /** Shares outside of their band that no rule of the version drives there. Another list whenever it changes. */
  get outside(): readonly OutsideBand[] {
    return this.#outside;
  }

  /** Scenes that have claims and no band. Another list whenever it changes. */
  get unwatched(): readonly string[] {
    return this.#unwatched;
  }

  /** What has been found out about the version meanwhile. */
  learn({ changed, bands }: TrialTerms): void {
    this.#changed = new Set(changed);
    this.#addBands(bands);
    this.killed(this.#killed);
    // Claims were counted with other rules.
    this.#begin();
  }

  /**
   * Rules that are stopped, or that somebody has taken off the brake (`free`): not stopped as long as that is so.
   * Whatever is not among them any more is looked at again.
   */
  leaveAlone(stopped: readonly string[], free: readonly string[]): void {
    if (areAll(this.#stopped, stopped) && areAll(this.#free, free)) return;
    this.#stopped = new Set(stopped);
    this.#free = new Set(free);
    // What was counted was judged under another overlay.
    this.#begin();
  }

  /** Rules that operators have switched off, somewhere at least: bands were made with them. */
  killed(rules: Iterable<string>): void {
    this.#killed = new Set(rules);
    for (const watch of this.#all()) watch.without(this.#killed);
  }

  /** Claims in the order in which they were judged; what is to be stopped because of them. */
  judge(claims: readonly JudgedClaim[]): readonly Stop[] {
    const stops: Stop[] = [];
    for (const claim of claims) {
      const others = this.#othersOf(claim.shown);
      if (!this.#counts(claim, others)) continue;
      const watches = this.#scenes.get(claim.scene ?? '');
      if (watches === undefined) {
        this.#pass(claim.scene);
        continue;
      }
      const rules = this.#changedOf(others);
      const isFree = claim.shown.length > 0 && others.length === 0;
      for (const watch of watches) watch.window.add(seenAs(claim, watch.share, rules, isFree));
      // All of them have seen the claim before one begins anew.
      for (const watch of watches) {
        const stop = this.#look(watch);
        if (stop !== null) stops.push(stop);
      }
    }
    return stops;
  }

  /**
   * One that nobody has screened says nothing. One that shows a rule that is stopped was judged before the brake took
   * hold. One that is held says nothing of the others, where what was taken off the brake may be all that holds it.
   */
  #counts({ status, shown }: JudgedClaim, others: readonly string[]): boolean {
    if (status === 'not_screened' || shown.some((rule) => this.#stopped.has(rule))) return false;
    if (others.length === shown.length) return true;
    const free = shown.filter((rule) => this.#free.has(rule));
    if (status === 'alert') for (const rule of free) this.#mild.add(rule);
    return status !== 'hold' || others.length === 0 || free.every((rule) => this.#mild.has(rule));
  }

  /** Without what is somebody's wish. */
  #othersOf(rules: readonly string[]): readonly string[] {
    return this.#free.size === 0 || rules.length === 0
      ? rules
      : rules.filter((rule) => !this.#free.has(rule));
  }

  #changedOf(rules: readonly string[]): readonly string[] {
    return rules.length === 0 ? rules : rules.filter((rule) => this.#changed.has(rule));
  }

  #pass(scene: string | null): void {
    if (scene !== null && !this.#unwatched.includes(scene)) this.#unwatched = [...this.#unwatched, scene];
  }

  #addBands(bands: readonly Band[]): void {
    for (const band of bands)
      if (!this.#scenes.has(band.scene)) this.#scenes.set(band.scene, watchesOf(band));
    this.#unwatched = this.#unwatched.filter((scene) => !this.#scenes.has(scene));
  }

  #look(watch: ShareWatch): Stop | null {
    const { window, usual } = watch;
    const rules = watch.isSuspicious ? culpritsOf(window, usual) : [];
    if (rules.length === 0) {
      if (watch.settle()) this.#sayOutside();
      return null;
    }
    const stop = { ...outsideBand(watch, 'above'), rules };
    this.leaveAlone([...this.#stopped, ...rules.map(({ rule }) => rule)], [...this.#free]);
    return stop;
  }

  #begin(): void {
    for (const watch of this.#all()) watch.begin();
    if (this.#outside.length > 0) this.#outside = [];
  }

  #sayOutside(): void {
    this.#outside = this.#all().flatMap((watch) =>
      watch.outside === null ? [] : [outsideBand(watch, watch.outside)],
    );
  }

  #all(): readonly ShareWatch[] {
    return [...this.#scenes.values()].flat();
  }
}

/**
 * Whoever is stopped for more than an alert was meant to be alerted, too. `isFree`: told only because somebody has
 * taken rules off the brake, which does not count as too much; nor is it missing.
 */
function seenAs(
  { status, heldBack }: JudgedClaim,
  share: Share,
  rules: readonly string[],
  isFree: boolean,
): SeenClaim {
  const meant = status === share || status === 'hold' || heldBack.length > 0;
  return { told: status === share && !isFree, meant, rules };
}

function areAll(known: ReadonlySet<string>, rules: readonly string[]): boolean {
  return new Set(rules).size === known.size && rules.every((rule) => known.has(rule));
}

function outsideBand({ scene, share, window }: ShareWatch, side: Side): OutsideBand {
  const { least, most } = window.limits;
  const [claims, bound] = side === 'above' ? [window.told, most] : [window.meant, least];
  return { scene, share, side, claims, of: window.claims, bound };
}
