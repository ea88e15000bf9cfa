/** Knowledge over HTTP: what an import would change, and the lists that people author. Nothing is kept. */
import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FastifyInstance } from 'fastify';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ok } from '../../../src/base/result.js';
import { oneAtATime } from '../../../src/gateway/desk-queue.js';
import type { ReplayOrder } from '../../../src/replay-desk/order.js';
import { readOrder } from '../../../src/replay-desk/read-order.js';
import { deskWork } from '../../../src/screening/desk-process.js';
import { drugCode, rawPoint } from '../../ruleset/knowledge/invented-points.js';
import { gatewayOver, passes } from '../gateway-fixture.js';

const dist = process.env['CLAIMGATE_TEST_DIST'] ?? new URL('../../../dist/', import.meta.url).href;
const apiKey = 'k-test-0123456789abcdef';
const headers = { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json' };
const ordered: ReplayOrder[] = [];
const turns = { taken: false };
const order = async (body: Uint8Array) => {
  const read = readOrder(body);
  if (read.ok) ordered.push(read.value);
  return ok(job);
};
const job = { id: '20261101T000000Z-000000', state: 'running' };

let app: FastifyInstance;
let folder = '';

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'claimgate-http-knowledge-'));
  await cp('rules/tables', join(folder, 'tables'), {
    recursive: true,
    filter: (path) => !path.endsWith('.csv'),
  });
  await mkdir(join(folder, 'knowledge', 'lists'), { recursive: true });
  const provenance = 'point,batch,row,knownFrom,validFrom,validTo,region,decided,codes';
  const texts = {
    'ruleset.yaml': 'name: national\nversion: 1\nasOf: 2025-05-23\npacks: []\n',
    'tables/sex_drugs.csv': `${provenance},sex\nKP-1,1,1,2025-05-23,2025-05-23,,,stated,${drugCode(1)},male\n`,
    'tables/second_line_drugs.csv':
      `${provenance},firstLine,reviewedBy,reviewedOn\n` +
      'KP-7,9,1,2025-05-23,2025-05-23,,,stated,XA1,,,\n' +
      'KP-8,9,2,2025-05-23,2025-05-23,,,stated,XA2,XB01,,\n' +
      'KP-6,9,4,2025-05-23,2025-05-23,,,stated,XA4,XB04,赵,2026-03-02\n' +
      'KP-9,9,3,2025-05-23,2025-05-23,,,stated,XA3,XB02 XB03,赵,2025-06-01\n',
    'knowledge/sex-drug.csv': 'point,sex,decided,leave_out,note\nKP-1,male,stated,,\n',
    'knowledge/second-line.csv': 'point,first_only,joint,decided,leave_out,note\nKP-8,false,,stated,,\n',
    'knowledge/lists/second-line.csv': 'point,first_line,reviewed_by,reviewed_on,note\nKP-8,XB01,,,看过\n',
  };
  for (const [path, text] of Object.entries(texts)) await writeFile(join(folder, path), text);
  const replays = {
    turn: () => {
      if (turns.taken) return null;
      turns.taken = true;
      return { start: order, giveUp: () => (turns.taken = false) };
    },
  };
  const knowledge = {
    work: deskWork({ entryFile: new URL('workers/desk.process.js', dist), timeoutMs: 200_000 }),
    alone: oneAtATime(),
    folder,
    desk: null,
    replays,
    clock: { wallMs: () => Date.parse('2026-03-01T00:00:00+08:00'), tickMs: () => 0 },
  };
  const limits = { maxBodyBytes: 8_000_000 };
  app = await gatewayOver(passes, null, limits, {
    apiKey,
    knowledge: knowledge as never,
    replays: replays as never,
  });
});
afterAll(async () => {
  await app.close();
  await rm(folder, { recursive: true, force: true });
});

async function post(path: string, payload: object) {
  const answer = await app.inject({ method: 'POST', url: `/v1/knowledge/${path}`, headers, payload });
  return { statusCode: answer.statusCode, body: answer.json() };
}
async function get(path: string) {
  const answer = await app.inject({ url: `/v1/knowledge/${path}`, headers });
  return { statusCode: answer.statusCode, body: answer.json() };
}

