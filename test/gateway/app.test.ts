import type { FastifyInstance } from 'fastify';
import { afterEach, describe, expect, test } from 'vitest';
import { type Clock, systemClock } from '../../src/base/clock.js';
import type { NotScreenedCause } from '../../src/decision/decision.js';
import { buildGateway, type GatewayLimits } from '../../src/gateway/app.js';
import { Readiness } from '../../src/ops/health.js';
import type { Envelope, Outcome } from '../../src/screening/protocol.js';
import type { Answer, Screen } from '../../src/screening/terms.js';
import { outcome, recordedEvents } from '../ingress/edge-fixture.js';
import { nothingStored } from './nothing-stored.js';

const key = 'k-test-0123456789abcdef';
const before = '/fsi/api/riskConService/beforeAnalyze';
const course = '/fsi/api/riskConService/courseAnalyze';
const limits: GatewayLimits = { maxBodyBytes: 1_000, maxInFlight: 2, requestTimeoutMs: 30_000 };

/** Time stands still. */
const stopped: Clock = { wallMs: () => 0, tickMs: () => 1_000 };

let app: FastifyInstance;
afterEach(async () => app.close());

interface Given {
  readonly screen?: Screen;
  readonly apiKey?: string | null;
  readonly clock?: Clock;
}

interface Gateway {
  readonly seen: { readonly body: string; readonly envelope: Envelope }[];
  /** What was given to be copied. */
  readonly copies: { readonly copied: Answer; readonly durationMs: number }[];
  readonly events: ReturnType<typeof recordedEvents>;
  readonly readiness: Readiness;
}

function answer(given: Partial<Outcome>, body: object = { decision: 'here' }): Answer {
  return { bytes: Buffer.from(JSON.stringify(body)), outcome: outcome(given) };
}

async function open({ screen, apiKey = null, clock = systemClock }: Given = {}): Promise<Gateway> {
  const seen: Gateway['seen'] = [];
  const copies: Gateway['copies'] = [];
  const events = recordedEvents();
  const readiness = new Readiness();
  const door = {
    screen: async (body: Uint8Array, envelope: Envelope): Promise<Answer> => {
      seen.push({ body: Buffer.from(body).toString(), envelope });
      const format = envelope.format ?? 'nhsa-json';
      return screen === undefined ? answer({ format }) : screen(body, envelope);
    },
    refuse: (_body: Uint8Array, envelope: Envelope, cause: NotScreenedCause, detail: string | null): Answer =>
      answer({ format: envelope.format ?? 'native-json', status: 'not_screened', cause }, { cause, detail }),
    budgets: { preMs: 100, midMs: 50 },
    clock,
    events,
    copy: (copied: Answer, durationMs: number) => void copies.push({ copied, durationMs }),
  };
  const expose = async () => ({ text: 'claimgate_ready 1\n', contentType: 'text/plain; version=0.0.4' });
  app = await buildGateway({
    durable: nothingStored,
    door,
    readiness,
    expose,
    events,
    limits,
    apiKey,
    version: '0.0.0-test',
    tls: null,
  });
  return { seen, copies, events, readiness };
}

const json = { 'content-type': 'application/json' };

