/** The durable path on the shipped broker configuration: everything that the service does, and nothing more. */
import { headers, type NatsConnection } from '@nats-io/transport-node';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openClaimsLog } from '../../src/nats/claims-log.js';
import { ConfirmedPublisher } from '../../src/nats/confirmed-publisher.js';
import { NatsLink } from '../../src/nats/connection.js';
import { openDecisionsLog } from '../../src/nats/decisions-log.js';
import { eraseMessage } from '../../src/nats/erase-message.js';
import { deciderLease, Lease, leaseHolder } from '../../src/nats/lease.js';
import { OrderedLog } from '../../src/nats/ordered-log.js';
import { storedMessage } from '../../src/nats/stored-message.js';
import { ensureStreams, streamSizes, streams } from '../../src/nats/streams.js';
import { until } from '../nats/jetstream-fixture.js';
import { DeployedBroker, generatedEnvironment, isRecent, removeFolder } from './nats-fixture.js';

const institution = 'H35010200417';
const pharmacy = 'P35020300088';
const timeout = 60_000;
const start = { seq: 0, streamMs: null };

let folder: string;
let env: Record<string, string>;
let broker: DeployedBroker;
let link: NatsLink;
let publisher: ConfirmedPublisher;

beforeAll(async () => {
  ({ folder, env } = await generatedEnvironment());
  broker = await DeployedBroker.start((await isRecent()) ? 'nats.conf' : 'nats-2.9.conf', env);
  const { host } = new URL(broker.url);
  const password = encodeURIComponent(env['CLAIMGATE_NATS_SERVICE_PASSWORD'] ?? '');
  link = new NatsLink({ url: `nats://claimgate:${password}@${host}`, name: 'service' });
  await link.up();
  publisher = new ConfirmedPublisher({ link });
  const made = await ensureStreams(link, { replicas: 1 });
  if (!made.ok) throw new Error(made.error.problems.join('; '));
});

afterAll(async () => {
  publisher?.close();
  await link?.close();
  await broker?.stop();
  await removeFolder(folder);
});

async function connectAs(user: string, variable = user, inboxPrefix = '_INBOX'): Promise<NatsConnection> {
  const pass = env[`CLAIMGATE_NATS_${variable}_PASSWORD`]!;
  return await broker.connect({ user, pass, inboxPrefix });
}

interface Answer {
  readonly stream: string;
  readonly seq: number;
}

describe('an institution', () => {
  test('settles on its own subject, from its own account, and is told where the stream has it', async () => {
    const hospital = await connectAs(institution);
    const shop = await connectAs(pharmacy);
    const first = await hospital.request(`claimgate.settle.${institution}`, '{"a":1}', { timeout });
    const second = await shop.request(`claimgate.settle.${pharmacy}`, '{"a":2}', { timeout });
    expect([first.json<Answer>(), second.json<Answer>()]).toMatchObject([
      { stream: 'CLAIMS', seq: 1 },
      { stream: 'CLAIMS', seq: 2 },
    ]);
    const log = openClaimsLog({ link, after: start, streamCreated: null });
    const read = [...(await log.take(1, timeout)), ...(await log.take(1, timeout))];
    expect(read.map(({ seq, subject }) => [seq, subject])).toEqual([
      [1, `claimgate.settle.${institution}`],
      [2, `claimgate.settle.${pharmacy}`],
    ]);
    await log.close();
  });

  test('gives feedback likewise', async () => {
    const hospital = await connectAs(institution);
    const stored = await hospital.request(`claimgate.feedback.${institution}`, '{}', { timeout });
    expect(stored.json<Answer>()).toMatchObject({ stream: 'FEEDBACK', seq: 1 });
  });

  test.each([
    `claimgate.settle.${pharmacy}`,
    `claimgate.feedback.${pharmacy}`,
    `claimgate.decisions.${institution}.pass`,
    'claimgate.deadletter.unreadable',
    '$KV.claimgate-lease.decider',
    '$JS.API.STREAM.INFO.CLAIMS',
    '$JS.API.CONSUMER.CREATE.CLAIMS',
    '$JS.API.STREAM.MSG.GET.CLAIMS',
  ])('may not publish on %s', async (subject) => {
    const client = await connectAs(institution);
    await expect(client.request(subject, '', { timeout })).rejects.toThrow(/Permissions Violation/);
  });

  test('cannot empty the stream by a header', async () => {
    const hospital = await connectAs(institution);
    const rollup = headers();
    rollup.set('Nats-Rollup', 'all');
    const subject = `claimgate.settle.${institution}`;
    const answer = await hospital.request(subject, '', { timeout, headers: rollup });
    expect(answer.json()).toMatchObject({ error: { description: 'rollup not permitted' } });
  });
});

