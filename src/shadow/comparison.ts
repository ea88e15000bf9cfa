/**
 * A candidate beside what is in force: copies of claims that have their answers are judged by both, in the process of
 * the candidate, whenever no claim waits. What finds no leisure is counted and left out.
 */
import type { Clock } from '../base/clock.js';
import { type InForce, rulesetsOf } from '../ruleset/release/in-force.js';
import type { Judged, JudgedWatchers } from '../screening/judged.js';
import type { PackedArtifact } from '../screening/packed-artifact.js';
import type { CompareReply } from '../screening/protocol/shadow.js';
import type { ShadowLoss, ShadowProcess } from '../screening/shadow-process.js';
import { type DropReason, type ShadowFigures, ShadowTally } from './tally.js';
import { type Copy, Tray, type TrayLimits } from './tray.js';

/** What screens, as far as somebody who watches it is concerned. */
export interface Screening {
  readonly watchers: JudgedWatchers;
  /** Nothing waits. */
  readonly hasLeisure: boolean;
}

/** What is in force. */
export interface Judges {
  readonly inForce: InForce;
  /** As it travels. */
  readonly overlay: string;
  /** Null: not in force any more. */
  packed(rulesetId: string): PackedArtifact | null;
}

export interface ComparisonOptions {
  /** It has loaded the candidate. */
  readonly aside: Pick<ShadowProcess, 'has' | 'load' | 'compare'>;
  readonly candidate: string;
  readonly screening: Screening;
  readonly judges: Judges;
  readonly clock: Clock;
  readonly limits: ComparisonLimits;
  readonly told: ComparisonTold;
}

export interface ComparisonLimits {
  readonly tray: TrayLimits;
  /** Of what is asked at once. */
  readonly batch: { readonly claims: number; readonly bytes: number };
}

export interface ComparisonTold {
  readonly compared: (reply: CompareReply) => void;
  readonly dropped: (reason: DropReason, claims: number) => void;
  /** It is in force for all: there is nothing to compare it with. */
  readonly inForce: () => void;
  /** The process is gone, or cannot load what is in force. */
  readonly lost: (loss: ShadowLoss) => void;
}

/**
 * After each batch, for as many times as long as that has taken: where the machine is busy with something else batches
 * take longer, and so do the pauses. The most is for a machine that has slept, not for one that is busy.
 */
const rest = { times: 4, mostMs: 60_000 };
/** Where there was no leisure and no claim has come since. */
const lookAgainMs = 20;

export class Comparison {
  readonly #options: ComparisonOptions;
  readonly #tray: Tray;
  readonly #unwatch: () => void;
  #tally: ShadowTally;
  #inForce: InForce;
  /** Ends what is scheduled; null: nothing is. */
  #unschedule: (() => void) | null = null;
  #running = false;
  /** Tick before which nothing is asked. */
  #restsUntilMs = Number.NEGATIVE_INFINITY;
  #ended = false;

  constructor(options: ComparisonOptions) {
    this.#options = options;
    this.#tray = new Tray(options.limits.tray);
    this.#inForce = options.judges.inForce;
    this.#tally = this.#newTally();
    this.#unwatch = options.screening.watchers.add((judged) => this.#watch(judged));
  }

  figures(): ShadowFigures {
    return this.#tally.figures();
  }

