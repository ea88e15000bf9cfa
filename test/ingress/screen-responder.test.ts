import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type Clock, systemClock } from '../../src/base/clock.js';
import type { NotScreenedCause } from '../../src/decision/decision.js';
import { ScreenResponder } from '../../src/ingress/screen-responder.js';
import { NatsLink, type Reply } from '../../src/nats/connection.js';
import type { Envelope } from '../../src/screening/protocol.js';
import type { Answer, Screen } from '../../src/screening/terms.js';
import { startTestBroker, type TestBroker } from '../nats/broker-fixture.js';
import { outcome, recordedEvents } from './edge-fixture.js';

const maxBodyBytes = 1_000;
let broker: TestBroker;
let link: NatsLink;
let seen: Envelope[];
let copies: { readonly answer: Answer; readonly durationMs: number }[];
let events: ReturnType<typeof recordedEvents>;
let responder: ScreenResponder;

/** Answers with the body itself. */
const echo: Screen = async (body, envelope) => {
  seen.push(envelope);
  return { bytes: body, outcome: outcome({ format: envelope.format ?? 'native-json' }) };
};

function serve(screen: Screen, clock: Clock = systemClock): ScreenResponder {
  const made = new ScreenResponder({
    link,
    screen,
    refuse: (_body, envelope, cause, detail) => unscreened(envelope.format ?? 'native-json', cause, detail),
    maxBodyBytes,
    budgets: { preMs: 100, midMs: 50 },
    clock,
    events,
    copy: (answer, durationMs) => void copies.push({ answer, durationMs }),
  });
  made.start();
  return made;
}

function unscreened(
  format: Answer['outcome']['format'],
  cause: NotScreenedCause,
  detail: string | null,
): Answer {
  const bytes = Buffer.from(JSON.stringify({ cause, detail }));
  return { bytes, outcome: outcome({ format, status: 'not_screened', cause }) };
}

async function ask(subject: string, body: string, headers: Record<string, string> = {}): Promise<Reply> {
  const reply = await link.request(subject, Buffer.from(body), { timeoutMs: 60_000, headers });
  if (!reply.ok) throw new Error(reply.error);
  return reply.value;
}

beforeAll(async () => {
  broker = await startTestBroker();
});
afterAll(async () => broker.stop());
beforeEach(async () => {
  link = new NatsLink({ url: broker.url, name: 'test' });
  await link.up();
  seen = [];
  copies = [];
  events = recordedEvents();
});
afterEach(async () => {
  await responder.stop();
  await link.close();
});

describe('the responder', () => {
  test('a request gets the answer of the screen, with status and duration in headers', async () => {
    responder = serve(echo);
    const reply = await ask('claimgate.screen.H35010200417', '{"a":1}', {
      'Content-Type': 'application/json',
    });
    expect(Buffer.from(reply.data).toString()).toBe('{"a":1}');
    expect(reply.header('Content-Type')).toBe('application/json; charset=utf-8');
    expect(reply.header('Claimgate-Status')).toBe('pass');
    expect(Number(reply.header('Claimgate-Duration-Ms'))).toBeGreaterThan(0);
    expect(seen[0]).toMatchObject({ institution: 'H35010200417', path: 'advisory', format: null });
    expect(events.answered).toMatchObject([{ transport: 'nats', route: 'screen' }]);
    const [{ answer, durationMs } = { answer: null, durationMs: 0 }] = copies;
    expect(Buffer.from(answer?.bytes ?? []).toString()).toBe('{"a":1}');
    expect(durationMs.toFixed(3)).toBe(reply.header('Claimgate-Duration-Ms'));
  });

  test('the budget of the caller shortens the deadlines of both stages and cannot lengthen one', async () => {
    responder = serve(echo, { wallMs: () => 0, tickMs: () => 1_000 });
    for (const budget of ['5', '5000', 'soon']) {
      await ask('claimgate.screen.H1', '{}', { 'Claimgate-Budget-Ms': budget });
    }
    expect(seen.map(({ deadlineMs, stageDeadlines }) => ({ deadlineMs, ...stageDeadlines }))).toEqual([
      { deadlineMs: 1_005, preMs: 1_005, midMs: 1_005 },
      { deadlineMs: 1_100, preMs: 1_100, midMs: 1_050 },
      { deadlineMs: 1_100, preMs: 1_100, midMs: 1_050 },
    ]);
  });

  test.each([
    ['a subject that names no institution', 'claimgate.screen.福州', {}, '{}', 'wrong-institution'],
    ['a body above the limit', 'claimgate.screen.H1', {}, 'x'.repeat(maxBodyBytes + 1), 'too-large'],
    ['another version', 'claimgate.screen.H1', { 'Claimgate-Version': '2' }, '{}', 'unreadable'],
    ['a type nobody reads', 'claimgate.screen.H1', { 'Content-Type': 'text/html' }, '{}', 'unreadable'],
  ])('%s is answered at the door', async (_, subject, headers, body, cause) => {
    responder = serve(echo);
    const reply = await ask(subject, body, headers);
    expect(JSON.parse(Buffer.from(reply.data).toString())).toMatchObject({ cause });
    expect(reply.header('Claimgate-Status')).toBe('not_screened');
    expect(seen).toEqual([]);
    expect(events.refused).toHaveLength(1);
    expect(copies).toEqual([]);
  });

  test('without a reply subject nothing is screened', async () => {
    responder = serve(echo);
    link.publish('claimgate.screen.H1', Buffer.from('{}'));
    await ask('claimgate.screen.H1', '{}');
    expect(seen).toHaveLength(1);
    expect(events.refused).toEqual([{ transport: 'nats', reason: 'no-reply-subject' }]);
  });

  test('an answer too large for the broker becomes a refusal', async () => {
    const tooLarge = (link.maxPayloadBytes ?? 0) + 1;
    responder = serve(async () => ({ bytes: new Uint8Array(tooLarge), outcome: outcome({}) }));
    const reply = await ask('claimgate.screen.H1', '{}');
    expect(JSON.parse(Buffer.from(reply.data).toString())).toMatchObject({ cause: 'too-large' });
  });

  test('stopping answers what is here and leaves new requests to others', async () => {
    let release = (): void => {};
    const held = new Promise<void>((resolve) => (release = resolve));
    const begun = new Promise<void>((resolve) => {
      responder = serve(async (body, envelope) => {
        resolve();
        await held;
        return echo(body, envelope);
      });
    });
    const first = ask('claimgate.screen.H1', '"first"');
    await begun;
    const stopped = responder.stop();
    const late = await link.request('claimgate.screen.H1', Buffer.from('"late"'), { timeoutMs: 60_000 });
    expect(late.ok === false && late.error).toMatch(/^no responders/);
    release();
    await stopped;
    expect(Buffer.from((await first).data).toString()).toBe('"first"');
  });
});
