import { DiscardPolicy, RetentionPolicy, type StreamConfig } from '@nats-io/jetstream';
import { nanos } from '@nats-io/transport-node';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { leastPayloadBytes, messageHeadroomBytes } from '../../src/base/broker-limits.js';
import type { NatsLink } from '../../src/nats/connection.js';
import { ensureStreams, streamSizes, streams, verifyStreams } from '../../src/nats/streams.js';
import { ConfiguredBroker, maxPayloadBytes, startTestBroker, type TestBroker } from './broker-fixture.js';
import { type Jetstream, linkTo, settle, startJetstream } from './jetstream-fixture.js';

const dayMs = 86_400_000;
const names = ['CLAIMS', 'DECISIONS', 'ADVICE', 'FEEDBACK', 'DEADLETTER'];

describe('the streams', () => {
  let js: Jetstream;

  beforeEach(async () => {
    js = await startJetstream();
  });
  afterEach(async () => js.stop());

  async function setting(name: string, changed: Partial<StreamConfig>): Promise<readonly string[]> {
    await js.manager.streams.update(name, changed);
    const verified = await ensureStreams(js.link, { replicas: 1 });
    return verified.ok ? [] : verified.error.problems;
  }

  test('are made where they are missing, and taken as they are the next time', async () => {
    const again = await ensureStreams(js.link, { replicas: 1 });
    expect(again.ok && again.value.map(({ name }) => name)).toEqual(names);
    for (const { name, subject } of Object.values(streams)) {
      const { config } = await js.manager.streams.info(name);
      expect(config).toMatchObject({
        subjects: [subject],
        retention: 'limits',
        storage: 'file',
        max_age: nanos(430 * dayMs),
        max_bytes: name === 'ADVICE' ? 2 * 1024 ** 3 : -1,
        max_msgs: -1,
        discard: name === 'ADVICE' ? 'old' : 'new',
        num_replicas: 1,
      });
    }
  });

  test('several nodes may make them at once', async () => {
    const fresh = await startTestBroker();
    const links = await Promise.all([1, 2, 3].map(() => linkTo(fresh.url)));
    const made = await Promise.all(links.map((link) => ensureStreams(link, { replicas: 1 })));
    expect(made.map((one) => one.ok)).toEqual([true, true, true]);
    await Promise.all(links.map((link) => link.close()));
    await fresh.stop();
  });

  test('one that forgets too early is refused in a sentence', async () => {
    expect(await setting('CLAIMS', { max_age: nanos(30 * dayMs) })).toEqual([
      'stream CLAIMS: max_age should be at least 430 days and is 30 days',
    ]);
  });

  test('one that keeps longer, or for ever, is not', async () => {
    expect(await setting('CLAIMS', { max_age: nanos(800 * dayMs) })).toEqual([]);
    expect(await setting('DECISIONS', { max_age: 0 })).toEqual([]);
  });

  test('a limit of size is taken where the sender is refused, not where the oldest would go', async () => {
    expect(await setting('CLAIMS', { max_bytes: 1_000_000 })).toEqual([]);
    expect(await setting('ADVICE', { max_bytes: 1_000_000 })).toEqual([]);
    expect(await setting('DECISIONS', { max_bytes: 1_000_000, discard: DiscardPolicy.Old })).toEqual([
      'stream DECISIONS: discard should be new, since a limit is set and is old',
    ]);
  });

  test('every problem of every stream is told', async () => {
    await js.manager.streams.update('CLAIMS', { allow_rollup_hdrs: true });
    await js.manager.streams.delete('FEEDBACK');
    const feedback = { name: 'FEEDBACK', subjects: ['claimgate.feedback.>'] };
    await js.manager.streams.add({ ...feedback, retention: RetentionPolicy.Workqueue });
    const verified = await ensureStreams(js.link, { replicas: 3 });
    const problems = verified.ok ? [] : verified.error.problems;
    expect(problems).toHaveLength(8);
    expect(problems).toContain('stream CLAIMS: allow_rollup_hdrs should be off and is on');
    expect(problems).toContain('stream CLAIMS: num_replicas should be at least 3 and is 1');
    expect(problems).toContain('stream FEEDBACK: retention should be limits and is workqueue');
    expect(problems).toContain(
      'stream FEEDBACK: subjects should be claimgate.feedback.* and is claimgate.feedback.>',
    );
  });

  test('a message of CLAIMS leaves room for our headers in a dead letter, or is refused at the sender', async () => {
    const limit = maxPayloadBytes - messageHeadroomBytes;
    expect(await settle(js.link, new Uint8Array(limit))).toBe(1);
    await expect(settle(js.link, new Uint8Array(limit + 1))).rejects.toThrow(
      'message size exceeds maximum allowed',
    );
    // A broker that lets more or less through than the last time.
    expect(await setting('CLAIMS', { max_msg_size: 1_000 })).toEqual([]);
    expect((await js.manager.streams.info('CLAIMS')).config.max_msg_size).toBe(limit);
  });

  test('one that would refuse what we publish is refused itself', async () => {
    expect(await setting('DECISIONS', { max_msg_size: leastPayloadBytes })).toEqual([]);
    expect(await setting('DECISIONS', { max_msg_size: leastPayloadBytes - 1 })).toEqual([
      'stream DECISIONS: max_msg_size should be no limit or at least 1048576 and is 1048575',
    ]);
    expect(await setting('DEADLETTER', { max_msg_size: leastPayloadBytes })).toContain(
      `stream DEADLETTER: max_msg_size should be no limit or at least ${maxPayloadBytes} and is 1048576`,
    );
  });

  test('their sizes can be asked for', async () => {
    await settle(js.link, 'one');
    await settle(js.link, 'two');
    const sizes = await streamSizes(js.link);
    expect(sizes.ok && sizes.value.map(({ name }) => name)).toEqual(names);
    expect(sizes.ok && sizes.value[0]).toMatchObject({
      messages: 2,
      firstSequence: 1,
      lastSequence: 2,
      replicas: 1,
      maxBytes: null,
    });
  });
});

