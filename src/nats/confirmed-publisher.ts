/**
 * Publishes into streams and knows what the broker has stored. One inbox takes all acknowledgements; what stays without
 * one is sent again, as it was, with the same `Nats-Msg-Id`: after a pause, and all of it in its order after a
 * reconnect. Only so much is under way at a time; the rest waits here in order.
 */
import { createInbox, type Msg, type MsgHdrs, type NatsConnection } from '@nats-io/transport-node';
import { type Clock, systemClock } from '../base/clock.js';
import { fail, ok, type Result } from '../base/result.js';
import type { NatsLink } from './connection.js';
import { encodeHeaders, type HeaderFields, readyHeaders } from './headers.js';

const sweepMs = 250;
const longestRetryMs = 30_000;
/** After an answer that says "not now". */
const refusedPauseMs = 500;

export interface Outgoing {
  readonly subject: string;
  /** Kept until it is confirmed: must not change. */
  readonly data: Uint8Array;
  /** `Nats-Msg-Id` among them where a second copy would do harm. */
  readonly headers: HeaderFields;
}

export interface Confirmed {
  /** In the stream that has stored it. */
  readonly sequence: number;
  /** It was there already under its `Nats-Msg-Id`; `sequence` is then the first one's. */
  readonly duplicate: boolean;
}

export interface PublishProblem {
  /**
   * `too-large` for broker or stream, `refused`: sending it again would not help. `too-late`: not confirmed in the time
   * given; it may or may not be stored. `closed`: likewise.
   */
  readonly kind: 'too-large' | 'refused' | 'too-late' | 'closed';
  /** A sentence for an operator. */
  readonly message: string;
}

export interface PublisherOptions {
  readonly link: NatsLink;
  /** Under way at the same time, at most; one message may always be. */
  readonly window?: { readonly messages: number; readonly bytes: number };
  /** Sent again after this long without an answer, twice as long each further time. */
  readonly retryMs?: number;
  readonly clock?: Clock;
  /** Something stays unconfirmed, and why; told when the reason changes. */
  readonly onTrouble?: (problem: string) => void;
}

interface Pending {
  readonly outgoing: Outgoing;
  readonly headers: MsgHdrs;
  readonly bytes: number;
  readonly deadlineMs: number;
  readonly settle: (result: Result<Confirmed, PublishProblem>) => void;
  retryMs: number;
  /** When it is sent again without an answer. */
  againMs: number;
}

const shippedWindow = { messages: 4_096, bytes: 32 * 1024 * 1024 };

export class ConfirmedPublisher {
  readonly #options: PublisherOptions;
  readonly #clock: Clock;
  readonly #window: { readonly messages: number; readonly bytes: number };
  readonly #retryMs: number;
  /** By token of the acknowledgement inbox, in the order of sending. */
  readonly #unconfirmed = new Map<string, Pending>();
  readonly #waiting: Pending[] = [];
  readonly #inbox = createInbox();
  readonly #unwatch: () => void;
  #subscription: ReturnType<NatsConnection['subscribe']> | null = null;
  #sweeping: NodeJS.Timeout | null = null;
  #underWayBytes = 0;
  #tokens = 0;
  #closed = false;
  #trouble = '';

