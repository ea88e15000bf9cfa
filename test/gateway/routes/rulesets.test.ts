/** Releases over HTTP on a real broker: whatever changes anything is signed by the client. */
import type { FastifyInstance } from 'fastify';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { systemClock } from '../../../src/base/clock.js';
import { buildGateway } from '../../../src/gateway/app.js';
import { oneAtATime } from '../../../src/gateway/desk-queue.js';
import { ReleaseStore } from '../../../src/nats/release-store.js';
import { Readiness } from '../../../src/ops/health.js';
import type { DiffDocument } from '../../../src/ruleset/release/diff-document.js';
import { usualCeiling } from '../../../src/ruleset/release/impact.js';
import { type Signed, type StatementKind, sign } from '../../../src/ruleset/release/statement.js';
import { deskWork } from '../../../src/screening/desk-process.js';
import { outcome, recordedEvents } from '../../ingress/edge-fixture.js';
import { type Jetstream, startJetstream } from '../../nats/jetstream-fixture.js';
import { smallRules } from '../../releases/small-rules.js';
import { type Person, person, trusting } from '../../ruleset/release/people.js';
import { nothingStored } from '../nothing-stored.js';

const dist = process.env['CLAIMGATE_TEST_DIST'] ?? new URL('../../../dist/', import.meta.url).href;
const author = person('作者甲', 'publish', 'activate');
const second = person('审核乙', 'activate');
const apiKey = 'k-test-0123456789abcdef';

let js: Jetstream;
let store: ReleaseStore;
let app: FastifyInstance;
/** What nodes do after a change. */
let meanwhile = async () => {};

beforeAll(async () => {
  js = await startJetstream();
  store = new ReleaseStore({ link: js.link, replicas: 1 });
  const answer = { bytes: Buffer.from('{}'), outcome: outcome({}) };
  const events = recordedEvents();
  app = await buildGateway({
    door: {
      screen: async () => answer,
      refuse: () => answer,
      budgets: { preMs: 100, midMs: 50 },
      clock: systemClock,
      events,
      copy: () => {},
    },
    readiness: new Readiness(),
    expose: async () => ({ text: '', contentType: 'text/plain' }),
    events,
    limits: { maxBodyBytes: 8_000_000, maxInFlight: 10, requestTimeoutMs: 30_000 },
    apiKey,
    durable: nothingStored,
    rulesets: {
      store,
      trusted: trusting(author, second),
      work: deskWork({ entryFile: new URL('workers/desk.process.js', dist), timeoutMs: 200_000 }),
      alone: oneAtATime(),
      ceiling: usualCeiling,
      clock: systemClock,
      settle: () => meanwhile(),
      folderRules: [{ id: 'rule-of-the-folder' }],
    },
    version: '0.0.0-test',
    tls: null,
  });
});
afterAll(async () => {
  await app.close();
  await js.stop();
});

const authorization = `Bearer ${apiKey}`;
async function get(path: string) {
  const { statusCode, body } = await app.inject({ url: `/v1/rulesets${path}`, headers: { authorization } });
  return { statusCode, body: JSON.parse(body) };
}
async function post(path: string, payload: object) {
  const headers = { authorization, 'content-type': 'application/json' };
  const url = `/v1/rulesets/${path}`;
  const { statusCode, body } = await app.inject({ method: 'POST', url, headers, payload });
  return { statusCode, body: JSON.parse(body) };
}

const filesOf = async (...given: Parameters<typeof smallRules>) =>
  Object.fromEntries((await smallRules(...given)).files);

/** As a client does that has only been given the text. */
function signedBy({ signing }: Person, kind: StatementKind, statement: string): Signed {
  return sign(kind, JSON.parse(statement) as object, signing);
}

async function publish(files: Readonly<Record<string, string>>) {
  const checked = await post('check', { files });
  expect(checked.body.obstacle).toBeNull();
  return await post('publish', { manifest: signedBy(author, 'manifest', checked.body.statement), files });
}

async function draft(wanted: object): Promise<string> {
  const drafted = await post('draft', { reason: 'without replay: 新一批', ...wanted });
  expect(drafted.statusCode).toBe(200);
  return drafted.body.statement;
}

