/** The hospitals: send every delivery until it is confirmed, through whatever happens to broker and service. */
import { setTimeout as sleep } from 'node:timers/promises';
import { jetstream } from '@nats-io/jetstream';
import { headers, type MsgHdrs, type NatsConnection } from '@nats-io/transport-node';
import type { Random } from '../judge/random.js';
import type { Delivery } from './events.js';

export interface Confirmed {
  readonly delivery: Delivery;
  /** Where the stream, or the service in its name, said it was stored. */
  readonly sequence: number;
}

export interface SenderOptions {
  readonly connection: NatsConnection;
  readonly random: Random;
  readonly perSecond: number;
  /** HTTP edges that answer just now. */
  readonly doors: () => readonly string[];
}

/** In bursts, so that the service sees batches; resolves when the last is confirmed. */
export async function sendAll(deliveries: readonly Delivery[], options: SenderOptions): Promise<Confirmed[]> {
  const { random, perSecond } = options;
  const confirmed: Confirmed[] = [];
  const startedMs = performance.now();
  for (let i = 0; i < deliveries.length; ) {
    const burst = burstAt(deliveries, i, random.whole(1, 40));
    confirmed.push(...(await Promise.all(burst.map((delivery) => sendOne(delivery, options)))));
    i += burst.length;
    const earlyMs = (i / perSecond) * 1000 - (performance.now() - startedMs);
    if (earlyMs > 0) await sleep(earlyMs);
  }
  return confirmed;
}

/** Ends before a delivery that has to come after one of the same burst. */
function burstAt(deliveries: readonly Delivery[], from: number, most: number): Delivery[] {
  const burst: Delivery[] = [];
  for (const delivery of deliveries.slice(from, from + most)) {
    if (delivery.after.some((key) => burst.some((other) => other.key === key))) break;
    burst.push(delivery);
  }
  return burst;
}

async function sendOne(delivery: Delivery, { connection, doors }: SenderOptions): Promise<Confirmed> {
  for (let attempt = 0; ; attempt++) {
    const door = doors()[attempt % 2];
    try {
      const overHttp = delivery.via === 'http' && door !== undefined;
      const sequence = overHttp ? await post(delivery, door) : await publish(delivery, connection);
      return { delivery, sequence };
    } catch (error) {
      // Whether it was stored is not known, so it is sent again: what every careful sender does.
      if (connection.isClosed()) throw error;
      await sleep(50);
    }
  }
}

async function publish(delivery: Delivery, connection: NatsConnection): Promise<number> {
  const { institution, body, messageId } = delivery;
  const options = {
    headers: headersOf(delivery),
    timeout: 1500,
    ...(messageId === null ? {} : { msgID: messageId }),
  };
  const { seq } = await jetstream(connection).publish(`claimgate.settle.${institution}`, body, options);
  return seq;
}

function headersOf({ contentType }: Delivery): MsgHdrs {
  const made = headers();
  if (contentType !== null) made.set('Content-Type', contentType);
  return made;
}

async function post({ institution, body }: Delivery, door: string): Promise<number> {
  const type = body[0] === '{'.charCodeAt(0) ? 'application/json' : 'application/msgpack';
  const answer = await fetch(new URL('/v1/settlements', door), {
    method: 'POST',
    headers: { 'content-type': type, 'claimgate-institution': institution },
    body: new Uint8Array(body),
    signal: AbortSignal.timeout(3000),
  });
  if (answer.status !== 202) throw new Error(`HTTP ${answer.status}: ${await answer.text()}`);
  const { sequence } = (await answer.json()) as { readonly sequence: number };
  return sequence;
}
