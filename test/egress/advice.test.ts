import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { systemClock } from '../../src/base/clock.js';
import { adviceCopies, type CopyAdvice } from '../../src/egress/advice.js';
import { CountedPublisher } from '../../src/nats/counted-publisher.js';
import type { Outcome } from '../../src/screening/protocol.js';
import type { Answer } from '../../src/screening/terms.js';
import { outcome } from '../ingress/edge-fixture.js';
import { maxPayloadBytes } from '../nats/broker-fixture.js';
import { freeze, type Jetstream, startJetstream, storedInTime, until } from '../nats/jetstream-fixture.js';

let js: Jetstream;
let publisher: CountedPublisher;
let lost: Record<string, number>;
let jumpedMs: number;
let copy: CopyAdvice;

beforeEach(async () => {
  js = await startJetstream();
  lost = {};
  jumpedMs = 0;
  publisher = new CountedPublisher({
    link: js.link,
    // Time passes when the test says so: a busy broker is not too late.
    clock: { ...systemClock, tickMs: () => jumpedMs },
    onLost: (count, reason) => {
      lost[reason] = (lost[reason] ?? 0) + count;
    },
  });
  copy = adviceCopies(publisher);
});
afterEach(async () => {
  await publisher.close();
  await js.stop();
});

const answer = (bytes = '{"status":"alert"}', given: Partial<Outcome> = {}): Answer => ({
  bytes: Buffer.from(bytes),
  outcome: outcome({ institution: 'H1', status: 'alert', format: 'nhsa-gbk', ...given }),
});

const copies = async (): Promise<number> => (await js.manager.streams.info('ADVICE')).state.messages;

describe('a copy of an advisory answer', () => {
  test('is stored with its duration, by institution and status', async () => {
    copy(answer(), 3.25);
    copy(answer('{}', { institution: null }), 1);
    await until(() => publisher.unconfirmed === 0);
    const found = await storedInTime(js.link, 'ADVICE', 1);
    const message = found.ok ? found.value : null;
    expect(message?.subject).toBe('claimgate.advice.H1.alert');
    expect(Buffer.from(message!.data).toString()).toBe('{"status":"alert"}');
    const named = ['Content-Type', 'Claimgate-Version', 'Claimgate-Duration-Ms'];
    expect(named.map((name) => message?.header(name))).toEqual([
      'application/json; charset=GBK',
      '1',
      '3.250',
    ]);
    const second = await storedInTime(js.link, 'ADVICE', 2);
    expect(second.ok && second.value?.subject).toBe('claimgate.advice.unknown.alert');
    expect(lost).toEqual({});
  });

  test('of a national answer is our decision alone, which names nobody', async () => {
    const national = '{"output":{"result":[{"patn_id":"3500"}],"decision":{"a":1}}}';
    const from = national.indexOf('{"a"');
    copy(answer(national, { decisionAt: { from, to: from + 7 } }), 1);
    await until(() => publisher.unconfirmed === 0);
    const found = await storedInTime(js.link, 'ADVICE', 1);
    expect(found.ok && Buffer.from(found.value!.data).toString()).toBe('{"a":1}');
  });

  test('of a body whose institution is none is filed under nobody', async () => {
    copy(answer('{}', { institution: 'H1.pass.>' }), 1);
    await until(() => publisher.unconfirmed === 0);
    const found = await storedInTime(js.link, 'ADVICE', 1);
    expect(found.ok && found.value?.subject).toBe('claimgate.advice.unknown.alert');
  });

  test('many of them all arrive', async () => {
    for (let i = 0; i < 5_000; i++) copy(answer(), 1);
    await until(() => publisher.unconfirmed === 0);
    expect([await copies(), lost]).toEqual([5_000, {}]);
  });

  test('more than may be under way is lost, and counted', async () => {
    for (let i = 0; i < 9_000; i++) copy(answer(), 1);
    await until(() => publisher.unconfirmed === 0);
    expect((await copies()) + (lost['busy'] ?? 0)).toBe(9_000);
    expect(lost['busy']).toBeGreaterThan(0);
  });

  test('larger than the broker lets through is lost', async () => {
    copy(answer('x'.repeat(maxPayloadBytes)), 1);
    expect(lost).toEqual({ 'too-large': 1 });
  });

  test('is lost while the broker is away, and nobody waits', async () => {
    const down = until(() => !js.link.connected);
    process.kill(js.broker.broker.pid, 'SIGKILL');
    await down;
    copy(answer(), 1);
    expect(lost).toEqual({ away: 1 });
    await until(() => js.link.connected);
    copy(answer(), 1);
    await until(() => publisher.unconfirmed === 0);
    expect([await copies(), lost]).toEqual([1, { away: 1 }]);
  });

  test('on its way when the connection breaks counts as lost, also where it shares an acknowledgement', async () => {
    await freeze(js.broker.broker.pid);
    for (let i = 0; i < 10; i++) copy(answer(), 1);
    const down = until(() => !js.link.connected);
    process.kill(js.broker.broker.pid, 'SIGKILL');
    await down;
    jumpedMs += 60_000;
    await until(() => lost['unconfirmed'] === 10);
    expect(publisher.unconfirmed).toBe(0);
  });

  test('that the stream refuses, or that no stream takes, is lost', async () => {
    await js.manager.streams.update('ADVICE', { max_msg_size: 10 });
    copy(answer(), 1);
    await until(() => lost['refused'] === 1);
    jumpedMs += 100;
    await js.manager.streams.delete('ADVICE');
    copy(answer(), 1);
    await until(() => lost['refused'] === 2);
  });

  test('that nobody has confirmed in time counts as lost', async () => {
    await freeze(js.broker.broker.pid);
    for (let i = 0; i < 3; i++) {
      jumpedMs += 100;
      copy(answer(), 1);
    }
    jumpedMs += 60_000;
    await until(() => lost['unconfirmed'] === 3);
    process.kill(js.broker.broker.pid, 'SIGCONT');
    expect(publisher.unconfirmed).toBe(0);
  });

  test('sent just before the end is waited for', async () => {
    for (let i = 0; i < 100; i++) copy(answer(), 1);
    await publisher.close(60_000);
    expect([await copies(), lost]).toEqual([100, {}]);
  });
});