describe('POST /v1/screenings', () => {
  // Awaited here because an injected request only begins when somebody waits for it.
  const post = async (payload: string, headers: Record<string, string> = json) =>
    await app.inject({ method: 'POST', url: '/v1/screenings', headers, payload });

  test('a body reaches the screen as the bytes it was, and the answer comes back with its headers', async () => {
    const { seen, events, copies } = await open();
    const response = await post('{ "eventId" : 1 , broken');
    expect(response.statusCode).toBe(200);
    expect(response.json()).toEqual({ decision: 'here' });
    expect(seen[0]?.body).toBe('{ "eventId" : 1 , broken');
    expect(seen[0]?.envelope).toMatchObject({ format: 'native-json', institution: null, path: 'advisory' });
    expect(response.headers).toMatchObject({
      'content-type': 'application/json; charset=utf-8',
      'claimgate-status': 'pass',
      'claimgate-version': '1',
    });
    expect(Number(response.headers['claimgate-duration-ms'])).toBeGreaterThan(0);
    expect(events.answered).toMatchObject([{ transport: 'http', route: 'screenings' }]);
    expect(copies).toMatchObject([{ copied: { bytes: Buffer.from('{"decision":"here"}') } }]);
    expect(copies[0]?.durationMs.toFixed(3)).toBe(response.headers['claimgate-duration-ms']);
  });

  test('both budgets go along for whoever reads the scene, the longer one decides here', async () => {
    const { seen } = await open({ clock: stopped });
    await post('{}');
    await post('{}', { ...json, 'claimgate-budget-ms': '60' });
    expect(seen.map(({ envelope }) => envelope)).toMatchObject([
      { deadlineMs: 1_100, stageDeadlines: { preMs: 1_100, midMs: 1_050 } },
      { deadlineMs: 1_060, stageDeadlines: { preMs: 1_060, midMs: 1_050 } },
    ]);
  });

  test('MessagePack is passed on as such and answered as such', async () => {
    const { seen } = await open();
    const response = await post('\x80', { 'content-type': 'application/msgpack' });
    expect(seen[0]?.envelope.format).toBe('native-msgpack');
    expect(response.headers['content-type']).toBe('application/msgpack');
  });

  test.each(['pass', 'partial', 'alert', 'hold', 'not_screened'] as const)(
    '%s is HTTP 200',
    async (status) => {
      const cause = status === 'not_screened' ? 'overload' : null;
      await open({ screen: async () => answer({ status, cause }) });
      const response = await post('{}');
      expect([response.statusCode, response.headers['claimgate-status']]).toEqual([200, status]);
    },
  );

  test.each([
    ['unreadable', 400],
    ['wrong-institution', 403],
    ['too-large', 413],
  ] as const)('what the worker finds %s is a problem with its sentence', async (cause, status) => {
    const detail = 'The place is line 3.';
    await open({ screen: async () => answer({ status: 'not_screened', cause }, { detail }) });
    const response = await post('{}');
    expect(response.statusCode).toBe(status);
    expect(response.headers['content-type']).toBe('application/problem+json');
    expect(response.json()).toMatchObject({
      type: `urn:claimgate:problem:${cause}`,
      code: cause,
      status,
      detail,
    });
  });

  test.each([
    ['a body above the limit', json, 'x'.repeat(1_001), 'too-large', 413],
    ['a type nobody reads', { 'content-type': 'text/html' }, '<p>', 'unsupported-content-type', 415],
    [
      'GBK, which only national bodies have',
      { 'content-type': 'application/json; charset=gbk' },
      '{}',
      'unsupported-content-type',
      415,
    ],
    ['a type that is none', { 'content-type': 'gbk' }, '{}', 'unsupported-content-type', 415],
    ['another version', { ...json, 'claimgate-version': '2' }, '{}', 'unsupported-version', 400],
    ['a code that is none', { ...json, 'claimgate-institution': 'H1.*' }, '{}', 'invalid-institution', 400],
  ])('%s is refused at the door', async (_, headers, body, code, status) => {
    const { seen, events } = await open();
    const response = await post(body, headers);
    expect([response.statusCode, response.json().code]).toEqual([status, code]);
    expect(seen).toEqual([]);
    expect(events.refused).toEqual([{ transport: 'http', reason: code }]);
  });

  test('the institution that a key speaks for is what the body must name', async () => {
    const { seen } = await open();
    await post('{}', { ...json, 'Claimgate-Institution': 'H35010200417' });
    expect(seen[0]?.envelope.institution).toBe('H35010200417');
  });

  test('without a body the screen gets none', async () => {
    const { seen } = await open();
    await app.inject({ method: 'POST', url: '/v1/screenings' });
    expect(seen[0]?.body).toBe('');
  });

  test('more requests at once than the limit are told to come back', async () => {
    let release = (): void => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    await open({ screen: async () => held.then(() => answer({})) });
    const first = [post('{}'), post('{}')];
    const third = await post('{}');
    expect([third.statusCode, third.json().code, third.headers['retry-after']]).toEqual([429, 'busy', '1']);
    release();
    expect((await Promise.all(first)).map(({ statusCode }) => statusCode)).toEqual([200, 200]);
    expect((await post('{}')).statusCode).toBe(200);
  });

  test('a bug is 500 and its message, which may quote the claim, stays inside', async () => {
    const failures: unknown[] = [];
    const { events } = await open({
      screen: async () => {
        throw new TypeError('张测试 350000199001010000');
      },
    });
    events.handlerFailed = (failure) => void failures.push(failure);
    const response = await post('{}');
    expect(response.statusCode).toBe(500);
    expect(response.body).not.toContain('张测试');
    expect(failures).toEqual([{ error: 'TypeError', at: expect.stringContaining('app.test.ts') }]);
    expect(events.refused).toEqual([{ transport: 'http', reason: 'internal' }]);
  });
});