describe('the service', () => {
  test('publishes into every stream that is its own to fill', async () => {
    const subjects = [
      `claimgate.settle.${institution}`,
      `claimgate.feedback.${institution}`,
      `claimgate.decisions.${institution}.pass`,
      `claimgate.advice.${institution}.alert`,
      'claimgate.deadletter.unreadable',
    ];
    const outgoing = subjects.map((subject) => ({ subject, data: Buffer.from('{}'), headers: {} }));
    expect((await publisher.publishAll(outgoing, timeout)).ok).toBe(true);
    const log = openDecisionsLog({ link, after: start, streamCreated: null });
    expect(await log.take(10, timeout)).toHaveLength(1);
    await log.close();
    expect((await storedMessage(link, 'DEADLETTER', 1)).ok).toBe(true);
    const sizes = await streamSizes(link);
    expect(sizes.ok && sizes.value.map(({ messages }) => messages > 0)).toEqual(Array(5).fill(true));
  });

  test('reads every stream whole, and takes out of those that hold persons what it has to', async () => {
    for (const { name: stream, subject: filterSubject } of Object.values(streams)) {
      const log = new OrderedLog({ link, stream, filterSubject, after: start, streamCreated: null });
      expect((await log.take(1, timeout)).length).toBe(1);
      await log.close();
    }
    for (const stream of ['CLAIMS', 'DEADLETTER', 'FEEDBACK'])
      expect(await eraseMessage(link, stream, 1)).toEqual({ ok: true, value: true });
  });

  test('holds the lease', async () => {
    const lease = new Lease({ link, ...deciderLease, holder: 'node-1', maxAgeMs: 20_000, replicas: 1 });
    await until(() => lease.stillMine());
    expect(await lease.holder()).toBe('node-1');
    expect(await leaseHolder(link, deciderLease)).toBe('node-1');
    await lease.release();
    expect(await lease.holder()).toBeNull();
  });

  test.each([
    '$JS.API.STREAM.DELETE.CLAIMS',
    '$JS.API.STREAM.PURGE.CLAIMS',
    '$JS.API.STREAM.UPDATE.DECISIONS',
    '$JS.API.STREAM.MSG.DELETE.DECISIONS',
    '$JS.API.STREAM.MSG.DELETE.ADVICE',
    '$JS.API.STREAM.CREATE.OTHER',
  ])('may not ask for %s', async (subject) => {
    const service = await connectAs('claimgate', 'SERVICE');
    await expect(service.request(subject, '', { timeout })).rejects.toThrow(/Permissions Violation/);
  });
});

test('the operations user sees how large the streams are, and reads none of them', async () => {
  const operations = await connectAs('operations', 'OPERATIONS', '_INBOX_operations');
  const info = await operations.request('$JS.API.STREAM.INFO.CLAIMS', '', { timeout });
  expect(info.json<{ state: { messages: number } }>().state.messages).toBeGreaterThan(0);
  for (const subject of ['$JS.API.STREAM.MSG.GET.CLAIMS', '$JS.API.CONSUMER.CREATE.CLAIMS']) {
    await expect(operations.request(subject, '', { timeout })).rejects.toThrow(/Permissions Violation/);
  }
});
