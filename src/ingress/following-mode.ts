/**
 * Following: what other nodes, or we ourselves before, have decided is applied to the state, message after message in
 * the order of the log. A follower is always exactly at a decided position, so that it can go on deciding from there.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { fail, ok, type Result } from '../base/result.js';
import { entryHeader } from '../egress/decision-entry.js';
import type { EntryPlace, Position } from '../history/store.js';
import { type LogMessage, type OrderedLog, openClaimsLog, StreamEstranged } from '../nats/claims-log.js';
import { openDecisionsLog } from '../nats/decisions-log.js';
import { storedMessage } from '../nats/stored-message.js';
import { streams } from '../nats/streams.js';
import { decideBatch } from '../pipeline.js';
import { DecidedEntries, type EntriesAhead } from './decided-entries.js';
import { answersTo, commitOf } from './lane-commit.js';
import { closeOn, type LaneMode, type LaneSignals, unlessAborted } from './lane-mode.js';
import type { LaneParts } from './lane-parts.js';
import { logged } from './logged.js';
import { Overtaken } from './overtaken.js';

const atOnce = { entries: 64, bytes: 1024 * 1024 };
/** How often a broker that does not answer is asked for the end of DECISIONS. */
const askAgainMs = 200;
/** A message of CLAIMS that has an entry and has not come after this long may have been erased. */
const missingAfterMs = 500;
/** The next one, where one was. */
const missingTooAfterMs = 10;

interface Logs {
  readonly claims: OrderedLog;
  readonly decisions: OrderedLog;
}

export class FollowingMode implements LaneMode {
  readonly name = 'following';
  readonly #parts: LaneParts;
  /** Read from CLAIMS, and not applied yet; no more is read while the first of them has no entry. */
  #ahead: LogMessage[] = [];
  /** Entries whose turn has not come: one before them is missing, as what is published together may be torn. */
  #decided: DecidedEntries;
  /** Asked of CLAIMS and not come yet. */
  #taking: Promise<readonly LogMessage[]> | null = null;
  #overtaken: Overtaken | null = null;
  #patienceMs = missingAfterMs;
  /** The message before which it was said that we stand. */
  #saidAt = 0;
  /** When it is looked again whether the message before which we stand is there. */
  #lookAgainMs = 0;
  /** Signals let go of the logs. */
  readonly #leaves: (() => void)[] = [];

  constructor(parts: LaneParts) {
    this.#parts = parts;
    this.#decided = new DecidedEntries((place) => this.#entryAt(place));
  }

  /** What has been decided out of turn when the mode comes to its end. */
  get decided(): EntriesAhead {
    return this.#decided;
  }

  /** Until the lease is held and everything that was decided in turn is applied. */
  async run({ stopping, turn }: LaneSignals): Promise<void> {
    try {
      const logs = await this.#open(stopping);
      if (logs !== null) await this.#followUntilHeld(logs, stopping, turn);
    } finally {
      for (const leave of this.#leaves) leave();
    }
  }

  async #followUntilHeld(logs: Logs, stopping: AbortSignal, turn: LaneSignals['turn']): Promise<void> {
    try {
      await this.#followAll(logs, stopping, turn);
    } finally {
      await Promise.all([logs.claims.close(), logs.decisions.close()]);
    }
  }