describe('the national calls', () => {
  const post = (url: string, payload: string, headers: Record<string, string> = json) =>
    app.inject({ method: 'POST', url, headers, payload });

  test.each([
    [before, 'beforeAnalyze', 1_100],
    [course, 'courseAnalyze', 1_050],
  ])('%s has its own budget, and a national body comes this way', async (url, route, deadlineMs) => {
    const { seen, events, copies } = await open({ clock: stopped });
    expect((await post(url, '{}')).statusCode).toBe(200);
    expect(copies).toHaveLength(1);
    expect(seen[0]!.envelope).toMatchObject({ format: 'nhsa-json', deadlineMs, stageDeadlines: null });
    expect(events.answered).toMatchObject([{ route }]);
  });

  test('whatever type an old client announces, it is a national body', async () => {
    const { seen } = await open();
    const type = 'text/html; charset=gb2312x';
    expect((await post(before, '{}', { 'content-type': type })).statusCode).toBe(200);
    expect(seen[0]?.envelope.format).toBe('nhsa-json');
  });

  test.each(['garbage', 'garbage; charset=gbk', '/', ''])(
    'and so it is where the type is none: "%s"',
    async (type) => {
      const { seen } = await open();
      const response = await post(before, '{}', { 'content-type': type });
      expect(response.json()).toEqual({ decision: 'here' });
      expect(seen).toMatchObject([{ body: '{}', envelope: { format: 'nhsa-json' } }]);
    },
  );

  test('another interface version is refused in words of its own', async () => {
    await open();
    const response = await post(before, '{}', { ...json, 'claimgate-version': '2' });
    expect(response.json()).toEqual({ cause: 'unreadable', detail: '接口版本不支持' });
  });

  test('a body announced as GBK is answered as GBK', async () => {
    await open();
    const response = await post(before, '{}', { 'content-type': 'application/json;charset=GBK' });
    expect(response.headers['content-type']).toBe('application/json; charset=GBK');
  });

  test.each([
    ['too large', json, 'x'.repeat(1_001), 'too-large'],
    ['of another version', { ...json, 'claimgate-version': '2' }, '{}', 'unreadable'],
    ['for no institution', { ...json, 'claimgate-institution': '*' }, '{}', 'wrong-institution'],
  ])('one that is %s gets HTTP 200 and the national refusal', async (_, headers, body, cause) => {
    const { seen, copies } = await open();
    const response = await post(course, body, headers);
    expect([response.statusCode, response.json().cause]).toEqual([200, cause]);
    expect([seen, copies]).toEqual([[], []]);
  });

  test('a bug is the national refusal too', async () => {
    await open({
      screen: async () => {
        throw new TypeError('bug');
      },
    });
    const response = await post(before, '{}');
    expect([response.statusCode, response.json().cause]).toEqual([200, 'worker']);
  });

  test('a key opens them as Bearer token or as apikey header, and nothing else does', async () => {
    const { seen } = await open({ apiKey: key });
    for (const headers of [{ authorization: `Bearer ${key}` }, { apikey: key }]) {
      expect((await post(before, '{}', { ...json, ...headers })).json()).toEqual({ decision: 'here' });
    }
    expect(seen).toHaveLength(2);
    const refused = await post(before, '{}', { ...json, apikey: `${key}x` });
    expect([refused.statusCode, refused.json()]).toEqual([
      200,
      { cause: 'unauthorised', detail: '缺少或错误的 API key' },
    ]);
    const without = await post(course, '{}', json);
    expect([without.statusCode, without.json().cause]).toEqual([200, 'unauthorised']);
    expect(seen).toHaveLength(2);
  });
});

