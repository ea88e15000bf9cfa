import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { type Incoming, NatsLink, parseAddress } from '../../src/nats/connection.js';
import { ConfiguredBroker, startTestBroker, type TestBroker } from './broker-fixture.js';

const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString();
let broker: TestBroker;

beforeAll(async () => {
  broker = await startTestBroker();
});
afterAll(async () => broker.stop());

async function linkTo(url: string, happened: string[] = []): Promise<NatsLink> {
  const link = new NatsLink({
    url,
    name: 'test',
    onUp: () => happened.push('up'),
    onDown: () => happened.push('down'),
  });
  expect(await link.up()).toEqual({ ok: true, value: null });
  return link;
}

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 10));
}

describe('an address', () => {
  test.each([
    ['nats://127.0.0.1:4222', { servers: ['127.0.0.1:4222'] }],
    ['127.0.0.1:4222', { servers: ['127.0.0.1:4222'] }],
    ['nats://h1:s%40fe@a:1,nats://b:2', { servers: ['a:1', 'b:2'], user: 'h1', pass: 's@fe' }],
    ['tls://broker:4443', { servers: ['broker:4443'], tls: {} }],
  ])('%s', (url, parsed) => {
    expect(parseAddress(url)).toEqual({ ok: true, value: parsed });
  });

  test.each(['', 'http://a:1', 'nats://', 'nats://a:1,,', 'nats://a:99999'])('%s is refused', (url) => {
    expect(parseAddress(url).ok).toBe(false);
  });
});

describe('a link', () => {
  test('carries a request with headers to a subscriber and its answer back', async () => {
    const link = await linkTo(broker.url);
    link.subscribe('echo.*', 'group', (message) => {
      const asked = message.header('claimgate-budget-MS');
      expect(message.reply).not.toBeNull();
      expect(message.respond(message.data, { Asked: asked ?? 'nothing' }).ok).toBe(true);
    });
    const options = { timeoutMs: 60_000, headers: { 'Claimgate-Budget-Ms': '30' } };
    const reply = await link.request('echo.one', Buffer.from('hello'), options);
    expect(reply.ok && [text(reply.value.data), reply.value.header('asked')]).toEqual(['hello', '30']);
    await link.close();
  });

  test('sends an answer’s headers as they are, and none that would be two', async () => {
    const link = await linkTo(broker.url);
    const threw: unknown[] = [];
    link.subscribe('headers', 'group', (message) => {
      try {
        message.respond(message.data, { Status: 'pass\r\nInjected: yes' });
      } catch (error) {
        threw.push(error);
      }
      message.respond(message.data, { 'Content-Type': 'application/json; charset=utf-8', Name: '国家' });
    });
    const reply = await link.request('headers', Buffer.from(''), { timeoutMs: 60_000 });
    expect(reply.ok && ['content-type', 'name', 'injected'].map((name) => reply.value.header(name))).toEqual([
      'application/json; charset=utf-8',
      '国家',
      null,
    ]);
    expect(threw).toHaveLength(1);
    await link.close();
  });

  test('says so when nobody listens', async () => {
    const link = await linkTo(broker.url);
    const reply = await link.request('nobody.there', Buffer.from(''), { timeoutMs: 60_000 });
    expect(reply).toEqual({ ok: false, error: "no responders: 'nobody.there'" });
    await link.close();
  });

  test('refuses an answer that is larger than the broker lets through', async () => {
    const link = await linkTo(broker.url);
    const outcome: unknown[] = [];
    link.subscribe('large', 'group', (message) => {
      outcome.push(message.respond(new Uint8Array((link.maxPayloadBytes ?? 0) + 1), {}));
      message.respond(Buffer.from('small'), {});
    });
    const reply = await link.request('large', Buffer.from(''), { timeoutMs: 60_000 });
    expect(outcome).toEqual([{ ok: false, error: 'too-large' }]);
    expect(reply.ok && text(reply.value.data)).toBe('small');
    await link.close();
  });

  test('an answer after the connection was closed is lost, and said to be', async () => {
    const link = await linkTo(broker.url);
    const other = await linkTo(broker.url);
    const arrived = new Promise<Incoming>((resolve) => link.subscribe('late', 'group', resolve));
    await link.flush();
    void other.request('late', Buffer.from(''), { timeoutMs: 60_000 });
    const message = await arrived;
    await link.close();
    expect(message.respond(Buffer.from('x'), {})).toEqual({ ok: false, error: 'disconnected' });
    await other.close();
  });

  test('comes back by itself after the broker was killed, subscriptions included', async () => {
    const own = await startTestBroker();
    const happened: string[] = [];
    const link = await linkTo(own.url, happened);
    link.subscribe('echo', 'group', (message) => message.respond(message.data, {}));
    process.kill(own.broker.pid, 'SIGKILL');
    await until(() => happened.length === 3);
    expect(happened).toEqual(['up', 'down', 'up']);
    const reply = await link.request('echo', Buffer.from('again'), { timeoutMs: 60_000 });
    expect(reply.ok && text(reply.value.data)).toBe('again');
    await link.close();
    await own.stop();
  });

  test('waits for a broker that is not there yet, and can be told to stop waiting', async () => {
    const own = await startTestBroker();
    await own.broker.stop();
    const link = new NatsLink({ url: own.url, name: 'test' });
    expect(link.connected).toBe(false);
    await link.close();
    expect((await link.up()).ok).toBe(false);
    await own.stop();
  });

  test('an unreadable address is a problem at once, not an endless wait', async () => {
    const link = new NatsLink({ url: 'http://nowhere', name: 'test' });
    const up = await link.up();
    expect(up.ok === false && up.error).toMatch(/^NATS_URL must be/);
    await link.close();
  });
});

