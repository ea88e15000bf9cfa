/**
 * Our side of a NATS connection: connects for ever, says when it is up, and leaves in order. What leaves this
 * folder is ours; nobody else sees the client library.
 */

import { setTimeout as sleep } from 'node:timers/promises';
import {
  connect,
  type Msg,
  type NatsConnection,
  PermissionViolationError,
  type Status,
} from '@nats-io/transport-node';
import { assert } from '../base/assert.js';
import { fail, ok, type Result } from '../base/result.js';
import { type HeaderFields, headerOf, sendOnly, toHeaders } from './headers.js';
import { sentence } from './sentence.js';
import { StandingSubscription, type SubscriptionWatch } from './standing-subscription.js';

export type { HeaderFields } from './headers.js';
export type { SubscriptionWatch } from './standing-subscription.js';

const firstPauseMs = 100;
const longestPauseMs = 2_000;
const pingIntervalMs = 20_000;

/**
 * A received message. `data` is a view on memory that other messages share: read or copy it, never move it.
 */
export interface Incoming {
  readonly subject: string;
  readonly data: Uint8Array;
  /** Null where nobody waits for an answer. */
  readonly reply: string | null;
  /** Value of a header, any case; null where absent. */
  header(name: string): string | null;
  /** Answers the sender. Fails where the broker does not let so much through, or the connection is closed. */
  respond(data: Uint8Array, fields: HeaderFields): Result<null, LostAnswer>;
}

export type LostAnswer = 'too-large' | 'disconnected';

export interface Reply {
  readonly data: Uint8Array;
  header(name: string): string | null;
}

export interface Subscribed {
  /** Takes no more messages; resolves when those already received have been handed to the handler. */
  drain(): Promise<void>;
}

export interface LinkOptions {
  /** One address or several, separated by commas: `nats://user:password@host:4222`, `tls://host:4222`. */
  readonly url: string;
  /** Shown by the broker's monitoring. */
  readonly name: string;
  readonly onUp?: (server: string) => void;
  readonly onDown?: () => void;
  /** Why the first connection has not succeeded yet; told when the reason changes. */
  readonly onTrouble?: (problem: string) => void;
}

/** Told of every change, until it is taken back. */
export interface LinkWatch {
  /** Connected, for the first time or again: what the broker had in memory of us is gone. */
  readonly onUp: () => void;
  readonly onDown: () => void;
}

/**
 * A connection that may not be there yet. Throws nothing: as long as the broker is away, `connected` is false
 * and the subscriptions wait. `close()` ends the trying too.
 */
export class NatsLink {
  readonly #options: LinkOptions;
  readonly #stopTrying = new AbortController();
  readonly #first: Promise<Result<null, string>>;
  readonly #standing = new Set<StandingSubscription>();
  readonly #watches = new Set<LinkWatch>();
  #connection: NatsConnection | null = null;
  #connected = false;

  constructor(options: LinkOptions) {
    this.#options = options;
    this.#first = this.#dial();
  }

  get connected(): boolean {
    return this.#connected;
  }

  /** Largest message that the broker lets through, in bytes; null before the first connection. */
  get maxPayloadBytes(): number | null {
    return this.#connection?.info?.max_payload ?? null;
  }

  /**
   * Resolves with the first connection, however long it takes; fails where the address is none, or when
   * closed before.
   */
  async up(): Promise<Result<null, string>> {
    return await this.#first;
  }

