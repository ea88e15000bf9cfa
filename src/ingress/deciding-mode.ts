/** Deciding: the holder of the lease takes messages from its own position on, and nobody else does. */
import { entryHeader, sequenceOf, speaksOfAnother } from '../egress/decision-entry.js';
import type { Answer, Place } from '../egress/decision-publisher.js';
import { Outbox } from '../egress/outbox.js';
import type { Position } from '../history/store.js';
import { type LogMessage, type OrderedLog, openClaimsLog, StreamEstranged } from '../nats/claims-log.js';
import { storedMessage } from '../nats/stored-message.js';
import { streams } from '../nats/streams.js';
import { decideBatch } from '../pipeline.js';
import { BatchSize } from './batch-size.js';
import { CommitsUnderWay } from './commits-under-way.js';
import type { EntriesAhead } from './decided-entries.js';
import { answersTo, commitOf } from './lane-commit.js';
import { closeOn, type LaneMode, type LaneSignals } from './lane-mode.js';
import type { LaneParts } from './lane-parts.js';
import { logged } from './logged.js';
import { type PartSources, withParts } from './parts-again.js';
import { type OwnEntry, ReadThrough } from './read-through.js';
import { type Decided, Undertaken } from './undertaken.js';

/** Answers of an earlier life that are published again at a time. */
const againAtOnce = 256;
/**
 * About two batches, so that the next one is there. What is read ahead comes in one piece, on the connection on which
 * screenings come: those behind it wait until all of it is taken in.
 */
const readAhead = { messages: 256, bytes: 4 * 1024 * 1024 };

export class DecidingMode implements LaneMode {
  readonly name = 'deciding';
  readonly #parts: LaneParts;
  readonly #size = new BatchSize();

  readonly #decided: EntriesAhead;

  /** `decided`: entries in DECISIONS of messages ahead of us, which a holder before us decided out of turn. */
  constructor(parts: LaneParts, decided: EntriesAhead) {
    this.#parts = parts;
    this.#decided = decided;
  }

  /** Until the lease is lost, or told to stop. What was committed has been published by then. */
  async run({ turn }: LaneSignals): Promise<void> {
    const { link, store, lease } = this.#parts;
    const lost = turn();
    const position = store.position();
    if (position === null || !lease.stillMine()) return;
    const read = this.#openReadThrough(position);
    let stopReading = (): void => {};
    const outbox = this.#openOutbox(position, read, () => stopReading());
    await this.#publishAgain(position, outbox);
    const after = { seq: position.committed, streamMs: position.messageMs };
    const log = openClaimsLog({ link, after, streamCreated: position.streamCreated, window: readAhead });
    stopReading = () => void log.close();
    const leave = closeOn(lost, log);
    const commits = new CommitsUnderWay(store, position, stopReading);
    try {
      await this.#decideAll(log, commits, outbox);
    } finally {
      leave();
      await log.close();
      await commits.done();
      await outbox.empty();
      await read.stop();
    }
  }

  #openReadThrough({ decisions, published }: Position): ReadThrough {
    const entryAt = (seq: number) => storedMessage(this.#parts.link, streams.decisions.name, seq);
    const begun = { readTo: decisions?.seq ?? 0, id: decisions?.id ?? null, published };
    return new ReadThrough(begun, entryAt, (entry) => this.#agrees(entry));
  }

  #openOutbox({ streamCreated }: Position, read: ReadThrough, onFailure: () => void): Outbox {
    const { publisher, store } = this.#parts;
    return new Outbox({
      publisher,
      streamCreated,
      onFailure,
      published: (answers, places) => {
        const last = answers.at(-1)?.seq ?? 0;
        read.note(answers.map((answer, i) => ownEntry(answer, places[i] as Place)));
        if (read.isRegrown) throw lostEntries();
        read.upTo(last);
        store.advancePublished(last, read.place);
        if (read.isOvertaken)
          throw new Error('another node decided what was decided here, and its entry counts');
      },
    });
  }

