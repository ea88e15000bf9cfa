/** The judge's own tools on a real broker, without the service: what is sent is what is read back and understood. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { jetstreamManager } from '@nats-io/jetstream';
import { expect, test } from 'vitest';
import { Random } from '../judge/random.js';
import { drawSeed } from '../judge/seed.js';
import { BrokerProcess } from './broker-process.js';
import { same } from './entries.js';
import { deliveriesOf } from './events.js';
import { modelAt } from './model.js';
import { drawSchedule } from './schedule.js';
import { sendAll } from './sender.js';
import { Meanings, readStream } from './streams.js';

const seed = drawSeed();

test(`every delivery is in the stream, also through the death of the broker (seed ${seed})`, async () => {
  const folder = await mkdtemp(join(tmpdir(), 'claimgate-chaos-'));
  const broker = await BrokerProcess.start(folder);
  const connection = await broker.connect();
  try {
    const manager = await jetstreamManager(connection);
    await manager.streams.add({ name: 'CLAIMS', subjects: ['claimgate.settle.*'] });
    const deliveries = deliveriesOf({ seed, events: 600, todayMs: Date.now() });
    const options = { connection, random: new Random(seed), perSecond: 400, doors: () => [] };
    const [confirmed] = await Promise.all([
      sendAll(deliveries, options),
      sleep(400).then(() => broker.killAndRevive(200)),
    ]);
    const claims = await readStream(connection, 'CLAIMS');
    for (const { delivery, sequence } of confirmed) {
      expect(same(claims[sequence - 1]!.body, delivery.body)).toBe(true);
    }
    const model = modelAt(new Meanings(deliveries).messages(claims), Number.POSITIVE_INFINITY);
    expect(model.unclear).toEqual([]);
    expect(model.answers).toHaveLength(claims.length);
    expect(model.standing().length).toBeGreaterThan(10);
  } finally {
    await connection.close();
    await broker.kill('SIGKILL');
    await rm(folder, { recursive: true });
  }
});

test('the same seed gives the same load and the same disaster', () => {
  const load = () =>
    deliveriesOf({ seed, events: 300, todayMs: 0 }).map(({ body }) => Buffer.from(body).toString('hex'));
  expect(load()).toEqual(load());
  const disaster = () =>
    drawSchedule(new Random(seed), { kills: 20, nodes: 2, disks: true, slowDisks: true });
  expect(disaster()).toEqual(disaster());
  expect(disaster().filter(({ act }) => act.what.startsWith('kill'))).toHaveLength(20);
});
