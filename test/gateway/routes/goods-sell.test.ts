import iconv from 'iconv-lite';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { systemClock } from '../../../src/base/clock.js';
import type { Outcome } from '../../../src/screening/protocol.js';
import type { Screen } from '../../../src/screening/terms.js';
import { screenBatch } from '../../../workers/screen-batch.js';
import {
  encodeMessage,
  type Goods,
  type Message,
  saleMessage,
  salesMessage,
} from '../../claim/durable/national-messages.js';
import { until } from '../../nats/jetstream-fixture.js';
import { findsItemX, loadedOf, newProgress } from '../../workers/fixtures/rulesets.js';
import { type StoringGateway, storingGateway } from './durable-fixture.js';

const institution = 'P35010200088';
const sending = { eventId: 'M1', at: '2026-03-12 18:00:00' };
const goods: Goods = { record: 'PC1', itemCode: 'T000000001', name: '片', quantity: 1, at: '2026-03-12' };
const taken = { retRslt: '1', msgRslt: '已受理' };
const loaded = loadedOf(findsItemX);

/** What a worker says, in the test's own thread. */
const worker: Screen = async (body, envelope) => {
  const batch = {
    ...{ rulesetId: '', overlay: '', envelopes: [envelope], progress: newProgress() },
    bytes: Uint8Array.from(body).buffer,
    offsets: new Uint32Array([0, body.byteLength]),
  };
  const { answers, outcomes } = screenBatch(batch, loaded, systemClock);
  return { bytes: answers[0] as Uint8Array, outcome: outcomes[0] as Outcome };
};

let gateway: StoringGateway;
beforeEach(async () => {
  gateway = await storingGateway(null, worker);
});
afterEach(async () => gateway.stop());

const post = async (payload: string | Uint8Array, headers: Record<string, string> = {}) =>
  await gateway.app.inject({
    method: 'POST',
    url: '/fsi/api/goodsService/goodsSell',
    headers: { 'content-type': 'text/plain', ...headers },
    payload: Buffer.from(payload),
  });

const batch = salesMessage(institution, sending, [
  [{ settlement: 'S1', visit: 'V1', document: 'D1', person: '35000011000099001234' }, [goods]],
  [{ settlement: '', visit: 'V2', person: '35000011000099005678' }, [goods]],
]);
const rowsOf = (message: Message) => (message['input'] as { selinfoDetail: Message[] }).selinfoDetail;

describe('goods sold', () => {
  test('are stored as they are, and every row is answered', async () => {
    const body = encodeMessage(batch);
    const response = await post(body);
    expect(response.statusCode).toBe(200);
    expect(response.headers['content-type']).toBe('application/json; charset=utf-8');
    const row = { fixmedins_bchno: 'PC1', med_list_codg: 'T000000001' };
    expect(response.json()).toMatchObject({
      infcode: '0',
      inf_refmsgid: 'M1',
      err_msg: '',
      output: {
        result: taken,
        selinfoDetail: [
          { ...row, setl_id: 'S1', mdtrt_sn: 'V1', rtal_docno: 'D1', ...taken },
          { ...row, setl_id: '', mdtrt_sn: 'V2', rtal_docno: '', ...taken },
        ],
      },
    });
    expect(response.body).not.toMatch(/3500001100|测试/);
    const [subject, stored] = await gateway.at('CLAIMS', 1);
    expect([subject, stored]).toEqual([`claimgate.settle.${institution}`, Buffer.from(body).toString()]);
    expect(gateway.told).toEqual(['stored goodsSell']);
  });

  test('of which one sale cannot be taken: the others are, and its row says why', async () => {
    const rows = rowsOf(batch);
    const mixed = { ...batch, input: { selinfoDetail: [rows[0], { ...rows[0], psn_no: 'P9' }, rows[1]] } };
    const { infcode, output } = (await post(encodeMessage(mixed))).json();
    expect([infcode, output.result]).toEqual(['0', { retRslt: '0', msgRslt: '3行中有2行无法受理' }]);
    expect(output.selinfoDetail.map(({ retRslt }: typeof taken) => retRslt)).toEqual(['0', '0', '1']);
    expect(output.selinfoDetail[1].msgRslt).toContain('2 persons');
    expect(await gateway.count('CLAIMS')).toBe(1);
  });

  test('in one 3505 are answered like that, too', async () => {
    const one = saleMessage({ institution, settlement: 'S1' }, sending, [goods]);
    expect((await post(encodeMessage(one))).json()).toMatchObject({
      infcode: '0',
      output: { result: taken, selinfoDetail: [{ setl_id: 'S1', ...taken }] },
    });
  });

  test('in GBK are answered in GBK, and stored as such', async () => {
    const type = { 'content-type': 'application/json; charset=GBK' };
    const response = await post(encodeMessage(batch, 'nhsa-gbk'), type);
    expect(response.headers['content-type']).toBe(type['content-type']);
    expect(JSON.parse(iconv.decode(response.rawPayload, 'gbk')).output.result).toEqual(taken);
    expect((await gateway.at('CLAIMS', 1))[2]('content-type')).toBe(type['content-type']);
  });
});

