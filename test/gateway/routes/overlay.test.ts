/** The overlay over HTTP: whatever changes anything is signed by the client. */
import type { FastifyInstance } from 'fastify';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { fail } from '../../../src/base/result.js';
import { buildGateway } from '../../../src/gateway/app.js';
import { Readiness } from '../../../src/ops/health.js';
import { proposeBrake } from '../../../src/ruleset/overlay/propose-brake.js';
import { usualCeiling } from '../../../src/ruleset/release/impact.js';
import type { Shelf } from '../../../src/ruleset/release/shelf.js';
import { type Signed, sign } from '../../../src/ruleset/release/statement.js';
import { outcome, recordedEvents } from '../../ingress/edge-fixture.js';
import {
  activator,
  brakeOf,
  colleague,
  nowMs,
  operator,
  operatorOverlay,
  stored,
  trusted,
} from '../../overlay/documents.js';
import type { Person } from '../../ruleset/release/people.js';
import { shelfInMemory } from '../../ruleset/release/shelf-in-memory.js';
import { nothingStored } from '../nothing-stored.js';

const apiKey = 'k-test-0123456789abcdef';
const clock = { wallMs: () => nowMs, tickMs: () => 0 };

let shelf: Shelf;
let app: FastifyInstance;
/** What nodes do after a change. */
let meanwhile: () => Promise<void>;
beforeEach(async () => {
  meanwhile = async () => {};
  await app?.close();
  shelf = shelfInMemory(nowMs);
  const answer = { bytes: Buffer.from('{}'), outcome: outcome({}) };
  const events = recordedEvents();
  app = await buildGateway({
    door: {
      screen: async () => answer,
      refuse: () => answer,
      budgets: { preMs: 100, midMs: 50 },
      clock,
      events,
      copy: () => {},
    },
    readiness: new Readiness(),
    expose: async () => ({ text: '', contentType: 'text/plain' }),
    events,
    limits: { maxBodyBytes: 1_000_000, maxInFlight: 10, requestTimeoutMs: 10_000 },
    apiKey,
    durable: nothingStored,
    rulesets: {
      store: shelf,
      trusted,
      work: () => Promise.reject(new Error('nothing is compiled for a switch')),
      alone: (caller, work) => work(caller.gone),
      ceiling: usualCeiling,
      clock,
      settle: () => meanwhile(),
      folderRules: [{ id: 'sex-drug' }, { id: 'duplicate-item-charge', killSwitch: 'charges' }],
    },
    version: '0.0.0-test',
    tls: null,
  });
});
afterAll(() => app.close());