const posted = [
  'check',
  'publish',
  'draft',
  'activate',
  'rollback',
  'shadow/figures',
  'shadow/figures/draft',
];

test('only who has the key is answered', async () => {
  const asked = await Promise.all([
    app.inject({ url: '/v1/rulesets' }),
    app.inject({ url: '/v1/rulesets/1' }),
    app.inject({ url: '/v1/rulesets/1/diff/2' }),
    app.inject({ url: '/v1/rulesets/1/rules/sex-drug' }),
    ...posted.map((action) => app.inject({ method: 'POST', url: `/v1/rulesets/${action}`, payload: {} })),
  ]);
  expect(asked.map(({ statusCode }) => statusCode)).toEqual(asked.map(() => 401));
});

test('a rule set is checked, published, activated by another, compared, and rolled back', async () => {
  expect((await get('')).body).toEqual({ versions: [], live: null, floor: 0, changes: [] });
  const first = await publish(await filesOf(1));
  expect([first.statusCode, first.body.version]).toEqual([201, 1]);

  const statement = await draft({ version: 1 });
  const own = await post('activate', { pointer: signedBy(author, 'pointer', statement) });
  expect([own.statusCode, own.body.code]).toEqual([403, 'same-signer']);
  const done = await post('activate', { pointer: signedBy(second, 'pointer', statement) });
  expect([done.statusCode, done.body.activator.name]).toEqual([200, '审核乙']);
  const again = await post('activate', { pointer: signedBy(second, 'pointer', statement) });
  expect([again.statusCode, again.body.code]).toEqual([409, 'overtaken']);

  const files = await filesOf(2, (path, text) =>
    path.endsWith('sex-drug.yaml') ? text.replace('title: ', 'title: 新') : text,
  );
  expect((await publish(files)).body.manifest.changed).toEqual(['sex-drug']);
  const unmeasured = await draft({ version: 2, reason: '新一批' });
  const blind = await post('activate', { pointer: signedBy(second, 'pointer', unmeasured) });
  expect([blind.statusCode, blind.body.code]).toEqual([409, 'impact']);
  await post('activate', { pointer: signedBy(second, 'pointer', await draft({ version: 2 })) });
  expect((await get('/live')).body.version).toBe(2);

  const rule = await get('/live/rules/sex-drug');
  expect(rule).toMatchObject({ statusCode: 200, body: { id: 'sex-drug', version: 2 } });
  expect([rule.body.title.slice(0, 1), rule.body.appeal]).toEqual(['新', expect.stringContaining('申诉')]);
  const none = await get('/1/rules/sex-drugs');
  expect(none).toMatchObject({ statusCode: 404, body: { code: 'unknown-rule' } });
  expect(none.body.detail).toContain("did you mean 'sex-drug'?");

  const diff: DiffDocument = (await get('/1/diff/live')).body;
  expect(diff.changed.map(({ id, keys }) => [id, keys.map(({ key }) => key)])).toEqual([
    ['sex-drug', ['title']],
  ]);
  const back = await post('rollback', {
    pointer: signedBy(second, 'pointer', await draft({ rollback: true, reason: '误报' })),
  });
  expect([back.statusCode, back.body.pointer.version]).toEqual([200, 1]);
  const list = (await get('')).body;
  expect(list.versions.map(({ publisher }: { publisher: { name: string } }) => publisher.name)).toEqual([
    '作者甲',
    '作者甲',
  ]);
  expect(list.changes).toHaveLength(3);
});

