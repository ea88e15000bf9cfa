import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { messageHeadroomBytes } from '../../src/base/broker-limits.js';
import { type Answer, DecisionPublisher } from '../../src/egress/decision-publisher.js';
import { type LogMessage, openClaimsLog } from '../../src/nats/claims-log.js';
import { ConfirmedPublisher } from '../../src/nats/confirmed-publisher.js';
import { maxPayloadBytes } from '../nats/broker-fixture.js';
import {
  type Jetstream,
  killBroker,
  settle,
  startJetstream,
  storedInTime,
} from '../nats/jetstream-fixture.js';

const created = '2026-03-12T01:00:00.123456789Z';
let js: Jetstream;
let publisher: ConfirmedPublisher;
let gone: number[];
let shortened: number[];
let tooLarge: [seq: number, isNew: boolean][];
let lost: [seq: number, entry: number][];
let decisions: DecisionPublisher;

beforeEach(async () => {
  js = await startJetstream();
  // An answer may take its time: what is sent again would be told to have been there.
  publisher = new ConfirmedPublisher({ link: js.link, retryMs: 60_000 });
  gone = [];
  shortened = [];
  tooLarge = [];
  lost = [];
  decisions = new DecisionPublisher({
    publisher,
    messageAt: async (seq) => await storedInTime(js.link, 'CLAIMS', seq),
    entryAt: async (place) => await storedInTime(js.link, 'DECISIONS', place),
    onLetterGone: (seq) => void gone.push(seq),
    onShortened: (seq) => void shortened.push(seq),
    onPartTooLarge: (seq, _why, isNew) => void tooLarge.push([seq, isNew]),
    onPartsLost: (seq, entry) => void lost.push([seq, entry]),
  });
});
afterEach(async () => {
  publisher.close();
  await js.stop();
});

function answer(seq: number, deadLetter: Answer['deadLetter'] = null): Answer {
  const headers = { 'Nats-Msg-Id': `D${seq}`, 'Claimgate-Sequence': String(seq) };
  const subject = `claimgate.decisions.H1.${deadLetter === null ? 'pass' : 'receipt'}`;
  return { seq, subject, headers, bytes: Buffer.from(`{"decisionId":"D${seq}"}`), deadLetter };
}

const answers = (count: number): Answer[] => Array.from({ length: count }, (_, i) => answer(i + 1));
const unreadable = { reason: 'unreadable', detail: 'It is no JSON,\r\nat byte 7.' };

async function stored(stream: string): Promise<LogMessage[]> {
  const { state } = await js.manager.streams.info(stream);
  const messages: LogMessage[] = [];
  for (let seq = 1; seq <= state.last_seq; seq++) {
    const found = await storedInTime(js.link, stream, seq);
    if (!found.ok) throw new Error(found.error);
    if (found.value !== null) messages.push(found.value);
  }
  return messages;
}

const none = new Map<number, LogMessage>();

/** A message of CLAIMS that was stored before any entry. */
const message = (seq: number, streamMs = 0): LogMessage => ({
  seq,
  streamMs,
  subject: 'claimgate.settle.H1',
  data: Buffer.from('{}'),
  header: () => null,
});

