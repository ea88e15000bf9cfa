/**
 * A node keeps to the overlay that lies at the broker, in the order of the flow:
 *
 *   document changed ─▶ signature, role, order ─▶ manifests that brakes lean on ─▶ in force from the next batch on
 *   ─▶ kept on disk
 *
 * It waits for no release that is being compiled: a rule that does harm has to be off at once. Whatever fails on the
 * way is said, and leaves in force what was. What the broker has lost, or somebody has left out, is written again.
 */
import type { Clock } from './base/clock.js';
import { Looks } from './base/looks.js';
import { fail, ok, type Result } from './base/result.js';
import { SaidOnce } from './base/said-once.js';
import type { ReleaseStore } from './nats/release-store.js';
import type { OverlayEvents } from './ops/overlay-events.js';
import {
  type AcceptedOverlay,
  acceptOverlay,
  type BelievedOverlay,
  nothingAccepted,
  overlayInForce,
} from './ruleset/overlay/accept-overlay.js';
import type { KeptOverlay } from './ruleset/overlay/kept-overlay.js';
import { completed, joined } from './ruleset/overlay/mend-overlay.js';
import type { Overlay } from './ruleset/overlay/overlay.js';
import type { StoredOverlay, Unbraked } from './ruleset/overlay/stored-overlay.js';
import type { Manifest } from './ruleset/release/manifest.js';
import { type Refusal, refusal } from './ruleset/release/refusal.js';
import { acceptManifest } from './ruleset/release/release.js';
import type { RuleAsOf } from './ruleset/release/since.js';
import type { TrustedKeys } from './ruleset/release/trust.js';

export interface OverlaysOptions {
  readonly store: Pick<ReleaseStore, 'document' | 'put' | 'watch'>;
  readonly trusted: TrustedKeys;
  readonly kept: KeptOverlay;
  /** From the next batch on. `braked`: what is on the brake; `unbraked`: what operators have taken off it. */
  readonly useOverlay: (overlay: Overlay, braked: readonly RuleAsOf[], unbraked: readonly Unbraked[]) => void;
  /** Of the versions that claims are judged by now. */
  readonly versions: () => readonly Manifest[];
  readonly events: Omit<OverlayEvents, 'overlayNotResumed' | 'findingsHeldBack'>;
  readonly clock: Clock;
}

interface InForceHere {
  /** As it came, or as it is to be written instead. */
  readonly document: object;
  /** What that says; `accepted`: what has come. */
  readonly believed: BelievedOverlay;
}

/** A manifest as it came; null: there is no such version. Fails where the broker cannot be asked. */
type Fetch = (version: number) => Promise<Result<unknown, string>>;

export class Overlays {
  readonly #options: OverlaysOptions;
  readonly #looks = new Looks(() => this.#lookOnce());
  readonly #trouble: SaidOnce;
  #accepted: AcceptedOverlay = nothingAccepted;
  #inForce: InForceHere | null = null;
  /** What was looked at last, with its revision; and what has to be written over it, null: nothing. */
  #seen: { readonly words: string; readonly instead: StoredOverlay | null } = { words: '', instead: null };
  #writtenAtMs = Number.NEGATIVE_INFINITY;
  /** Of versions that brakes name, as they came; a manifest never changes. */
  readonly #manifests = new Map<number, unknown>();

  constructor(options: OverlaysOptions) {
    this.#options = options;
    this.#trouble = new SaidOnce((problem) => options.events.overlayUnreadable(problem));
  }

  /** Of what is in force; 0: nothing. */
  get number(): number {
    return this.#inForce?.believed.number ?? 0;
  }

  /**
   * The node answers nobody yet. Puts in force what was when the node went down, and what lies at the broker where it
   * is `reached`. Fails with a sentence where the first cannot be; whether something is in force, `number` says.
   */
  async begin(reached: boolean): Promise<Result<null, string>> {
    const resumed = await this.#resume();
    if (reached) await this.look();
    return resumed;
  }

  /** Follows the document from now on; the broker has to be there. */
  start(): void {
    this.#looks.follow((onChange) => this.#options.store.watch(onChange));
  }

  /** Resolves when what lies at the broker has been looked at. */
  async look(): Promise<void> {
    await this.#looks.look();
  }

  async stop(): Promise<void> {
    await this.#looks.stop(stopPatienceMs);
  }

