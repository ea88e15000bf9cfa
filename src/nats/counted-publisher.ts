/**
 * Publishes into a stream without waiting for anybody: what is lost is counted, and that is all. To acknowledge a
 * message costs the broker as much as to store it, so under load one acknowledgement speaks for all that were sent
 * since the last; a connection keeps their order. Nothing is remembered of a message: the inbox of an acknowledgement
 * names the time window, and how many messages and bytes it speaks for.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { createInbox, type Msg, type NatsConnection } from '@nats-io/transport-node';
import { type Clock, systemClock } from '../base/clock.js';
import type { NatsLink } from './connection.js';
import { readyHeaders } from './headers.js';

const windowMs = 5_000;
const sweepMs = 500;
const closingPauseMs = 10;
/** So many share an acknowledgement, or as many as are sent within so long. */
const shared = { messages: 64, ms: 20 };
const limit = { messages: 8_192, bytes: 16 * 1024 * 1024 };

/**
 * `away`: no broker. `busy`: too much is unconfirmed already. `too-large`: for the broker. `refused`: by the stream.
 * `unconfirmed`: no answer within two windows. The last two count all that share the acknowledgement.
 */
export type LossReason = 'away' | 'busy' | 'too-large' | 'refused' | 'unconfirmed';

export interface CountedOptions {
  readonly link: NatsLink;
  readonly onLost: (count: number, reason: LossReason) => void;
  readonly clock?: Clock;
}

interface TimeWindow {
  sent: number;
  answered: number;
  bytes: number;
}

export class CountedPublisher {
  readonly #options: CountedOptions;
  readonly #clock: Clock;
  readonly #inbox = createInbox();
  readonly #windows = new Map<number, TimeWindow>();
  readonly #closing: NodeJS.Timeout;
  readonly #unwatch: () => void;
  #subscription: ReturnType<NatsConnection['subscribe']> | null = null;
  /** Sent, and neither confirmed nor given up. */
  #messages = 0;
  #bytes = 0;
  /** Of these, sent since an acknowledgement was last asked for. */
  #silent = { messages: 0, bytes: 0 };
  #askedMs = Number.NEGATIVE_INFINITY;

  constructor(options: CountedOptions) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    this.#closing = setInterval(() => {
      this.#closeWindows(this.#window() - 2);
      void this.#confirmSilent();
    }, sweepMs);
    this.#closing.unref();
    // No later acknowledgement speaks for what was on its way then.
    this.#unwatch = options.link.watch({ onUp: () => {}, onDown: () => this.#giveUpSilent() });
  }

  /** Sent, and neither confirmed nor given up. */
  get unconfirmed(): number {
    return this.#messages;
  }

  /** Sends it, or counts it as lost. `headers`: encoded. */
  send(subject: string, data: Uint8Array, headers: Uint8Array): void {
    const size = data.byteLength + headers.byteLength;
    const obstacle = this.#obstacle(size);
    if (obstacle === null) this.#publish(subject, data, headers, size);
    else this.#options.onLost(1, obstacle);
  }

  /** Waits so long for what is unconfirmed; then takes no more answers, and what is left counts as lost. */
  async close(withinMs = 0): Promise<void> {
    const { link } = this.#options;
    const untilMs = this.#clock.tickMs() + withinMs;
    void this.#confirmSilent();
    while (this.#messages > 0 && link.connected && this.#clock.tickMs() < untilMs)
      await sleep(closingPauseMs);
    clearInterval(this.#closing);
    this.#unwatch();
    this.#giveUpSilent();
    if (this.#subscription?.isClosed() === false) this.#subscription.unsubscribe();
    this.#closeWindows(Number.POSITIVE_INFINITY);
  }

  #obstacle(size: number): LossReason | null {
    const { link } = this.#options;
    if (!link.connected) return 'away';
    if (size > (link.maxPayloadBytes ?? Number.POSITIVE_INFINITY)) return 'too-large';
    return this.#messages >= limit.messages || this.#bytes + size > limit.bytes ? 'busy' : null;
  }

  #publish(subject: string, data: Uint8Array, headers: Uint8Array, size: number): void {
    const { connection } = this.#options.link;
    this.#subscription ??= connection.subscribe(`${this.#inbox}.*.*.*`, {
      callback: (error, message) => {
        if (error === null) this.#answered(message);
      },
    });
    this.#messages += 1;
    this.#bytes += size;
    this.#silent.messages += 1;
    this.#silent.bytes += size;
    const nowMs = this.#clock.tickMs();
    const asks = this.#silent.messages >= shared.messages || nowMs - this.#askedMs >= shared.ms;
    if (asks) this.#askedMs = nowMs;
    const ready = readyHeaders(headers);
    if (asks)
      connection.publish(subject, data, { headers: ready, reply: `${this.#inbox}.${this.#askFor()}` });
    else connection.publish(subject, data, { headers: ready });
  }

  #window(): number {
    return Math.floor(this.#clock.tickMs() / windowMs);
  }

  /** From now on an answer is expected for all that was sent without asking; returns what names them. */
  #askFor(): string {
    const { messages, bytes } = this.#silent;
    this.#silent = { messages: 0, bytes: 0 };
    const number = this.#window();
    const window = this.#windows.get(number) ?? { sent: 0, answered: 0, bytes: 0 };
    this.#windows.set(number, window);
    window.sent += messages;
    window.bytes += bytes;
    return `${number}.${messages}.${bytes}`;
  }

  #giveUpSilent(): void {
    const { messages, bytes } = this.#silent;
    this.#silent = { messages: 0, bytes: 0 };
    this.#messages -= messages;
    this.#bytes -= bytes;
    if (messages > 0) this.#options.onLost(messages, 'unconfirmed');
  }

  /** The last of a run, that no later message asks for: the broker has them when it has answered anything. */
  async #confirmSilent(): Promise<void> {
    const { link } = this.#options;
    if (this.#silent.messages === 0) return;
    const asked = this.#askFor();
    if (
      link.connected &&
      (await link.flush().then(
        () => true,
        () => false,
      ))
    )
      this.#confirm(asked);
  }

  #answered(message: Msg): void {
    const confirmed = this.#confirm(message.subject.slice(this.#inbox.length + 1));
    const stored = message.headers?.code === undefined || message.headers.code === 0;
    if (!stored || Buffer.from(message.data).includes('"error"')) this.#options.onLost(confirmed, 'refused');
  }

  /** How many an answer speaks for; none where they have been given up. */
  #confirm(asked: string): number {
    const [number = 0, messages = 0, bytes = 0] = asked.split('.').map(Number);
    const window = this.#windows.get(number);
    if (window === undefined) return 0;
    window.answered += messages;
    window.bytes -= bytes;
    this.#messages -= messages;
    this.#bytes -= bytes;
    return messages;
  }

  #closeWindows(last: number): void {
    for (const [number, { sent, answered, bytes }] of this.#windows) {
      if (number > last) continue;
      this.#windows.delete(number);
      this.#messages -= sent - answered;
      this.#bytes -= bytes;
      if (sent > answered) this.#options.onLost(sent - answered, 'unconfirmed');
    }
  }
}
