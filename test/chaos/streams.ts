/** Reads whole streams back, from the broker itself. */
import { createHash } from 'node:crypto';
import { DeliverPolicy, jetstream, jetstreamManager } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
import type { Meaning, Message } from './meaning.js';
import { partOf } from './parts.js';

export interface Entry {
  readonly sequence: number;
  readonly subject: string;
  readonly headers: ReadonlyMap<string, string>;
  readonly body: Uint8Array;
}

/** What a stream holds, in its order: everything, or only its end of at most so many. */
export async function readStream(
  connection: NatsConnection,
  stream: string,
  most = Number.POSITIVE_INFINITY,
): Promise<Entry[]> {
  const manager = await jetstreamManager(connection);
  const { state } = await manager.streams.info(stream);
  const entries: Entry[] = [];
  if (state.messages === 0) return entries;
  const from = Math.max(1, state.last_seq - most + 1);
  const start = { deliver_policy: DeliverPolicy.StartSequence, opt_start_seq: from };
  const consumer = await jetstream(connection).consumers.get(stream, start);
  const messages = await consumer.consume();
  for await (const message of messages) {
    const headers = new Map<string, string>();
    for (const name of message.headers?.keys() ?? []) headers.set(name, message.headers?.get(name) ?? '');
    const body = new Uint8Array(message.data);
    entries.push({ sequence: message.seq, subject: message.subject, headers, body });
    if (message.seq >= state.last_seq) break;
  }
  return entries;
}

export async function lastSequence(connection: NatsConnection, stream: string): Promise<number> {
  const manager = await jetstreamManager(connection);
  return (await manager.streams.info(stream)).state.last_seq;
}

/** What every body that was sent means, by its subject and bytes. */
export class Meanings {
  readonly #known = new Map<string, Meaning>();

  constructor(sent: readonly { institution: string; body: Uint8Array; meaning: Meaning }[]) {
    for (const { institution, body, meaning } of sent) this.#known.set(keyOf(institution, body), meaning);
  }

  /** The stream CLAIMS as the model takes it; throws where it holds something that nobody sent. */
  messages(claims: readonly Entry[]): Message[] {
    const messages: Message[] = [];
    for (const { sequence, subject, headers, body } of claims) {
      const institution = subject.split('.')[2] ?? '';
      const of = headers.get('Claimgate-Part-Of');
      const back = of === undefined ? null : partOf(Number(of), body, messages);
      const meaning = of === undefined ? this.#known.get(keyOf(institution, body)) : back?.part.meaning;
      if (meaning === undefined) throw new Error(`CLAIMS ${sequence} (${subject}) was sent by nobody`);
      messages.push({ sequence, institution, body, meaning, ...(back === null ? {} : { partOf: back }) });
    }
    return messages;
  }
}

function keyOf(institution: string, body: Uint8Array): string {
  return `${institution} ${createHash('sha256').update(body).digest('hex')}`;
}
