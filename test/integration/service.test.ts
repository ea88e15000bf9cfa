/**
 * The whole service as it is shipped: compiled, in a process of its own, with real threads, a real nats-server that
 * it got by itself, the official rule set, and real sockets.
 */

import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { type IncomingMessage, request } from 'node:http';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { jetstreamManager } from '@nats-io/jetstream';
import iconv from 'iconv-lite';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { packWire } from '../../src/base/wire.js';
import { readBrokerRecord } from '../../src/nats/broker-record.js';
import { NatsLink, type Reply } from '../../src/nats/connection.js';
import { describeProcess } from '../../src/nats/process-table.js';
import { storedMessage } from '../../src/nats/stored-message.js';
import { metricTable } from '../../src/ops/metric-table.js';
import { keepPort } from '../nats/broker-fixture.js';
import { runToEnd, type ServiceProcess, startProcess } from './fixtures/service-process.js';

const institution = 'H35010200417';
const subject = `claimgate.screen.${institution}`;
const apiKey = 'k-integration-0123456789';
const bearer = { authorization: `Bearer ${apiKey}` };
const json = { 'Content-Type': 'application/json' };
const maxBodyBytes = 1024 * 1024;
const before = '/fsi/api/riskConService/beforeAnalyze';
const course = '/fsi/api/riskConService/courseAnalyze';

let dataDir: string;
let environment: Record<string, string>;
let service: ServiceProcess;
let link: NatsLink;

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'claimgate-service-'));
  environment = {
    CLAIMGATE_DATA_DIR: dataDir,
    CLAIMGATE_HTTP_PORT: '0',
    CLAIMGATE_API_KEY: apiKey,
    CLAIMGATE_WORKERS: '2',
    CLAIMGATE_MAX_BODY_BYTES: String(maxBodyBytes),
    CLAIMGATE_QUEUE_CLAIMS: '16',
    CLAIMGATE_BATCH_CLAIMS: '4',
    // A shared machine may hold a thread up for longer than a hospital would wait.
    CLAIMGATE_BUDGET_PRE_MS: '10000',
    CLAIMGATE_BUDGET_MID_MS: '10000',
    CLAIMGATE_LOG_LEVEL: 'trace',
  };
  await keepPort(join(dataDir, 'nats'));
  service = await startProcess(environment);
  link = new NatsLink({ url: service.nats, name: 'test' });
  await link.up();
});

afterAll(async () => {
  await link.close();
  await service.end('SIGTERM');
  await rm(dataDir, { recursive: true, force: true });
});

/** As a hospital sends it; with a number of who is on duty that, unlike `9901`, is part of no other number by chance. */
async function payload(name: string): Promise<Buffer> {
  const text = await readFile(new URL(`../fixtures/payloads/${name}.json`, import.meta.url), 'utf8');
  return Buffer.from(text.replace('"opter": "9901"', '"opter": "D350100009901"'));
}

async function ask(body: Uint8Array, headers: Record<string, string> = json, to = subject): Promise<Reply> {
  const reply = await link.request(to, body, { timeoutMs: 60_000, headers });
  if (!reply.ok) throw new Error(reply.error);
  return reply.value;
}

async function post(path: string, body: Uint8Array | string, headers: Record<string, string> = {}) {
  const all = { ...json, ...bearer, ...headers };
  const response = await fetch(service.http + path, {
    method: 'POST',
    headers: all,
    body: body as NonNullable<RequestInit['body']>,
  });
  return {
    status: response.status,
    headers: response.headers,
    bytes: Buffer.from(await response.arrayBuffer()),
  };
}

/** A request that the service has accepted and whose body is still to come; sends it and gives the answer. */
async function beginPost(path: string, body: Buffer): Promise<() => Promise<Buffer>> {
  const headers = { ...json, ...bearer, 'Content-Length': body.length, Expect: '100-continue' };
  const started = request(service.http + path, { method: 'POST', headers });
  started.flushHeaders();
  await once(started, 'continue');
  return async () => {
    started.end(body);
    const [response] = (await once(started, 'response')) as [IncomingMessage];
    return Buffer.concat(await response.toArray());
  };
}

interface National {
  readonly infcode: number | string;
  readonly err_msg: string;
  readonly output: { readonly decision: Record<string, unknown> } | null;
}

