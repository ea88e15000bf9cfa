/**
 * The history on disk: main's side, the one writer. A commit is one LMDB transaction of writes, answers, expiry and
 * position, so that after a kill at any moment they agree. It runs beside the event loop and resolves when it is on
 * disk: what is committed here is also flushed. Commits that arrive while one is running go together in the next.
 */
import { assert } from '../base/assert.js';
import { dayMs, type EpochMs } from '../base/calendar.js';
import { ok, type Result } from '../base/result.js';
import { historyHorizonMs, type StateReader, touchedOf, type Write } from './state.js';
import { digestOf } from './store/digest.js';
import { answerApart, answersApart, answersIn, expiredApart, setApart } from './store/earlier-stream.js';
import { type Environment, type Operation, type Table, type TableSize, tables } from './store/environment.js';
import { type Expiry, expiryKey, packRecordNames } from './store/expiry.js';
import { openEnvironment } from './store/open-environment.js';
import {
  type EntryPlace,
  type Position,
  packPosition,
  positionKey,
  startOf,
  unpackPosition,
} from './store/position.js';
import { expiredAnswers, expiredRecords } from './store/pruning.js';
import {
  type PublishedAnswer,
  packAnswer,
  sequenceKey,
  sequenceOf,
  unpackAnswer,
} from './store/published-answer.js';
import { VisibleState } from './store/visible-state.js';
import { HistoryWriteError } from './store/write-error.js';
import { couldWrite } from './store/write-probe.js';
import { WriterLock } from './store/writer-lock.js';

export type { Expiry } from './store/expiry.js';
export type { EntryPlace, Position } from './store/position.js';
export type { PublishedAnswer } from './store/published-answer.js';
export { HistoryWriteError } from './store/write-error.js';

/** What a batch of messages does. */
export interface Commit {
  /**
   * Sequence of the last message in the state that the batch was decided on; left out where nothing else can be
   * committing.
   */
  readonly base?: number;
  readonly writes: readonly Write[];
  readonly answers: readonly PublishedAnswer[];
  /** One for each message of the batch, also for those that put no record. */
  readonly expiry: readonly Expiry[];
  /** After the batch. `published` and `decisions` count only where they are beyond what the store knows. */
  readonly position: Position;
}

/** For tests; else as they are. */
export interface StoreOptions {
  readonly horizonMs?: number;
  /** How long answers are kept, in stream time. */
  readonly answersKeptMs?: number;
  /** Messages of the past that one commit expires at most, beside four for each of its own. */
  readonly expiredPerCommit?: number;
}

const defaults: Required<StoreOptions> = {
  horizonMs: historyHorizonMs,
  answersKeptMs: 7 * dayMs,
  expiredPerCommit: 256,
};

/** How long `published` may stand in memory alone while nothing is committed. */
const publishedWaitMs = 100;

interface Waiting {
  readonly commit: Commit;
  readonly resolve: (done: { readonly flushed: Promise<void> }) => void;
  readonly reject: (error: unknown) => void;
}

export class HistoryStore {
  readonly #lock: WriterLock;
  readonly #stored: Environment;
  readonly #options: Required<StoreOptions>;
  readonly #visible: VisibleState;
  #position: Position | null;
  #waiting: Waiting[] = [];
  #running: Promise<void> | null = null;
  /** `published` as it is on disk. */
  #publishedOnDisk: number;
  #publishedTimer: NodeJS.Timeout | null = null;

  private constructor(lock: WriterLock, stored: Environment, options: Required<StoreOptions>) {
    this.#lock = lock;
    this.#stored = stored;
    this.#options = options;
    this.#visible = new VisibleState(stored, options.horizonMs);
    this.#position = positionIn(stored);
    this.#publishedOnDisk = this.#position?.published ?? 0;
    this.#visible.at(this.#position);
  }

  /**
   * Opens the history of a data directory, or makes an empty one, and keeps every other writer out until it is closed.
   * The error is a sentence for the operator.
   */
  static async open(folder: string, options: StoreOptions = {}): Promise<Result<HistoryStore, string>> {
    const lock = WriterLock.take(folder);
    if (!lock.ok) return lock;
    const opened = await openEnvironment(folder);
    if (opened.ok) return ok(new HistoryStore(lock.value, opened.value, { ...defaults, ...options }));
    lock.value.release();
    return opened;
  }

  /** Null: nothing has begun yet. */
  position(): Position | null {
    return this.#position;
  }

  /** Begins an empty state at the head of a stream; whatever was there is gone. */
  async begin(streamCreated: string): Promise<void> {
    await this.#restart(startOf(streamCreated), tables.filter(isContent));
  }

