/**
 * A node keeps to the releases that lie at the broker, in the order of the flow:
 *
 *   pointer changed ─▶ signatures, roles, order ─▶ text ─▶ compiled and tried in a process ─▶ loaded by all workers
 *   ─▶ looked again whether another one is wanted ─▶ in force from the next batch on ─▶ kept on disk
 *
 * A pointer that overtakes another ends what that one waits for, and what threads hold already is in force at once.
 * Whatever fails on the way is said, and leaves in force what was.
 */
import { Appointment } from './base/appointment.js';
import type { Clock } from './base/clock.js';
import { Looks } from './base/looks.js';
import { LooksAgain } from './base/looks-again.js';
import { fail, ok, type Result } from './base/result.js';
import { SaidOnce } from './base/said-once.js';
import type { ReleaseStore } from './nats/release-store.js';
import type { PointerEvents, RulesetInForce } from './ops/release-events.js';
import { Desk, hasBegun } from './ruleset/release/desk.js';
import { earlierManifest } from './ruleset/release/earlier-version.js';
import { type InForce, inForceAt, rulesetsOf } from './ruleset/release/in-force.js';
import type { Kept, KeptReleases } from './ruleset/release/kept-releases.js';
import type { Manifest } from './ruleset/release/manifest.js';
import type { Accepted, Pointer } from './ruleset/release/pointer.js';
import { putBack } from './ruleset/release/put-back.js';
import { type Before, neededBy, type Release, readRelease } from './ruleset/release/read-release.js';
import type { Refusal } from './ruleset/release/refusal.js';
import { acceptPointer } from './ruleset/release/release.js';
import { ReleaseKeeper } from './ruleset/release/release-keeper.js';
import type { Shelf } from './ruleset/release/shelf.js';
import { textAgainAtMs } from './ruleset/release/text-of.js';
import type { TrustedKeys } from './ruleset/release/trust.js';
import { readWarranted } from './ruleset/release/warrant.js';
import { Bringing, type BringingOptions, type RulesetLoader } from './screening/bringing.js';
import type { CompiledRelease } from './screening/compile-process.js';
import type { Haste } from './screening/loading.js';

/** The threads, as far as rule sets go. */
export interface Rulesets extends RulesetLoader {
  /** From the next batch on. `later`: what is meant to follow. */
  use(inForce: InForce, later: InForce): void;
}

export interface ReleasesOptions {
  readonly store: Shelf & Pick<ReleaseStore, 'watch'>;
  readonly trusted: TrustedKeys;
  readonly kept: KeptReleases;
  readonly rulesets: Rulesets;
  readonly compile: BringingOptions['compile'];
  /** What the node's own folder has compiled to. */
  readonly folder: RulesetInForce;
  readonly events: PointerEvents;
  readonly clock: Clock;
  /** Told of the versions in force whenever these may be others, before any claim is judged by them. */
  readonly onVersions?: (inForce: readonly Manifest[]) => void;
  /**
   * Told where the node's own folder counts: nothing was ever accepted here, and nothing lies at the broker, or did
   * when the node went down.
   */
  readonly onOwnFolder?: () => void;
  /** Before a compiler is started again that has ended for a reason of its own. */
  readonly compilerPauseMs?: number;
}

/** On its way into force. */
interface UnderWay {
  readonly release: Release;
  readonly ending: AbortController;
  readonly done: Promise<void>;
}

/** What lies at the broker and is not gone by; said once. */
interface Declined {
  readonly words: string;
  readonly revision: number;
  /** Somebody has signed it, before the one that is in force. */
  readonly isOlder: boolean;
  /** Ticks; never but where its text is lacking or another, which somebody may put right. */
  readonly againAtMs: number;
}

export class Releases {
  readonly #options: ReleasesOptions;
  readonly #bringing: Bringing;
  readonly #keeper: ReleaseKeeper;
  readonly #looks = new Looks(() => this.#lookOnce());
  readonly #again: LooksAgain;
  readonly #trouble: SaidOnce;
  #accepted: Accepted = { serial: 0, floor: 0 };
  /** What was accepted last, in this life or before. */
  #last: Pointer | null = null;
  /** What is kept on the disk, until something is in force. */
  #kept: Kept | null = null;
  /** It was kept and cannot be read, so nobody knows what it was. */
  #keptIsLost = false;
  /** The node's own folder counts: nothing was ever accepted here, and nothing lay at the broker when it was seen. */
  #isOwnFolder = false;
  #inForce: Release | null = null;
  #underWay: UnderWay | null = null;
  #declined: Declined | null = null;
  /** The lowest version once the pointer's has begun. */
  #floorBegun = 0;
  /** A node that begins answers nobody yet. */
  #haste: Haste = 'gently';
  readonly #stopping = new AbortController();
  readonly #beginning: Appointment;
  #putBackAtMs = Number.NEGATIVE_INFINITY;
  /** Serial of the pointer for which the version before it has been looked after. */
  #previousFor = 0;
  /** What is or was in force, by id. */
  readonly #known = new Map<string, RulesetInForce>();