function national(bytes: Uint8Array): National {
  return JSON.parse(Buffer.from(bytes).toString()) as National;
}

function decisionIn(text: string): Record<string, unknown> {
  const { output } = JSON.parse(text) as National;
  if (output === null) throw new Error(`no decision in ${text}`);
  return output.decision;
}

/** Invented, as everything in these tests. */
function nativeClaim(changes: object = {}) {
  return {
    eventId: 'EV-1',
    kind: 'screening',
    scene: 2,
    sentAt: '2026-03-12T09:41:07+08:00',
    institution: { code: institution, level: 3, type: 'hospital', region: '350102' },
    patient: { id: '35000011000099000001', sex: 'male', birthDate: '1962-05-03', insurance: 'employee' },
    encounter: { id: 'OP1', type: 'outpatient', emergency: false },
    diagnoses: [{ code: 'I10.x00', main: true }],
    lines: [
      {
        id: 'L1',
        itemCode: '001102000010000',
        itemName: '普通门诊诊察费',
        kind: 'service',
        quantity: 1,
        unitPrice: '10.00',
        amount: '10.00',
        at: '2026-03-12T09:40:00+08:00',
        current: true,
      },
    ],
    ...changes,
  };
}

describe('one claim', () => {
  test.each([
    ['3101', before, '01_3101_request_outpatient_prealert'],
    ['3102', course, '05_3102_request_inpatient_presettle'],
  ])('%s gets the same decision over NATS and over HTTP', async (_, path, name) => {
    const body = await payload(name);
    const overNats = national((await ask(body)).data);
    const overHttp = await post(path, body);
    expect(overHttp.status).toBe(200);
    expect(Number(overNats.infcode)).toBe(0);
    expect(overNats.output?.decision).toMatchObject({ ruleset: { id: expect.stringMatching(/^sha256:/) } });
    expect(national(overHttp.bytes).output).toEqual(overNats.output);
    expect(overHttp.headers.get('claimgate-status')).toBe(overNats.output?.decision['status']);
  });

  test('that leaves a rule open is partial', async () => {
    const claim = nativeClaim();
    const [line] = claim.lines;
    const body = JSON.stringify({
      ...claim,
      patient: { ...claim.patient, sex: null },
      lines: [{ ...line, itemCode: '002101030300000', itemName: '子宫造影' }],
    });
    const { status, coverage } = JSON.parse((await post('/v1/screenings', body)).bytes.toString());
    expect(status).toBe('partial');
    expect(coverage.notEvaluated).toMatchObject([
      { rule: 'sex-item', cause: 'fact', facts: ['patient.sex'] },
    ]);
  });

  test('native JSON gives the same bytes on both ways, and twice', async () => {
    const body = Buffer.from(JSON.stringify(nativeClaim()));
    const first = Buffer.from((await ask(body)).data);
    expect(Buffer.from((await ask(body)).data)).toEqual(first);
    expect((await post('/v1/screenings', body)).bytes).toEqual(first);
  });

  test('MessagePack is answered in MessagePack, on both ways', async () => {
    const body = packWire(nativeClaim());
    const headers = { 'Content-Type': 'application/msgpack' };
    const overNats = await ask(body, headers);
    const overHttp = await post('/v1/screenings', body, headers);
    expect(overNats.header('content-type')).toBe('application/msgpack');
    expect(overHttp.headers.get('content-type')).toBe('application/msgpack');
    expect(overHttp.bytes).toEqual(Buffer.from(overNats.data));
  });

  test('GBK is answered in GBK, on both ways', async () => {
    const text = (await payload('01_3101_request_outpatient_prealert')).toString();
    const body = iconv.encode(text, 'gbk');
    const headers = { 'Content-Type': 'application/json; charset=GBK' };
    const overNats = await ask(body, headers);
    const overHttp = await post(before, body, headers);
    expect(overHttp.headers.get('content-type')).toBe('application/json; charset=GBK');
    const asGbk = [overHttp.bytes, Buffer.from(overNats.data)].map((bytes) =>
      decisionIn(iconv.decode(bytes, 'gbk')),
    );
    const asUtf8 = decisionIn((await post(before, text)).bytes.toString());
    // The id is made of the bytes that came, which differ; nothing else does.
    const decisionId = expect.stringMatching(/^D/);
    expect(asGbk[0]).toEqual({ ...asUtf8, decisionId });
    expect(asGbk[1]).toEqual(asGbk[0]);
  });
});

