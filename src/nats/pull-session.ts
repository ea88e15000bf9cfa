/**
 * One ephemeral consumer of a stream, from its creation until the first thing that is not in order: messages come one
 * after the other as the stream has them, or the session ends and says why. It has no state that anybody would miss:
 * the next session is told where to begin.
 *
 * One pull is under way at a time, bounded in messages and bytes. The client library's own ordered consumer waits up to
 * half a minute after a failed look at a broker that has just come back, which is longer than a take-over may last.
 */
import { AckPolicy, DeliverPolicy, type JetStreamManager } from '@nats-io/jetstream';
import { createInbox, type Msg, type NatsConnection, nanos } from '@nats-io/transport-node';
import type { Clock } from '../base/clock.js';

const heartbeatMs = 1_000;
/** Two heartbeats are missing and half another. */
const silentMs = 2_500;
const pullExpiresMs = 30_000;
const inactiveMs = 5 * 60_000;

export type SessionEnd = 'closed' | 'disconnected' | 'out-of-order' | 'silent' | 'consumer-gone';

export interface Delivered {
  readonly seq: number;
  /** Milliseconds since 1970 at which the stream stored it. */
  readonly streamMs: number;
  readonly message: Msg;
}

export interface SessionPlace {
  readonly stream: string;
  readonly filterSubject: string;
  /** The first sequence wanted; where it is gone, the next that is there. */
  readonly startSequence: number;
}

/** Creates the consumer. Throws what the broker answers; leaves nothing behind then. */
export async function createConsumer(manager: JetStreamManager, place: SessionPlace): Promise<string> {
  const info = await manager.consumers.add(place.stream, {
    ack_policy: AckPolicy.None,
    deliver_policy: DeliverPolicy.StartSequence,
    opt_start_seq: place.startSequence,
    filter_subject: place.filterSubject,
    inactive_threshold: nanos(inactiveMs),
    mem_storage: true,
    num_replicas: 1,
  });
  return info.name;
}

export class PullSession {
  /** Resolves once, with what ended it. */
  readonly ended: Promise<SessionEnd>;
  readonly #connection: NatsConnection;
  readonly #pullSubject: string;
  readonly #consumer: string;
  readonly #inbox: string;
  readonly #clock: Clock;
  readonly #onDelivered: (delivered: Delivered) => void;
  readonly #onPullDone: () => void;
  readonly #subscription: ReturnType<NatsConnection['subscribe']>;
  readonly #watchdog: NodeJS.Timeout;
  #finish: (why: SessionEnd) => void = () => {};
  #over = false;
  #pulls = 0;
  #awaited = 0;
  /** Of the present pull. */
  #brought = 0;
  /** The next message alone is beyond the bytes of a pull: the broker had another limit when it took it. */
  #oversized = false;
  #heardMs: number;
  #delivery = 0;
  #sequence = 0;

  constructor(
    connection: NatsConnection,
    consumer: { readonly stream: string; readonly name: string },
    clock: Clock,
    on: { readonly delivered: (delivered: Delivered) => void; readonly pullDone: () => void },
  ) {
    this.#connection = connection;
    this.#pullSubject = `$JS.API.CONSUMER.MSG.NEXT.${consumer.stream}.${consumer.name}`;
    this.#consumer = consumer.name;
    this.#inbox = createInbox();
    this.#clock = clock;
    this.#onDelivered = on.delivered;
    this.#onPullDone = on.pullDone;
    this.#heardMs = clock.tickMs();
    this.ended = new Promise((resolve) => (this.#finish = resolve));
    this.#subscription = connection.subscribe(`${this.#inbox}.*`, {
      callback: (error, message) => (error === null ? this.#take(message) : this.end('consumer-gone')),
    });
    this.#watchdog = setInterval(() => this.#watch(), heartbeatMs);
  }

  /** Whether a pull is under way. */
  get pulling(): boolean {
    return this.#awaited > 0;
  }

  /** Asks for messages; `maxBytes` has to hold the largest that there can be. */
  pull(messages: number, maxBytes: number): void {
    if (this.#over || this.pulling) return;
    this.#pulls += 1;
    this.#awaited = this.#oversized ? 1 : messages;
    this.#brought = 0;
    this.#heardMs = this.#clock.tickMs();
    const asked = {
      batch: this.#awaited,
      ...(this.#oversized ? {} : { max_bytes: maxBytes }),
      expires: nanos(pullExpiresMs),
      idle_heartbeat: nanos(heartbeatMs),
    };
    this.#oversized = false;
    const reply = `${this.#inbox}.${this.#pulls}`;
    this.#connection.publish(this.#pullSubject, JSON.stringify(asked), { reply });
  }

  /** Takes no more messages. */
  end(why: SessionEnd): void {
    if (this.#over) return;
    this.#over = true;
    clearInterval(this.#watchdog);
    if (!this.#subscription.isClosed()) this.#subscription.unsubscribe();
    this.#finish(why);
  }

  /** A broker that has forgotten the consumer says nothing to a pull; a living one sends heartbeats. */
  #watch(): void {
    if (this.pulling && this.#clock.tickMs() - this.#heardMs > silentMs) this.end('silent');
  }

  #take(message: Msg): void {
    if (this.#over) return;
    this.#heardMs = this.#clock.tickMs();
    if (message.subject.startsWith(this.#inbox)) this.#status(message);
    else this.#message(message);
  }

  #message(message: Msg): void {
    const place = placeOf(message.reply ?? '', this.#consumer);
    if (place === null || place.delivery !== this.#delivery + 1 || place.seq <= this.#sequence) {
      this.end('out-of-order');
      return;
    }
    this.#delivery = place.delivery;
    this.#sequence = place.seq;
    this.#awaited -= 1;
    this.#brought += 1;
    this.#onDelivered({ seq: place.seq, streamMs: place.streamMs, message });
    if (this.#awaited === 0) this.#onPullDone();
  }

  #status(message: Msg): void {
    const code = message.headers?.code ?? 0;
    const stale = message.subject !== `${this.#inbox}.${this.#pulls}`;
    if (stale || code === 100) return;
    const description = message.headers?.description ?? '';
    // Its time is over, or the next message is beyond its bytes: what it brought is here, and the next may begin.
    const full = /exceeds maxbytes/i.test(description);
    const finished = full || code === 408 || code === 404 || /batch completed/i.test(description);
    if (!finished) {
      this.end('consumer-gone');
      return;
    }
    this.#oversized = full && this.#brought === 0;
    this.#awaited = 0;
    this.#onPullDone();
  }
}

/**
 * What the broker writes into the reply subject of a delivered message:
 * `$JS.ACK.<stream>.<consumer>.<times>.<sequence>.<delivery>.<nanoseconds>.<pending>`, in newer brokers with domain and
 * account before the stream. Nanoseconds are cut as text, since a double does not hold them. Null: it is not from this
 * consumer.
 */
function placeOf(
  reply: string,
  consumer: string,
): { seq: number; delivery: number; streamMs: number } | null {
  const tokens = reply.split('.');
  const at = tokens.length === 9 ? 5 : 7;
  if (tokens[1] !== 'ACK' || tokens.length < 9 || tokens[at - 2] !== consumer) return null;
  const streamMs = Number(tokens[at + 2]?.slice(0, -6));
  return { seq: Number(tokens[at]), delivery: Number(tokens[at + 1]), streamMs };
}
