import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ConfirmedPublisher, type Outgoing } from '../../src/nats/confirmed-publisher.js';
import type { NatsLink } from '../../src/nats/connection.js';
import { ConfiguredBroker, maxPayloadBytes } from './broker-fixture.js';
import { type Jetstream, killBroker, linkTo, startJetstream, until } from './jetstream-fixture.js';
import { longMs, patientPublisher } from './patient-publisher.js';

let js: Jetstream;
let publisher: ConfirmedPublisher;

beforeEach(async () => {
  js = await startJetstream();
  publisher = new ConfirmedPublisher({ link: js.link, retryMs: 300 });
});
afterEach(async () => {
  publisher.close();
  await js.stop();
});

function decision(id: number): Outgoing {
  const headers = { 'Nats-Msg-Id': `D${id}`, 'Claimgate-Sequence': String(id) };
  return { subject: 'claimgate.decisions.H1.pass', data: Buffer.from(`{"id":${id}}`), headers };
}

const decisions = (count: number, from = 1): Outgoing[] =>
  Array.from({ length: count }, (_, i) => decision(from + i));

/** Ids in the order of the stream. */
async function stored(): Promise<string[]> {
  const { state } = await js.manager.streams.info('DECISIONS');
  const ids: string[] = [];
  for (let seq = state.first_seq; seq <= state.last_seq; seq++) {
    const message = await js.manager.streams.getMessage('DECISIONS', { seq });
    if (message !== null) ids.push(message.header.get('Nats-Msg-Id'));
  }
  return ids;
}

describe('a confirmed publisher', () => {
  test('says where the stream has stored each, in order', async () => {
    const confirmed = await publisher.publishAll(decisions(50));
    expect(confirmed.ok && confirmed.value.map(({ sequence }) => sequence)).toEqual(
      Array.from({ length: 50 }, (_, i) => i + 1),
    );
    expect(await stored()).toEqual(decisions(50).map(({ headers }) => headers['Nats-Msg-Id']));
    expect(publisher.unconfirmed).toBe(0);
  });

  test('a message that is there already is confirmed as the first one', async () => {
    await publisher.publishAll(decisions(2));
    expect(await publisher.publish(decision(1))).toEqual({
      ok: true,
      value: { sequence: 1, duplicate: true },
    });
    expect(await stored()).toHaveLength(2);
  });

  test('keeps only so much under way, and all of it arrives', async () => {
    publisher.close();
    publisher = new ConfirmedPublisher({ link: js.link, window: { messages: 3, bytes: 30 } });
    const publishing = publisher.publishAll(decisions(100));
    expect(publisher.unconfirmed).toBe(100);
    expect((await publishing).ok).toBe(true);
    expect(await stored()).toHaveLength(100);
  });

  test('the broker is killed while much is under way: everything once, in order', async () => {
    const count = 3_000;
    const publishing: Promise<unknown>[] = [];
    for (let from = 1; from <= count; from += 500) {
      publishing.push(publisher.publishAll(decisions(500, from)));
      if (from === 1_001) await killBroker(js, js.link);
    }
    expect(await Promise.all(publishing)).toMatchObject(Array(6).fill({ ok: true }));
    expect(await stored()).toEqual(decisions(count).map(({ headers }) => headers['Nats-Msg-Id']));
  });

  test('what is given while the broker is away waits for it', async () => {
    const down = until(() => !js.link.connected);
    process.kill(js.broker.broker.pid, 'SIGKILL');
    await down;
    const confirmed = await publisher.publishAll(decisions(20));
    expect(confirmed.ok).toBe(true);
    expect(await stored()).toHaveLength(20);
  });

  test('is told by nobody that a stream is missing, and tries until there is one', async () => {
    const trouble: string[] = [];
    publisher.close();
    publisher = new ConfirmedPublisher({
      link: js.link,
      // An answer may take its time.
      retryMs: 60_000,
      onTrouble: (problem) => void trouble.push(problem),
    });
    const { config } = await js.manager.streams.info('DECISIONS');
    await js.manager.streams.delete('DECISIONS');
    const publishing = publisher.publishAll(decisions(5));
    await until(() => trouble.length > 0);
    expect(trouble).toEqual(['no stream takes this subject']);
    await js.manager.streams.add(config);
    expect((await publishing).ok).toBe(true);
  });

  test('a full stream that refuses is asked again until there is room', async () => {
    await publisher.publish(decision(1));
    await js.manager.streams.update('DECISIONS', { max_msgs: 1 });
    const publishing = publisher.publish(decision(2));
    await new Promise((resolve) => setTimeout(resolve, 700));
    expect(publisher.unconfirmed).toBe(1);
    await js.manager.streams.update('DECISIONS', { max_msgs: -1 });
    expect(await publishing).toMatchObject({ ok: true });
    expect(await stored()).toEqual(['D1', 'D2']);
  });
});

describe('gives up', () => {
  test('after the time given, and says what is the matter', async () => {
    publisher.close();
    publisher = patientPublisher(js.link);
    await js.manager.streams.delete('DECISIONS');
    expect(await publisher.publish(decision(1), longMs)).toEqual({
      ok: false,
      error: { kind: 'too-late', message: 'no stream takes this subject' },
    });
    const down = until(() => !js.link.connected);
    await js.broker.broker.stop();
    await down;
    expect(await publisher.publish(decision(2), 300)).toEqual({
      ok: false,
      error: { kind: 'too-late', message: 'the broker is away' },
    });
    expect(publisher.unconfirmed).toBe(0);
  });

  test('at once where it can never be stored', async () => {
    const tooLarge = { ...decision(1), data: new Uint8Array(maxPayloadBytes) };
    expect(await publisher.publish(tooLarge)).toMatchObject({ ok: false, error: { kind: 'too-large' } });
    await js.manager.streams.update('DECISIONS', { max_msg_size: 100 });
    const refused = await publisher.publish({ ...decision(2), data: new Uint8Array(200) });
    expect(refused).toEqual({
      ok: false,
      error: { kind: 'too-large', message: 'message size exceeds maximum allowed' },
    });
  });

  test('when closed', async () => {
    await js.manager.streams.delete('DECISIONS');
    const publishing = publisher.publishAll(decisions(3));
    publisher.close();
    expect(await publishing).toMatchObject({ ok: false, error: { kind: 'closed' } });
    expect(await publisher.publish(decision(9))).toMatchObject({ ok: false, error: { kind: 'closed' } });
  });
});

test('a broker that does not let us publish says nothing, and that is said', async () => {
  const own = await ConfiguredBroker.start('{ publish: { deny: "claimgate.>" }, subscribe: ">" }');
  const link: NatsLink = await linkTo(own.url);
  const trouble: string[] = [];
  const denied = patientPublisher(link, { trouble, retryMs: 200 });
  expect(await denied.publish(decision(1), longMs)).toMatchObject({ ok: false, error: { kind: 'too-late' } });
  expect(trouble).toEqual(['the broker does not confirm what is published']);
  denied.close();
  await link.close();
  await own.stop();
});