  /**
   * Only after `up()`. Survives reconnects, and asks again where the broker's permissions do not allow it
   * yet; `watch` is told how it stands.
   */
  subscribe(
    subject: string,
    queue: string,
    handle: (message: Incoming) => void,
    watch: SubscriptionWatch = {},
  ): Subscribed {
    const connection = this.#open();
    const standing = new StandingSubscription(
      connection,
      subject,
      queue,
      (message) => handle(new Received(message, connection)),
      watch,
    );
    this.#standing.add(standing);
    return {
      drain: async () => {
        this.#standing.delete(standing);
        await standing.drain(this.#connected);
      },
    };
  }

  /**
   * One request, one answer. Fails with a sentence: nobody listens, or no answer in time. Only after `up()`.
   */
  async request(
    subject: string,
    data: Uint8Array,
    options: { readonly timeoutMs: number; readonly headers?: HeaderFields },
  ): Promise<Result<Reply, string>> {
    try {
      const headers = toHeaders(options.headers ?? {});
      const answer = await this.#open().request(subject, data, { timeout: options.timeoutMs, headers });
      return ok({ data: answer.data, header: (name) => headerOf(answer.headers, name) });
    } catch (error) {
      return fail(sentence(error));
    }
  }

  /** Sends without waiting for anybody. Only after `up()`. */
  publish(subject: string, data: Uint8Array, fields: HeaderFields = {}): void {
    this.#open().publish(subject, data, { headers: toHeaders(fields) });
  }

  /** Tells the other parts of this folder how the connection stands. Returns how to take it back. */
  watch(watch: LinkWatch): () => void {
    this.#watches.add(watch);
    return () => void this.#watches.delete(watch);
  }

  /** The library's connection, for this folder alone. Only after `up()`. */
  get connection(): NatsConnection {
    return this.#open();
  }

  /** Resolves when the broker has everything that was sent. */
  async flush(): Promise<void> {
    await this.#open().flush();
  }

  /** Sends what is still to be sent and ends the connection, or the trying. */
  async close(): Promise<void> {
    this.#stopTrying.abort();
    await this.#first;
    for (const standing of this.#standing) standing.end();
    const connection = this.#connection;
    if (connection === null || connection.isClosed()) return;
    // Without a broker there is nobody to flush to, and a drain would wait for a reconnect.
    await (this.#connected ? connection.drain() : connection.close());
  }

  #open(): NatsConnection {
    assert(this.#connection !== null, 'the connection is used before up() has resolved');
    return this.#connection;
  }

  async #dial(): Promise<Result<null, string>> {
    const address = parseAddress(this.#options.url);
    if (!address.ok) return address;
    const signal = this.#stopTrying.signal;
    let trouble = 'stopped before the broker was reached';
    for (let pauseMs = firstPauseMs; !signal.aborted; pauseMs = Math.min(pauseMs * 2, longestPauseMs)) {
      try {
        this.#connection = await connect({ ...address.value, ...staysForEver, name: this.#options.name });
        this.#isUp();
        void this.#follow(this.#connection);
        return ok(null);
      } catch (error) {
        // Also a refused password: the broker's accounts may be mended while we wait.
        if (sentence(error) !== trouble) this.#options.onTrouble?.(sentence(error));
        trouble = sentence(error);
        await sleep(pauseMs, undefined, { signal }).catch(() => {});
      }
    }
    return fail(trouble);
  }

  async #follow(connection: NatsConnection): Promise<void> {
    for await (const status of connection.status()) {
      if (status.type === 'disconnect') this.#isDown();
      if (status.type === 'reconnect') this.#isUp();
      if (status.type === 'error') this.#refused(status);
    }
    this.#isDown();
  }

  /**
   * A broker that has read its configuration again names no queue, and the client finds no subscription then.
   */
  #refused({ error }: Extract<Status, { type: 'error' }>): void {
    if (!(error instanceof PermissionViolationError) || error.operation !== 'subscription') return;
    for (const standing of this.#standing) {
      if (standing.subject === error.subject) standing.refused(error.message);
    }
  }

  #isUp(): void {
    if (this.#connected) return;
    this.#connected = true;
    this.#options.onUp?.(this.#connection?.getServer() ?? '');
    for (const standing of this.#standing) standing.reconnected();
    for (const watch of this.#watches) watch.onUp();
  }

  #isDown(): void {
    // Nothing was lost where we are the ones who leave.
    if (!this.#connected || this.#stopTrying.signal.aborted) return;
    this.#connected = false;
    for (const standing of this.#standing) standing.disconnected();
    for (const watch of this.#watches) watch.onDown();
    this.#options.onDown?.();
  }
}

const staysForEver = {
  maxReconnectAttempts: -1,
  reconnectTimeWait: 100,
  reconnectJitter: 100,
  // After an account change the operator mends the broker, not every client.
  ignoreAuthErrorAbort: true,
  pingInterval: pingIntervalMs,
} as const;

interface Address {
  readonly servers: string[];
  readonly user?: string;
  readonly pass?: string;
  readonly tls?: Record<string, never>;
}

/** Splits `nats://user:password@host:port,…`; user and password are those of the first address. */
export function parseAddress(url: string): Result<Address, string> {
  const parts = url.split(',').map((part) => part.trim());
  const parsed = parts
    .map((part) => (part.includes('://') ? part : `nats://${part}`))
    .filter((part) => URL.canParse(part));
  const [first] = parsed.map((part) => new URL(part));
  const sound = parsed.every((part) => /^(nats|tls):\/\/[^/]/.test(part));
  if (first === undefined || parsed.length !== parts.length || !sound) {
    return fail('NATS_URL must be nats://host:port or tls://host:port, several separated by commas');
  }
  const servers = parsed.map((part) => new URL(part).host);
  const user = decodeURIComponent(first.username);
  const account = user === '' ? {} : { user, pass: decodeURIComponent(first.password) };
  return ok({ servers, ...account, ...(first.protocol === 'tls:' ? { tls: {} } : {}) });
}

/** A class and not an object of functions: one is made for every message. */
class Received implements Incoming {
  readonly #message: Msg;
  readonly #connection: NatsConnection;

  constructor(message: Msg, connection: NatsConnection) {
    this.#message = message;
    this.#connection = connection;
  }

  get subject(): string {
    return this.#message.subject;
  }

  get data(): Uint8Array {
    return this.#message.data;
  }

  get reply(): string | null {
    const { reply } = this.#message;
    return reply === undefined || reply === '' ? null : reply;
  }

  header(name: string): string | null {
    return headerOf(this.#message.headers, name);
  }

  respond(data: Uint8Array, fields: HeaderFields): Result<null, LostAnswer> {
    // The client library drops what is sent after the end without a word.
    if (this.#connection.isClosed()) return fail('disconnected');
    try {
      this.#message.respond(data, { headers: sendOnly(fields) });
      return ok(null);
    } catch (error) {
      if (error instanceof Error && error.message.includes('max_payload')) return fail('too-large');
      throw error;
    }
  }
}