describe('a copy of what was advised', () => {
  const copiesOf = async (status: string): Promise<readonly string[]> => {
    const manager = await jetstreamManager(link.connection);
    const { state } = await manager.streams.info('ADVICE');
    const found: string[] = [];
    for (let seq = state.first_seq; seq <= state.last_seq; seq++) {
      const copy = await storedMessage(link, 'ADVICE', seq);
      if (!copy.ok || copy.value?.subject !== `claimgate.advice.${institution}.${status}`) continue;
      expect(Number(copy.value.header('Claimgate-Duration-Ms'))).toBeGreaterThan(0);
      found.push(Buffer.from(copy.value.data).toString());
    }
    return found;
  };

  test.each([
    ['HTTP', async (body: Uint8Array) => (await post(course, body)).bytes],
    ['NATS', async (body: Uint8Array) => (await ask(body)).data],
  ])('over %s is our decision alone, which names nobody', async (_, screen) => {
    const body = await payload('05_3102_request_inpatient_presettle');
    const marked = body.toString().replace(/"msgid": "[^"]+"/, `"msgid": "COPY-${performance.now()}"`);
    const answer = national(await screen(Buffer.from(marked)));
    const decision = answer.output?.decision ?? {};
    const whole = JSON.stringify(decision);
    let copies: readonly string[] = [];
    while (!copies.includes(whole)) copies = await copiesOf(String(decision['status']));
    const number = /"patn_id": "([^"]+)"/.exec(marked)?.[1] ?? '';
    expect(number.length).toBeGreaterThan(10);
    expect(copies.join()).not.toContain(number);
  });
});

describe('at the door', () => {
  test('a body above the limit is refused on both ways', async () => {
    const body = Buffer.alloc(maxBodyBytes + 1, ' ');
    body.write('{"kind":"screening"');
    const overNats = await ask(body);
    expect(overNats.header('claimgate-status')).toBe('not_screened');
    expect(JSON.parse(Buffer.from(overNats.data).toString())).toMatchObject({ cause: 'too-large' });
    const native = await post('/v1/screenings', body);
    expect([native.status, JSON.parse(native.bytes.toString()).code]).toEqual([413, 'too-large']);
    const hospital = await post(course, body);
    expect([hospital.status, Number(national(hospital.bytes).infcode)]).toEqual([200, -1]);
  });

  test('what the broker itself would not carry is refused at the sender', async () => {
    const tooMuch = new Uint8Array((link.maxPayloadBytes ?? 0) + 1);
    expect(link.maxPayloadBytes).toBe(maxBodyBytes + 64 * 1024);
    expect((await link.request(subject, tooMuch, { timeoutMs: 1_000 })).ok).toBe(false);
  });

  test('a claim of another institution is refused on both ways', async () => {
    const body = Buffer.from(JSON.stringify(nativeClaim()));
    const overNats = await ask(body, json, 'claimgate.screen.H35010299999');
    const answer = JSON.parse(Buffer.from(overNats.data).toString());
    expect(answer).toMatchObject({ status: 'not_screened', cause: 'wrong-institution' });
    const overHttp = await post('/v1/screenings', body, { 'Claimgate-Institution': 'H35010299999' });
    expect([overHttp.status, JSON.parse(overHttp.bytes.toString()).code]).toEqual([403, 'wrong-institution']);
    expect((await post('/v1/screenings', body, { 'Claimgate-Institution': institution })).status).toBe(200);
  });

  test('without the key there is no screening over HTTP', async () => {
    const body = JSON.stringify(nativeClaim());
    const native = await post('/v1/screenings', body, { authorization: 'Bearer k-of-somebody-else' });
    expect([native.status, JSON.parse(native.bytes.toString()).code]).toEqual([401, 'unauthorised']);
    const hospital = await post(before, body, { authorization: '', apikey: 'k-of-somebody-else' });
    expect([hospital.status, Number(national(hospital.bytes).infcode)]).toEqual([200, -1]);
    expect(national(hospital.bytes).output?.decision).toMatchObject({ cause: 'unauthorised' });
    const known = await post(before, await payload('01_3101_request_outpatient_prealert'), {
      authorization: '',
      apikey: apiKey,
    });
    expect(Number(national(known.bytes).infcode)).toBe(0);
  });

  test.each(['', '{', '[]', '\u0000\u0001', '{"kind":"dance"}'])(
    '%j is unreadable on both ways',
    async (text) => {
      const overNats = JSON.parse(Buffer.from((await ask(Buffer.from(text))).data).toString());
      expect(overNats).toMatchObject({ status: 'not_screened', cause: 'unreadable' });
      const overHttp = await post('/v1/screenings', text);
      const problem = JSON.parse(overHttp.bytes.toString());
      expect(overHttp.status).toBe(400);
      expect(problem).toMatchObject({ code: 'unreadable', detail: overNats.detail });
    },
  );
});