describe('the key', () => {
  test.each(['', `Bearer ${key}x`, key, `Basic ${key}`, 'Bearer '])(
    '"%s" opens nothing',
    async (authorization) => {
      const { seen } = await open({ apiKey: key });
      for (const url of ['/v1/screenings', '/metrics'] as const) {
        const method = url === '/metrics' ? 'GET' : 'POST';
        const response = await app.inject({ method, url, headers: { authorization, apikey: key } });
        expect([response.statusCode, response.headers['www-authenticate']]).toEqual([401, 'Bearer']);
      }
      expect(seen).toEqual([]);
    },
  );

  test('the right one does', async () => {
    await open({ apiKey: key });
    const headers = { ...json, authorization: `Bearer ${key}` };
    const screened = await app.inject({ method: 'POST', url: '/v1/screenings', headers, payload: '{}' });
    const metrics = await app.inject({ url: '/metrics', headers });
    expect([screened.statusCode, metrics.statusCode]).toEqual([200, 200]);
  });
});

describe('operations', () => {
  test('/readyz says why not, and then that it is; /livez always answers', async () => {
    const { readiness } = await open({ apiKey: key });
    readiness.hold('broker');
    const not = await app.inject({ url: '/readyz' });
    expect([not.statusCode, not.json()]).toEqual([503, { ready: false, reasons: ['starting', 'broker'] }]);
    readiness.clear('starting');
    readiness.clear('broker');
    const yes = await app.inject({ url: '/readyz' });
    expect([yes.statusCode, yes.json()]).toEqual([200, { ready: true, reasons: [] }]);
    expect((await app.inject({ url: '/livez' })).statusCode).toBe(200);
  });

  test('/metrics is the exposition', async () => {
    await open();
    const response = await app.inject({ url: '/metrics' });
    expect(response.body).toBe('claimgate_ready 1\n');
    expect(response.headers['content-type']).toBe('text/plain; version=0.0.4');
  });

  test.each(['/nowhere', '/v1/%zz', `/v1/rulesets/${'9'.repeat(300)}`])(
    'what is not there is a problem, not a page: %s',
    async (url) => {
      const { events } = await open();
      const response = await app.inject({ url });
      expect([response.statusCode, response.json().code]).toEqual([404, 'not-found']);
      expect(response.headers['content-type']).toBe('application/problem+json');
      expect(events.refused).toEqual([{ transport: 'http', reason: 'not-found' }]);
    },
  );

  test.each(['/livez', '/nowhere', '/v1/screenings', before] as const)(
    'answers of %s carry the headers that a browser needs to be careful, and nothing of another answer',
    async (url) => {
      await open();
      const { headers } = await app.inject({ method: url.startsWith('/l') ? 'GET' : 'POST', url });
      expect(headers).toMatchObject({
        'x-content-type-options': 'nosniff',
        'content-security-policy': "default-src 'none';frame-ancestors 'none'",
        'referrer-policy': 'no-referrer',
        'x-frame-options': 'SAMEORIGIN',
      });
      expect(headers['content-type']).toMatch(/json/);
      expect(headers['strict-transport-security']).toBeUndefined();
    },
  );
});
