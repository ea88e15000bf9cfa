/**
 * How far a decider may say that it has read DECISIONS: up to there every entry speaks of a message that it has
 * committed. Its own entries it knows by their acknowledgements. One between them is somebody else's, of a holder of
 * the lease before it or, where the lease was lost unnoticed, after it: that one is looked at, or what the other
 * decided would be passed over for good. So is one that the broker had already when ours came, as its id does not say
 * who decided. One that says otherwise is passed where the one that counts stands before it.
 *
 * While one is in the way, so many entries behind it are remembered; the rest is looked at when it is out of the way.
 */

import type { Result } from '../base/result.js';
import { entryHeader, sequenceOf } from '../egress/decision-entry.js';
import type { Place } from '../egress/decision-publisher.js';
import type { EntryPlace } from '../history/store.js';
import type { LogMessage } from '../nats/claims-log.js';

/** Entries behind the one we have come to. */
const rememberedAtMost = 8_192;

export interface Begun {
  readonly readTo: number;
  readonly published: number;
  /** Message id of the entry at `readTo`. */
  readonly id?: string | null;
}

export interface OwnEntry extends Omit<Place, 'id'> {
  /** In CLAIMS. */
  readonly seq: number;
  /** Its message id. */
  readonly id?: string | null;
}

interface Known {
  /** The message in CLAIMS from which on it may be passed. */
  readonly from: number;
  readonly id: string | null;
}

export class ReadThrough {
  /** An entry of DECISIONS; null: it is there no more. Fails with a sentence. */
  readonly #entryAt: (entry: number) => Promise<Result<LogMessage | null, string>>;
  /** By sequence in DECISIONS, of entries after the one we have come to. */
  readonly #known = new Map<number, Known>();
  readonly #agrees: (entry: LogMessage) => boolean;
  /** Of entries that were there before ours: sequences in CLAIMS by sequence in DECISIONS, likewise. */
  readonly #doubtful = new Map<number, number>();
  #readTo: number;
  /** Message id of the entry there. */
  #id: string | null;
  /** The last message, in CLAIMS, that has an entry. */
  #published: number;
  /** The last of our own entries. */
  #last = 0;
  /** Our own entries that were too many to be remembered: the first message that has one, and where they end. */
  #unremembered = { from: Number.POSITIVE_INFINITY, last: 0 };
  #isRegrown = false;
  #looking: Promise<void> | null = null;
  #isOver = false;

  /**
   * `published`: messages up to this one have entries that count and have been read.
   * `agrees`: whether somebody else's entry says what was decided here; one that does not is left to a follower.
   */
  constructor(
    { readTo, published, id = null }: Begun,
    entryAt: (entry: number) => Promise<Result<LogMessage | null, string>>,
    agrees: (entry: LogMessage) => boolean = () => true,
  ) {
    this.#readTo = readTo;
    this.#id = id;
    this.#published = published;
    this.#entryAt = entryAt;
    this.#agrees = agrees;
  }

  /** Entries that are stored. */
  note(own: readonly OwnEntry[]): void {
    for (const { seq, entry, wasThere, id = null } of own) {
      this.#published = Math.max(this.#published, seq);
      if (!wasThere) this.#last = Math.max(this.#last, entry);
      if (entry <= this.#readTo) this.#isRegrown ||= !wasThere;
      else if (this.remembered >= rememberedAtMost) this.#leave(seq, entry);
      else if (wasThere) this.#doubtful.set(entry, seq);
      else this.#known.set(entry, { from: seq, id });
    }
  }

  #leave(seq: number, entry: number): void {
    const { from, last } = this.#unremembered;
    this.#unremembered = { from: Math.min(from, seq), last: Math.max(last, entry) };
  }

  /** The last entry up to which all speak of messages up to `committed`, as far as is known now. */
  upTo(committed: number): number {
    for (let next = this.#next; next !== undefined && next.from <= committed; next = this.#next) {
      this.#readTo += 1;
      this.#id = next.id;
      this.#known.delete(this.#readTo);
      this.#doubtful.delete(this.#readTo);
    }
    if (this.#readTo >= this.#unremembered.last)
      this.#unremembered = { from: Number.POSITIVE_INFINITY, last: 0 };
    if (this.#looking === null && !this.#isOver && this.#isGap())
      this.#looking = this.#look().finally(() => (this.#looking = null));
    return this.#readTo;
  }

  /** The last entry up to which that was so when it was asked for. */
  get place(): EntryPlace {
    return { seq: this.#readTo, id: this.#id };
  }

  /** Entries behind the place that are remembered. */
  get remembered(): number {
    return this.#known.size + this.#doubtful.size;
  }

  /** The broker has given out places again that had been read: it has lost the end of DECISIONS. */
  get isRegrown(): boolean {
    return this.#isRegrown;
  }

  /** Looks at nothing any more, from when it resolves on. */
  async stop(): Promise<void> {
    this.#isOver = true;
    await this.#looking;
  }

  /** Another's entry comes first and says otherwise: only following it helps, and the place moves on no more. */
  get isOvertaken(): boolean {
    return this.#next?.from === Number.POSITIVE_INFINITY;
  }

  get #next(): Known | undefined {
    return this.#known.get(this.#readTo + 1);
  }

  #isGap(): boolean {
    return this.#last > this.#readTo && this.#next === undefined;
  }

  /** From which message on the place may be passed. */
  #passableFrom(entry: LogMessage | null): number {
    if (entry === null) return 0;
    const seq = sequenceOf(entry) ?? 0;
    return this.#isSecond(seq, entry.seq) || this.#agrees(entry) ? seq : Number.POSITIVE_INFINITY;
  }

  /** Whether an entry that counts for the message stands before this one. */
  #isSecond(seq: number, entry: number): boolean {
    if (seq > this.#published || seq >= this.#unremembered.from) return false;
    for (const one of this.#doubtful.values()) if (one === seq) return false;
    for (const [own, { from }] of this.#known) if (from === seq && own > entry) return false;
    return true;
  }

  async #look(): Promise<void> {
    const last = this.#last;
    for (let entry = this.#readTo + 1; entry <= last && !this.#isOver; entry++) {
      if (this.#known.has(entry)) continue;
      if (this.remembered >= 2 * rememberedAtMost) break;
      const found = await this.#entryAt(entry);
      // The broker is away: asked again after the next batch.
      if (!found.ok) break;
      const id = found.value?.header(entryHeader.messageId) ?? null;
      this.#known.set(entry, { from: this.#passableFrom(found.value), id });
    }
  }
}