const old = rawPoint('KP-1');
const successor = rawPoint('KP-2', { batch: null, published_at: '2026-02-20', supersedes: 'KP-1' });
const read = (...rows: string[]) => ({
  readings: { 'sex-drug': ['point,sex,decided,leave_out,note', ...rows, ''].join('\n') },
  // Of points that this list does not have.
  lists: { 'second-line': 'point,first_line,reviewed_by,reviewed_on,note\n' },
});
const both = read('KP-1,male,stated,,', 'KP-2,female,stated,,');
const noSecondLine = 'point,first_only,joint,decided,leave_out,note\n';
const withBoth = {
  points: [old, successor],
  ...both,
  readings: { ...both.readings, 'second-line': noSecondLine },
};

test('only who has the key is answered', async () => {
  const asked = await Promise.all([
    ...['lists', 'lists/second_line_drugs'].map((path) => app.inject({ url: `/v1/knowledge/${path}` })),
    ...['import', 'lists/x/draft', 'lists/x/rows'].map((path) =>
      app.inject({ method: 'POST', url: `/v1/knowledge/${path}`, payload: {} }),
    ),
  ]);
  expect(asked.map(({ statusCode }) => statusCode)).toEqual(Array(5).fill(401));
});

test('is described with its replays', async () => {
  const { paths } = (await app.inject({ url: '/docs/json' })).json();
  expect(Object.keys(paths).filter((path) => /knowledge|replays/.test(path))).toEqual([
    '/v1/replays',
    '/v1/replays/{id}',
    '/v1/replays/{id}/report',
    '/v1/replays/{id}/page',
    '/v1/knowledge/import',
    '/v1/knowledge/lists',
    '/v1/knowledge/lists/{table}',
    '/v1/knowledge/lists/{table}/draft',
    '/v1/knowledge/lists/{table}/rows',
  ]);
  const { properties } = paths['/v1/replays'].post.requestBody.content['application/json'].schema;
  expect(Object.keys(properties)).toEqual(['from', 'to', 'ruleset', 'against', 'known', 'threads']);
});

describe('an import', () => {
  test('tells what it adds and supersedes, and the tables where they are asked for', async () => {
    const { statusCode, body } = await post('import?texts=true', withBoth);
    expect(statusCode).toBe(200);
    expect(body).toMatchObject({ sound: true, asOf: '2025-05-23', newestDay: '2026-02-20', replay: null });
    expect(body.endedBy).toEqual({ 'KP-1': 'KP-2' });
    const table = body.tables.find((one: { table: string }) => one.table === 'sex_drugs');
    expect(table).toMatchObject({
      added: [{ point: 'KP-2', sex: 'female' }],
      superseded: [{ point: 'KP-1', after: { validTo: '2026-02-20' } }],
    });
    expect(body.files['tables/sex_drugs.csv']).toContain('KP-2,');
    expect(ordered).toEqual([]);
  });

  test('takes the points as CSV, and measures the effect in the claims of last month', async () => {
    const csv =
      'kp_id,rule_class,med_codes,batch,published_at,supersedes,row\n' +
      `KP-1,药品区分性别使用,${drugCode(1)},1,,,1\n` +
      `KP-2,药品区分性别使用,${drugCode(1)},,2026-02-20,KP-1,1\n`;
    const { body } = await post('import?effect=true', { ...withBoth, points: csv });
    expect(body).toMatchObject({ sound: true, replay: job });
    const [order] = ordered.splice(0);
    expect(order).toMatchObject({ from: '2026-02-01', to: '2026-02-28', against: 'folder', known: 'now' });
    const { files } = (order?.ruleset ?? {}) as { readonly files: Readonly<Record<string, string>> };
    expect(files['ruleset.yaml']).toContain('asOf: 2026-02-20');
    expect(files['tables/sex_drugs.csv']).toMatch(/^KP-1,1,1,2025-05-23,2025-05-23,2026-02-01,/m);
    expect(files['tables/sex_drugs.csv']).toMatch(/^KP-2,,1,2026-02-01,2026-02-01,,/m);
  });

  test('asks for the turn of a replay before it works anything out, and gives it back', async () => {
    turns.taken = true;
    const busy = await post('import?effect=true', { points: 'whatever' });
    expect([busy.statusCode, busy.body.code]).toEqual([429, 'busy']);
    turns.taken = false;
    expect((await post('import?effect=true', { points: 7 })).statusCode).toBe(400);
    expect(turns.taken).toBe(false);
  });

  test('tells contradictions apart from other problems', async () => {
    const twin = rawPoint('KP-2', { batch: 1 });
    const { body } = await post('import', { ...withBoth, points: [old, twin] });
    const points = ['KP-1', 'KP-2'];
    expect(body).toMatchObject({
      sound: false,
      problems: [{ contradiction: { table: 'sex_drugs', code: drugCode(1), points } }],
    });
    const unread = await post('import', { ...withBoth, ...read('KP-1,male,stated,,') });
    expect(unread.body.problems).toContainEqual({
      message: 'KP-2: nobody has read it (sex-drug.csv)',
      contradiction: null,
    });
  });

  test.each([
    ['import', {}, 400, '"points" is missing: the published points, as a list or as CSV.'],
    ['import', { points: [], readings: { '../x': '' } }, 400, '"../x" is no name of readings.'],
    ['import?effect=true&from=2026-02-30', { points: [] }, 400, "'2026-02-30' is no day (YYYY-MM-DD)."],
    ['import?against=live', { points: [] }, 404, 'nobody is trusted here: there are no versions'],
    ['lists/second_line_drugs/rows', { rows: [{}] }, 400, 'A row has no "point".'],
  ])('%s refuses %j', async (path, payload, status, detail) => {
    const { statusCode, body } = await post(path, payload);
    expect([statusCode, body.detail]).toEqual([status, detail]);
  });
});

