/** The streams of a benchmark's broker: filled, emptied, counted. */
import {
  AckPolicy,
  type JetStreamManager,
  jetstream,
  jetstreamManager,
  StorageType,
} from '@nats-io/jetstream';
import { headers } from '@nats-io/transport-node';
import { NatsLink } from '../../src/nats/connection.js';
import { ensureStreams, streams } from '../../src/nats/streams.js';
import { settleSubject } from '../../src/nats/subjects.js';
import { type Settlement, settlementType } from './settlements.js';

export const bareStream = 'BENCH_ANSWERS';
export const bareSubject = 'bench.answers';
export const bareConsumer = 'bench-bare';
export const unreadSubject = 'bench.unread';
const atOnce = 200;

export class ClaimsStreams {
  readonly #link: NatsLink;
  readonly #manager: JetStreamManager;

  private constructor(link: NatsLink, manager: JetStreamManager) {
    this.#link = link;
    this.#manager = manager;
  }

  /** With the product's streams there, as the product makes them. */
  static async open(url: string): Promise<ClaimsStreams> {
    const link = new NatsLink({ url, name: 'bench' });
    const up = await link.up();
    if (!up.ok) throw new Error(up.error);
    const opened = new ClaimsStreams(link, await jetstreamManager(link.connection));
    await opened.#ensure();
    return opened;
  }

  async close(): Promise<void> {
    await this.#link.close();
  }

  /** The `created` of CLAIMS, to which a state is bound. */
  async claimsCreated(): Promise<string> {
    return String((await this.#manager.streams.info(streams.claims.name)).created);
  }

  /** Appends to CLAIMS; resolves when all are stored. */
  async settle(settlements: readonly Settlement[]): Promise<void> {
    const client = jetstream(this.#link.connection);
    const fields = headers();
    fields.set('Content-Type', settlementType);
    for (let first = 0; first < settlements.length; first += atOnce) {
      const some = settlements.slice(first, first + atOnce);
      await Promise.all(
        some.map(({ institution, body }) =>
          client.publish(subjectOf(institution), body, { headers: fields }),
        ),
      );
    }
  }

  /** Forgets every decision, and that it has been published: the next service decides all of CLAIMS anew. */
  async forgetDecisions(): Promise<void> {
    for (const { name } of [streams.decisions, streams.deadLetter]) await this.#manager.streams.delete(name);
    await this.#ensure();
  }

  async forgetAll(): Promise<void> {
    await this.#manager.streams.delete(streams.claims.name);
    await this.forgetDecisions();
  }

  /** An empty stream for the bare loop's answers, kept as DECISIONS is, and its consumer at the head of CLAIMS. */
  async prepareBare(): Promise<void> {
    await this.removeBare();
    const { config } = await this.#manager.streams.info(streams.decisions.name);
    const { max_age, duplicate_window, num_replicas } = config;
    const same = { max_age, duplicate_window, num_replicas, storage: StorageType.File };
    await this.#manager.streams.add({ name: bareStream, subjects: [bareSubject], ...same });
    await this.#manager.consumers.add(streams.claims.name, {
      durable_name: bareConsumer,
      ack_policy: AckPolicy.Explicit,
    });
  }

  async removeBare(): Promise<void> {
    await this.#manager.streams.delete(bareStream).catch(() => {});
    await this.#manager.consumers.delete(streams.claims.name, bareConsumer).catch(() => {});
  }

  /** A stream kept as CLAIMS is, which nobody reads; the caller's broker forgets it. */
  async prepareUnread(): Promise<void> {
    const { config } = await this.#manager.streams.info(streams.claims.name);
    const { max_age, duplicate_window, num_replicas } = config;
    const same = { max_age, duplicate_window, num_replicas, storage: StorageType.File };
    await this.#manager.streams.add({ name: 'BENCH_UNREAD', subjects: [unreadSubject], ...same });
  }

  async count(stream: string): Promise<number> {
    return (await this.#manager.streams.info(stream)).state.messages;
  }

  /** Messages of a stream by the last word of their subject. */
  async countByWord(stream: string): Promise<Readonly<Record<string, number>>> {
    const { state } = await this.#manager.streams.info(stream, { subjects_filter: '>' });
    const counts: Record<string, number> = {};
    for (const [subject, messages] of Object.entries(state.subjects ?? {})) {
      const word = subject.slice(subject.lastIndexOf('.') + 1);
      counts[word] = (counts[word] ?? 0) + messages;
    }
    return counts;
  }

  /** When the stream took message `seq` in, as milliseconds. */
  async storedAt(stream: string, seq: number): Promise<number> {
    const message = await this.#manager.streams.getMessage(stream, { seq });
    if (message === null) throw new Error(`${stream} has no message ${seq}`);
    return message.time.getTime();
  }

  /** Every message of DECISIONS: the sequence in CLAIMS of which it speaks, and its size. */
  async entries(): Promise<readonly { readonly seq: number; readonly bytes: number }[]> {
    const total = await this.count(streams.decisions.name);
    const found: { seq: number; bytes: number }[] = [];
    if (total === 0) return found;
    const consumer = await jetstream(this.#link.connection).consumers.get(streams.decisions.name);
    for await (const message of await consumer.consume()) {
      found.push({ seq: Number(message.headers?.get('Claimgate-Sequence')), bytes: message.data.length });
      if (found.length === total) break;
    }
    return found;
  }

  async #ensure(): Promise<void> {
    const ensured = await ensureStreams(this.#link, { replicas: 1 });
    if (!ensured.ok) throw new Error(ensured.error.problems.join('; '));
  }
}

export function subjectOf(institution: string): string {
  const subject = settleSubject(institution);
  if (!subject.ok) throw new Error(subject.error);
  return subject.value;
}