  async #open(stopping: AbortSignal): Promise<Logs | null> {
    const { link, store } = this.#parts;
    const known = store.position();
    const claims = openClaimsLog({
      link,
      after: { seq: known?.committed ?? 0, streamMs: known?.messageMs ?? null },
      streamCreated: known?.streamCreated ?? null,
    });
    this.#leaves.push(closeOn(stopping, claims));
    const created = await claims.opened();
    if (!created.ok) {
      await claims.close();
      if (created.error === 'closed') return null;
      throw created.error;
    }
    if (known === null) await store.begin(created.value);
    const decisions = await this.#openDecisions(stopping);
    if (decisions.ok) return { claims, decisions: decisions.value };
    await claims.close();
    if (decisions.error === 'closed') return null;
    throw decisions.error;
  }

  async #openDecisions(stopping: AbortSignal): Promise<Result<OrderedLog, Error | 'closed'>> {
    const { link, store } = this.#parts;
    const known = store.position()?.decisions ?? null;
    const read: EntryPlace = known === null ? { seq: 0 } : { seq: known.seq, id: known.id ?? null };
    const entryAt = (place: number) => this.#entryAt(place);
    const messageAt = (seq: number) => storedMessage(link, streams.claims.name, seq);
    this.#decided = new DecidedEntries(entryAt, read);
    this.#overtaken = new Overtaken(store, read.seq, entryAt, messageAt);
    const last = read.seq === 0 ? ok(null) : await entryAt(read.seq);
    if (!last.ok) return fail(new Error(last.error));
    const after = { seq: read.seq, streamMs: last.value?.streamMs ?? null };
    const decisions = openDecisionsLog({ link, after, streamCreated: known?.created ?? null });
    this.#leaves.push(closeOn(stopping, decisions));
    const opened = await decisions.opened();
    if (opened.ok && isAsRead(last.value, read)) return ok(decisions);
    await decisions.close();
    return fail(opened.ok ? otherEntry(read) : opened.error);
  }

  #entryAt(place: number): Promise<Result<LogMessage | null, string>> {
    return storedMessage(this.#parts.link, streams.decisions.name, place);
  }

  async #followAll(
    { claims, decisions }: Logs,
    stopping: AbortSignal,
    turn: LaneSignals['turn'],
  ): Promise<void> {
    let taking: Promise<readonly LogMessage[]> | null = null;
    let turned = turn();
    while (!stopping.aborted) {
      if (this.#parts.lease.stillMine()) {
        const last = await decisions.lastSequence();
        if (last !== null && this.#decided.readTo >= last) {
          await this.#forgetLost(claims);
          this.#parts.store.noteRead(this.#resumeAt(decisions.streamCreated() ?? ''));
          return;
        }
        if (last === null) await sleep(askAgainMs);
      }
      taking ??= decisions.take(atOnce.entries, atOnce.bytes);
      const entries = await unlessAborted(taking, turned);
      if (entries === undefined) {
        // The lease has turned: look whether it is ours.
        turned = turn();
        continue;
      }
      taking = null;
      for (const entry of entries) this.#decided.note(entry, this.#committed);
      for (const entry of entries) await this.#overtaken?.note(entry);
      const created = decisions.streamCreated() ?? '';
      while (!stopping.aborted && (await this.#applyInTurn(claims, created)));
      this.#sayStanding();
    }
  }

  /** Some of what is in turn. False: nothing was. */
  async #applyInTurn(claims: OrderedLog, created: string): Promise<boolean> {
    const { store, decide, events } = this.#parts;
    const messages = await this.#inTurn(claims);
    if (messages.length === 0) return false;
    const read = new Map(messages.map((message) => [message.seq, message]));
    const batch = logged(messages, store.position()?.streamMs ?? 0, this.#decided);
    await decideBatch(batch, {
      decide: (messages) => decide({ messages, pending: [] }),
      commit: async (part, reply) => {
        const answers = answersTo(part, read, this.#decided, reply, store);
        const published = part.at(-1)?.seq ?? 0;
        this.#decided.forgetTo(published);
        const after = { ...(store.position() as Position), published, decisions: this.#resumeAt(created) };
        await store.commit(commitOf(part, read, reply, answers, after));
        events.messagesCommitted({ entries: reply.entries, decidedHere: false, elapsedMs: reply.elapsedMs });
        return true;
      },
    });
    return true;
  }

  /** The next messages of CLAIMS, as far as each has its entry. Empty also where the log was closed. */
  async #inTurn(claims: OrderedLog): Promise<readonly LogMessage[]> {
    while (this.#ahead.length === 0 && this.#decided.last > this.#committed) {
      this.#taking ??= claims.take(atOnce.entries, atOnce.bytes);
      // Nobody may wait for it any more when it fails; the next one who does is told.
      this.#taking.catch(() => {});
      const more = await Promise.race([this.#taking, sleep(this.#patienceMs, null)]);
      if (more === null) {
        await this.#forgetIfErased(this.#decided.last, claims);
        continue;
      }
      this.#taking = null;
      this.#patienceMs = missingAfterMs;
      if (more.length === 0) return [];
      this.#ahead.push(...more);
    }
    await this.#decided.load(this.#ahead);
    const missing = this.#ahead.findIndex((message) => this.#decided.for(message) === null);
    if (missing !== 0 || !(await this.#isErased()))
      return this.#ahead.splice(0, missing < 0 ? this.#ahead.length : missing);
    this.#ahead.shift();
    return await this.#inTurn(claims);
  }

  /** Whether the message before which we stand has been erased since it was read: then nobody will decide it. */
  async #isErased(): Promise<boolean> {
    const { link, clock } = this.#parts;
    const seq = this.#ahead[0]?.seq ?? 0;
    if (this.#decided.last <= seq || clock.tickMs() < this.#lookAgainMs) return false;
    const found = await storedMessage(link, streams.claims.name, seq);
    const isErased = found.ok && found.value === null;
    if (!isErased) this.#lookAgainMs = clock.tickMs() + missingAfterMs;
    return isErased;
  }

  /** Once for each message: whoever reads this may have to have it decided. */
  #sayStanding(): void {
    const missing = this.#ahead[0]?.seq ?? 0;
    if (!this.#decided.hasLeft || this.#saidAt === missing || this.#parts.lease.stillMine()) return;
    this.#saidAt = missing;
    const reason =
      `message ${missing} of CLAIMS has no entry in DECISIONS, and more behind it have than are kept: ` +
      'this node stands before it until one is there';
    this.#parts.events.laneFailed(Object.assign(new Error(reason), { reason }));
  }

  /**
   * Messages that CLAIMS does not have any more (a person was erased, or they were too old) are passed over with the
   * next one that it has. Behind the last one none comes that would show it.
   */
  async #forgetIfErased(seq: number, claims: OrderedLog): Promise<void> {
    const found = await storedMessage(this.#parts.link, streams.claims.name, seq);
    if (!found.ok || found.value !== null) return;
    this.#decided.forgetFrom(seq);
    this.#patienceMs = missingTooAfterMs;
    await this.#forgetLost(claims);
  }

  /**
   * Where CLAIMS has lost its end, that may be thousands: what is behind its last message is forgotten at once. What
   * comes there later has entries of its own.
   */
  async #forgetLost(claims: OrderedLog): Promise<void> {
    const end = await claims.lastSequence();
    if (end !== null) this.#decided.forgetFrom(end + 1);
  }

  /** Where reading DECISIONS begins another time: before the first entry that is not applied. */
  #resumeAt(created: string): NonNullable<Position['decisions']> {
    return { created, ...this.#decided.place };
  }

  get #committed(): number {
    return this.#parts.store.position()?.committed ?? 0;
  }
}

/** Whether the entry where reading goes on is the one that was read there; what nobody can tell is believed. */
function isAsRead(found: LogMessage | null, { id = null }: EntryPlace): boolean {
  return found === null || id === null || found.header(entryHeader.messageId) === id;
}

function otherEntry({ seq }: EntryPlace): StreamEstranged {
  return new StreamEstranged(
    'other-content',
    `entry ${seq} of stream DECISIONS is not the one that was read there: the broker has lost it`,
  );
}