  async #resume(): Promise<Result<null, string>> {
    const read = await this.#options.kept.read();
    if (!read.ok || read.value === null) return read.ok ? ok(null) : read;
    const { accepted, overlay, manifests } = read.value;
    // Even where it is not believed any more, nothing older may follow.
    this.#accepted = accepted;
    const believed = acceptOverlay(overlay, nothingAccepted, this.#options.trusted);
    if (!believed.ok) return fail(`the overlay that was in force: ${believed.error.message}`);
    return await this.#enter(overlay as object, believed.value, async (version) =>
      ok(manifests[version] ?? null),
    );
  }

  async #lookOnce(): Promise<void> {
    const found = await this.#options.store.document('overlay');
    if (!found.ok) return this.#trouble.is(found.error);
    // The broker has lost it, and whoever changes it next would begin at a number that nobody accepts.
    if (found.value === null) return await this.#write(this.#inForce?.document ?? null, 0);
    const { value, revision } = found.value;
    const words = `${revision} ${JSON.stringify(value)}`;
    if (words !== this.#seen.words) {
      const gone = await this.#goBy(value);
      if (!gone.ok) return this.#trouble.is(gone.error);
      this.#seen = { words, instead: gone.value };
    }
    await this.#write(this.#seen.instead, revision);
  }

  /** Answers what should lie there instead; null: it may stay. Fails where the broker cannot be asked. */
  async #goBy(value: unknown): Promise<Result<StoredOverlay | null, string>> {
    const { trusted, events, versions } = this.#options;
    const mine = this.#inForce?.believed ?? null;
    const next = acceptOverlay(value, this.#accepted, trusted, mine?.operator);
    if (!next.ok) {
      events.overlayRefused(next.error);
      const theirs = acceptOverlay(value, nothingAccepted, trusted);
      // What nobody here trusts may be trusted elsewhere.
      return ok(mine === null || !theirs.ok ? null : joined(mine, theirs.value));
    }
    // What somebody has left out holds on: as if it were written already.
    const instead = mine === null ? null : completed(mine, next.value, versions());
    const { number, brakes } = instead ?? next.value;
    const believed = { ...next.value, number, brakes };
    const entered = await this.#enter(instead ?? (value as object), believed, this.#manifestAt);
    if (!entered.ok) return entered;
    await this.#keep(believed);
    return ok(instead);
  }

  /** Others may know of something else: no quarrel faster than that. */
  async #write(document: object | null, over: number): Promise<void> {
    const { store, events, clock } = this.#options;
    if (document === null || clock.tickMs() - this.#writtenAtMs < writePauseMs) return this.#trouble.isOver();
    const put = await store.put('overlay', document, over);
    if (!put.ok && put.error.kind === 'broker') return this.#trouble.is(put.error.message);
    this.#trouble.isOver();
    // Another was quicker.
    if (!put.ok) return;
    this.#writtenAtMs = clock.tickMs();
    events.overlayPutBack((document as StoredOverlay).number);
    void this.#looks.look();
  }

  readonly #manifestAt: Fetch = async (version) => {
    const known = this.#manifests.get(version);
    if (known !== undefined) return ok(known);
    const found = await this.#options.store.document(`version.${version}`);
    return found.ok ? ok(found.value?.value ?? null) : found;
  };

  async #enter(document: object, believed: BelievedOverlay, fetch: Fetch): Promise<Result<null, string>> {
    const { trusted, useOverlay, events } = this.#options;
    const manifests = new Map<number, Result<Manifest, Refusal>>();
    for (const { version } of believed.brakes) {
      if (manifests.has(version)) continue;
      const fetched = await fetch(version);
      if (!fetched.ok) return fetched;
      manifests.set(version, manifestIn(fetched.value, version, trusted));
      if (fetched.value !== null) this.#manifests.set(version, fetched.value);
    }
    const { overlay, braked, ignored } = overlayInForce(believed, (version) => {
      return manifests.get(version) ?? fail(refusal('unknown-version', `there is no version ${version}`));
    });
    useOverlay(overlay, braked, believed.operator?.overlay.unbraked ?? []);
    // A number that is still to be written may become another one's.
    const { serial, number } = believed.accepted;
    const isNews = number !== this.#accepted.number || this.#inForce === null;
    this.#accepted = believed.accepted;
    this.#inForce = { document, believed };
    if (!isNews) return ok(null);
    events.overlayInForce({
      overlay: { ...overlay, number },
      serial,
      operator: believed.operator?.by.name ?? null,
    });
    for (const brake of ignored) events.brakeIgnored(brake);
    return ok(null);
  }

  /** A disk that is full takes no switch out of force. */
  async #keep({ brakes }: BelievedOverlay): Promise<void> {
    const { kept, events } = this.#options;
    const named = [...new Set(brakes.map(({ version }) => version))];
    const manifests = Object.fromEntries(named.map((version) => [version, this.#manifests.get(version)]));
    try {
      await kept.write({ accepted: this.#accepted, overlay: this.#inForce?.document ?? null, manifests });
    } catch (error) {
      events.overlayNotKept(error instanceof Error ? error.message : String(error));
    }
  }
}

function manifestIn(signed: unknown, version: number, trusted: TrustedKeys): Result<Manifest, Refusal> {
  const published = acceptManifest(signed, version, trusted);
  return published.ok ? ok(published.value.manifest) : published;
}

const stopPatienceMs = 1_000;
/** Between two times that a node writes what is missing. */
const writePauseMs = 5_000;