  /**
   * Goes on with the same state in another stream, from behind `committed`. What is known of later messages by their
   * sequence has been set apart.
   */
  async rebind(streamCreated: string, committed: number, further: Partial<Position> = {}): Promise<void> {
    const streamMs = this.#position?.streamMs ?? 0;
    const start = { ...startOf(streamCreated), committed, published: committed, streamMs };
    await this.#restart({ ...start, ...further }, []);
  }

  /** Nothing is known by its sequence any more of messages behind `committed`: the stream does not have them. */
  async setApart(committed: number): Promise<void> {
    await this.#running;
    await setApart(this.#stored, committed);
  }

  async #restart(position: Position, cleared: readonly Table[]): Promise<void> {
    await this.#running;
    assert(this.#waiting.length === 0, 'no commit waits while the state begins anew');
    await this.#stored.write([positionOperation(position)], cleared);
    this.#moveTo(position);
  }

  /**
   * Commits a batch whole or not at all. Resolves when it is on disk and readers can see it. Rejects with a
   * HistoryWriteError where it cannot be written; commits that waited behind it are rejected with it, for they were
   * decided on a state that did not come about. The store then stands where `position()` says, and goes on from there.
   * The bytes of a commit must not change before it is over.
   */
  commit(commit: Commit): Promise<{ readonly flushed: Promise<void> }> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ commit, resolve, reject });
      this.#running ??= this.#writeWaiting();
    });
  }

  async #writeWaiting(): Promise<void> {
    while (this.#waiting.length > 0) {
      const group = this.#waiting.splice(0);
      try {
        await this.#write(group.map(({ commit }) => commit));
        for (const { resolve } of group) resolve({ flushed: Promise.resolve() });
      } catch (error) {
        this.#lookAgain();
        for (const { reject } of [...group, ...this.#waiting.splice(0)]) reject(error);
      }
    }
    this.#running = null;
  }

  async #write(commits: readonly Commit[]): Promise<void> {
    const before = this.#position;
    assert(before !== null, 'a state has begun before anything is committed to it');
    const position = positionAfter(before, commits);
    const operations = commits.flatMap(operationsOf);
    const messages = commits.reduce((sum, { expiry }) => sum + expiry.length, 0);
    const most = this.#options.expiredPerCommit + 4 * messages;
    const horizon = position.streamMs - this.#options.horizonMs;
    const answersFrom = position.streamMs - this.#options.answersKeptMs;
    operations.push(
      ...expiredRecords(this.#stored, horizon, most, operations),
      ...expiredAnswers(this.#stored, answersFrom, before.published, most),
      ...expiredApart(this.#stored, answersFrom),
      positionOperation(position),
    );
    await this.#stored.write(operations);
    // Published on while this was being written: that stays true.
    this.#publishedOnDisk = position.published;
    this.#moveTo({
      ...position,
      published: Math.max(position.published, this.#position?.published ?? 0),
      decisions: further(position.decisions, this.#position?.decisions ?? null),
    });
  }

  /** After a failure: what was reported as failed may be on disk all the same, and then is what counts. */
  #lookAgain(): void {
    const stored = positionIn(this.#stored);
    if (stored !== null && stored.committed > (this.#position?.committed ?? 0)) this.#moveTo(stored);
  }

  #moveTo(position: Position): void {
    this.#position = position;
    this.#visible.at(position);
  }

  /**
   * The answers up to this message are in the stream of decisions, of which everything up to `entry` speaks of messages
   * that are committed. Kept in memory until the next commit, or for a moment: after a kill in between they are
   * published again, which does no harm.
   */
  advancePublished(seq: number, entry: EntryPlace = { seq: 0 }): void {
    const position = this.#position;
    if (position === null || seq <= position.published) return;
    assert(seq <= position.committed, 'only what is committed is published');
    const { decisions } = position;
    const read = decisions === null ? null : further(decisions, { created: decisions.created, ...entry });
    this.#position = { ...position, published: seq, decisions: read };
    this.#writePublishedSoon();
  }

  /** DECISIONS has been read so far, without anything to commit. Kept in memory until the next commit. */
  noteRead(decisions: NonNullable<Position['decisions']>): void {
    if (this.#position !== null) this.#position = { ...this.#position, decisions };
  }

  /** Whether as much as a batch takes can be written now; it goes again. */
  async canWrite(): Promise<boolean> {
    // Others who waited for the same may have begun something else.
    while (this.#running !== null) await this.#running;
    const probing = couldWrite(this.#stored);
    this.#running = probing.then(() => this.#writeWaiting());
    return await probing;
  }

  #writePublishedSoon(): void {
    this.#publishedTimer ??= setTimeout(() => void this.#writePublished(), publishedWaitMs).unref();
  }

  /** A failure is left to the next commit, which meets it too. */
  async #writePublished(): Promise<void> {
    this.#publishedTimer = null;
    const position = this.#position;
    if (position === null || position.published === this.#publishedOnDisk) return;
    if (this.#running !== null) {
      this.#writePublishedSoon();
      return;
    }
    const write = this.#stored.write([positionOperation(position)]).then(
      () => {
        this.#publishedOnDisk = position.published;
      },
      () => undefined,
    );
    this.#running = write.then(() => this.#writeWaiting());
    await this.#running;
  }

  /** Up to `limit` answers of messages behind `seq`, in order; bytes are the caller's. */
  answersAfter(seq: number, limit: number): PublishedAnswer[] {
    const found = answersIn(this.#stored, seq, limit);
    return [...found].map(([key, packed]) => unpackAnswer(sequenceOf(key), packed));
  }

  /**
   * The answer to a message, as a later message of stream time `atMs` finds it (in a batch: that message's own):
   * null where there is none, or it is older than answers are kept. Its bytes are the caller's.
   */
  answerOf(seq: number, atMs: EpochMs = this.#position?.streamMs ?? 0): PublishedAnswer | null {
    const packed = this.#stored.get('answers', sequenceKey(seq));
    if (packed === undefined || touchedOf(packed) < atMs - this.#options.answersKeptMs) return null;
    return unpackAnswer(seq, packed.slice());
  }

  /** The same of an event whose message the stream does not have, by the id of its decision. */
  answerApart(decisionId: string, atMs: EpochMs = this.#position?.streamMs ?? 0): PublishedAnswer | null {
    return answerApart(this.#stored, decisionId, atMs - this.#options.answersKeptMs);
  }

  /** All of these. */
  answersApart(): Iterable<PublishedAnswer> {
    return answersApart(this.#stored);
  }

  /** Of the state; walks through everything, on the event loop. */
  digest(): string {
    return digestOf(this.#visible);
  }

  /** The committed state. */
  reader(): StateReader {
    return this.#visible;
  }

  /** Records and bytes of each table; expired ones that still lie there are counted. */
  counts(): Readonly<Record<Table, TableSize>> {
    const sizes = tables.map((table) => [table, this.#stored.size(table)] as const);
    return Object.fromEntries(sizes) as Record<Table, TableSize>;
  }

  /** An equal history in another folder, which must not hold one; commits go on meanwhile. Rejects where it fails. */
  async copyTo(folder: string): Promise<void> {
    await this.#stored.copyTo(folder);
  }

  /** After everything that waits is written. */
  async close(): Promise<void> {
    await this.#running;
    if (this.#publishedTimer !== null) clearTimeout(this.#publishedTimer);
    await this.#writePublished();
    await this.#stored.close();
    this.#lock.release();
  }
}

function isContent(table: Table): boolean {
  return table !== 'meta';
}

function positionIn(stored: Environment): Position | null {
  const packed = stored.get('meta', positionKey);
  return packed === undefined ? null : unpackPosition(packed);
}

function positionOperation(position: Position): Operation {
  return { table: 'meta', key: positionKey, value: packPosition(position) };
}

/** Neither sequences nor stream time step back, and the stream is the one that the state belongs to. */
function positionAfter(before: Position, commits: readonly Commit[]): Position {
  return commits.reduce((position, { base, position: next }) => {
    // What was decided on a state that did not come about, because a commit before it failed, is nobody's.
    if ((base ?? position.committed) !== position.committed)
      throw new HistoryWriteError('failed', staleBatch);
    assert(next.streamCreated === position.streamCreated, 'a batch of another stream');
    assert(next.committed >= position.committed, 'a position that steps back');
    assert(next.streamMs >= position.streamMs, 'a stream time that steps back');
    const published = Math.max(position.published, next.published);
    // What a batch says of DECISIONS may be old: entries are published while it waits to be written.
    return { ...next, published, decisions: further(position.decisions, next.decisions) };
  }, before);
}

const staleBatch = 'The batch was decided on a state that did not come about.';

/** Of two places in the stream of decisions; in another stream the second. */
function further(one: Position['decisions'], other: Position['decisions']): Position['decisions'] {
  if (one === null || other === null) return one ?? other;
  return one.created === other.created && one.seq > other.seq ? one : other;
}

function operationsOf({ writes, answers, expiry }: Commit): Operation[] {
  const times = new Map(expiry.map(({ seq, streamMs }) => [seq, streamMs]));
  return [
    ...writes,
    ...expiry
      .filter(({ records }) => records.length > 0)
      .map(({ seq, streamMs, records }): Operation => {
        return { table: 'expiry', key: expiryKey(streamMs, seq), value: packRecordNames(records) };
      }),
    ...answers.map((answer): Operation => {
      const streamMs = times.get(answer.seq);
      assert(streamMs !== undefined, 'an answer belongs to a message of its batch');
      return { table: 'answers', key: sequenceKey(answer.seq), value: packAnswer(answer, streamMs) };
    }),
  ];
}
