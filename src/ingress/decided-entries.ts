/**
 * What has been decided ahead of us: entries of DECISIONS whose messages of CLAIMS are not committed here, as they are
 * read in the order of their stream. Some megabytes are kept whole, which is more than there is unless one before them
 * is missing; of the rest, however much comes, only where it stands.
 */
import type { Result } from '../base/result.js';
import { entryHeader, sequenceOf, speaksOf } from '../egress/decision-entry.js';
import type { EntryPlace } from '../history/store.js';
import type { LogMessage } from '../nats/claims-log.js';
import { LeftEntries } from './left-entries.js';

const wholeAtMostBytes = 8 * 1024 * 1024;
/** What an entry takes beside its bytes, roughly. */
const overheadBytes = 512;

/** The entry that counts for a message, if one does. */
export interface EntrySource {
  for(message: Pick<LogMessage, 'seq' | 'streamMs' | 'data'>): LogMessage | null;
}

/** As whoever decides goes through it. */
export interface EntriesAhead extends EntrySource {
  /** Afterwards `for` knows the entries of these. Rejects with what the broker says. */
  load(messages: readonly Pick<LogMessage, 'seq'>[]): Promise<void>;
  /** Messages up to this one are committed. */
  forgetTo(seq: number): void;
}

/** Null: it is there no more. Fails with a sentence. */
export type EntryAt = (place: number) => Promise<Result<LogMessage | null, string>>;

interface Kept {
  readonly entry: LogMessage;
  /** What was read before it. */
  readonly before: EntryPlace;
}

export class DecidedEntries implements EntriesAhead {
  readonly #entryAt: EntryAt;
  readonly #wholeAtMost: number;
  /** By sequence in CLAIMS; of each in the order of DECISIONS. */
  readonly #kept = new Map<number, Kept[]>();
  readonly #left = new LeftEntries();
  /** Messages whose entries were left, and have been fetched. */
  readonly #fetched = new Set<number>();
  #bytes = 0;
  #read: EntryPlace;

  /** `read`: the last entry before those that are noted. */
  constructor(entryAt: EntryAt, read: EntryPlace = { seq: 0 }, wholeAtMost = wholeAtMostBytes) {
    this.#entryAt = entryAt;
    this.#read = read;
    this.#wholeAtMost = wholeAtMost;
  }

  /** Keeps an entry, unless it speaks of a message that is committed: up to `committed` they have been counted. */
  note(entry: LogMessage, committed: number): void {
    const before = this.#read;
    this.#read = { seq: entry.seq, id: entry.header(entryHeader.messageId) };
    const seq = sequenceOf(entry);
    if (seq === null || seq <= committed) return;
    if (this.#bytes < this.#wholeAtMost || this.#fetched.has(seq)) this.#keep(seq, { entry, before });
    else this.#left.note(seq, entry.seq, before);
  }

  #keep(seq: number, kept: Kept): void {
    const others = this.#kept.get(seq);
    this.#bytes += weightOf(kept);
    if (others === undefined) this.#kept.set(seq, [kept]);
    else others.push(kept);
  }

  /** Of several entries for one message the first counts that speaks of it. */
  for(message: Pick<LogMessage, 'seq' | 'streamMs' | 'data'>): LogMessage | null {
    const kept = this.#kept.get(message.seq)?.find(({ entry }) => speaksOf(entry, message));
    return kept?.entry ?? null;
  }

  async load(messages: readonly Pick<LogMessage, 'seq'>[]): Promise<void> {
    if (this.#left.isEmpty) return;
    const left = messages.map(({ seq }) => seq).filter((seq) => !this.#fetched.has(seq));
    await Promise.all(left.map((seq) => this.#fetch(seq)));
  }

  async #fetch(seq: number): Promise<void> {
    const places = this.#left.placesOf(seq);
    if (places.length === 0) return;
    const found = await Promise.all(places.map((place) => this.#entryAt(place)));
    for (const one of found) {
      if (!one.ok) throw new Error(one.error);
      if (one.value !== null)
        this.#keep(seq, { entry: one.value, before: { seq: one.value.seq - 1, id: null } });
    }
    this.#kept.get(seq)?.sort((a, b) => a.entry.seq - b.entry.seq);
    this.#fetched.add(seq);
  }

  /** Whether some are not kept whole. */
  get hasLeft(): boolean {
    return !this.#left.isEmpty;
  }

  /** The last message of CLAIMS that has one; 0: none. */
  get last(): number {
    let { last } = this.#left;
    for (const seq of this.#kept.keys()) last = Math.max(last, seq);
    return last;
  }

  /** The last entry that was read. */
  get readTo(): number {
    return this.#read.seq;
  }

  /** Up to where no entry waits: the last one read, or the one before the first that does. */
  get place(): EntryPlace {
    let place = this.#read;
    const first = this.#left.before;
    if (first !== null && first.seq < place.seq) place = first;
    for (const [kept] of this.#kept.values())
      if (kept !== undefined && kept.before.seq < place.seq) place = kept.before;
    return place;
  }

  forgetTo(seq: number): void {
    this.#forget((one) => one <= seq);
    this.#left.forgetTo(seq);
  }

  /** Of messages from this one on, which CLAIMS does not have. */
  forgetFrom(seq: number): void {
    this.#forget((one) => one >= seq);
    this.#left.forgetFrom(seq);
  }

  #forget(isOver: (seq: number) => boolean): void {
    for (const [seq, kept] of this.#kept) {
      if (!isOver(seq)) continue;
      this.#kept.delete(seq);
      for (const one of kept) this.#bytes -= weightOf(one);
    }
    for (const seq of this.#fetched) if (isOver(seq)) this.#fetched.delete(seq);
  }
}

function weightOf({ entry }: Kept): number {
  return entry.data.byteLength + overheadBytes;
}
