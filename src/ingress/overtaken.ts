/**
 * What this node has decided and committed, and another has decided before it could say so: the other's entry is the
 * first in DECISIONS, and counts here too. The state comes to what it is at the other node, and what would be published
 * again is the entry that is there already.
 */
import type { Result } from '../base/result.js';
import { changesNothing } from '../decision/receipt.js';
import {
  answerSeen,
  entryHeader,
  mayBeOne,
  sequenceOf,
  speaksOf,
  speaksOfAnother,
} from '../egress/decision-entry.js';
import type { Answer } from '../egress/decision-publisher.js';
import { recount, type Said } from '../history/events/recount.js';
import type { Write } from '../history/state.js';
import type { HistoryStore, Position } from '../history/store.js';
import type { LogMessage } from '../nats/claims-log.js';

/** How many entries are looked through for one of a message whose time nobody knows any more. */
const lookedThrough = 2_048;
/** Clocks of the servers that keep the two streams may differ by so much. */
const skewMs = 5_000;
const atOnce = 64;

/** The other node has taken in a message that this one could not, or the other way round: nothing puts that right. */
export class DecidedOtherwise extends Error {
  override readonly name = 'NotFollowed';
  readonly reason: string;

  constructor(seq: number) {
    const reason =
      `message ${seq} of CLAIMS was taken in by one node and not by another: ` +
      "put a copy of the other node's history in the place of this one's, or rebuild it";
    super(reason);
    this.reason = reason;
  }
}

/** Null: it is there no more. Fails with a sentence. */
type StoredAt = (seq: number) => Promise<Result<LogMessage | null, string>>;

export class Overtaken {
  readonly #store: HistoryStore;
  readonly #entryAt: StoredAt;
  readonly #messageAt: StoredAt;
  /** Messages behind this one are taken in as their first entry says. */
  readonly #committed: number;
  /** Messages whose first entry has been seen. */
  readonly #seen = new Set<number>();
  /** Messages that have an entry from this place on, up to the one from which reading began; what each is made of. */
  readonly #earlier = new Map<number, (string | null)[]>();
  #earlierFrom: number;
  /** When the first of these was stored. */
  #earlierMs = Number.POSITIVE_INFINITY;
  readonly #readFrom: number;

  /**
   * `readFrom`: the last entry of DECISIONS before those that are noted. `entryAt`, `messageAt`: one of DECISIONS, of
   * CLAIMS.
   */
  constructor(store: HistoryStore, readFrom: number, entryAt: StoredAt, messageAt: StoredAt) {
    this.#store = store;
    this.#committed = store.position()?.committed ?? 0;
    this.#readFrom = readFrom;
    this.#earlierFrom = readFrom + 1;
    this.#entryAt = entryAt;
    this.#messageAt = messageAt;
  }

  /** Puts right what an entry says otherwise of a message that is committed. Throws where that cannot be. */
  async note(entry: LogMessage): Promise<void> {
    const seq = sequenceOf(entry);
    const position = this.#store.position();
    if (seq === null || position === null || seq > this.#committed || this.#seen.has(seq)) return;
    const own = this.#store.answerOf(seq, 0);
    const isSame = own === null || Buffer.compare(own.bytes, entry.data) === 0;
    const message = isSame ? null : await this.#asked(this.#messageAt(seq));
    // Of one that CLAIMS has lost, whose sequence it has given out again.
    if (!isSame && (speaksOfAnother(entry, own) || (message !== null && !speaksOf(entry, message)))) return;
    this.#seen.add(seq);
    if (isSame || (await this.#isEarlier(seq, entry, message))) return;
    await this.#putRight(own, answerSeen(seq, entry), position);
  }

  /** Whether there is an entry of the message before the place from which reading began: that one has been seen to. */
  async #isEarlier(seq: number, entry: LogMessage, message: LogMessage | null): Promise<boolean> {
    const mark = entry.header(entryHeader.content);
    const sinceMs = message === null ? null : message.streamMs - skewMs;
    const least = Math.max(1, this.#readFrom - lookedThrough);
    while (this.#earlier.get(seq)?.some((one) => mayBeOne(one, mark)) !== true) {
      const isFarEnough = sinceMs === null ? this.#earlierFrom <= least : this.#earlierMs < sinceMs;
      if (isFarEnough || this.#earlierFrom <= 1) return false;
      await this.#lookThroughMore();
    }
    return true;
  }

  /** Some more of the entries, backwards. */
  async #lookThroughMore(): Promise<void> {
    const from = Math.max(1, this.#earlierFrom - atOnce);
    const places = Array.from({ length: this.#earlierFrom - from }, (_, i) => from + i);
    const found = await Promise.all(places.map((place) => this.#asked(this.#entryAt(place))));
    for (const entry of found) {
      const seq = entry === null ? null : sequenceOf(entry);
      if (entry === null || seq === null) continue;
      this.#earlier.set(seq, [...(this.#earlier.get(seq) ?? []), entry.header(entryHeader.content)]);
    }
    this.#earlierFrom = from;
    this.#earlierMs = found.find((entry) => entry !== null)?.streamMs ?? this.#earlierMs;
  }

  async #asked(asked: ReturnType<StoredAt>): Promise<LogMessage | null> {
    const found = await asked;
    if (!found.ok) throw new Error(found.error);
    return found.value;
  }

  async #putRight(own: Answer, counting: Answer, position: Position): Promise<void> {
    const { seq } = own;
    const [ours, theirs] = [readWords(own), readWords(counting)];
    if (ours.didNothing !== theirs.didNothing) throw new DecidedOtherwise(seq);
    const institution = counting.subject.split('.')[2] ?? '';
    const write =
      theirs.claimId === null || isRepeated(own) || isRepeated(counting)
        ? null
        : recount(institution, theirs.claimId, ours, theirs, this.#store.reader());
    const writes: readonly Write[] = write === null ? [] : [write];
    const expiry = [{ seq, streamMs: position.streamMs, records: [] }];
    await this.#store.commit({ writes, answers: [counting], expiry, position });
  }
}

/** Of an event that came again: it did nothing, whatever its entry repeats. */
function isRepeated({ headers }: Answer): boolean {
  return headers[entryHeader.duplicateOf] !== undefined;
}

interface Words extends Said {
  readonly claimId: string | null;
  /** Of a dead letter, and of what was taken apart. */
  readonly didNothing: boolean;
}

/** Entries are ours: a decision, or a receipt. */
function readWords({ bytes }: Answer): Words {
  const said = JSON.parse(Buffer.from(bytes).toString()) as {
    readonly claimId: string | null;
    readonly note?: string;
    readonly findings?: readonly {
      readonly findingId: string;
      readonly lines: readonly { readonly id: string; readonly role: string }[];
    }[];
    readonly retracts?: readonly string[];
  };
  return {
    claimId: said.claimId,
    didNothing: changesNothing(said.note ?? ''),
    retracts: said.retracts ?? [],
    findings: (said.findings ?? []).map(({ findingId, lines }) => ({
      findingId,
      violating: lines.filter(({ role }) => role === 'violating').map(({ id }) => id),
    })),
  };
}
