/**
 * A subscription that does not give up: refused by the broker (permissions), it says so and asks again until
 * the broker's accounts have been mended. Its modes:
 *
 *   asking ──▶ taken        the broker has answered after it, so it stands
 *     │ ▲        │
 *     ▼ │        ▼
 *   refused ◀────┘          by permissions: at once, or later when the broker has read its configuration again
 *
 * A lost connection leads back to `asking`; `drain` ends it in any mode.
 */
import { type Msg, type NatsConnection, PermissionViolationError } from '@nats-io/transport-node';

const firstPauseMs = 500;
const longestPauseMs = 10_000;

export interface SubscriptionWatch {
  /** The broker has accepted: messages can arrive. Told again after every refusal and every reconnect. */
  readonly onTaken?: () => void;
  /** Told once, with the broker's sentence, until it is taken again. */
  readonly onRefused?: (problem: string) => void;
}

export class StandingSubscription {
  readonly subject: string;
  readonly #connection: NatsConnection;
  readonly #queue: string;
  readonly #handle: (message: Msg) => void;
  readonly #watch: SubscriptionWatch;
  #mode: 'asking' | 'taken' | 'refused' | 'ended' = 'asking';
  #asked: ReturnType<NatsConnection['subscribe']>;
  #told = false;
  #pauseMs = firstPauseMs;
  #waiting: NodeJS.Timeout | undefined;

  constructor(
    connection: NatsConnection,
    subject: string,
    queue: string,
    handle: (message: Msg) => void,
    watch: SubscriptionWatch,
  ) {
    this.subject = subject;
    this.#connection = connection;
    this.#queue = queue;
    this.#handle = handle;
    this.#watch = watch;
    this.#asked = this.#ask();
  }

  /** The connection is away: nothing arrives. */
  disconnected(): void {
    if (this.#mode === 'taken') this.#mode = 'asking';
  }

  /** The client has said again what it had subscribed to; what was refused we say again ourselves. */
  reconnected(): void {
    if (this.#mode === 'refused') this.#askAgain();
    else if (this.#mode === 'asking') this.#confirm(this.#asked);
  }

  /** The broker does not let us, and says why. */
  refused(problem: string): void {
    if (this.#mode === 'refused' || this.#mode === 'ended') return;
    this.#mode = 'refused';
    if (!this.#asked.isClosed()) this.#asked.unsubscribe();
    this.#waiting = setTimeout(() => this.#askAgain(), this.#pauseMs);
    this.#pauseMs = Math.min(this.#pauseMs * 2, longestPauseMs);
    if (!this.#told) this.#watch.onRefused?.(problem);
    this.#told = true;
  }

  /** Takes no more messages; resolves when those already received have been handed to the handler. */
  async drain(connected: boolean): Promise<void> {
    this.end();
    // Without a broker nobody would confirm the end.
    if (connected && !this.#asked.isClosed()) await this.#asked.drain();
  }

  /** Asks no more. */
  end(): void {
    this.#mode = 'ended';
    clearTimeout(this.#waiting);
  }

  #askAgain(): void {
    clearTimeout(this.#waiting);
    if (this.#connection.isClosed()) return;
    this.#mode = 'asking';
    this.#asked = this.#ask();
  }

  #ask() {
    const asked = this.#connection.subscribe(this.subject, {
      queue: this.#queue,
      callback: (error, message) => {
        if (error === null) this.#handle(message);
        else if (error instanceof PermissionViolationError) this.refused(error.message);
      },
    });
    this.#confirm(asked);
    return asked;
  }

  /** A refusal comes before the answer to a flush, so a flush that was answered without one means: taken. */
  #confirm(asked: ReturnType<NatsConnection['subscribe']>): void {
    const confirmed = () => {
      if (this.#mode !== 'asking' || this.#asked !== asked) return;
      this.#mode = 'taken';
      this.#told = false;
      this.#pauseMs = firstPauseMs;
      this.#watch.onTaken?.();
    };
    // Cut off before the answer came: the reconnect asks anew.
    this.#connection.flush().then(confirmed, () => {});
  }
}