describe('lists', () => {
  test('say how far they have come', async () => {
    const { body } = await get('lists');
    expect(body.tables).toContainEqual({
      table: 'second_line_drugs',
      rule: 'second-line-drug',
      open: 1,
      unreviewed: 2,
      reviewed: 1,
    });
    const open = await get('lists/second_line_drugs?state=unreviewed');
    expect(open.body.rows).toMatchObject([
      { point: 'KP-8', state: 'unreviewed', lists: { firstLine: ['XB01'] }, reviewedBy: null },
      { point: 'KP-6', state: 'unreviewed', reviewedBy: '赵', reviewedOn: '2026-03-02' },
    ]);
    expect((await get('lists/sex_drugs')).statusCode).toBe(404);
    expect((await get('lists/second_line_drugs?state=odd')).statusCode).toBe(400);
  });

  test('are drafted, and their rows entered with who reviewed them and when', async () => {
    const point = rawPoint('KP-8', { rule_class: '药品限二线用药', med_codes: [drugCode(8)] });
    const lists = { 'second-line': 'point,first_line,reviewed_by,reviewed_on,note\n' };
    const draft = await post('lists/second_line_drugs/draft', { points: [point], lists });
    expect(draft.body.problems).toEqual([]);
    expect(draft.body).toMatchObject({ sound: true, rows: 1, target: 'knowledge/lists/second-line.csv' });
    expect(draft.body.text).toContain('KP-8,an invented name,an invented sentence');
    const row = { point: 'KP-8', firstLine: ['XB01', 'XB02'], reviewedBy: '钱', reviewedOn: '2026-02-03' };
    const entered = await post('lists/second_line_drugs/rows', { rows: [row] });
    expect(entered.body).toMatchObject({ sound: true, rows: 1 });
    expect(entered.body.text).toContain('KP-8,XB01 XB02,钱,2026-02-03,看过');
    const undated = await post('lists/second_line_drugs/rows', { rows: [{ ...row, reviewedOn: '' }] });
    expect(undated.body).toMatchObject({
      sound: false,
      problems: ['lists/second-line.csv:2: reviewed_on: "" is no day (YYYY-MM-DD)'],
    });
    const [toCome, today] = await Promise.all(
      ['2026-03-02', '2026-03-01'].map((reviewedOn) =>
        post('lists/second_line_drugs/rows', { rows: [{ ...row, reviewedOn }] }),
      ),
    );
    expect(toCome?.body.problems).toEqual([expect.stringContaining('2026-03-02 is still to come')]);
    expect(today?.body).toMatchObject({ sound: true });
    const none = await post('lists/sex_drugs/rows', { rows: [] });
    expect(none.body.problems).toEqual([expect.stringContaining('"sex_drugs" has no lists')]);
  });
});
