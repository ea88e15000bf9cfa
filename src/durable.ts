/**
 * The durable path put together, in the order of its flow:
 *
 *   streams in order ─▶ publishers ─▶ lease ─▶ lane
 *
 * Begins once the broker is there and waits in the background for what is not in order yet: advisory screening never
 * waits for it.
 */
import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { systemClock } from './base/clock.js';
import { describeBug } from './base/errors.js';
import { DecisionPublisher } from './egress/decision-publisher.js';
import { streamSender } from './egress/stream-sender.js';
import type { DurableDoor } from './gateway/durable.js';
import type { HistoryStore } from './history/store.js';
import { Fitness } from './ingress/fitness.js';
import { Lane } from './ingress/lane.js';
import { ConfirmedPublisher } from './nats/confirmed-publisher.js';
import type { NatsLink } from './nats/connection.js';
import { deciderLease, Lease } from './nats/lease.js';
import { storedMessage } from './nats/stored-message.js';
import { ensureStreams, streams } from './nats/streams.js';
import type { DurableEvents } from './ops/durable-events.js';
import type { EdgeEvents } from './ops/events.js';
import type { Readiness } from './ops/health.js';
import type { Batcher } from './screening/batcher.js';

export interface DurableOptions {
  readonly link: NatsLink;
  readonly store: HistoryStore;
  readonly batcher: Pick<Batcher, 'decide'>;
  readonly readiness: Readiness;
  /** Nothing is decided before this. */
  readonly mayDecide: Promise<unknown>;
  readonly events: DurableEvents;
  /** A batch of messages whose thread has not answered after this long has lost it. */
  readonly watchdogMs: number;
  /** Copies of what the broker keeps, on servers of a cluster. */
  readonly replicas: number;
  /** A holder of the lease that is silent for so long is followed by another. */
  readonly leaseMs: number;
  /** What was committed may take so long to be published when we leave; the rest is, after the next start. */
  readonly publishPatienceMs: number;
}

const lookAgainMs = 1_000;
/** How long a sender waits for the stream to confirm. */
const handInMs = 5_000;

export class DurablePath {
  readonly #options: DurableOptions;
  readonly #stopping = new AbortController();
  readonly #publisher: ConfirmedPublisher;
  readonly #running: Promise<void>;
  readonly #fitness: Fitness;
  #lease: Lease | null = null;
  #lane: Lane | null = null;

