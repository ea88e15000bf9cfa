/**
 * One version that is tried, from the order to its end:
 *
 *   preparing ──▶ comparing ──▶ ended      (or from `preparing` to `refused`, or to `unreachable`: asked again)
 */
import type { Clock } from '../base/clock.js';
import { fail, ok, type Result } from '../base/result.js';
import type { ReleaseStore } from '../nats/release-store.js';
import type { ShadowEvents } from '../ops/shadow-events.js';
import { rulesetsOf } from '../ruleset/release/in-force.js';
import type { Manifest } from '../ruleset/release/manifest.js';
import { type Refusal, refusal } from '../ruleset/release/refusal.js';
import { acceptManifest } from '../ruleset/release/release.js';
import type { TrustedKeys } from '../ruleset/release/trust.js';
import type { Compile } from '../screening/compile-once.js';
import type { PackedArtifact } from '../screening/packed-artifact.js';
import type { CompareReply } from '../screening/protocol/shadow.js';
import type { ShadowLoss, ShadowProcess } from '../screening/shadow-process.js';
import { Comparison, type ComparisonLimits, type Judges, type Screening } from './comparison.js';
import type { GivenOrder } from './order.js';
import type { ShadowFigures } from './tally.js';

export interface TrialOptions {
  readonly store: Pick<ReleaseStore, 'document' | 'text'>;
  readonly trusted: TrustedKeys;
  readonly compile: Compile;
  readonly startAside: () => Pick<ShadowProcess, 'has' | 'load' | 'compare' | 'stop'>;
  readonly screening: Screening;
  readonly judges: Judges;
  /** The lowest version that may be in force. */
  readonly floor: () => number;
  readonly limits: ComparisonLimits;
  readonly events: ShadowEvents;
  readonly clock: Clock;
  /** Told what is tried from now on, and that nothing is any more: it goes by the overlay in force, too. */
  readonly tried?: (manifest: Manifest | null) => void;
}

export interface TrialTold {
  /** It has cost its process, and is not to be tried again. */
  readonly lost: (why: string) => void;
  /** Its compiler or its process has ended for a reason of its own, so nothing is known of the rules. */
  readonly interrupted: () => void;
  /** It has compared something. */
  readonly worked: () => void;
}

export type TrialState = 'preparing' | 'comparing' | 'ended' | 'refused' | 'unreachable';

export class Trial {
  readonly given: GivenOrder;
  readonly version: number;
  readonly #options: TrialOptions;
  readonly #told: TrialTold;
  readonly #stopping = new AbortController();
  readonly #failed = new Set<string | null>();
  #state: TrialState = 'preparing';
  #cameIntoForce = false;
  #problem: string | null = null;
  #aside: ReturnType<TrialOptions['startAside']> | null = null;
  #comparison: Comparison | null = null;
  #last: { readonly figures: ShadowFigures; readonly against: readonly string[] } | null = null;

  constructor(given: GivenOrder, version: number, options: TrialOptions, told: TrialTold) {
    this.given = given;
    this.version = version;
    this.#options = options;
    this.#told = told;
  }

  get state(): TrialState {
    return this.#state;
  }

  /** Whether it should be begun anew: what stood in its way is over. */
  get mayBeginAgain(): boolean {
    if (this.#state === 'unreachable') return true;
    return this.#cameIntoForce && !this.#isInForce && this.version >= this.#options.floor();
  }

  /** Why it does not compare any more; null: it does, or is about to. */
  get problem(): string | null {
    return this.#problem;
  }

  /** Null: it has compared nothing. */
  get shown(): { readonly figures: ShadowFigures; readonly against: readonly string[] } | null {
    const comparison = this.#comparison;
    if (comparison === null) return this.#last;
    return { figures: comparison.figures(), against: comparison.against };
  }

  /** Resolves when it compares, or has come to its end before. */
  async begin(): Promise<void> {
    const { events, clock } = this.#options;
    const startedMs = clock.tickMs();
    const prepared = await this.#prepare();
    if (this.#state !== 'preparing') return;
    if (!prepared.ok) return this.#refuse(prepared.error);
    this.#state = 'comparing';
    this.#comparison = this.#compare(prepared.value);
    const { serial } = this.given.order;
    const elapsedMs = clock.tickMs() - startedMs;
    const signer = this.given.signer.name;
    events.shadowBegan({ version: this.version, rulesetId: prepared.value, serial, signer, elapsedMs });
  }

  /** Whether what is in force leaves it anything to do. */
  look(): void {
    this.#comparison?.look();
    if (this.#state === 'comparing' && this.version < this.#options.floor()) {
      this.stop(`it is below ${this.#options.floor()}, the lowest version that may be in force`);
    }
  }

  /** For all. */
  get #isInForce(): boolean {
    return rulesetsOf(this.#options.judges.inForce).every((id) => id === this.given.order.rulesetId);
  }

  #comeIntoForce(): void {
    this.#cameIntoForce = true;
    this.stop('it is in force');
  }

  /** `why`: for people. */
  stop(why: string): void {
    if (this.#state !== 'preparing' && this.#state !== 'comparing') return;
    this.#end('ended', why);
    this.#options.events.shadowEnded({ version: this.version, why });
  }

  /** Without a word: the node goes down. Resolves when its process has ended. */
  async leave(): Promise<void> {
    this.#end('ended', 'the node stops');
    await this.#aside?.stop();
  }

  #refuse(refused: Refusal): void {
    const isUnreachable = refused.reason === 'unreachable';
    this.#end(isUnreachable ? 'unreachable' : 'refused', refused.message);
    if (!isUnreachable) this.#options.events.shadowRefused(refused);
    if (refused.reason === 'compiler-ended') this.#told.interrupted();
  }

  #end(state: TrialState, problem: string): void {
    this.#last = this.shown;
    this.#state = state;
    this.#problem = problem;
    this.#stopping.abort();
    this.#comparison?.end();
    this.#comparison = null;
    this.#options.tried?.(null);
    void this.#aside?.stop();
  }

