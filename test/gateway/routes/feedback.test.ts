import { readFile } from 'node:fs/promises';
import { TextDecoder } from 'node:util';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { encodeGbkJson } from '../../../src/decision/encoders/gbk.js';
import { until } from '../../nats/jetstream-fixture.js';
import { type StoringGateway, storingGateway } from './durable-fixture.js';

let gateway: StoringGateway;

beforeEach(async () => {
  gateway = await storingGateway();
});
afterEach(async () => gateway.stop());

const institution = 'H35010200417';
const json = { 'content-type': 'application/json' };
const said = '{"findingId":"JR1","disposition":"revised"}';
const usual = { ...json, 'claimgate-institution': institution };

describe('POST /v1/feedback', () => {
  const post = async (payload: string | Buffer, headers: Record<string, string> = usual) =>
    await gateway.app.inject({ method: 'POST', url: '/v1/feedback', headers, payload });

  test('is stored as it was read, and its place answered', async () => {
    const response = await post(`{ "doctor": "测试医师甲", "findings": [${said}] }`);
    expect([response.statusCode, response.json()]).toEqual([202, { sequence: 1, duplicate: false }]);
    const [subject, body, header] = await gateway.at('FEEDBACK', 1);
    expect(subject).toBe(`claimgate.feedback.${institution}`);
    const findings = [{ findingId: 'JR1', lines: [], disposition: 'revised', code: null, reason: null }];
    expect(JSON.parse(body)).toEqual({
      feedbackId: header('Nats-Msg-Id'),
      eventId: null,
      sentAt: null,
      institution,
      decisionId: null,
      claimId: null,
      stage: null,
      findings,
    });
    expect(header('content-type')).toBe('application/json; charset=utf-8');
    expect(gateway.told).toEqual(['stored feedback']);
  });

  test('sent again it is there already', async () => {
    const body = `{"eventId":"E1","findings":[${said}]}`;
    await post(body);
    expect((await post(body)).json()).toEqual({ sequence: 1, duplicate: true });
  });

  test.each([
    ['no JSON', 'no', 400, 'malformed'],
    ['no object', '[]', 400, 'malformed'],
    ['nested without end', '['.repeat(5_000), 400, 'malformed'],
    ['no UTF-8', Buffer.from([0x7b, 0xff, 0x7d]), 400, 'malformed'],
    ['without a finding', '{"findings":[]}', 400, 'malformed'],
    ['of another institution', `{"institution":"H2","findings":[${said}]}`, 403, 'wrong-institution'],
    ['more than 128 KiB', `{"a":"${'x'.repeat(128 * 1024)}"}`, 413, 'too-large'],
  ])('%s is a problem', async (_what, payload, status, code) => {
    const response = await post(payload);
    expect([response.statusCode, response.json().code]).toEqual([status, code]);
    expect(await gateway.count('FEEDBACK')).toBe(0);
  });

  test('what is wrong is said with its place', async () => {
    expect((await post('{"findings":[{}]}')).json()).toMatchObject({
      detail: 'Expected an id at findings[0].findingId.',
    });
  });

  test('a message id of another form could swallow what somebody else sends', async () => {
    const response = await post(`{"findings":[${said}]}`, { ...usual, 'nats-msg-id': 'mine' });
    expect([response.statusCode, response.json().code]).toEqual([400, 'malformed']);
  });

  test('only JSON is read, and the institution has to be named', async () => {
    expect((await post('{}', { ...usual, 'content-type': 'application/msgpack' })).statusCode).toBe(415);
    expect((await post('{}', json)).json()).toMatchObject({ code: 'invalid-institution' });
  });
});