describe('decisions', () => {
  test('are stored in order, bytes and headers as given', async () => {
    const places = answers(20).map(({ seq }) => seq);
    expect(await decisions.publish(answers(20), none, created)).toEqual({
      ok: true,
      value: places.map((entry) => ({ entry, wasThere: false })),
    });
    expect(await decisions.publish([], none, created)).toEqual({ ok: true, value: [] });
    const messages = await stored('DECISIONS');
    expect(messages.map(({ data }) => Buffer.from(data).toString())).toEqual(
      answers(20).map(({ bytes }) => Buffer.from(bytes).toString()),
    );
    expect(messages.map((message) => message.header('claimgate-sequence'))).toEqual(
      answers(20).map(({ seq }) => String(seq)),
    );
    expect(messages[0]?.subject).toBe('claimgate.decisions.H1.pass');
  });

  test('of an event that came again where CLAIMS had lost it, each message has its own', async () => {
    const first = answer(5);
    await decisions.publish([first], none, created);
    const again = { ...first, seq: 7, headers: { ...first.headers, 'Claimgate-Sequence': '7' } };
    const messages = new Map([5, 7].map((seq) => [seq, message(seq)]));
    const place = { entry: 2, wasThere: false, id: 'D5:7:0' };
    expect(await decisions.publish([again], messages, created)).toEqual({ ok: true, value: [place] });
    // Once, however often; and what speaks of its message stays alone.
    expect(await decisions.publish([again, first], messages, created)).toEqual({
      ok: true,
      value: [
        { ...place, wasThere: true },
        { entry: 1, wasThere: true },
      ],
    });
    // The same sequence, given out again later.
    const later = new Map([[5, message(5, Date.now() + 60_000)]]);
    expect(await decisions.publish([first], later, created)).toMatchObject({ value: [{ entry: 3 }] });
    expect((await stored('DECISIONS')).map((entry) => entry.header('Claimgate-Sequence'))).toEqual([
      '5',
      '7',
      '5',
    ]);
  });

  test('published again after a restart are there once', async () => {
    await decisions.publish(answers(5), none, created);
    await killBroker(js, js.link);
    expect((await decisions.publish(answers(8), none, created)).ok).toBe(true);
    expect((await stored('DECISIONS')).map(({ data }) => Buffer.from(data).toString())).toEqual(
      answers(8).map(({ bytes }) => Buffer.from(bytes).toString()),
    );
  });

  test('one that the broker does not take holds nothing up, and is there shortened and once', async () => {
    await js.manager.streams.update('DECISIONS', { max_msg_size: 4_000 });
    const lines = Array.from({ length: 200 }, (_, i) => ({ id: `L${i}`, role: 'violating' }));
    const decision = {
      decisionId: 'D2',
      status: 'hold',
      detail: 'Shows 2 of 9 findings.',
      coverage: { complete: false, notEvaluated: [{ rule: 'r', lines: [] }] },
      retracts: [],
      findings: [
        { findingId: 'F1', lines },
        { findingId: 'F2', lines },
      ],
      excessFen: 7,
    };
    const large = { ...answer(2), bytes: Buffer.from(JSON.stringify(decision)) };
    for (let time = 0; time < 2; time++) {
      const published = await decisions.publish([answer(1), large, answer(3)], none, created);
      expect(published).toMatchObject({ ok: true });
    }
    const messages = await stored('DECISIONS');
    expect(messages.map((message) => message.header('claimgate-sequence')).toSorted()).toEqual([
      '1',
      '2',
      '3',
    ]);
    const short = messages.find((message) => message.header('claimgate-sequence') === '2');
    expect(JSON.parse(Buffer.from(short!.data).toString())).toEqual({
      ...decision,
      detail:
        'Shows 2 of 9 findings. Shortened to what the broker takes: ' +
        'without findings (2), what was not evaluated (1).',
      coverage: { complete: false, notEvaluated: [] },
      findings: [],
    });
    // The second time the broker knows its id.
    expect(shortened).toEqual([2]);
  });

  test('one that cannot be shortened enough is named, and the others are stored', async () => {
    await js.manager.streams.update('DECISIONS', { max_msg_size: 4_000 });
    const large = {
      ...answer(2),
      bytes: Buffer.from(JSON.stringify({ retracts: [], detail: 'x'.repeat(4_000) })),
    };
    const published = await decisions.publish([answer(1), large, answer(3)], none, created);
    expect(published).toMatchObject({ ok: false, error: { seq: 2, kind: 'too-large' } });
    expect(await stored('DECISIONS')).toHaveLength(2);
  });
});