  /** Begins at once; the link may not be up yet. */
  constructor(options: DurableOptions) {
    this.#options = options;
    const { link, store, events, readiness } = options;
    readiness.hold('streams');
    this.#fitness = new Fitness({ canWrite: () => store.canWrite(), clock: systemClock });
    this.#publisher = new ConfirmedPublisher({
      link,
      onTrouble: (problem) => events.brokerTrouble('publishing', problem),
    });
    this.#running = this.#begin();
  }

  /** In order: no more messages, what was committed published, the lease free for another node. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#running;
    const late = setTimeout(() => this.#publisher.close(), this.#options.publishPatienceMs);
    await this.#lane?.stop();
    clearTimeout(late);
    await this.#lease?.release();
    this.#publisher.close();
  }

  async #begin(): Promise<void> {
    const { link, readiness, mayDecide } = this.#options;
    const up = Promise.all([link.up(), mayDecide]).then(([{ ok }]) => ok);
    const isUp = await Promise.race([up, this.#stopped()]);
    while (isUp && !this.#stopping.signal.aborted) {
      if (link.connected && (await this.#areStreamsInOrder())) {
        readiness.clear('streams');
        this.#open();
        return;
      }
      await sleep(lookAgainMs, undefined, { signal: this.#stopping.signal }).catch(() => {});
    }
  }

  async #stopped(): Promise<false> {
    const { signal } = this.#stopping;
    await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
    return false;
  }

  /** Looked at again and again: an operator may mend what disagrees while we wait. */
  async #areStreamsInOrder(): Promise<boolean> {
    const { link, replicas, events } = this.#options;
    const looked = await ensureStreams(link, { replicas });
    if (looked.ok) events.streamsInOrder(looked.value);
    else events.streamsNotInOrder(looked.error.problems);
    return looked.ok;
  }

  #open(): void {
    const { link, store, batcher, watchdogMs } = this.#options;
    const lease = this.#openLease();
    this.#lease = lease;
    this.#lane = new Lane({
      link,
      store,
      lease,
      publisher: new DecisionPublisher({
        publisher: this.#publisher,
        messageAt: (seq) => storedMessage(link, streams.claims.name, seq),
        entryAt: (place) => storedMessage(link, streams.decisions.name, place),
        onLetterGone: (seq) => this.#options.events.messagesMissing(seq, seq),
        onShortened: (seq, why) =>
          this.#options.events.brokerTrouble(
            'publishing',
            `what became of message ${seq} is stored shortened: ${why}`,
          ),
        onPartTooLarge: (seq, why, isNew) => this.#options.events.saleTooLarge(seq, why, isNew),
        onPartsLost: (seq, entry) => this.#options.events.salesLost(seq, entry),
      }),
      decide: (batch) => batcher.decide(batch, watchdogMs),
      events: this.#laneEvents(),
      clock: systemClock,
    });
  }

  #openLease(): Lease {
    const { link, replicas, leaseMs, events } = this.#options;
    return new Lease({
      link,
      ...deciderLease,
      // Another for every start of the process, so that nobody mistakes a lease of an earlier life for his own.
      holder: `${hostname().replaceAll(/[^\w-]/g, '-')}-${process.pid}-${randomBytes(4).toString('hex')}`,
      maxAgeMs: leaseMs,
      replicas,
      maySeek: () => this.#mayDecide(),
      events: {
        onHeld: () => this.#turn(true, 'free'),
        onLost: (why) => this.#turn(false, why),
        onTrouble: (problem) => events.brokerTrouble('lease', problem),
      },
    });
  }

  async #mayDecide(): Promise<boolean> {
    const may = await this.#fitness.mayDecide();
    if (may) this.#options.readiness.clear('history');
    return may;
  }

  #turn(held: boolean, why: string): void {
    this.#options.events.leaseTurned(held, why);
    this.#lane?.leaseTurned();
  }

  /** What the lane tells, and what of it makes the node unready. */
  #laneEvents(): DurableEvents {
    const { events, readiness } = this.#options;
    return {
      ...events,
      messagesCommitted: (committed) => {
        this.#fitness.wrote();
        readiness.clear('history');
        events.messagesCommitted(committed);
      },
      laneFailed: (error) => {
        if (isWriteError(error)) readiness.hold('history');
        events.laneFailed(error);
        if (!isWriteError(error) && !isNotFollowed(error)) return;
        this.#fitness.failed();
        void this.#lease?.giveUp();
      },
      streamEstranged: (kind, sentence) => {
        readiness.hold('stream-behind-state');
        events.streamEstranged(kind, sentence);
        this.#fitness.halted();
        void this.#lease?.giveUp();
      },
    };
  }
}

/** What is handed in over HTTP for a stream; the decisions have a publisher of their own. */
export function openHandIn({
  link,
  events,
  durableEvents,
}: {
  readonly link: NatsLink;
  readonly events: EdgeEvents;
  readonly durableEvents: DurableEvents;
}): { readonly door: DurableDoor; readonly close: () => void } {
  const publisher = new ConfirmedPublisher({
    link,
    onTrouble: (problem) => durableEvents.brokerTrouble('publishing', problem),
  });
  const door: DurableDoor = {
    store: streamSender({ link, publisher, withinMs: handInMs }),
    clock: systemClock,
    stored: (route, durationMs) => durableEvents.handedIn(route, durationMs),
    unavailable: (route) => durableEvents.handInUnavailable(route),
    refused: (reason) => events.requestRefused({ transport: 'http', reason }),
    failed: (error) => events.handlerFailed(describeBug(error)),
  };
  return { door, close: () => publisher.close() };
}

function isWriteError(error: unknown): boolean {
  return error instanceof Error && error.name === 'HistoryWriteError';
}

function isNotFollowed(error: unknown): boolean {
  return error instanceof Error && error.name === 'NotFollowed';
}
