/** Releases and the overlay on the shipped broker configuration: all that a node and its desk do, and nothing more. */
import { randomBytes } from 'node:crypto';
import type { NatsConnection } from '@nats-io/transport-node';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { sha256Hex } from '../../src/base/hash.js';
import { NatsLink } from '../../src/nats/connection.js';
import { type DocumentKey, ReleaseStore } from '../../src/nats/release-store.js';
import { until } from '../nats/jetstream-fixture.js';
import { DeployedBroker, generatedEnvironment, isRecent, listen, removeFolder } from './nats-fixture.js';

const institution = 'H35010200417';
const timeout = 60_000;
const documents = '$KV.claimgate-releases';
const texts = '$O.claimgate-rulesets';

let folder: string;
let env: Record<string, string>;
let broker: DeployedBroker;
let link: NatsLink;
let store: ReleaseStore;

beforeAll(async () => {
  ({ folder, env } = await generatedEnvironment());
  broker = await DeployedBroker.start((await isRecent()) ? 'nats.conf' : 'nats-2.9.conf', env);
  const { host } = new URL(broker.url);
  const password = encodeURIComponent(env['CLAIMGATE_NATS_SERVICE_PASSWORD'] ?? '');
  link = new NatsLink({ url: `nats://claimgate:${password}@${host}`, name: 'service' });
  await link.up();
  store = new ReleaseStore({ link, replicas: 1 });
});

afterAll(async () => {
  await link?.close();
  await broker?.stop();
  await removeFolder(folder);
});

async function connectAs(user: string, variable = user, inboxPrefix = '_INBOX'): Promise<NatsConnection> {
  const pass = env[`CLAIMGATE_NATS_${variable}_PASSWORD`]!;
  return await broker.connect({ user, pass, inboxPrefix });
}

async function put(key: DocumentKey, value: object, over: number): Promise<number> {
  const written = await store.put(key, value, over);
  if (!written.ok) throw new Error(JSON.stringify(written.error));
  return written.value;
}

describe('the service', () => {
  test.each<DocumentKey>(['version.1', 'trial.1', 'live', 'shadow', 'overlay'])(
    'makes, replaces and traces %s',
    async (key) => {
      expect(await store.document(key)).toEqual({ ok: true, value: null });
      await put(key, { a: 2 }, await put(key, { a: 1 }, 0));
      expect(await store.put(key, { a: 3 }, 0)).toMatchObject({ error: { kind: 'overtaken' } });
      expect(await store.document(key)).toMatchObject({ value: { value: { a: 2 } } });
      const history = await store.history(key);
      expect(history.ok && history.value.map(({ value }) => value)).toEqual([{ a: 1 }, { a: 2 }]);
    },
  );

  test('lists the versions, and ends an order of a shadow', async () => {
    const stands = await store.document('shadow');
    const revision = stands.ok && stands.value !== null ? stands.value.revision : 0;
    expect(await store.remove('shadow', revision)).toEqual({ ok: true, value: null });
    await put('shadow', { a: 1 }, 0);
    expect(await store.versions()).toEqual({ ok: true, value: [1] });
  });

  test('stores a text of many pieces, and reads it', async () => {
    const bytes = randomBytes(9 * 1024 * 1024);
    const digest = sha256Hex(bytes);
    for (let times = 0; times < 2; times++)
      expect(await store.putText(digest, bytes)).toEqual({ ok: true, value: null });
    const read = await store.text(digest);
    expect(read.ok && read.value !== null && Buffer.from(read.value).equals(bytes)).toBe(true);
  });

  test('is told at once when a document changes', async () => {
    const node = await connectAs('claimgate', 'SERVICE');
    const heard: string[] = [];
    expect(await listen(node, `${documents}.>`, heard)).toBe('allowed');
    const before = await store.document('live');
    await put('live', { a: 4 }, before.ok && before.value !== null ? before.value.revision : 0);
    await until(() => heard.includes(`${documents}.live`));
  });

  test.each([
    ...['KV_claimgate-releases', 'OBJ_claimgate-rulesets'].flatMap((stream) =>
      ['DELETE', 'PURGE', 'UPDATE', 'MSG.DELETE'].map((act) => `$JS.API.STREAM.${act}.${stream}`),
    ),
    '$JS.API.STREAM.CREATE.KV_other',
    '$JS.API.STREAM.CREATE.OBJ_other',
    '$JS.API.CONSUMER.CREATE.KV_claimgate-releases',
    `$JS.API.CONSUMER.CREATE.KV_claimgate-lease.x.$KV.claimgate-lease.>`,
    `${documents}.other`,
    `${texts}.other`,
  ])('may not ask for %s', async (subject) => {
    const service = await connectAs('claimgate', 'SERVICE');
    await expect(service.request(subject, '', { timeout })).rejects.toThrow(/Permissions Violation/);
  });
});

describe('an institution, and the operations user', () => {
  const others = [
    [institution, institution, '_INBOX'],
    ['operations', 'OPERATIONS', '_INBOX_operations'],
  ] as const;

  test.each(others)('%s neither writes releases nor hears of them', async (...who) => {
    const client = await connectAs(...who);
    for (const subject of [
      `${documents}.live`,
      `${documents}.overlay`,
      `${texts}.M.eA==`,
      '$JS.API.STREAM.MSG.GET.KV_claimgate-releases',
    ])
      await expect(client.request(subject, '{}', { timeout })).rejects.toThrow(/Permissions Violation/);
    expect(await listen(client, `${documents}.>`)).toMatch(/Permissions Violation for Subscription/);
  });
});