  /** Answers the id of the rule set that its process has loaded. */
  async #prepare(): Promise<Result<string, Refusal>> {
    const manifest = await this.#manifest();
    if (!manifest.ok) return manifest;
    if (this.#isInForce) this.#comeIntoForce();
    if (this.#state !== 'preparing') return ok(manifest.value.rulesetId);
    this.#options.tried?.(manifest.value);
    const packed = await this.#packed(manifest.value);
    if (!packed.ok) return packed;
    if (this.#state !== 'preparing') return ok(packed.value.id);
    const aside = this.#options.startAside();
    this.#aside = aside;
    const inForce = rulesetsOf(this.#options.judges.inForce);
    const beside = inForce.flatMap((id) => this.#options.judges.packed(id) ?? []);
    const all = [packed.value, ...beside.filter(({ id }) => id !== packed.value.id)];
    for (const one of all) {
      const loaded = await aside.load(one, [packed.value.id, ...inForce]);
      if (!loaded.ok) return fail(refusalOf(loaded.error));
    }
    return ok(packed.value.id);
  }

  async #manifest(): Promise<Result<Manifest, Refusal>> {
    const { store, trusted, floor } = this.#options;
    const found = await store.document(`version.${this.version}`);
    if (!found.ok) return fail(refusal('unreachable', found.error));
    if (found.value === null) {
      return fail(refusal('unknown-version', `there is no version ${this.version}`));
    }
    const published = acceptManifest(found.value.value, this.version, trusted);
    if (!published.ok) return published;
    const { manifest } = published.value;
    if (manifest.rulesetId !== this.given.order.rulesetId) {
      const sentence = `version ${this.version} is ${manifest.rulesetId}, not ${this.given.order.rulesetId}`;
      return fail(refusal('other-content', sentence));
    }
    if (this.version >= floor()) return ok(manifest);
    return fail(refusal('older-than-floor', `version ${this.version} is below ${floor()}`));
  }

  /** As it stands on the shelf of the threads, or compiled here. */
  async #packed({ rulesetId, sourceDigest }: Manifest): Promise<Result<PackedArtifact, Refusal>> {
    const { store, judges, compile } = this.#options;
    const known = judges.packed(rulesetId);
    if (known !== null) return ok(known);
    const text = await store.text(sourceDigest);
    if (!text.ok) return fail(refusal('unreachable', text.error));
    if (text.value === null) return fail(refusal('unknown-version', `there is no text ${sourceDigest}`));
    const bundle = { bytes: text.value, digest: sourceDigest };
    const task = { bundle, label: `version ${this.version}: `, rulesetId };
    const compiled = await compile(task, this.#stopping.signal);
    return compiled.ok ? ok(compiled.value.packed) : compiled;
  }

  #compare(candidate: string): Comparison {
    const { screening, judges, clock, limits, events } = this.#options;
    const aside = this.#aside;
    if (aside === null) throw new Error('it has loaded the candidate');
    const told = {
      compared: (reply: CompareReply) => this.#compared(reply),
      dropped: events.shadowDropped,
      inForce: () => this.#comeIntoForce(),
      lost: (loss: ShadowLoss) => this.#lost(loss),
    };
    return new Comparison({ aside, candidate, screening, judges, clock, limits, told });
  }

  #compared(reply: CompareReply): void {
    const { events } = this.#options;
    events.shadowCompared(reply);
    this.#told.worked();
    for (const { failure } of reply.claims) {
      if (failure === null || this.#failed.has(failure.rule)) continue;
      this.#failed.add(failure.rule);
      events.shadowFailed(failure);
    }
  }

  #lost({ cause, rule, wasKilled }: ShadowLoss): void {
    if (wasKilled) {
      this.#refuse(refusal('compiler-ended', cause));
      return;
    }
    const why =
      rule === null ? `it has cost its thread: ${cause}` : `it has cost its thread: ${cause}, rule ${rule}`;
    this.#end('ended', why);
    this.#options.events.shadowLost({ version: this.version, cause, rule });
    this.#told.lost(why);
  }
}

function refusalOf({ cause, wasKilled }: ShadowLoss): Refusal {
  if (wasKilled) return refusal('compiler-ended', cause);
  return refusal('failing-warm-up', cause);
}
