import { createHash } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { until } from '../../nats/jetstream-fixture.js';
import { type StoringGateway, storingGateway } from './durable-fixture.js';

let gateway: StoringGateway;

beforeEach(async () => {
  gateway = await storingGateway();
});
afterEach(async () => gateway.stop());

const institution = 'H35010200417';
const usual = { 'content-type': 'application/json', 'claimgate-institution': institution };

const post = async (payload: string | Buffer, headers: Record<string, string> = usual) =>
  await gateway.app.inject({ method: 'POST', url: '/v1/settlements', headers, payload });

describe('POST /v1/settlements', () => {
  test('answers 202 with the sequence once the stream has it, body and type as sent', async () => {
    const first = await post('{ "eventId" : "E1" , unread');
    expect([first.statusCode, first.json()]).toEqual([202, { sequence: 1, duplicate: false }]);
    const second = await post('\x80', { ...usual, 'content-type': 'application/msgpack' });
    expect(second.json()).toEqual({ sequence: 2, duplicate: false });
    const [subject, body, header] = await gateway.at('CLAIMS', 1);
    expect([subject, body]).toEqual([`claimgate.settle.${institution}`, '{ "eventId" : "E1" , unread']);
    expect([header('content-type'), header('claimgate-version')]).toEqual(['application/json', '1']);
    expect((await gateway.at('CLAIMS', 2))[2]('content-type')).toBe('application/msgpack');
    expect(gateway.told).toEqual(['stored settlements', 'stored settlements']);
  });

  test('GBK is passed on as such', async () => {
    await post('{}', { ...usual, 'content-type': 'application/json; charset=GBK' });
    expect((await gateway.at('CLAIMS', 1))[2]('content-type')).toBe('application/json; charset=GBK');
  });

  test.each([
    ['no institution', { 'content-type': 'application/json' }, 400, 'invalid-institution'],
    ['no code', { ...usual, 'claimgate-institution': 'a.b' }, 400, 'invalid-institution'],
    ['another version', { ...usual, 'claimgate-version': '2' }, 400, 'unsupported-version'],
    ['another type', { ...usual, 'content-type': 'application/xml' }, 415, 'unsupported-content-type'],
  ])('%s is a problem, and nothing is stored', async (_what, headers, status, code) => {
    const response = await post('{}', headers);
    expect([response.statusCode, response.json().code]).toEqual([status, code]);
    expect(response.headers['content-type']).toBe('application/problem+json');
    expect(await gateway.count('CLAIMS')).toBe(0);
  });

  test('an empty body is a problem', async () => {
    expect((await post('')).json()).toMatchObject({ code: 'malformed', detail: 'The body is empty.' });
  });

  test('a body above the limit is refused at the door', async () => {
    const response = await post(Buffer.alloc(2 * 1024 * 1024 + 1));
    expect([response.statusCode, response.json().code]).toEqual([413, 'too-large']);
  });

  test('a body that the stream does not take is too large as well', async () => {
    await gateway.js.manager.streams.update('CLAIMS', { max_msg_size: 1_000 });
    const response = await post(Buffer.alloc(1_001));
    expect([response.statusCode, response.json().code]).toEqual([413, 'too-large']);
  });
});

describe('Nats-Msg-Id', () => {
  const body = '{"eventId":"E1"}';
  const hash = createHash('sha256').update(body).digest('hex').slice(0, 16);

  test('in the form of the contract makes what is sent twice one', async () => {
    const headers = { ...usual, 'nats-msg-id': `${institution}:E:1:${hash}` };
    expect((await post(body, headers)).json()).toEqual({ sequence: 1, duplicate: false });
    expect((await post(body, headers)).json()).toEqual({ sequence: 1, duplicate: true });
    expect(await gateway.count('CLAIMS')).toBe(1);
  });

  test.each([
    ['of another institution', `H99999999999:E1:${hash}`],
    ['of another body', `${institution}:E1:0123456789abcdef`],
    ['without an event', `${institution}::${hash}`],
    ['of no form', 'E1'],
    ['too long', `${institution}:${'E'.repeat(400)}:${hash}`],
  ])('%s is refused, since it could swallow another event', async (_what, id) => {
    const response = await post(body, { ...usual, 'nats-msg-id': id });
    expect([response.statusCode, response.json().code]).toEqual([400, 'malformed']);
    expect(await gateway.count('CLAIMS')).toBe(0);
  });
});

describe('a broker that does not confirm', () => {
  const unavailable = { type: 'urn:claimgate:problem:unavailable', status: 503, retryable: true };

  test('is away: 503 at once, and the same can be sent again later', async () => {
    const down = until(() => !gateway.js.link.connected);
    process.kill(gateway.js.broker.broker.pid, 'SIGKILL');
    await down;
    const response = await post('{}');
    expect([response.statusCode, response.headers['retry-after']]).toEqual([503, '1']);
    expect(response.headers['content-type']).toBe('application/problem+json');
    expect(response.json()).toMatchObject(unavailable);
    await until(() => gateway.js.link.connected);
    expect((await post('{}')).statusCode).toBe(202);
    expect(gateway.told).toEqual(['unavailable settlements', 'stored settlements']);
  });

  test('is full: 503 after the time that a sender waits', async () => {
    await gateway.js.manager.streams.update('CLAIMS', { max_msgs: 1 });
    expect((await post('{}')).statusCode).toBe(202);
    expect((await post('{}')).json()).toMatchObject(unavailable);
    expect(await gateway.count('CLAIMS')).toBe(1);
  });
});

test('without the key nothing gets in', async () => {
  await gateway.stop();
  gateway = await storingGateway('secret');
  expect((await post('{}')).statusCode).toBe(401);
  expect((await post('{}', { ...usual, authorization: 'Bearer secret' })).statusCode).toBe(202);
});

test('the routes stand in the description', async () => {
  const document = (await gateway.app.inject({ url: '/docs/json' })).json();
  expect(Object.keys(document.paths)).toEqual(
    expect.arrayContaining(['/v1/settlements', '/v1/feedback', '/fsi/api/riskConService/feedback']),
  );
  const responses = document.paths['/v1/settlements'].post.responses;
  expect(Object.keys(responses)).toEqual(expect.arrayContaining(['202', '413', '503']));
});