  #agrees(entry: LogMessage): boolean {
    const own = this.#parts.store.answerOf(sequenceOf(entry) ?? 0, 0);
    if (own === null || speaksOfAnother(entry, own)) return true;
    return Buffer.compare(own.bytes, entry.data) === 0;
  }

  /** What was committed and perhaps not published, byte for byte as it was. */
  async #publishAgain({ published, committed }: Position, outbox: Outbox): Promise<void> {
    let from = published;
    while (from < committed) {
      const kept = this.#parts.store.answersAfter(from, againAtOnce);
      if (kept.length === 0) return;
      const answers = await withParts(kept, this.#partSources);
      outbox.add({ answers, messages: new Map() });
      from = answers.at(-1)?.seq ?? committed;
      await outbox.room();
    }
  }

  get #partSources(): PartSources {
    const { link, decide } = this.#parts;
    return {
      messageAt: (seq) => storedMessage(link, streams.claims.name, seq),
      takeApart: async (message) => {
        // What becomes of it depends on its bytes alone, and nothing of this reply is committed.
        const reply = await decide({ messages: logged([message], 0, { for: () => null }), pending: [] });
        if (!reply.ok) throw new Error(`message ${message.seq} of CLAIMS cannot be taken apart again`);
        return reply.value.entries[0]?.parts ?? [];
      },
    };
  }

  async #decideAll(log: OrderedLog, commits: CommitsUnderWay, outbox: Outbox): Promise<void> {
    const { lease } = this.#parts;
    const decided = new Undertaken(lease, (one) => this.#begin(one, commits, outbox));
    while (lease.stillMine()) {
      await outbox.room();
      if (log.waiting === 0) decided.goOn();
      const messages = await log.take(this.#size.messages, this.#size.bytes);
      if (messages.length === 0) break;
      if (!(await this.#decideNext(messages, decided, commits))) return;
    }
    decided.goOn();
  }

  async #decideNext(
    messages: readonly LogMessage[],
    decided: Undertaken,
    commits: CommitsUnderWay,
  ): Promise<boolean> {
    const { decide } = this.#parts;
    await this.#decided.load(messages);
    const read = new Map(messages.map((message) => [message.seq, message]));
    const clockMs = decided.streamMs ?? commits.position.streamMs;
    return await decideBatch(logged(messages, clockMs, this.#decided), {
      decide: async (batch) => {
        const reply = decide({ messages: batch, pending: [...commits.pending, decided.writes] });
        // A batch is handed over in a turn of its own.
        await Promise.resolve();
        decided.goOn();
        return await reply;
      },
      commit: async (batch, reply) => {
        if (!decided.takeUp({ batch, read, reply })) return false;
        if (commits.hasRoom) return true;
        decided.goOn();
        await commits.room();
        return true;
      },
    });
  }

  #begin({ batch, read, reply }: Decided, commits: CommitsUnderWay, outbox: Outbox): void {
    const { events, clock } = this.#parts;
    this.#size.noteWork(batch.length, reply.elapsedMs);
    const begunMs = clock.tickMs();
    for (const crash of reply.crashes) events.claimFailed(crash);
    const answers = answersTo(batch, read, this.#decided, reply, commits);
    this.#decided.forgetTo(batch.at(-1)?.seq ?? 0);
    commits.begin(commitOf(batch, read, reply, answers, commits.position), answers, () => {
      this.#size.noteCommit(clock.tickMs() - begunMs);
      outbox.add({ answers, messages: read });
      events.messagesCommitted({ entries: reply.entries, decidedHere: true, elapsedMs: reply.elapsedMs });
    });
  }
}

function ownEntry({ seq, headers }: Answer, place: Place): OwnEntry {
  return { seq, id: headers[entryHeader.messageId] ?? null, ...place };
}

function lostEntries(): StreamEstranged {
  return new StreamEstranged(
    'shorter',
    'stream DECISIONS gives out again what had been read: it has lost its end',
  );
}