const other = 'P35010200099';
test.each([
  ['no JSON', 'no', {}, 'unreadable'],
  ['another transaction', JSON.stringify({ ...batch, infno: '3101' }), {}, 'unreadable'],
  ['nothing sold', JSON.stringify({ ...batch, input: {} }), {}, 'unreadable'],
  ['no id', JSON.stringify({ ...batch, msgid: '' }), {}, 'unreadable'],
  ['a foreign institution', encodeMessage(batch), { 'claimgate-institution': other }, 'wrong-institution'],
  ['another version', encodeMessage(batch), { 'claimgate-version': '2' }, 'unsupported-version'],
  ['too many bytes', 'x'.repeat(3 * 1024 * 1024), {}, 'too-large'],
])('%s is stored nowhere, and said in the national answer', async (_what, payload, headers, reason) => {
  const response = await post(payload, headers);
  expect(response.statusCode).toBe(200);
  expect(response.json()).toMatchObject({ infcode: '-1', output: {} });
  expect(response.json().err_msg).toMatch(/^请求无法受理。./);
  expect(await gateway.count('CLAIMS')).toBe(0);
  expect(gateway.told).toEqual([`refused ${reason}`]);
});

test('where no sale can be taken nothing is stored, and the rows say why', async () => {
  const [row] = rowsOf(batch);
  const selinfoDetail = [{ ...row, setl_id: '', mdtrt_sn: '', rtal_docno: '' }];
  const response = await post(encodeMessage({ ...batch, input: { selinfoDetail } }));
  expect(response.json()).toMatchObject({
    infcode: '-1',
    err_msg: '请求无法受理。None of the rows can be taken.',
    output: {
      result: { retRslt: '0' },
      selinfoDetail: [{ retRslt: '0', msgRslt: '无法受理。Neither settlement nor encounter is named.' }],
    },
  });
  expect(await gateway.count('CLAIMS')).toBe(0);
});

test('without a broker it asks to send again', async () => {
  const down = until(() => !gateway.js.link.connected);
  process.kill(gateway.js.broker.broker.pid, 'SIGKILL');
  await down;
  const response = await post(encodeMessage(batch));
  expect([response.statusCode, response.json()]).toMatchObject([
    200,
    { infcode: '-1', err_msg: '请求无法受理。暂时无法保存，请重发' },
  ]);
  expect(gateway.told).toEqual(['unavailable goodsSell']);
});

test('without the key the answer is national too', async () => {
  await gateway.stop();
  gateway = await storingGateway('secret', worker);
  const body = encodeMessage(batch);
  expect((await post(body)).json()).toMatchObject({ infcode: '-1' });
  expect((await post(body, { apikey: 'secret' })).json()).toMatchObject({ infcode: '0' });
});
