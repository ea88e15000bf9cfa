/** Replays over HTTP, of a real stream, by the process that a service starts. */
import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { FastifyInstance } from 'fastify';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { dayOf, formatDay } from '../../../src/base/calendar.js';
import { systemClock } from '../../../src/base/clock.js';
import { ReplayDesk } from '../../../src/replay-desk/replay-desk.js';
import { bodyOf, hospital, settlement } from '../../cli/settled-history.js';
import { type Jetstream, settle, startJetstream, until } from '../../nats/jetstream-fixture.js';
import { smallRules } from '../../releases/small-rules.js';
import { gatewayOver, passes } from '../gateway-fixture.js';

const dist = process.env['CLAIMGATE_TEST_DIST'] ?? new URL('../../../dist/', import.meta.url).href;
const apiKey = 'k-test-0123456789abcdef';
const headers = { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json' };

let js: Jetstream;
let app: FastifyInstance;
let desk: ReplayDesk;
let folder = '';

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'claimgate-http-replays-'));
  for (const [path, text] of (await smallRules(1)).files) {
    await mkdir(dirname(join(folder, 'rules', path)), { recursive: true });
    await writeFile(join(folder, 'rules', path), text);
  }
  js = await startJetstream();
  for (const event of ['E1', 'E2']) {
    await settle(js.link, bodyOf(settlement(event, '350102195411200001')), hospital().code);
  }
  desk = new ReplayDesk({
    folder: join(folder, 'replays'),
    ground: {
      natsUrl: js.broker.url,
      replicas: 1,
      rulesFolder: join(folder, 'rules'),
      releaseKeys: null,
    },
    clock: systemClock,
    process: { entryFile: new URL('src/replay-desk/entry.process.js', dist) },
  });
  app = await gatewayOver(passes, null, { maxBodyBytes: 8_000_000 }, { apiKey, replays: desk });
});
afterAll(async () => {
  await app.close();
  await desk.stop();
  await js.stop();
  await rm(folder, { recursive: true, force: true });
});

const day = (shift: number) => formatDay(dayOf(Date.now()) + shift);
const days = { from: day(-1), to: day(1) };
const post = (payload: object) => app.inject({ method: 'POST', url: '/v1/replays', headers, payload });
const get = (path = '') => app.inject({ url: `/v1/replays${path}`, headers });

/** The replay when it has ended and the next one may begin. */
async function replayed(payload: object) {
  let started = await post(payload);
  await until(async () => {
    if (started.statusCode === 429) started = await post(payload);
    return started.statusCode !== 429;
  });
  expect(started.statusCode).toBe(202);
  const { id } = started.json();
  expect(started.headers['location']).toBe(`/v1/replays/${id}`);
  await until(async () => (await get(`/${id}`)).json().state !== 'running');
  return (await get(`/${id}`)).json();
}

test('only who has the key is answered', async () => {
  const asked = await Promise.all([
    ...['', '/x', '/x/report', '/x/page'].map((path) => app.inject({ url: `/v1/replays${path}` })),
    app.inject({ method: 'POST', url: '/v1/replays', payload: {} }),
    app.inject({ method: 'DELETE', url: '/v1/replays/x' }),
  ]);
  expect(asked.map(({ statusCode }) => statusCode)).toEqual(Array(6).fill(401));
});

test('refuses an order that makes no sense, and takes the next one', async () => {
  const answer = await post({ ...days, ruleset: { files: { '../x': '' } } });
  expect([answer.statusCode, answer.headers['content-type']]).toEqual([400, 'application/problem+json']);
  expect(answer.json()).toMatchObject({ code: 'malformed', detail: '"../x" is no file of a rule set.' });
  expect((await get()).json()).toEqual({ replays: [] });
});

test('replays the stream with texts against the folder, and shows the report in both forms', async () => {
  const source = await smallRules(2);
  const files = Object.fromEntries(source.files);
  const job = await replayed({ ...days, ruleset: { files }, against: 'folder' });
  expect(job).toMatchObject({ state: 'done', problem: null, outcome: { claims: 2 } });
  expect(job.outcome.rulesets).toMatchObject([{ version: 2 }, { version: 1 }]);
  const report = await get(`/${job.id}/report`);
  expect(report.json()).toMatchObject({ source: 'CLAIMS', claims: 2, from: days.from });
  expect(createHash('sha256').update(report.body).digest('hex')).toBe(job.outcome.digest);
  const page = await get(`/${job.id}/page`);
  expect(page.headers).toMatchObject({
    'content-type': 'text/html; charset=utf-8',
    'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
  });
  expect(page.body).toContain('医保规则回放报告');
  expect((await get()).json().replays).toMatchObject([{ id: job.id }]);
  const removed = () => app.inject({ method: 'DELETE', url: `/v1/replays/${job.id}`, headers });
  await until(async () => (await removed()).statusCode === 404);
  expect((await get(`/${job.id}/report`)).statusCode).toBe(404);
});

test('what cannot be replayed says why, with the mistakes of the rules', async () => {
  const { files } = await smallRules(1, (path, text) =>
    path.endsWith('/sex-drug.yaml') ? text.replace(/^when: .*$/m, 'when: patient.sexx == 1') : text,
  );
  const broken = await replayed({ ...days, ruleset: { files: Object.fromEntries(files) } });
  expect(broken).toMatchObject({ state: 'failed', problem: { reason: 'does-not-compile' } });
  expect(broken.problem.diagnostics[0]).toMatchObject({ severity: 'error', file: expect.any(String) });
  const unknown = await replayed({ ...days, ruleset: 7 });
  expect(unknown.problem).toMatchObject({ message: 'nobody is trusted here, so there are no versions' });
  const empty = await replayed({ from: '2020-01-01', to: '2020-01-31', ruleset: 'folder' });
  expect(empty.problem).toMatchObject({ reason: 'no-claims' });
});