describe('more than it can take', () => {
  test('every request is answered, those beyond the queue as overload', async () => {
    const line = nativeClaim().lines[0];
    const lines = Array.from({ length: 500 }, (_, i) => ({ ...line, id: `L${i}` }));
    const body = Buffer.from(JSON.stringify(nativeClaim({ lines })));
    const replies = await Promise.all(Array.from({ length: 400 }, () => ask(body)));
    const statuses = replies.map((reply) => reply.header('claimgate-status'));
    const refused = replies.filter((_, i) => statuses[i] === 'not_screened');
    expect(refused.length).toBeGreaterThan(0);
    expect(refused.length).toBeLessThan(400);
    for (const reply of refused) {
      expect(JSON.parse(Buffer.from(reply.data).toString())).toMatchObject({
        cause: 'overload',
        eventId: null,
        claimId: null,
      });
    }
  });
});

describe('operations', () => {
  test('/readyz and /livez answer without a key', async () => {
    const ready = await fetch(`${service.http}/readyz`);
    expect([ready.status, await ready.json()]).toEqual([200, { ready: true, reasons: [] }]);
    expect((await fetch(`${service.http}/livez`)).status).toBe(200);
  });

  test('/metrics holds every family, with what has happened here', async () => {
    const text = await (await fetch(`${service.http}/metrics`, { headers: bearer })).text();
    for (const name of Object.keys(metricTable)) expect(text).toContain(`# TYPE ${name} `);
    for (const series of [
      /^claimgate_requests_total\{transport="nats",route="screen"\} [1-9]/m,
      /^claimgate_requests_total\{transport="http",route="courseAnalyze"\} [1-9]/m,
      /^claimgate_refused_total\{transport="http",reason="unauthorised"\} [1-9]/m,
      /^claimgate_decisions_total\{status="not_screened"\} [1-9]/m,
      /^claimgate_not_screened_total\{cause="overload"\} [1-9]/m,
      /^claimgate_not_evaluated_total\{cause="\w+"\} [1-9]/m,
      /^claimgate_findings_total\{rule="[\w-]+"\} [1-9]/m,
      /^claimgate_batch_claims_count [1-9]/m,
      /^claimgate_screen_duration_seconds_count [1-9]/m,
      /^claimgate_workers_ready 2$/m,
      /^claimgate_queue_length 0$/m,
      /^claimgate_ready 1$/m,
      /^claimgate_broker_connected 1$/m,
      /^claimgate_broker_subscribed 1$/m,
      /^claimgate_budget_seconds\{stage="mid"\} 10$/m,
      /^claimgate_worker_losses_total\{cause="hung"\} 0$/m,
      /^claimgate_handler_failures_total 0$/m,
      /^claimgate_ruleset_info\{id="sha256:[0-9a-f]+",name="[\w-]+",version="\d+",overlay="0"\} 1$/m,
    ]) {
      expect(text).toMatch(series);
    }
  });

  test('a broker that was killed comes back, and so do we', async () => {
    const record = await readBrokerRecord(join(dataDir, 'nats'));
    process.kill(record!.brokerPid, 'SIGKILL');
    const body = Buffer.from(JSON.stringify(nativeClaim()));
    for (;;) {
      const reply = await link.request(subject, body, { timeoutMs: 500, headers: json });
      if (reply.ok && reply.value.header('claimgate-status') !== null) break;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    for (;;) {
      if ((await fetch(`${service.http}/readyz`)).status === 200) break;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    // It takes connections a moment before it is written down who it is.
    await expect
      .poll(async () => (await readBrokerRecord(join(dataDir, 'nats')))?.brokerPid)
      .not.toBe(record!.brokerPid);
    await expect.poll(() => service.log()).toContain('embedded broker ended');
  });

  test('no log line and no metric holds anything of a person', async () => {
    const text = await (await fetch(`${service.http}/metrics`, { headers: bearer })).text();
    const everything = service.log() + text;
    expect(everything.length).toBeGreaterThan(5_000);
    const bodies = [
      (await payload('01_3101_request_outpatient_prealert')).toString(),
      (await payload('05_3102_request_inpatient_presettle')).toString(),
      JSON.stringify(nativeClaim()),
    ];
    const personal =
      /"(?:patn_id|patn_name|brdy|opter|opter_name|mdtrt_id|dr_codg|drord_dr_name|birthDate|id)"\s*:\s*"([^"]+)"/g;
    const values = bodies.flatMap((body) => [...body.matchAll(personal)].map(([, value = '']) => value));
    expect(values.length).toBeGreaterThan(10);
    for (const value of new Set(values)) {
      // A line id of two characters is no person, and occurs by chance.
      if (value.length <= 3) continue;
      expect(value, 'a short number occurs by chance').not.toMatch(/^[\d.]{1,11}$/);
      expect(everything, value).not.toContain(value);
    }
    expect(everything).not.toContain(apiKey);
  });
});