  constructor(options: PublisherOptions) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    this.#window = options.window ?? shippedWindow;
    this.#retryMs = options.retryMs ?? 5_000;
    this.#unwatch = options.link.watch({ onUp: () => this.#sendAllAgain(), onDown: () => {} });
  }

  /** What has been given to us and is not confirmed. */
  get unconfirmed(): number {
    return this.#unconfirmed.size + this.#waiting.length;
  }

  /**
   * Resolves when the stream has stored it. Without `withinMs` it is tried for ever. Never rejects.
   */
  async publish(outgoing: Outgoing, withinMs?: number): Promise<Result<Confirmed, PublishProblem>> {
    if (this.#closed) return fail({ kind: 'closed', message: 'the publisher is closed' });
    const encoded = encodeHeaders(outgoing.headers);
    const bytes = outgoing.data.byteLength + encoded.byteLength;
    const limit = this.#options.link.maxPayloadBytes ?? Number.POSITIVE_INFINITY;
    if (bytes > limit) {
      return fail({ kind: 'too-large', message: `${bytes} bytes; the broker lets ${limit} through` });
    }
    return await new Promise((settle) => {
      const deadlineMs = withinMs === undefined ? Number.POSITIVE_INFINITY : this.#clock.tickMs() + withinMs;
      const headers = readyHeaders(encoded);
      const retryMs = this.#retryMs;
      this.#waiting.push({ outgoing, headers, bytes, deadlineMs, settle, retryMs, againMs: 0 });
      this.#sweeping ??= setInterval(() => this.#sweep(), sweepMs);
      this.#sendWaiting();
    });
  }

  /** Resolves when all are confirmed, in their order, or with the first problem once every one is settled. */
  async publishAll(
    outgoing: readonly Outgoing[],
    withinMs?: number,
  ): Promise<Result<readonly Confirmed[], PublishProblem>> {
    const results = await Promise.all(outgoing.map((one) => this.publish(one, withinMs)));
    const confirmed: Confirmed[] = [];
    for (const result of results) {
      if (!result.ok) return result;
      confirmed.push(result.value);
    }
    return ok(confirmed);
  }

  /** Waits for nothing: what is unconfirmed fails as `closed`. */
  close(): void {
    this.#closed = true;
    this.#unwatch();
    if (this.#sweeping !== null) clearInterval(this.#sweeping);
    if (this.#subscription?.isClosed() === false) this.#subscription.unsubscribe();
    const all = [...this.#unconfirmed.values(), ...this.#waiting.splice(0)];
    this.#unconfirmed.clear();
    for (const { settle } of all) settle(fail({ kind: 'closed', message: 'the publisher was closed' }));
  }

  #sendWaiting(): void {
    // While the broker is away the client would buffer without bound and then forget: it waits here.
    if (!this.#options.link.connected) return;
    while (this.#waiting.length > 0) {
      const next = this.#waiting[0] as Pending;
      const { messages, bytes } = this.#window;
      const full = this.#unconfirmed.size >= messages || this.#underWayBytes + next.bytes > bytes;
      if (full && this.#unconfirmed.size > 0) return;
      this.#waiting.shift();
      this.#send(next);
    }
  }

  #send(pending: Pending): void {
    const { connection } = this.#options.link;
    this.#subscription ??= connection.subscribe(`${this.#inbox}.*`, {
      callback: (error, message) => {
        if (error === null) this.#answered(message);
      },
    });
    this.#tokens += 1;
    const token = String(this.#tokens);
    pending.againMs = this.#clock.tickMs() + pending.retryMs;
    this.#unconfirmed.set(token, pending);
    this.#underWayBytes += pending.bytes;
    const { subject, data } = pending.outgoing;
    connection.publish(subject, data, { headers: pending.headers, reply: `${this.#inbox}.${token}` });
  }

  #answered(message: Msg): void {
    const token = message.subject.slice(this.#inbox.length + 1);
    const pending = this.#unconfirmed.get(token);
    // An answer to what was sent again meanwhile: the answer to the later sending decides.
    if (pending === undefined) return;
    const answer = readAnswer(message);
    if ('again' in answer) {
      pending.againMs = this.#clock.tickMs() + refusedPauseMs;
      this.#told(answer.again);
      return;
    }
    this.#forget(token, pending);
    if (answer.ok) this.#trouble = '';
    pending.settle(answer);
    this.#sendWaiting();
  }

  #forget(token: string, pending: Pending): void {
    this.#unconfirmed.delete(token);
    this.#underWayBytes -= pending.bytes;
  }

  #sendAllAgain(): void {
    for (const [token, pending] of [...this.#unconfirmed]) {
      this.#forget(token, pending);
      this.#send(pending);
    }
    this.#sendWaiting();
  }

  /** Gives up what is late and sends again what has waited long enough. */
  #sweep(): void {
    const nowMs = this.#clock.tickMs();
    for (const [token, pending] of [...this.#unconfirmed]) {
      if (nowMs >= pending.deadlineMs) {
        this.#forget(token, pending);
        this.#giveUp(pending);
      } else if (this.#options.link.connected && nowMs >= pending.againMs) {
        if (this.#trouble === '') this.#told('the broker does not confirm what is published');
        pending.retryMs = Math.min(pending.retryMs * 2, longestRetryMs);
        this.#forget(token, pending);
        this.#send(pending);
      }
    }
    const late = this.#waiting.filter(({ deadlineMs }) => nowMs >= deadlineMs);
    for (const pending of late) {
      this.#waiting.splice(this.#waiting.indexOf(pending), 1);
      this.#giveUp(pending);
    }
    this.#sendWaiting();
    if (this.unconfirmed > 0 || this.#sweeping === null) return;
    clearInterval(this.#sweeping);
    this.#sweeping = null;
  }

  #giveUp({ settle }: Pending): void {
    const why = this.#options.link.connected ? this.#trouble : 'the broker is away';
    settle(fail({ kind: 'too-late', message: why === '' ? 'the broker has not confirmed it in time' : why }));
  }

  #told(problem: string): void {
    if (problem !== this.#trouble) this.#options.onTrouble?.(problem);
    this.#trouble = problem;
  }
}

/** Message too large for the stream; a stream other than the one expected. Whatever else may pass. */
const finalErrors: ReadonlyMap<number, PublishProblem['kind']> = new Map([
  [10054, 'too-large'],
  [10060, 'refused'],
]);

/** `again`: not now, and why. */
function readAnswer(message: Msg): Result<Confirmed, PublishProblem> | { readonly again: string } {
  if (message.headers?.code === 503) return { again: 'no stream takes this subject' };
  const answer = JSON.parse(Buffer.from(message.data).toString()) as {
    readonly seq?: number;
    readonly duplicate?: boolean;
    readonly error?: { readonly err_code?: number; readonly description?: string };
  };
  if (answer.error === undefined) {
    return ok({ sequence: answer.seq ?? 0, duplicate: answer.duplicate === true });
  }
  const { err_code: code = 0, description = 'refused' } = answer.error;
  const kind = finalErrors.get(code);
  return kind === undefined ? { again: description } : fail({ kind, message: description });
}
