import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { NatsConnection } from '@nats-io/transport-node';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { screenQueueGroup, screenWildcard } from '../../src/nats/subjects.js';
import {
  checkConfig,
  DeployedBroker,
  deployFolder,
  generatedEnvironment,
  isRecent,
  listen,
  removeFolder,
} from './nats-fixture.js';

const institution = 'H35010200417';
const pharmacy = 'P35020300088';
const timeout = 60_000;

let folder: string;
let env: Record<string, string>;
let broker: DeployedBroker;
let service: NatsConnection;

beforeAll(async () => {
  ({ folder, env } = await generatedEnvironment());
  broker = await DeployedBroker.start((await isRecent()) ? 'nats.conf' : 'nats-2.9.conf', env);
  service = await connectAs('claimgate', 'SERVICE');
  service.subscribe(screenWildcard, {
    queue: screenQueueGroup,
    callback: (_error, message) => void message.respond(`answer on ${message.subject}`),
  });
  await service.flush();
});

afterAll(async () => {
  await broker?.stop();
  await removeFolder(folder);
});

/** Connects with the password that stands in the environment under this name. */
async function connectAs(user: string, variable = user, inboxPrefix = '_INBOX'): Promise<NatsConnection> {
  const pass = env[`CLAIMGATE_NATS_${variable}_PASSWORD`]!;
  return await broker.connect({ user, pass, inboxPrefix });
}