describe('3103', () => {
  const sample = new URL('../../fixtures/payloads/04_3103_feedback_request.json', import.meta.url);
  const warns = '"input":{"data":{"warns":[{"warn_rslt_id":"JR1","dspo_way":"2"}]}}';
  const short = `{"fixmedins_code":"H1","msgid":"M1",${warns}}`;
  const post = async (payload: string | Buffer, headers: Record<string, string> = json) =>
    await gateway.app.inject({
      method: 'POST',
      url: '/fsi/api/riskConService/feedback',
      headers,
      payload,
    });

  test('as a HIS sends it is stored without whoever sent it, and answered in the national form', async () => {
    const body = await readFile(sample, 'utf8');
    const response = await post(body);
    expect(response.statusCode).toBe(200);
    expect(response.json()).toMatchObject({
      infcode: '0',
      inf_refmsgid: 'H35010200417202603120942330002',
      err_msg: '',
    });
    const [subject, stored, header] = await gateway.at('FEEDBACK', 1);
    expect(subject).toBe(`claimgate.feedback.${institution}`);
    expect(JSON.parse(stored)).toMatchObject({
      eventId: 'H35010200417202603120942330002',
      stage: 'pre',
      findings: [{ findingId: 'JR7f1c0b52e9' }, { findingId: 'JR7f1c0b530a' }],
    });
    for (const personal of ['opter', '测试医师甲', 'D350100002317']) expect(stored).not.toContain(personal);
    expect(header('content-type')).toBe('application/json; charset=utf-8');
    expect(gateway.told).toEqual(['stored nationalFeedback']);
  });

  test('in GBK is answered in GBK', async () => {
    const body = Buffer.from(encodeGbkJson(`{"fixmedins_code":"","msgid":"M1","opter":"甲",${warns}}`));
    const response = await post(body, { 'content-type': 'application/json; charset=GBK' });
    expect(response.headers['content-type']).toBe('application/json; charset=GBK');
    const answer = JSON.parse(new TextDecoder('gbk').decode(response.rawPayload));
    expect(answer).toMatchObject({ infcode: '-1', inf_refmsgid: 'M1', err_msg: '缺少或错误的机构代码' });
  });

  test.each([
    ['no JSON', 'no', json, '请求无法读取。The body is not valid JSON.'],
    ['no warns', '{}', usual, '请求无法读取。Expected at least one entry at input.data.warns.'],
    ['no institution', `{${warns}}`, json, '缺少或错误的机构代码'],
    ['a code that is none', `{"fixmedins_code":"a.b",${warns}}`, json, '缺少或错误的机构代码'],
    ['two institutions', short, usual, '机构代码与凭证不符'],
    ['too much', `{"a":"${'x'.repeat(128 * 1024)}"}`, usual, '请求超过大小限制'],
    ['nothing at all', '', json, '请求无法读取。The body is not valid JSON.'],
  ])('%s is HTTP 200 with infcode −1', async (_what, payload, headers, message) => {
    const response = await post(payload, headers);
    expect(response.statusCode).toBe(200);
    expect(response.json()).toMatchObject({ infcode: '-1', err_msg: message });
    expect(gateway.told).toEqual([expect.stringMatching(/^refused /)]);
    expect(await gateway.count('FEEDBACK')).toBe(0);
  });

  test('whatever type a client announces, the bytes decide', async () => {
    const response = await post(short, { 'content-type': 'nonsense;;' });
    expect(response.json()).toMatchObject({ infcode: '0' });
  });

  test('without a broker it asks to send again', async () => {
    const down = until(() => !gateway.js.link.connected);
    process.kill(gateway.js.broker.broker.pid, 'SIGKILL');
    await down;
    const response = await post(short);
    expect([response.statusCode, response.json()]).toMatchObject([
      200,
      { infcode: '-1', inf_refmsgid: 'M1', err_msg: '暂时无法保存，请重发' },
    ]);
    expect(gateway.told).toEqual(['unavailable nationalFeedback']);
  });

  test('the key may come in an apikey header; without it the answer is national too', async () => {
    await gateway.stop();
    gateway = await storingGateway('secret');
    expect((await post(short)).json()).toMatchObject({ infcode: '-1', err_msg: '缺少或错误的 API key' });
    expect((await post(short, { ...json, apikey: 'secret' })).json()).toMatchObject({ infcode: '0' });
  });
});