  /** Ids of the rule sets that it is compared with. */
  get against(): readonly string[] {
    return rulesetsOf(this.#inForce).filter((id) => id !== this.#options.candidate);
  }

  /** What is under way ends with the process. */
  end(): void {
    this.#ended = true;
    this.#unwatch();
    this.#tray.clear();
    this.#unschedule?.();
  }

  /** Begins to count anew where something else is in force; whoever is told to, ends it. */
  look(): void {
    const { judges, told } = this.#options;
    const { inForce } = judges;
    if (inForce === this.#inForce || this.#ended) return;
    const isOther = namesOf(inForce) !== namesOf(this.#inForce);
    this.#inForce = inForce;
    if (!isOther) return;
    told.dropped('stale', this.#tray.clear());
    this.#tally = this.#newTally();
    if (this.against.length === 0) told.inForce();
  }

  /** In the way of answers, so it copies and nothing else. */
  #watch({ path, rulesetId, claims, outcomes }: Judged): void {
    // What is settled changes the history that it was judged by, so it cannot be judged again like that.
    if (path !== 'advisory' || rulesetId === this.#options.candidate) return;
    this.look();
    if (this.#ended || !this.against.includes(rulesetId)) return;
    for (const [i, { body, envelope }] of claims.entries()) {
      if (outcomes[i]?.status === 'not_screened') continue;
      this.#tally.see();
      const placed = this.#tray.place(body, envelope, rulesetId);
      if (placed !== 'taken') this.#drop(this.#tally, placed === 'full' ? 'busy' : 'large');
    }
    this.#schedule();
  }

  /** Answers leave first: they are on their way when the next turn of the loop begins. */
  #schedule(): void {
    if (this.#ended || this.#running || this.#unschedule !== null || this.#tray.size === 0) return;
    const restMs = this.#restsUntilMs - this.#options.clock.tickMs();
    if (restMs >= 1) this.#wait(restMs);
    else {
      const turn = setImmediate(() => this.#turn());
      this.#unschedule = () => clearImmediate(turn);
    }
  }

  #turn(): void {
    this.#unschedule = null;
    if (this.#options.screening.hasLeisure) void this.#run();
    else this.#wait(lookAgainMs);
  }

  #wait(ms: number): void {
    const timer = setTimeout(() => this.#turn(), ms).unref();
    this.#unschedule = () => clearTimeout(timer);
  }

  async #run(): Promise<void> {
    const { claims, bytes } = this.#options.limits.batch;
    const batch = this.#tray.take(claims, bytes);
    const [first] = batch;
    if (first === undefined) return;
    this.#running = true;
    const { clock } = this.#options;
    const beganMs = clock.tickMs();
    const tally = this.#tally;
    const reply = await this.#compare(batch, first.rulesetId, tally);
    this.#running = false;
    if (this.#ended) return;
    if (reply !== null) {
      tally.add(reply);
      this.#options.told.compared(reply);
    }
    const endedMs = clock.tickMs();
    this.#restsUntilMs = endedMs + Math.min(rest.times * (endedMs - beganMs), rest.mostMs);
    this.#schedule();
  }

  /** Null: it came to nothing. */
  async #compare(
    batch: readonly Copy[],
    rulesetId: string,
    tally: ShadowTally,
  ): Promise<CompareReply | null> {
    const { aside, judges, candidate, told } = this.#options;
    const isThere = await this.#bring(rulesetId);
    if (!isThere) this.#drop(tally, 'stale', batch.length);
    if (!isThere || this.#ended) return null;
    const reply = await aside.compare({ rulesetId, overlay: judges.overlay, candidate }, batch);
    if (reply.ok) return reply.value;
    if (!this.#ended) told.lost(reply.error);
    return null;
  }

  /** Has it hold what judged them; false where that is gone meanwhile, or it is. */
  async #bring(rulesetId: string): Promise<boolean> {
    const { aside, judges, candidate, told } = this.#options;
    if (aside.has(rulesetId)) return true;
    const packed = judges.packed(rulesetId);
    if (packed === null) return false;
    const loaded = await aside.load(packed, [candidate, ...rulesetsOf(judges.inForce)]);
    if (!loaded.ok && !this.#ended) told.lost(loaded.error);
    return loaded.ok;
  }

  #drop(tally: ShadowTally, reason: DropReason, claims = 1): void {
    tally.drop(reason, claims);
    this.#options.told.dropped(reason, claims);
  }

  #newTally(): ShadowTally {
    return new ShadowTally(new Date(this.#options.clock.wallMs()).toISOString());
  }
}

function namesOf(inForce: InForce): string {
  return rulesetsOf(inForce).toSorted().join('\n');
}
