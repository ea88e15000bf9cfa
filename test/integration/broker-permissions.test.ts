/**
 * A service whose broker does not let it take requests says so, and recovers when the broker's accounts are
 * mended.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ConfiguredBroker } from '../nats/broker-fixture.js';
import { startListening } from './fixtures/service-process.js';

const denied = '{ subscribe: { deny: "claimgate.>" } }';
const allowed = '{ publish: ">", subscribe: ">" }';
let dataDir: string;
let broker: ConfiguredBroker;
let service: Awaited<ReturnType<typeof startListening>>;

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'claimgate-permissions-'));
  broker = await ConfiguredBroker.start(denied, { keepsStreams: true });
  service = await startListening({
    NATS_URL: broker.url,
    CLAIMGATE_DATA_DIR: dataDir,
    CLAIMGATE_HTTP_PORT: '0',
    CLAIMGATE_WORKERS: '2',
  });
});

afterAll(async () => {
  await service.end('SIGTERM');
  await broker.stop();
  await rm(dataDir, { recursive: true, force: true });
});

async function ready(): Promise<{ readonly status: number; readonly body: unknown }> {
  const response = await fetch(`${service.http}/readyz`);
  return { status: response.status, body: await response.json() };
}

async function metrics(): Promise<string> {
  return await (await fetch(`${service.http}/metrics`)).text();
}

async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await holds())) await sleep(20);
}

test('connected is not ready: the reason is the broker, and the log has its sentence', async () => {
  await until(() => service.log().includes('Permissions Violation for Subscription'));
  // The streams are put in order beside the subscriptions, and may take longer.
  await until(async () => !JSON.stringify(await ready()).includes('streams'));
  expect(await ready()).toEqual({ status: 503, body: { ready: false, reasons: ['broker'] } });
  expect(await metrics()).toMatch(/^claimgate_broker_connected 1$(?:.|\n)*^claimgate_broker_subscribed 0$/m);
  expect(service.log().match(/the broker does not let us take requests/g)).toHaveLength(1);
});

test('mended, it takes requests without a restart', async () => {
  await broker.reload(allowed);
  await until(async () => (await ready()).status === 200);
  expect(await metrics()).toContain('claimgate_broker_subscribed 1\n');
});

test('taken away again, it is not ready again, and leaves in order all the same', async () => {
  await broker.reload(denied);
  await until(async () => (await ready()).status === 503);
  expect((await ready()).body).toEqual({ ready: false, reasons: ['broker'] });
  expect(await service.end('SIGTERM')).toBe(0);
});