describe('the broker configurations', () => {
  test('what 2.9 does not know of the newer file is sync_interval and nothing else', async () => {
    const { accepted, said } = await checkConfig('nats.conf', env);
    if (await isRecent()) return expect(accepted).toBe(true);
    expect(said.trim()).toMatch(/^nats-server: \S*nats\.conf:\d+:\d+: unknown field "sync_interval"$/);
  });

  test('every version from 2.9 takes the older file', async () => {
    expect((await checkConfig('nats-2.9.conf', env)).accepted).toBe(true);
  });

  test('a missing password keeps the server from starting', async () => {
    const { CLAIMGATE_NATS_SERVICE_PASSWORD: _gone, ...without } = env;
    const checked = await checkConfig('nats-2.9.conf', without);
    expect(checked).toMatchObject({ accepted: false });
    expect(checked.said).toContain("variable reference for 'CLAIMGATE_NATS_SERVICE_PASSWORD'");
  });

  test('no file holds a password, and an institution block speaks of one institution only', async () => {
    const names = ['server.conf', 'institutions.conf', 'jetstream.conf', 'nats.conf', 'nats-2.9.conf'];
    const texts = await Promise.all(names.map((name) => readFile(join(deployFolder, 'nats', name), 'utf8')));
    const secrets = texts.join('\n').match(/^(?!\s*#).*\b(password|key):\s*\S+/gm) ?? [];
    expect(secrets.length).toBeGreaterThan(4);
    for (const secret of secrets) expect(secret).toMatch(/(password|key):\s*\$CLAIMGATE_NATS_\w+$/);
    const blocks = texts[1]!.split(/^(?=[A-Z]\w+ \{$)/m).slice(1);
    expect(blocks.length).toBeGreaterThan(1);
    for (const block of blocks) expect(new Set(block.match(/[HP]\d{11}/g)).size).toBe(1);
  });

  test('it says that it is well where compose asks, with our message limit and JetStream', async () => {
    const health = await fetch(`${broker.monitorUrl}/healthz`);
    expect(health.status).toBe(200);
    expect(service.info).toMatchObject({
      max_payload: 8 * 1024 * 1024,
      jetstream: true,
      auth_required: true,
    });
  });
});

describe('an institution', () => {
  test('asks on its own subject and gets the answer', async () => {
    const client = await connectAs(institution);
    const answer = await client.request(`claimgate.screen.${institution}`, '{}', { timeout });
    expect(answer.string()).toBe(`answer on claimgate.screen.${institution}`);
  });

  test("may not ask on another's subject", async () => {
    const client = await connectAs(institution);
    const asked = client.request(`claimgate.screen.${pharmacy}`, '{}', { timeout });
    await expect(asked).rejects.toThrow(/Permissions Violation for Publish/);
  });

  test.each(['claimgate.screen.*', `claimgate.screen.${pharmacy}`, 'claimgate.>', '>', '_R_.>', '$SYS.>'])(
    'may not listen on %s',
    async (subject) => {
      const refusal = await listen(await connectAs(institution), subject);
      expect(refusal).toMatch(/Permissions Violation for Subscription/);
    },
  );

  test("on every inbox that it may hear, it hears no other's answer", async () => {
    const eavesdropper = await connectAs(institution);
    const heard: string[] = [];
    expect(await listen(eavesdropper, '_INBOX.>', heard)).toBe('allowed');
    const other = await connectAs(pharmacy);
    await other.request(`claimgate.screen.${pharmacy}`, '{}', { timeout });
    // Messages arrive in order: with its own answer here, the other's would have been here before.
    await eavesdropper.request(`claimgate.screen.${institution}`, '{}', { timeout });
    expect(heard).toHaveLength(1);
  });

  test.each(['$JS.API.INFO', '$SYS.REQ.SERVER.PING', `claimgate.settle.${pharmacy}`, '_R_.someone'])(
    'may not publish on %s',
    async (subject) => {
      const client = await connectAs(institution);
      await expect(client.request(subject, '', { timeout })).rejects.toThrow(/Permissions Violation/);
    },
  );

  test('whom nobody answers is told at once by a new broker, and by 2.9 only through its own timeout', async () => {
    const store = join(folder, 'idle');
    const idle = await DeployedBroker.start('nats-2.9.conf', { ...env, CLAIMGATE_NATS_STORE: store });
    const pass = env[`CLAIMGATE_NATS_${institution}_PASSWORD`]!;
    const client = await idle.connect({ user: institution, pass });
    const recent = await isRecent();
    const patience = { timeout: recent ? timeout : 1_000 };
    const asked = client.request(`claimgate.screen.${institution}`, '{}', patience);
    await expect(asked).rejects.toThrow(recent ? /no responders/i : /timeout/i);
    await idle.stop();
  });

  test('with a wrong password, or none, does not get in', async () => {
    await expect(broker.connect({ user: institution, pass: 'guessed' })).rejects.toThrow(/Authorization/i);
    await expect(broker.connect({})).rejects.toThrow(/Authorization/i);
  });
});

describe('the service', () => {
  test('reads requests only as a member of the queue group', async () => {
    const second = await connectAs('claimgate', 'SERVICE');
    expect(await listen(second, screenWildcard)).toMatch(/Permissions Violation for Subscription/);
  });

  test('sends nothing but answers', async () => {
    const sender = await connectAs('claimgate', 'SERVICE');
    const asked = sender.request(`claimgate.screen.${institution}`, '{}', { timeout });
    await expect(asked).rejects.toThrow(/Permissions Violation for Publish/);
  });
});

describe('the operations user', () => {
  test('sees how JetStream stands, changes nothing and reads no claim', async () => {
    const operations = await connectAs('operations', 'OPERATIONS', '_INBOX_operations');
    const info = (await operations.request('$JS.API.INFO', '', { timeout })).json<{ streams: number }>();
    expect(info.streams).toBe(0);
    const created = operations.request('$JS.API.STREAM.CREATE.X', '{"name":"X"}', { timeout });
    await expect(created).rejects.toThrow(/Permissions Violation/);
    for (const subject of [screenWildcard, '_INBOX.>', '>']) {
      const listener = await connectAs('operations', 'OPERATIONS', '_INBOX_operations');
      expect(await listen(listener, subject)).toMatch(/Permissions Violation for Subscription/);
    }
  });

  test('of the system account, and only that, asks the server about itself', async () => {
    const system = await connectAs('system', 'SYSTEM');
    const answer = await system.request('$SYS.REQ.SERVER.PING', '', { timeout });
    expect(answer.json()).toMatchObject({ server: { name: env['CLAIMGATE_NATS_NAME'] } });
  });
});