describe('leaving and coming back', () => {
  test('a taken port is one clear line and exit code 1, or the next port where that is allowed', async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    await once(taken, 'listening');
    const port = (taken.address() as { port: number }).port;
    const own = await mkdtemp(join(tmpdir(), 'claimgate-port-'));
    const busy = { ...environment, CLAIMGATE_DATA_DIR: own, CLAIMGATE_HTTP_PORT: String(port) };
    const ended = await runToEnd({ ...busy, CLAIMGATE_LOG_LEVEL: 'silent' });
    expect(ended).toEqual({
      code: 1,
      log: `port ${port} is in use on 127.0.0.1; stop what uses it or set CLAIMGATE_HTTP_PORT\n`,
    });
    const next = await startProcess(busy, 20);
    expect(Number(new URL(next.http).port)).toBeGreaterThan(port);
    expect(await next.end('SIGTERM')).toBe(0);
    taken.close();
    await rm(own, { recursive: true });
  });

  test('two services do not share a data directory', async () => {
    const ended = await runToEnd({ ...environment, CLAIMGATE_LOG_LEVEL: 'silent' });
    expect(ended.code).toBe(1);
    expect(ended.log).toBe(
      `the data directory is in use by process ${service.child.pid}; stop it or set CLAIMGATE_DATA_DIR\n`,
    );
  });

  test('SIGTERM: what is in flight is answered, the broker goes too, exit code 0', async () => {
    const brokerPid = (await readBrokerRecord(join(dataDir, 'nats')))!.brokerPid;
    const body = await payload('05_3102_request_inpatient_presettle');
    const begun = await Promise.all(Array.from({ length: 4 }, () => beginPost(course, body)));
    const overNats = Array.from({ length: 12 }, () => ask(body));
    // The broker has all of them now, and passes them on before it hears that we want no more.
    await link.flush();
    const ended = service.end('SIGTERM');
    for (const reply of await Promise.all(overNats)) expect(Number(national(reply.data).infcode)).toBe(0);
    for (const finish of begun) expect(Number(national(await finish()).infcode)).toBe(0);
    expect(await ended).toBe(0);
    expect(await describeProcess(brokerPid)).toBeNull();
    const lastLine = service.log().trim().split('\n').at(-1) ?? '';
    expect(JSON.parse(lastLine)).toMatchObject({ msg: 'stopped' });
  });

  test('started again after that, and again after kill -9, it answers as before', async () => {
    const body = Buffer.from(JSON.stringify(nativeClaim()));
    const address = service.nats;
    service = await startProcess(environment);
    expect(service.nats).toBe(address);
    const first = Buffer.from((await ask(body)).data);
    const brokerPid = (await readBrokerRecord(join(dataDir, 'nats')))!.brokerPid;
    await service.end('SIGKILL');
    service = await startProcess(environment);
    expect(await describeProcess(brokerPid)).toBeNull();
    // Where another program has taken the port meanwhile, the broker moves; here nobody has.
    expect(service.nats).toBe(address);
    while (!link.connected) await new Promise((resolve) => setTimeout(resolve, 20));
    expect(Buffer.from((await ask(body)).data)).toEqual(first);
  });
});