describe('a broker without JetStream', () => {
  let own: ConfiguredBroker;
  let link: NatsLink;

  beforeAll(async () => {
    own = await ConfiguredBroker.start('{ publish: ">", subscribe: ">" }');
    link = await linkTo(own.url);
  });
  afterAll(async () => {
    await link.close();
    await own.stop();
  });

  test('is unavailable, which may be mended', async () => {
    const made = await ensureStreams(link, { replicas: 1 });
    expect(made).toEqual({
      ok: false,
      error: { kind: 'unavailable', problems: ['JetStream: jetstream is not enabled'] },
    });
    expect((await streamSizes(link)).ok).toBe(false);
  });
});

test('a broker that lets less through than we publish is refused, and left as it is', async () => {
  const own = await ConfiguredBroker.start('{ publish: ">", subscribe: ">" }', {
    keepsStreams: true,
    maxPayload: leastPayloadBytes - 1,
  });
  const link = await linkTo(own.url);
  const problems = ['the broker: max_payload should be at least 1048576 and is 1048575'];
  expect(await ensureStreams(link, { replicas: 1 })).toEqual({
    ok: false,
    error: { kind: 'disagrees', problems },
  });
  expect(await verifyStreams(link, { replicas: 1 })).toEqual({
    ok: true,
    value: { sizes: [], problems, changes: [] },
  });
  await link.close();
  await own.stop();
});

test('more copies than there are servers is unavailable, and said in the words of the broker', async () => {
  const fresh: TestBroker = await startTestBroker();
  const link = await linkTo(fresh.url);
  const made = await ensureStreams(link, { replicas: 3 });
  expect(made.ok === false && made.error.problems[0]).toMatch(/^JetStream: replicas > 1 not supported/);
  await link.close();
  await fresh.stop();
});
