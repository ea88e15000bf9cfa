/**
 * Child process: the least that settles. A durable consumer, for each message an answer of a decision's size, confirmed
 * in batches as the library's documentation publishes, then acknowledged.
 */
import { type JsMsg, jetstream } from '@nats-io/jetstream';
import { connect, headers } from '@nats-io/transport-node';
import { streams } from '../../src/nats/streams.js';
import { bareConsumer, bareSubject } from './claims-streams.js';

export interface BarePlan {
  readonly messages: number;
  readonly answerBytes: number;
}

const atOnce = 100;
const plan = JSON.parse(process.env['BENCH_PLAN'] ?? '') as BarePlan;
const connection = await connect({ servers: process.env['NATS_URL'] ?? '' });
const client = jetstream(connection);
const answer = new Uint8Array(plan.answerBytes);
const consumer = await client.consumers.get(streams.claims.name, bareConsumer);
process.send?.({ ready: true });

let batch: JsMsg[] = [];
let done = 0;
for await (const message of await consumer.consume({ max_messages: 500 })) {
  batch.push(message);
  done += 1;
  if (batch.length < atOnce && done < plan.messages) continue;
  await Promise.all(batch.map(publish));
  for (const one of batch) one.ack();
  batch = [];
  if (done >= plan.messages) break;
}
await connection.flush();
// Stays until it is ended: what it has used is asked after its last answer.

/** With as many headers as a decision has. */
function publish({ seq }: JsMsg): Promise<unknown> {
  const fields = headers();
  fields.set('Claimgate-Sequence', String(seq));
  fields.set('Claimgate-Kind', 'settlement');
  fields.set('Claimgate-Status', 'pass');
  fields.set('Claimgate-Version', '1');
  fields.set('Content-Type', 'application/json; charset=utf-8');
  return client.publish(bareSubject, answer, {
    msgID: `bench${String(seq).padStart(27, '0')}`,
    headers: fields,
  });
}