describe('what its shadow has shown', () => {
  const scene = { scene: '2', screened: 400, found: { 'sex-drug': 4 }, alerts: { candidate: 4 } };
  const reportsOf = async (rest: object = {}) => {
    const { rulesetId } = (await get('/2')).body.manifest;
    const scenes = [{ ...scene, holds: { candidate: 0 }, ...rest }];
    return [
      { order: { version: 2, rulesetId }, figures: { scenes } },
      { order: null, figures: null },
    ];
  };
  const draftFigures = async (rest?: object) =>
    await post('shadow/figures/draft', { version: 2, reports: await reportsOf(rest) });

  test('is kept beside the version, signed by somebody but its author, one after the other', async () => {
    const { statusCode, body } = await draftFigures();
    expect([statusCode, body.thin, body.figures.serial, body.figures.claims]).toEqual([200, [], 1, 400]);
    expect(body.figures.bands).toMatchObject([{ scene: '2', figures: { claims: 400, alerts: 4 } }]);
    const put = (by: Person) =>
      post('shadow/figures', { version: 2, figures: signedBy(by, 'trial', body.statement) });
    expect((await put(author)).body.code).toBe('same-signer');
    const kept = await put(second);
    expect([kept.statusCode, kept.body.figures.serial]).toEqual([200, 1]);
    expect(await put(second)).toMatchObject({ statusCode: 409, body: { code: 'overtaken' } });
    expect((await draftFigures()).body.figures.serial).toBe(2);
  });

  test.each([
    [{ screened: -1 }, 400, 'malformed'],
    [{ alerts: { candidate: 401 } }, 400, 'malformed'],
    [{ found: { 'sex-drug': 'many' } }, 400, 'malformed'],
    [{ scene: 2 }, 400, 'malformed'],
    [{ screened: 0, found: {}, alerts: { candidate: 0 } }, 422, 'unfit'],
  ])('is not drafted of %j', async (rest, status, code) => {
    expect(await draftFigures(rest)).toMatchObject({ statusCode: status, body: { code } });
  });

  test('needs a version that is there', async () => {
    expect((await post('shadow/figures/draft', { version: 'live' })).body.code).toBe('malformed');
    expect((await post('shadow/figures/draft', { version: 99 })).body.code).toBe('unknown-version');
  });
});

test('what nodes put back instead of a change is told, for changes and for going back', async () => {
  let serial = 10;
  meanwhile = async () => {
    const now = await store.document('live');
    if (!now.ok || now.value === null) throw new Error('it is written');
    const written = now.value.value as Signed;
    const known = JSON.stringify({ ...(JSON.parse(written.statement) as object), serial });
    await store.put('live', signedBy(second, 'pointer', known), now.value.revision);
  };
  for (const [action, wanted] of [
    ['activate', { version: 2 }],
    ['rollback', { rollback: true, version: 1 }],
  ] as const) {
    serial += 10;
    const pointer = signedBy(second, 'pointer', await draft(wanted));
    const { statusCode, body } = await post(action, { pointer });
    expect([statusCode, body.code]).toEqual([409, 'overtaken']);
    expect(body.detail).toContain(`change ${serial} stands instead`);
  }
  meanwhile = async () => {};
});

test('a folder may be sent whole: what is no part of a rule set is left', async () => {
  const files = await filesOf(3);
  const beside = { 'README.md': 'see', 'knowledge/sex-drug.csv': 'point\n', 'packs/notes.txt': 'later' };
  const [bare, whole] = [
    await post('check', { files }),
    await post('check', { files: { ...files, ...beside } }),
  ];
  expect([whole.statusCode, whole.body.obstacle]).toEqual([200, null]);
  const digest = ({ body }: typeof bare) => JSON.parse(body.statement).sourceDigest;
  expect(digest(whole)).toBe(digest(bare));
  for (const path of ['../ruleset.yaml', 'packs/../x.yaml', '/ruleset.yaml', '']) {
    const { statusCode, body } = await post('check', { files: { ...files, [path]: '' } });
    expect([statusCode, body.detail]).toEqual([400, `"${path}" is no file of a rule set.`]);
  }
});

