/**
 * One holder among several nodes: an entry in a bucket whose entries the broker drops after a maximum age. Whoever
 * creates the entry holds the lease, and renews it every third of the age.
 *
 *   seeking ──created──▶ held ──refused, not confirmed in time, given up──▶ seeking …
 *   release(): any ──▶ released
 *
 * The holder counts from the moment it sent its last confirmed renewal, which is before the broker began to count: it
 * therefore stops before another can begin. After a freeze the clock has gone on, so `stillMine()` says no at once,
 * whichever timer or message wakes first: ask it before every act that only the holder may do.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { type JetStreamApiError, jetstream, jetstreamManager } from '@nats-io/jetstream';
import { type KV, Kvm } from '@nats-io/kv';
import { type Clock, systemClock } from '../base/clock.js';
import type { NatsLink } from './connection.js';
import { sentence } from './sentence.js';
import { findStream } from './streams.js';

/** `last sequence by subject differs`: somebody else has written the entry. */
const wrongSequence = 10071;
/** Of the age: what clocks may differ and an answer may still be under way. */
const margin = 0.1;

/** Where the lease of the one who decides lies. */
export const deciderLease = { bucket: 'claimgate-lease', key: 'decider' } as const;

export type LossOfLease = 'taken' | 'not-renewed' | 'given-up' | 'released';

export interface LeaseEvents {
  readonly onHeld?: () => void;
  /** Told once for each `onHeld`, at the latest when the process runs again after a freeze. */
  readonly onLost?: (why: LossOfLease) => void;
  /** The bucket cannot be used, or a renewal was not confirmed; told when the reason changes. */
  readonly onTrouble?: (problem: string) => void;
}

export interface LeaseOptions {
  readonly link: NatsLink;
  readonly bucket: string;
  readonly key: string;
  /** Who we are, in letters, digits, "-" and "_"; another for every start of the process. */
  readonly holder: string;
  /** At least 1,000. A bucket that is there already keeps its own age, which then counts. */
  readonly maxAgeMs: number;
  readonly replicas: number;
  /** Asked before the lease is sought, each time: a node that cannot do its work leaves it to another. */
  readonly maySeek?: () => Promise<boolean>;
  readonly clock?: Clock;
  readonly events?: LeaseEvents;
}

export class Lease {
  readonly #options: LeaseOptions;
  readonly #clock: Clock;
  readonly #stopping = new AbortController();
  readonly #running: Promise<void>;
  #bucket: KV | null = null;
  #maxAgeMs: number;
  #revision = 0;
  /** When the last confirmed write was sent; null: not held. */
  #confirmedMs: number | null = null;
  #told = '';

