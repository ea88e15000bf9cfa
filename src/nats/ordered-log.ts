/**
 * A stream read in its own order from a position of ours, through whatever happens to broker and connection. Messages
 * come strictly one after the other; what comes twice or out of turn is read again from where we were.
 *
 *   opening ──consumer there──▶ reading ──gap, silence, reconnect──▶ opening …
 *      │                                                    close(): any ──▶ closed
 *      └──the stream is not the one we knew──▶ estranged: for good, an operator decides
 *
 * Each session begins at the last message that we had: that it is the same one shows that the stream is, even where a
 * broker lost its tail and has grown past it since.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { type JetStreamManager, jetstreamManager } from '@nats-io/jetstream';
import type { Msg } from '@nats-io/transport-node';
import { assert } from '../base/assert.js';
import { type Clock, systemClock } from '../base/clock.js';
import { fail, ok, type Result } from '../base/result.js';
import type { NatsLink } from './connection.js';
import { headerOf } from './headers.js';
import { createConsumer, type Delivered, PullSession, type SessionEnd } from './pull-session.js';
import { sentence } from './sentence.js';
import { findStream } from './streams.js';

const firstPauseMs = 50;
const longestPauseMs = 2_000;
/** What a message takes beside its body, roughly. */
const overheadBytes = 512;

/**
 * A message of the stream. `data` is a view on memory that other messages share: read or copy it, never move it.
 */
export interface LogMessage {
  readonly seq: number;
  /** Milliseconds since 1970 at which the stream stored it. */
  readonly streamMs: number;
  readonly subject: string;
  readonly data: Uint8Array;
  /** Value of a header, any case; null where absent. */
  header(name: string): string | null;
}

/** The last message that was read before; `seq` 0: nothing yet. `streamMs` null: its time is not known. */
export interface LogPosition {
  readonly seq: number;
  readonly streamMs: number | null;
}

export type EstrangementKind = 'recreated' | 'shorter' | 'other-content';

/** The stream is not the one we knew. `message` is a sentence for a person. */
export class StreamEstranged extends Error {
  override readonly name = 'StreamEstranged';
  readonly kind: EstrangementKind;

  constructor(kind: EstrangementKind, message: string) {
    super(message);
    this.kind = kind;
  }
}

export interface LogEvents {
  /** Reading begins anew where we were. */
  readonly onReset?: (why: Exclude<SessionEnd, 'closed'>) => void;
  /** Messages that the stream does not have (any more) between two that it has: first and last missing. */
  readonly onMissing?: (first: number, last: number) => void;
  /** Reading cannot begin: no such stream, no permission; told when the reason changes. */
  readonly onTrouble?: (problem: string) => void;
  /** Told once; `take` says so too. */
  readonly onEstranged?: (estranged: StreamEstranged) => void;
}

export interface LogOptions {
  readonly link: NatsLink;
  readonly stream: string;
  readonly filterSubject: string;
  /** Reading begins after this message. */
  readonly after: LogPosition;
  /** `created` of the stream that the position belongs to; null: whichever is there. */
  readonly streamCreated: string | null;
  /** Read ahead at most about one and a half times this. */
  readonly window?: { readonly messages: number; readonly bytes: number };
  readonly clock?: Clock;
  readonly events?: LogEvents;
}

const shippedWindow = { messages: 2_048, bytes: 16 * 1024 * 1024 };

export class OrderedLog {
  readonly #options: LogOptions;
  readonly #window: { readonly messages: number; readonly bytes: number };
  readonly #clock: Clock;
  readonly #stopping = new AbortController();
  readonly #running: Promise<void>;
  readonly #opened: Promise<Result<string, StreamEstranged | 'closed'>>;
  #settleOpened: (opened: Result<string, StreamEstranged | 'closed'>) => void = () => {};
  /** Of the last message in the queue, or handed out. */
  #position: LogPosition;
  #created: string | null;
  #estranged: StreamEstranged | null = null;
  #session: PullSession | null = null;
  /** Whether the next message has to be compared with the one that we had last. */
  #anchored = false;
  #delivered = false;
  #queue: LogMessage[] = [];
  #queuedBytes = 0;
  #wake: (() => void) | null = null;
  #trouble = '';
  #disconnects = 0;