describe('what is refused', () => {
  test.each([
    [{ institutions: [] }, 'in force at nobody'],
    [{ institutions: ['H1', 'H1'] }, 'H1 is named twice'],
    [{ signedAt: '2099-01-01T00:00:00.000Z' }, 'still to come'],
    [{ reason: `without replay: ${'长'.repeat(5_000)}` }, 'in 300 characters at most'],
  ])('a pointer that is signed with %j', async (rest, why) => {
    const pointer = { ...JSON.parse(await draft({ version: 2 })), ...rest };
    const signed = signedBy(second, 'pointer', JSON.stringify(pointer));
    const { statusCode, body } = await post('activate', { pointer: signed });
    expect([statusCode, body.code, body.detail]).toEqual([422, 'unfit', expect.stringContaining(why)]);
  });

  test('a mistake in a rule comes back with its place', async () => {
    const files = await filesOf(3, (path, text) =>
      path.endsWith('sex-drug.yaml') ? text.replace('patient.sex', 'patient.sexx') : text,
    );
    const { statusCode, body } = await post('check', { files });
    expect([statusCode, body.sound, body.obstacle.reason]).toEqual([200, false, 'does-not-compile']);
    expect(body.diagnostics[0]).toMatchObject({ severity: 'error', file: expect.stringMatching(/sex-drug/) });
    expect(body.diagnostics[0].sourceLine).toContain('sexx');
  });

  test('a manifest that says something else than its files', async () => {
    const files = await filesOf(3);
    const { statement } = (await post('check', { files })).body;
    const lie = JSON.stringify({ ...JSON.parse(statement), warnings: 7 });
    const { statusCode, body } = await post('publish', {
      manifest: signedBy(author, 'manifest', lie),
      files,
    });
    expect([statusCode, body.code]).toEqual([422, 'other-content']);
    expect(body.detail).toContain('"warnings"');
    const others = { manifest: signedBy(author, 'manifest', statement), files: await filesOf(4) };
    expect((await post('publish', others)).body.code).toBe('tampered');
  });

  test('a signature that does not fit, a stranger, a request without one', async () => {
    const stranger = person('陌生人', 'activate');
    const statement = await draft({ version: 2 });
    const signed = signedBy(second, 'pointer', statement);
    const otherwise = statement.replace('新一批', '新二批');
    const codes = [];
    for (const pointer of [
      { ...signed, statement: otherwise },
      signedBy(stranger, 'pointer', statement),
      { statement },
    ]) {
      const { statusCode, body } = await post('activate', { pointer });
      codes.push([statusCode, body.code]);
    }
    expect(codes).toEqual([
      [400, 'tampered'],
      [403, 'unknown-key'],
      [400, 'malformed'],
    ]);
  });

  test('a third rule set of a caller while one is being compiled and another waits', async () => {
    const files = await filesOf(3);
    const asked = await Promise.all(Array.from({ length: 3 }, () => post('check', { files })));
    expect(asked.map(({ statusCode }) => statusCode).toSorted()).toEqual([200, 200, 429]);
  });

  test('a version that is not there, and one that is no number', async () => {
    const none = await get('/9');
    expect([none.statusCode, none.body.title]).toEqual([404, 'There is no such version']);
    expect(none.body.detail).toBe('there is no version 9');
    expect((await get('/nine')).body.code).toBe('malformed');
    expect((await get('/1/diff/9')).body.code).toBe('unknown-version');
  });
});

test('where the texts of earlier versions are lost the answers say what follows', async () => {
  const { next } = (await post('check', { files: await filesOf(1) })).body;
  await js.manager.streams.purge('OBJ_claimgate-rulesets');
  const files = await filesOf(next);
  const checked = await post('check', { files });
  const published = await publish(files);
  const words =
    `the text of version ${next - 1} is lost at the broker, so it was compared with no version: ` +
    'every rule counts as changed here, and brakes on it end when this version comes into force';
  expect([checked.body.notCompared, published.body.notCompared]).toEqual([
    expect.stringContaining(words),
    expect.stringContaining(words),
  ]);
  expect(published.body.manifest.previous).toBeNull();
  const after = await post('check', { files: await filesOf(next + 1) });
  expect([after.body.sound, after.body.notCompared]).toEqual([true, null]);
});

test('the routes are described', async () => {
  const { paths } = (await app.inject({ url: '/docs/json' })).json();
  expect(Object.keys(paths).filter((path) => path.startsWith('/v1/rulesets'))).toEqual([
    '/v1/rulesets',
    '/v1/rulesets/{version}',
    '/v1/rulesets/{version}/rules/{rule}',
    '/v1/rulesets/{before}/diff/{after}',
    '/v1/rulesets/check',
    '/v1/rulesets/publish',
    '/v1/rulesets/draft',
    '/v1/rulesets/activate',
    '/v1/rulesets/rollback',
    '/v1/rulesets/shadow',
    '/v1/rulesets/shadow/draft',
    '/v1/rulesets/shadow/figures',
    '/v1/rulesets/shadow/figures/draft',
  ]);
});