const headers = { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json' };
async function show() {
  const { statusCode, body } = await app.inject({ url: '/v1/overlay', headers });
  expect(statusCode).toBe(200);
  return JSON.parse(body);
}
async function post(path: string, payload: object) {
  const { statusCode, body } = await app.inject({
    method: 'POST',
    url: `/v1/overlay${path}`,
    headers,
    payload,
  });
  return { statusCode, body: JSON.parse(body) };
}

/** As a client does that has only been given the text. */
function signedBy({ signing }: Person, statement: string): Signed {
  return sign('overlay', JSON.parse(statement) as object, signing);
}

const draft = (wanted: object) => post('/draft', { key: operator.signing.id, reason: '误报', ...wanted });

async function change(wanted: object, more: object = {}) {
  const drafted = await draft(wanted);
  expect(drafted.statusCode).toBe(200);
  return await post('', { overlay: signedBy(operator, drafted.body.statement), ...more });
}

test('only who has the key is answered', async () => {
  const asked = await Promise.all([
    app.inject({ url: '/v1/overlay' }),
    app.inject({ method: 'POST', url: '/v1/overlay', payload: {} }),
    app.inject({ method: 'POST', url: '/v1/overlay/draft', payload: {} }),
  ]);
  expect(asked.map(({ statusCode }) => statusCode)).toEqual([401, 401, 401]);
});

test('rules are switched off, snoozed, taken off the brake, and back', async () => {
  expect(await show()).toMatchObject({ number: 0, operator: null, switches: [], changes: [] });
  const first = await change({ do: 'kill', rule: 'sex-drug' });
  expect([first.statusCode, first.body.number, first.body.operator.name]).toEqual([200, 1, operator.name]);
  const until = '2026-07-03T08:00:00+08:00';
  const place = { institution: 'H35010200417', department: 'A04' };
  await change({ do: 'snooze', rule: 'duplicate-item-charge', ...place, until });
  await proposeBrake(shelf, brakeOf(12, 'a', 'b'), trusted);
  await change({ do: 'release', version: 12, rules: ['b'] });
  const standing = await show();
  expect(standing).toMatchObject({
    number: 4,
    operator: { serial: 3, by: { key: operator.signing.id, name: operator.name }, reason: '误报' },
    switches: [{ rule: 'sex-drug', institution: null, by: operator.name }],
    snoozes: [{ ...place, until: '2026-07-03T00:00:00.000Z', isOver: false }],
    brakes: [{ version: 12, rules: ['a', 'b'], released: ['b'] }],
  });
  expect(standing.changes.map(({ number }: { number: number }) => number)).toEqual([1, 2, 3, 4]);
  await change({ do: 'wake', rule: 'duplicate-item-charge', ...place });
  await change({ do: 'revive', rule: 'sex-drug' });
  expect(await show()).toMatchObject({ number: 6, switches: [], snoozes: [] });
});

test('what was drafted is signed as it is, and in time', async () => {
  const [one, two] = [
    await draft({ do: 'kill', rule: 'sex-drug' }),
    await draft({ do: 'kill', rule: 'sex-drug' }),
  ];
  const others = await post('', { overlay: signedBy(colleague, one.body.statement) });
  expect([others.statusCode, others.body.code]).toEqual([422, 'unfit']);
  const wrong = await post('', { overlay: signedBy(activator, one.body.statement) });
  expect([wrong.statusCode, wrong.body.code]).toEqual([403, 'wrong-role']);
  expect((await post('', { overlay: signedBy(operator, one.body.statement) })).statusCode).toBe(200);
  const late = await post('', { overlay: signedBy(operator, two.body.statement) });
  expect([late.statusCode, late.body.code]).toEqual([409, 'overtaken']);
});

test('what nodes put back instead of a change is told', async () => {
  meanwhile = async () => {
    const now = await shelf.document('overlay');
    const over = now.ok && now.value !== null ? now.value.revision : 0;
    await shelf.put('overlay', stored(7, operatorOverlay({ serial: 6 })), over);
  };
  const { statusCode, body } = await change({ do: 'kill', rule: 'duplicate-item-charge' });
  expect([statusCode, body.code]).toEqual([409, 'overtaken']);
  expect(body.detail).toMatch(/^change 6 stands instead/);
});

test('a change is written, and the broker falls silent: that is what is said', async () => {
  meanwhile = async () => {
    Object.assign(shelf, { document: async () => fail('no answer') });
  };
  const { statusCode, body } = await change({ do: 'kill', rule: 'sex-drug' });
  expect([statusCode, body.code]).toEqual([503, 'unreachable']);
  expect(body.detail).toMatch(/^the change is written, and whether it stands is not known/);
});

test('rules that share a word are switched off by it, and told with it', async () => {
  expect((await change({ do: 'kill', rule: 'charges' })).statusCode).toBe(200);
  expect((await show()).switches).toMatchObject([{ rule: 'charges', stops: ['duplicate-item-charge'] }]);
  const until = '2026-07-03T08:00:00+08:00';
  const snoozed = await change({ do: 'snooze', rule: 'charges', until });
  expect([snoozed.statusCode, snoozed.body.code]).toEqual([404, 'unknown-rule']);
});

test('a rule that is not there is named only where that is meant', async () => {
  const mistyped = await change({ do: 'kill', rule: 'sex-durg' });
  expect([mistyped.statusCode, mistyped.body.code]).toEqual([404, 'unknown-rule']);
  const meant = await change({ do: 'kill', rule: 'to-come' }, { unknownRules: true });
  expect(meant.body.number).toBe(1);
});

describe('a draft is refused', () => {
  const rule = 'sex-drug';
  test.each<[string, object, number, string]>([
    ['without what is to be done', { rule }, 400, 'malformed'],
    ['without a rule', { do: 'kill' }, 400, 'malformed'],
    ['without a reason', { do: 'kill', rule, reason: ' ' }, 400, 'malformed'],
    ['for a key that is not trusted', { do: 'kill', rule, key: '0123' }, 403, 'unknown-key'],
    ['where nobody is', { do: 'kill', rule, institution: 'H 1' }, 400, 'invalid-institution'],
    ['without an end of the snooze', { do: 'snooze', rule }, 400, 'malformed'],
    ['without an offset', { do: 'snooze', rule, until: '2026-07-03T08:00:00' }, 400, 'malformed'],
    ['without a version', { do: 'release', rules: ['a'] }, 400, 'malformed'],
    ['with rules that are none', { do: 'release', version: 1, rules: 'a' }, 400, 'malformed'],
    ['of what is not on', { do: 'revive', rule }, 422, 'unfit'],
  ])('%s', async (_, wanted, status, code) => {
    const { statusCode, body } = await draft(wanted);
    expect([statusCode, body.code]).toEqual([status, code]);
    expect((await show()).number).toBe(0);
  });
});

test('the routes are described, with every refusal', async () => {
  const { paths } = (await app.inject({ url: '/docs/json' })).json();
  const own = Object.keys(paths).filter((path) => path.startsWith('/v1/overlay'));
  expect(own).toEqual(['/v1/overlay', '/v1/overlay/draft']);
  const { responses } = paths['/v1/overlay'].post;
  expect(Object.keys(responses)).toEqual(
    expect.arrayContaining(['200', '400', '403', '404', '409', '422', '503']),
  );
  expect(responses['422'].content['application/problem+json'].schema.properties.code.enum).toContain('unfit');
});