  constructor(options: ReleasesOptions) {
    this.#options = options;
    this.#beginning = new Appointment(options.clock);
    this.#keeper = new ReleaseKeeper(options);
    this.#known.set(options.folder.id, options.folder);
    const { rulesets, compile, compilerPauseMs = usualCompilerPauseMs } = options;
    this.#trouble = new SaidOnce((problem) => options.events.releasesUnreadable(problem));
    this.#again = new LooksAgain(() => void this.#looks.look(), compilerPauseMs);
    this.#bringing = new Bringing({
      rulesets,
      compile,
      text: this.#keeper.text,
      onCompiled: (compiled) => this.#note(compiled),
    });
  }

  /** Serial of the pointer in force; 0: none, the node's own folder. */
  get serial(): number {
    return this.#inForce?.pointer.serial ?? 0;
  }

  /** The lowest version that may be in force. */
  get floor(): number {
    return this.#accepted.floor;
  }

  /**
   * The node answers nobody yet. Puts in force what lies at the broker, where it is `reached`; what was in force when
   * the node went down, be it its own folder, where it is not, or has nothing better. Fails with a sentence where that
   * cannot be read or put back; whether something is in force all the same, `serial` says.
   */
  async begin(reached: boolean): Promise<Result<null, string>> {
    const { kept, trusted } = this.#options;
    const read = await kept.read();
    this.#keptIsLost = !read.ok;
    if (read.ok && read.value !== null) {
      this.#kept = read.value;
      this.#accepted = read.value.accepted;
      const said = acceptPointer(read.value.pointer, { serial: 0, floor: 0 }, trusted);
      this.#last = said.ok ? said.value.pointer : null;
    }
    this.#isOwnFolder = read.ok && read.value === null && (await kept.isOwnFolder());
    this.#haste = 'at-once';
    if (reached) await this.look();
    const resumed = await this.#resume();
    this.#haste = 'gently';
    return read.ok ? resumed : read;
  }

  /** Follows the pointer from now on; the broker has to be there. */
  start(): void {
    this.#looks.follow((onChange) => this.#options.store.watch(onChange));
  }

  /** Resolves when what lies at the broker is in force, or is not to be. */
  async look(): Promise<void> {
    await this.#looks.look();
    while (this.#underWay !== null) await this.#underWay.done;
  }

  /** What is under way is given up, and comes again after the next start. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    this.#underWay?.ending.abort();
    this.#previousFor = 0;
    this.#again.stop();
    this.#bringing.onlyFor([]);
    this.#beginning.cancel();
    await this.#looks.stop(stopPatienceMs, this.#underWay?.done);
  }

  async #resume(): Promise<Result<null, string>> {
    if (this.#inForce !== null || this.#stopping.signal.aborted) return ok(null);
    if (this.#isOwnFolder) this.#options.onOwnFolder?.();
    if (this.#kept === null) return ok(null);
    const { trusted, clock } = this.#options;
    const { pointer, manifests } = this.#kept;
    const startedMs = clock.tickMs();
    const before = this.#before(JSON.stringify(pointer));
    const release = await readRelease(pointer, before, async (version) => ok(manifests[version]), trusted);
    if (!release.ok) return fail(`the release that was in force: ${release.error.message}`);
    const { signal } = this.#stopping;
    const brought = await this.#bringAll(release.value, signal);
    if (!brought.ok) return fail(`the release that was in force: ${brought.error.message}`);
    if (!signal.aborted) await this.#enter(release.value, startedMs);
    return ok(null);
  }

  async #lookOnce(): Promise<void> {
    const { store, trusted, events, clock } = this.#options;
    const found = await store.document('live');
    if (!found.ok) return this.#trouble.is(found.error);
    if (found.value === null) {
      if (this.#inForce === null && this.#kept === null && !this.#keptIsLost) await this.#goByOwnFolder();
      return (await this.#putBack(0)) ? this.#trouble.isOver() : undefined;
    }
    const { value, revision } = found.value;
    const words = JSON.stringify(value);
    if (words === this.#newest?.words || this.#again.waitsFor(`${revision} ${words}`)) return this.#looked();
    if (!this.#declines(words, revision) || clock.tickMs() >= (this.#declined?.againAtMs ?? 0)) {
      const release = await readWarranted(value, this.#before(words), new Desk(store, trusted));
      if (this.#stopping.signal.aborted) return;
      if (release.ok) return this.#begin(release.value, revision);
      if (release.error.reason === 'unreachable') return this.#trouble.is(release.error.message);
      const isOlder = release.error.reason === 'overtaken';
      this.#declined = { words, revision, isOlder, againAtMs: Number.POSITIVE_INFINITY };
      events.releaseRefused(release.error);
    }
    if (this.#declined?.isOlder !== true || (await this.#putBack(revision))) this.#looked();
  }

  #declines(words: string, revision: number): boolean {
    return words === this.#declined?.words && revision === this.#declined.revision;
  }

  /** What lies there later and is refused changes nothing of it, after a restart either. */
  async #goByOwnFolder(): Promise<void> {
    this.#options.onOwnFolder?.();
    if (this.#isOwnFolder) return;
    this.#isOwnFolder = true;
    await this.#keeper.keepOwnFolder();
  }

  #looked(): void {
    if (this.#underWay === null) this.#trouble.isOver();
    this.#bringPrevious();
  }

  get #newest(): Release | null {
    return this.#underWay?.release ?? this.#inForce;
  }

  /** It has lost what nodes go by, and the next change would be drafted from less. False: it could not be asked. */
  async #putBack(over: number): Promise<boolean> {
    const { store, kept, events, clock } = this.#options;
    const mine = this.#inForce;
    if (mine === null || this.#newest !== mine) return true;
    // Others may have accepted something else: no quarrel faster than that.
    if (clock.tickMs() - this.#putBackAtMs < putBackPauseMs) return true;
    const put = await putBack(mine, store, (digest) => kept.text(digest), over);
    if (!put.ok && put.error.kind === 'broker') this.#trouble.is(put.error.message);
    if (!put.ok) return put.error.kind !== 'broker';
    this.#putBackAtMs = clock.tickMs();
    events.releasePutBack(mine.pointer.serial);
    return true;
  }

  /** Whatever is under way is overtaken. */
  #begin(release: Release, revision: number): void {
    this.#underWay?.ending.abort();
    this.#bringing.onlyFor(neededBy(release).map(({ rulesetId }) => rulesetId));
    const ending = new AbortController();
    const done = this.#follow(release, revision, ending.signal).finally(() => {
      if (this.#underWay?.ending === ending) this.#underWay = null;
    });
    this.#underWay = { release, ending, done };
  }

  async #follow(release: Release, revision: number, signal: AbortSignal): Promise<void> {
    const { events, clock } = this.#options;
    const startedMs = clock.tickMs();
    const brought = await this.#bringAll(release, signal);
    if (signal.aborted) return;
    if (!brought.ok) {
      if (brought.error.reason === 'unreachable') return this.#trouble.is(brought.error.message);
      const { words } = release;
      const { reason } = brought.error;
      const mayPass = reason === 'compiler-ended' && this.#again.failed(`${revision} ${words}`);
      const againAtMs = textAgainAtMs(reason, clock.tickMs());
      const isSaid = Number.isFinite(againAtMs) && this.#declines(words, revision);
      if (!mayPass) this.#declined = { words, revision, isOlder: false, againAtMs };
      return isSaid ? undefined : events.releaseRefused(brought.error);
    }
    // It took a while, and nobody may have told.
    if (brought.value) await this.#looks.look();
    if (!signal.aborted) await this.#enter(release, startedMs);
  }

  /** What `signed` may follow. */
  #before(words: string): Before {
    const { serial, floor } = this.#accepted;
    if (this.#inForce === null && this.#kept !== null && words === JSON.stringify(this.#kept.pointer)) {
      // It was accepted: of the order, only the floor can still be asked about.
      return { accepted: { serial: serial - 1, floor }, last: null };
    }
    return { accepted: this.#accepted, last: this.#underWay?.release.pointer ?? this.#last };
  }

  /** Answers whether anything had to be brought. */
  async #bringAll(release: Release, signal: AbortSignal): Promise<Result<boolean, Refusal>> {
    const { rulesets } = this.#options;
    const needed = neededBy(release);
    const beside = needed.map(({ rulesetId }) => rulesetId);
    const lacking = (): Manifest | undefined => needed.find(({ rulesetId }) => !rulesets.has(rulesetId));
    let isNew = false;
    for (let next = lacking(); next !== undefined && !signal.aborted; next = lacking()) {
      const brought = await this.#bringing.bring(next, beside, this.#haste);
      if (!brought.ok) return brought;
      isNew = true;
    }
    return ok(isNew);
  }

  #note({ packed, name, version, rules }: CompiledRelease): void {
    this.#known.set(packed.id, { id: packed.id, name, version, rules: rules.length });
  }

  /** Going back takes no loading, after a start either: in the background, and again where it could not be asked. */
  #bringPrevious(): void {
    const { serial } = this;
    if (serial === 0 || this.#underWay !== null || this.#previousFor === serial) return;
    this.#previousFor = serial;
    void this.#bringEarlier().then((asked) => {
      if (!asked && this.#previousFor === serial) this.#previousFor = 0;
    });
  }

  /** Whether the broker could be asked for it. What comes of it else is said when somebody goes back. */
  async #bringEarlier(): Promise<boolean> {
    const { store, trusted, clock, rulesets } = this.#options;
    const earlier = await earlierManifest(new Desk(store, trusted), this.floor, clock.wallMs());
    if (!earlier.ok) return earlier.error.reason !== 'unreachable';
    const manifest = earlier.value;
    const isWanted = this.#underWay === null && !this.#stopping.signal.aborted;
    if (manifest === null || rulesets.has(manifest.rulesetId) || !isWanted) return true;
    const brought = await this.#bringing.bring(manifest, [], 'gently');
    return brought.ok || brought.error.reason !== 'unreachable';
  }

  async #enter(release: Release, startedMs: number): Promise<void> {
    const { events, clock } = this.#options;
    const { pointer, published, activator } = release;
    this.#trouble.isOver();
    this.#inForce = release;
    this.#last = pointer;
    this.#floorBegun = published.manifest.floor;
    this.#accepted = { serial: pointer.serial, floor: Math.max(this.#accepted.floor, pointer.floor) };
    this.#use();
    const { version, rulesetId, serial } = pointer;
    const elapsedMs = clock.tickMs() - startedMs;
    events.releaseInForce({ version, rulesetId, serial, activator: activator.name, elapsedMs });
    // Another may have entered by then.
    await this.#keeper.keep(() => ({ release: this.#inForce ?? release, accepted: this.#accepted }));
  }

  /** In force now, and again when the pointer's time has come. */
  #use(): void {
    const { rulesets, clock } = this.#options;
    if (this.#inForce === null) return;
    const { pointer } = this.#inForce;
    this.#beginning.cancel();
    const nowMs = clock.wallMs();
    const inForce = inForceAt(pointer, this.#idOf, nowMs);
    const ids = rulesetsOf(inForce);
    const manifests = neededBy(this.#inForce);
    this.#options.onVersions?.(manifests.filter(({ rulesetId }) => ids.includes(rulesetId)));
    rulesets.use(inForce, inForceAt(pointer, this.#idOf, Number.POSITIVE_INFINITY));
    this.#tell(inForce);
    if (hasBegun(pointer, nowMs)) {
      const { serial, floor } = this.#accepted;
      this.#accepted = { serial, floor: Math.max(floor, this.#floorBegun) };
    } else if (pointer.notBefore !== null) {
      this.#beginning.make(Date.parse(pointer.notBefore), () => this.#use());
    }
  }

  /** Of a version that the pointer in force names. */
  readonly #idOf = (asked: number | null): string => {
    const { folder } = this.#options;
    if (asked === null || this.#inForce === null) return folder.id;
    const { pointer, base } = this.#inForce;
    return asked === pointer.version || base === null ? pointer.rulesetId : base.manifest.rulesetId;
  };

  #tell(inForce: InForce): void {
    const [common, ...special] = rulesetsOf(inForce).flatMap((id) => this.#known.get(id) ?? []);
    if (common === undefined) return;
    const institutionsOf = (id: string) => [...inForce.special.values()].filter((own) => own === id).length;
    const counted = special.map((ruleset) => ({ ...ruleset, institutions: institutionsOf(ruleset.id) }));
    this.#options.events.rulesetsInForce(common, counted);
  }
}

/** Threads that load are waited for so long; they are ended afterwards. */
const stopPatienceMs = 1_000;
/** A machine that is out of memory needs a while. */
const usualCompilerPauseMs = 30_000;
/** Between two times that a node gives the broker back what it has lost. */
const putBackPauseMs = 5_000;