describe('a broker whose accounts do not let us subscribe', () => {
  const denied = '{ subscribe: { deny: "screen.>" } }';
  const allowed = '{ subscribe: ">" }';
  let own: ConfiguredBroker;
  let link: NatsLink;
  let happened: string[];

  /** Subscribed under these permissions; what happens is remembered. */
  async function subscribeUnder(permissions: string): Promise<void> {
    own = await ConfiguredBroker.start(permissions);
    happened = [];
    link = await linkTo(own.url);
    const watch = {
      onTaken: () => happened.push('taken'),
      onRefused: (problem: string) => happened.push(problem),
    };
    link.subscribe('screen.*', 'group', (message) => message.respond(message.data, {}), watch);
  }

  async function ask(): Promise<string> {
    const reply = await link.request('screen.one', Buffer.from('hello'), { timeoutMs: 60_000 });
    return reply.ok ? text(reply.value.data) : reply.error;
  }

  afterEach(async () => {
    await link.close();
    await own.stop();
  });

  test('it is said once, in the words of the broker, and mended when they are', async () => {
    await subscribeUnder(denied);
    await until(() => happened.length > 0);
    expect(happened[0]).toMatch(/^Permissions Violation for Subscription to "screen\.\*"/);
    expect(await ask()).toMatch(/^no responders/);
    // Several tries later there is still one happening.
    await new Promise((resolve) => setTimeout(resolve, 1_200));
    await own.reload(allowed);
    await until(() => happened.length > 1);
    expect(happened.slice(1)).toEqual(['taken']);
    expect(await ask()).toBe('hello');
  });

  test('a permission that is taken away while we run is noticed too', async () => {
    await subscribeUnder(allowed);
    await until(() => happened.length > 0);
    expect(await ask()).toBe('hello');
    await own.reload(denied);
    await until(() => happened.some((what) => what.startsWith('Permissions Violation')));
    expect(await ask()).toMatch(/^no responders/);
    await own.reload(allowed);
    await until(() => happened.at(-1) === 'taken');
    expect(await ask()).toBe('hello');
  });

  test('leaving meanwhile leaves nothing behind that asks on', async () => {
    await subscribeUnder(denied);
    await until(() => happened.length > 0);
    await link.close();
    await own.reload(allowed);
    await new Promise((resolve) => setTimeout(resolve, 700));
    expect(happened).toHaveLength(1);
  });
});