  constructor(options: LeaseOptions) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    this.#maxAgeMs = options.maxAgeMs;
    this.#running = this.#run();
  }

  /** Whether we hold it at this moment, by our own clock. */
  stillMine(): boolean {
    return (
      this.#confirmedMs !== null && this.#clock.tickMs() - this.#confirmedMs < this.#maxAgeMs * (1 - margin)
    );
  }

  /** Who holds it now, as the broker knows; null: nobody, or it cannot be asked. */
  async holder(): Promise<string | null> {
    try {
      const entry = await (await this.#open()).get(this.#options.key);
      return entry === null || entry.operation !== 'PUT' ? null : entry.string();
    } catch {
      return null;
    }
  }

  /** Where we hold it, another may take it at once. Sought again as soon as we may. */
  async giveUp(): Promise<void> {
    await this.#letGo('given-up');
  }

  /** Seeks and holds no more; where we held it, another may take it at once. */
  async release(): Promise<void> {
    this.#stopping.abort();
    await this.#running;
    await this.#letGo('released');
  }

  async #letGo(why: LossOfLease): Promise<void> {
    if (!this.stillMine()) return this.#lose('not-renewed');
    const { link, key } = this.#options;
    const revision = this.#revision;
    this.#lose(why);
    if (!link.connected) return;
    // Where this fails, the entry grows old by itself.
    await this.#bucket?.purge(key, { previousSeq: revision }).catch(() => {});
  }

  async #run(): Promise<void> {
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      this.#loseIfLate();
      if (this.#options.link.connected) await this.#step();
      this.#loseIfLate();
      const pauseMs = this.#confirmedMs === null ? this.#maxAgeMs / 6 : this.#maxAgeMs / 3;
      await sleep(this.#untilNext(pauseMs), undefined, { signal }).catch(() => {});
    }
  }

  /** A renewal that failed is tried again sooner than the next would be due. */
  #untilNext(pauseMs: number): number {
    if (this.#confirmedMs === null) return pauseMs;
    const dueMs = this.#confirmedMs + pauseMs - this.#clock.tickMs();
    return Math.max(dueMs, this.#maxAgeMs / 20);
  }

  async #step(): Promise<void> {
    const sentMs = this.#clock.tickMs();
    try {
      const bucket = await this.#open();
      if (this.#confirmedMs === null) await this.#seekIfFit(bucket, sentMs);
      else await this.#renew(bucket, sentMs);
    } catch (error) {
      // The bucket may be gone: looked for, or made, again.
      this.#bucket = null;
      this.#trouble(sentence(error));
    }
  }

  /** Asked again behind it: what makes us unfit may come up while we wait for the broker. */
  async #seekIfFit(bucket: KV, sentMs: number): Promise<void> {
    const maySeek = this.#options.maySeek ?? (async () => true);
    if (!(await maySeek())) return;
    await this.#seek(bucket, sentMs);
    if (this.#confirmedMs !== null && !(await maySeek())) await this.#letGo('given-up');
  }

  async #seek(bucket: KV, sentMs: number): Promise<void> {
    const { key, holder, events } = this.#options;
    try {
      this.#revision = await bucket.create(key, holder);
    } catch (error) {
      if (!isWrongSequence(error)) throw error;
      // A creation whose answer was lost: the entry is ours, and an update of it shows that it still is.
      const entry = await bucket.get(key);
      if (entry?.string() !== holder) return;
      this.#revision = await bucket.update(key, holder, entry.revision);
    }
    this.#confirmedMs = sentMs;
    this.#told = '';
    if (this.stillMine()) events?.onHeld?.();
    else this.#confirmedMs = null;
  }

  async #renew(bucket: KV, sentMs: number): Promise<void> {
    const { key, holder } = this.#options;
    try {
      this.#revision = await bucket.update(key, holder, this.#revision, this.#maxAgeMs / 3);
      this.#told = '';
    } catch (error) {
      if (!isWrongSequence(error)) throw error;
      const entry = await bucket.get(key);
      if (entry?.operation !== 'PUT' || entry.string() !== holder) return this.#lose('taken');
      // Our own renewal, whose answer was lost. It counts from when this one was sent only if this one is stored.
      this.#revision = await bucket.update(key, holder, entry.revision, this.#maxAgeMs / 3);
    }
    // An answer that comes after a freeze confirms a time that is over, and renews nothing.
    if (this.#confirmedMs !== null && this.stillMine()) this.#confirmedMs = sentMs;
  }

  #loseIfLate(): void {
    if (!this.stillMine()) this.#lose('not-renewed');
  }

  #lose(why: LossOfLease): void {
    if (this.#confirmedMs === null) return;
    this.#confirmedMs = null;
    this.#options.events?.onLost?.(why);
  }

  async #open(): Promise<KV> {
    const { link, bucket: name, maxAgeMs, replicas } = this.#options;
    if (this.#bucket !== null) return this.#bucket;
    const timeout = Math.max(maxAgeMs / 3, 500);
    const kvm = new Kvm(jetstream(link.connection, { timeout }));
    const options = { ttl: maxAgeMs, history: 1, replicas, allow_direct: false };
    const bucket = await kvm.create(name, options);
    const { ttl } = await bucket.status();
    if (!(ttl > 0)) throw new Error(`bucket ${name}: ttl should be ${maxAgeMs} ms and is not set`);
    this.#maxAgeMs = ttl;
    this.#bucket = bucket;
    return bucket;
  }

  #trouble(problem: string): void {
    if (problem !== this.#told) this.#options.events?.onTrouble?.(problem);
    this.#told = problem;
  }
}

/** Who holds a lease now, for somebody who does not want it; null: nobody. Rejects where the broker cannot be asked. */
export async function leaseHolder(
  link: NatsLink,
  { bucket, key }: Pick<LeaseOptions, 'bucket' | 'key'>,
): Promise<string | null> {
  const manager = await jetstreamManager(link.connection, { checkAPI: false });
  if ((await findStream(manager, `KV_${bucket}`)) === null) return null;
  const entry = await (await new Kvm(jetstream(link.connection)).open(bucket)).get(key);
  return entry === null || entry.operation !== 'PUT' ? null : entry.string();
}

function isWrongSequence(error: unknown): boolean {
  return error instanceof Error && (error as JetStreamApiError).code === wrongSequence;
}