describe('dead letters', () => {
  test('carry the message whole, with the reason', async () => {
    const headers = { 'Content-Type': 'application/json; charset=GBK' };
    await js.link.request('claimgate.settle.H1', Buffer.from('{"a":'), { timeoutMs: 60_000, headers });
    const log = openClaimsLog({ link: js.link, after: { seq: 0, streamMs: null }, streamCreated: null });
    const [message] = await log.take(1, 1_000);
    await log.close();
    const published = await decisions.publish([answer(1, unreadable)], new Map([[1, message!]]), created);
    expect(published.ok).toBe(true);
    const [letter] = await stored('DEADLETTER');
    expect([letter?.subject, Buffer.from(letter!.data).toString()]).toEqual([
      'claimgate.deadletter.unreadable',
      '{"a":',
    ]);
    const named = [
      'Nats-Msg-Id',
      'Claimgate-Reason',
      'Claimgate-Detail',
      'Claimgate-Institution',
      'Claimgate-Sequence',
      'Content-Type',
    ];
    expect(named.map((name) => letter?.header(name))).toEqual([
      `dl:${created}:1`,
      'unreadable',
      'It is no JSON, at byte 7.',
      'H1',
      '1',
      'application/json; charset=GBK',
    ]);
    expect(await stored('DECISIONS')).toHaveLength(1);
  });

  test('are fetched from CLAIMS when they are published again, and are there once', async () => {
    await settle(js.link, 'body');
    for (let time = 0; time < 2; time++) {
      expect((await decisions.publish([answer(1, unreadable)], none, created)).ok).toBe(true);
    }
    expect((await stored('DEADLETTER')).map(({ data }) => Buffer.from(data).toString())).toEqual(['body']);
  });

  test('of the largest message that CLAIMS takes fit through the broker', async () => {
    await settle(js.link, new Uint8Array(maxPayloadBytes - messageHeadroomBytes));
    const wordy = { reason: 'unreadable', detail: 'x'.repeat(200_000) };
    // The caller tries again where a busy broker takes too long to hand the message out.
    await expect
      .poll(async () => (await decisions.publish([answer(1, wordy)], none, created)).ok, { timeout: 40_000 })
      .toBe(true);
    expect(shortened).toEqual([]);
    expect((await stored('DEADLETTER'))[0]?.data.byteLength).toBe(maxPayloadBytes - messageHeadroomBytes);
  });

  test('that the broker does not take whole say so, and their message is in CLAIMS', async () => {
    await js.manager.streams.update('DEADLETTER', { max_msg_size: 4_000 });
    await settle(js.link, new Uint8Array(5_000));
    expect((await decisions.publish([answer(1, unreadable)], none, created)).ok).toBe(true);
    const [letter] = await stored('DEADLETTER');
    expect([letter?.data.byteLength, letter?.header('Claimgate-Body-Left-Out')]).toEqual([0, '5000']);
    expect([letter?.header('Claimgate-Sequence'), shortened]).toEqual(['1', [1]]);
    expect(await stored('DECISIONS')).toHaveLength(1);
  });

  test('are made of a message with a part that is too large, once, and nothing is held up', async () => {
    await settle(js.link, 'two sales');
    const part = (id: string, bytes: number) => {
      const headers = { 'Nats-Msg-Id': id };
      return { subject: 'claimgate.settle.H1', headers, data: new Uint8Array(bytes) };
    };
    const parts = [part('part:1', 10), part('part:2', maxPayloadBytes), part('part:3', maxPayloadBytes + 1)];
    for (let time = 0; time < 2; time++) {
      expect((await decisions.publish([{ ...answer(1), parts }, answer(2)], none, created)).ok).toBe(true);
    }
    const letters = await stored('DEADLETTER');
    expect(
      letters.map(({ data, header }) => [Buffer.from(data).toString(), header('Claimgate-Reason')]),
    ).toEqual([['two sales', 'too-large']]);
    expect(tooLarge.map(([seq]) => seq)).toEqual([1, 1, 1, 1]);
    expect(tooLarge.filter(([, isNew]) => isNew)).toHaveLength(1);
    expect((await stored('CLAIMS')).map(({ data }) => data.byteLength)).toEqual([9, 10]);
    expect(await stored('DECISIONS')).toHaveLength(2);
  });

  test('are not made of a message whose parts are lost; that is said, with its entry', async () => {
    const without = { ...answer(1), partsLost: true } as const;
    expect((await decisions.publish([answer(2), without], none, created)).ok).toBe(true);
    expect(lost).toEqual([[1, 2]]);
    expect(await stored('DECISIONS')).toHaveLength(2);
  });

  test('whose message is gone are told, and hold nothing up', async () => {
    await settle(js.link, 'one');
    await js.manager.streams.deleteMessage('CLAIMS', 1);
    expect((await decisions.publish([answer(1, unreadable)], none, created)).ok).toBe(true);
    expect(gone).toEqual([1]);
    expect(await stored('DECISIONS')).toHaveLength(1);
  });

  test('whose stream cannot be asked are tried again by the caller', async () => {
    await js.manager.streams.delete('CLAIMS');
    expect(await decisions.publish([answer(1, unreadable)], none, created)).toEqual({
      ok: false,
      error: { seq: 1, kind: 'unreadable-stream', message: 'stream not found' },
    });
  });
});