  constructor(options: LogOptions) {
    this.#options = options;
    this.#window = options.window ?? shippedWindow;
    this.#clock = options.clock ?? systemClock;
    this.#position = options.after;
    this.#created = options.streamCreated;
    this.#opened = new Promise((resolve) => (this.#settleOpened = resolve));
    this.#running = this.#run();
  }

  /**
   * Resolves with the stream's `created` once reading has begun, however long broker and stream let us wait; fails
   * where the stream is not the one we knew, or when closed before.
   */
  async opened(): Promise<Result<string, StreamEstranged | 'closed'>> {
    return await this.#opened;
  }

  /** The `created` of the stream; null before `opened()` where none was given. */
  streamCreated(): string | null {
    return this.#created;
  }

  /** The last sequence that the stream has given out; null while it cannot be asked. */
  async lastSequence(): Promise<number | null> {
    const { link, stream } = this.#options;
    if (!link.connected) return null;
    try {
      const manager = await jetstreamManager(link.connection, { checkAPI: false });
      return (await findStream(manager, stream))?.state.last_seq ?? null;
    } catch {
      // Between two connections: the caller asks again.
      return null;
    }
  }

  /** Messages that can be taken at once. */
  get waiting(): number {
    return this.#queue.length;
  }

  /**
   * The next messages in order: waits for one, returns what is there, at most `maxMessages`, and of `maxBytes` of
   * bodies no more than the first may exceed. Empty: closed. Rejects with `StreamEstranged`. One caller at a time.
   */
  async take(maxMessages: number, maxBytes: number): Promise<readonly LogMessage[]> {
    assert(this.#wake === null, 'a log has one reader');
    while (this.#queue.length === 0 && this.#estranged === null && !this.#stopping.signal.aborted) {
      await new Promise<void>((resolve) => (this.#wake = resolve));
      this.#wake = null;
    }
    if (this.#estranged !== null) throw this.#estranged;
    if (this.#stopping.signal.aborted) return [];
    const count = this.#fitting(maxMessages, maxBytes);
    const taken = this.#queue.splice(0, count);
    for (const { data } of taken) this.#queuedBytes -= data.byteLength + overheadBytes;
    this.#refill();
    return taken;
  }

  /** Reads no more; a waiting `take` returns nothing. */
  async close(): Promise<void> {
    this.#stopping.abort();
    this.#session?.end('closed');
    this.#settleOpened(fail('closed'));
    this.#wake?.();
    await this.#running;
  }

  async #run(): Promise<void> {
    const { link, events } = this.#options;
    let connectedAgain = new AbortController();
    const unwatch = link.watch({
      onUp: () => connectedAgain.abort(),
      onDown: () => {
        this.#disconnects += 1;
        this.#session?.end('disconnected');
      },
    });
    let pauseMs = firstPauseMs;
    while (!this.#stopping.signal.aborted && this.#estranged === null) {
      const why = await this.#readOnce();
      if (why !== null && why !== 'closed') events?.onReset?.(why);
      const soon = this.#delivered || connectedAgain.signal.aborted;
      pauseMs = soon ? firstPauseMs : Math.min(pauseMs * 2, longestPauseMs);
      if (connectedAgain.signal.aborted) connectedAgain = new AbortController();
      const signal = AbortSignal.any([this.#stopping.signal, connectedAgain.signal]);
      await sleep(pauseMs, undefined, { signal }).catch(() => {});
    }
    unwatch();
  }

  /** One session. Null: there was none, and the reason has been told. */
  async #readOnce(): Promise<SessionEnd | null> {
    const { link, stream } = this.#options;
    this.#delivered = false;
    if (!link.connected) return null;
    try {
      const manager = await jetstreamManager(link.connection, { checkAPI: false });
      const session = await this.#open(manager);
      if (session === null) return null;
      this.#trouble = '';
      const why = await session.value.ended;
      this.#session = null;
      if (link.connected) await manager.consumers.delete(stream, session.name).catch(() => {});
      return why;
    } catch (error) {
      this.#told(sentence(error));
      return null;
    }
  }

  async #open(manager: JetStreamManager): Promise<{ value: PullSession; name: string } | null> {
    const { link, stream, filterSubject } = this.#options;
    const { connection } = link;
    const disconnects = this.#disconnects;
    const startSequence = Math.max(this.#position.seq, 1);
    const name = await createConsumer(manager, { stream, filterSubject, startSequence });
    // Asked after the consumer is there: it then belongs to the stream that is described.
    const info = await findStream(manager, stream);
    // A broker that was away meanwhile may have forgotten it, and have come back with another stream.
    const stale = disconnects !== this.#disconnects || !link.connected;
    if (info === null || stale || this.#stopping.signal.aborted) return null;
    const estranged = this.#compare(String(info.created), info.state.last_seq);
    if (estranged !== null) {
      this.#estrange(estranged);
      await manager.consumers.delete(stream, name).catch(() => {});
      return null;
    }
    this.#created = String(info.created);
    this.#anchored = this.#position.seq > 0;
    const value = new PullSession(connection, { stream, name }, this.#clock, {
      delivered: (delivered) => this.#accept(delivered),
      pullDone: () => this.#refill(),
    });
    this.#session = value;
    this.#settleOpened(ok(this.#created));
    this.#refill();
    return { value, name };
  }

  #compare(created: string, lastSequence: number): StreamEstranged | null {
    const { stream } = this.#options;
    if (this.#created !== null && this.#created !== created) {
      const sentence = `stream ${stream} was made at ${created}; the one we knew at ${this.#created}`;
      return new StreamEstranged('recreated', sentence);
    }
    const { seq } = this.#position;
    if (lastSequence >= seq) return null;
    return new StreamEstranged(
      'shorter',
      `stream ${stream} ends at ${lastSequence}; we have read up to ${seq}`,
    );
  }

  #accept({ seq, streamMs, message }: Delivered): void {
    const { seq: before, streamMs: beforeMs } = this.#position;
    this.#delivered = true;
    if (this.#anchored && seq === before) {
      this.#anchored = false;
      if (beforeMs !== null && beforeMs !== streamMs) this.#estrange(this.#otherContent(seq));
      return;
    }
    this.#anchored = false;
    if (seq <= before) {
      this.#session?.end('out-of-order');
      return;
    }
    if (seq > before + 1) this.#options.events?.onMissing?.(before + 1, seq - 1);
    this.#position = { seq, streamMs };
    const { data } = message;
    this.#queue.push(new Logged(message, seq, streamMs));
    this.#queuedBytes += data.byteLength + overheadBytes;
    this.#wake?.();
  }

  #otherContent(seq: number): StreamEstranged {
    const { stream } = this.#options;
    return new StreamEstranged(
      'other-content',
      `message ${seq} of stream ${stream} is not the one we have read`,
    );
  }

  #estrange(estranged: StreamEstranged): void {
    this.#estranged = estranged;
    this.#queue = [];
    this.#session?.end('closed');
    this.#settleOpened(fail(estranged));
    this.#options.events?.onEstranged?.(estranged);
    this.#wake?.();
  }

  /** Asks for more where half of what may be read ahead has been taken. */
  #refill(): void {
    const session = this.#session;
    if (session === null || session.pulling) return;
    const { messages, bytes } = this.#window;
    if (this.#queue.length > messages / 2 || this.#queuedBytes > bytes / 2) return;
    const largest = (this.#options.link.maxPayloadBytes ?? 0) + overheadBytes;
    session.pull(messages, Math.max(bytes, largest));
  }

  #fitting(maxMessages: number, maxBytes: number): number {
    let bytes = 0;
    for (let i = 0; i < this.#queue.length && i < maxMessages; i++) {
      bytes += this.#queue[i]?.data.byteLength ?? 0;
      if (bytes > maxBytes) return Math.max(i, 1);
    }
    return Math.min(this.#queue.length, maxMessages);
  }

  #told(problem: string): void {
    if (problem !== this.#trouble) this.#options.events?.onTrouble?.(problem);
    this.#trouble = problem;
  }
}

/** A class and not an object of functions: one is made for every message. */
class Logged implements LogMessage {
  readonly seq: number;
  readonly streamMs: number;
  readonly subject: string;
  readonly #message: Msg;

  constructor(message: Msg, seq: number, streamMs: number) {
    this.seq = seq;
    this.streamMs = streamMs;
    this.subject = message.subject;
    this.#message = message;
  }

  get data(): Uint8Array {
    return this.#message.data;
  }

  header(name: string): string | null {
    return headerOf(this.#message.headers, name);
  }
}
