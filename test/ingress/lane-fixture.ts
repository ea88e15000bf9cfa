/** A node's lane on a real broker and a real store; messages are worked off in the test's own thread. */

import { systemClock } from '../../src/base/clock.js';
import { fail, ok } from '../../src/base/result.js';
import { DecisionPublisher } from '../../src/egress/decision-publisher.js';
import { HistoryStore } from '../../src/history/store.js';
import { Lane } from '../../src/ingress/lane.js';
import { ConfirmedPublisher } from '../../src/nats/confirmed-publisher.js';
import type { NatsLink } from '../../src/nats/connection.js';
import { type LogMessage, OrderedLog } from '../../src/nats/ordered-log.js';
import { streams } from '../../src/nats/streams.js';
import type { Ruleset } from '../../src/ruleset/runtime/screened.js';
import type { LogBatch } from '../../src/screening/protocol/decide.js';
import { decideBatch } from '../../workers/decide-batch.js';
import { storedInTime, until } from '../nats/jetstream-fixture.js';
import { claimOf, findsItemX, jsonOf, loadedOf, newProgress } from '../workers/fixtures/rulesets.js';

export const institution = 'H35010200001';

/** A settlement that `findsItemX` finds fault with. */
export function settlementOf(eventId: string, changes: Readonly<Record<string, unknown>> = {}): Uint8Array {
  const encounter = { id: `V-${eventId}`, type: 'outpatient', admittedAt: '2026-03-11T08:12:00+08:00' };
  return jsonOf(claimOf(['T000000001'], { eventId, kind: 'settlement', scene: null, encounter, ...changes }));
}

export function reversalOf(eventId: string, of: string): Uint8Array {
  const reverses = { claimId: `${institution}/V-${of}` };
  return jsonOf(claimOf([], { eventId, kind: 'reversal', scene: null, encounter: {}, reverses }));
}

/** One that may decide where `isDecider` says so, and judges by `screen`. */
export class LaneNode {
  readonly store: HistoryStore;
  readonly #link: NatsLink;
  readonly #publisher: ConfirmedPublisher;
  readonly lane: Lane;
  readonly problems: string[] = [];
  #isDecider: boolean;
  /** Nothing that was committed gets out; it waits. */
  #isMute: boolean;
  #isStopping = false;
  #waiting: (() => void)[] = [];
  /** What waits is published late, under its id with this behind it; null: it never is. */
  #late: string | null = null;

  private constructor(store: HistoryStore, link: NatsLink, { isDecider, isMute, screen }: LaneNodeOptions) {
    this.store = store;
    this.#link = link;
    this.#isDecider = isDecider;
    this.#isMute = isMute;
    this.#publisher = new ConfirmedPublisher({ link });
    const [loaded, progress] = [loadedOf(screen), newProgress()];
    this.lane = new Lane({
      link,
      store,
      lease: { stillMine: () => this.#isDecider },
      publisher: new DecisionPublisher({
        publisher: {
          publish: async (outgoing, withinMs) => {
            if (!this.#isMute) return await this.#publisher.publish(outgoing, withinMs);
            if (!this.#isStopping) await new Promise<void>((resolve) => this.#waiting.push(resolve));
            if (this.#late === null) return fail({ kind: 'closed', message: 'mute' } as const);
            const id = `${outgoing.headers['Nats-Msg-Id']}${this.#late}`;
            const headers = { ...outgoing.headers, 'Nats-Msg-Id': id };
            return await this.#publisher.publish({ ...outgoing, headers }, withinMs);
          },
        },
        messageAt: (seq) => storedInTime(link, streams.claims.name, seq),
        entryAt: (place) => storedInTime(link, streams.decisions.name, place),
      }),
      decide: async (batch: LogBatch) =>
        ok(decideBatch(batch, store.reader(), loaded, progress, systemClock)),
      events: {
        laneEntered: () => {},
        messagesCommitted: () => {},
        claimFailed: ({ error }) => this.problems.push(error),
        laneFailed: (error) => this.problems.push(String(error)),
        streamEstranged: (_kind, sentence) => this.problems.push(sentence),
      },
      clock: systemClock,
    });
  }

  static async start(
    folder: string,
    link: NatsLink,
    { isDecider = false, isMute = false, screen = findsItemX }: Partial<LaneNodeOptions> = {},
  ): Promise<LaneNode> {
    const opened = await HistoryStore.open(folder);
    if (!opened.ok) throw new Error(opened.error);
    return new LaneNode(opened.value, link, { isDecider, isMute, screen });
  }

  mute(): void {
    this.#isMute = true;
  }

  /** What waits is not published; what comes from now on is. */
  unmute(): void {
    this.#isMute = false;
    for (const leave of this.#waiting.splice(0)) leave();
  }

  /** What waits is published now, while the broker still knows the ids of what the other has said, or no more. */
  publishLate({ knowsIds }: { readonly knowsIds: boolean }): void {
    this.#late = knowsIds ? '' : ':late';
    this.unmute();
  }

  get at(): number {
    return this.store.position()?.committed ?? 0;
  }

  turn(isDecider: boolean): void {
    this.#isDecider = isDecider;
    this.lane.leaseTurned();
  }

  async untilAt(seq: number): Promise<void> {
    await until(() => this.at >= seq);
  }

  /** Until something waits that a mute node would publish: what is committed may be seen before its turn has come. */
  async untilHeldBack(): Promise<void> {
    await until(() => this.#waiting.length > 0);
  }

  async stop(): Promise<void> {
    this.#isStopping = true;
    for (const leave of this.#waiting.splice(0)) leave();
    await this.lane.stop();
    this.#publisher.close();
    await this.store.close();
  }

  async entries(): Promise<readonly LogMessage[]> {
    return await entriesOf(this.#link);
  }
}

interface LaneNodeOptions {
  readonly isDecider: boolean;
  readonly isMute: boolean;
  readonly screen: Ruleset['screen'];
}

/** DECISIONS, whole. */
export async function entriesOf(link: NatsLink): Promise<readonly LogMessage[]> {
  const { name, subject } = streams.decisions;
  const log = new OrderedLog({
    link,
    stream: name,
    filterSubject: subject,
    after: { seq: 0, streamMs: null },
    streamCreated: null,
  });
  try {
    await log.opened();
    const last = (await log.lastSequence()) ?? 0;
    const entries: LogMessage[] = [];
    while ((entries.at(-1)?.seq ?? 0) < last) entries.push(...(await log.take(1_000, 1 << 24)));
    return entries;
  } finally {
    await log.close();
  }
}

export function wordsOf({ data }: LogMessage) {
  return JSON.parse(Buffer.from(data).toString()) as {
    readonly eventId: string | null;
    readonly note?: string;
    readonly status: string;
    readonly retracts: readonly string[];
    readonly findings?: readonly { readonly findingId: string }[];
  };
}
