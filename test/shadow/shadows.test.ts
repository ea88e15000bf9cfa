/** A node that keeps to the orders at a real broker; its process and its compiler are made up. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { systemClock } from '../../src/base/clock.js';
import { fail, ok, type Result } from '../../src/base/result.js';
import { ReleaseStore } from '../../src/nats/release-store.js';
import type { ShadowEvents } from '../../src/ops/shadow-events.js';
import { Desk } from '../../src/ruleset/release/desk.js';
import { forAll, type InForce } from '../../src/ruleset/release/in-force.js';
import { type Refusal, refusal } from '../../src/ruleset/release/refusal.js';
import { signManifest, signPointer } from '../../src/ruleset/release/release.js';
import type { CompiledRelease } from '../../src/screening/compile-process.js';
import { JudgedWatchers } from '../../src/screening/judged.js';
import type { CompareReply } from '../../src/screening/protocol/shadow.js';
import type { ShadowLoss } from '../../src/screening/shadow-process.js';
import { KeptOrders } from '../../src/shadow/kept-order.js';
import { type ShadowOrder, signOrder } from '../../src/shadow/order.js';
import { draftOrder, giveOrder } from '../../src/shadow/order-desk.js';
import { Shadows } from '../../src/shadow/shadows.js';
import { outcome } from '../ingress/edge-fixture.js';
import { type Jetstream, startJetstream, until } from '../nats/jetstream-fixture.js';
import { author, second, trusted } from '../releases/desk.js';
import { manifestOf, type Person, pointerTo } from '../ruleset/release/people.js';
import { envelopeUntil } from '../screening/fixtures/settings.js';

let js: Jetstream;
let folder: string;
let store: ReleaseStore;
let desk: Desk;

beforeAll(async () => {
  js = await startJetstream();
  store = new ReleaseStore({ link: js.link, replicas: 1 });
  desk = new Desk(store, trusted);
  for (const version of [1, 2, 3]) {
    await store.putText(sourceDigest(version), Buffer.from(`text ${version}`));
    const manifest = manifestOf(version, { sourceDigest: sourceDigest(version) });
    await store.put(`version.${version}`, signManifest(manifest, author.signing), 0);
  }
});
afterAll(() => js.stop());
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'claimgate-shadow-'));
  return () => rm(folder, { recursive: true });
});

const sourceDigest = (version: number) => String(version).repeat(64);
const idOf = (version: number) => manifestOf(version).rulesetId;
const patiently = { timeout: 180_000 };
const gone = { cause: 'its process ended', claim: -1, rule: null };
const packed = (id: string) => ({
  id,
  bytes: new SharedArrayBuffer(0),
  tables: new SharedArrayBuffer(0),
});

async function orderShadow(version: number | null, by: Person = author): Promise<ShadowOrder> {
  const drafted = await draftOrder(desk, { version, reason: '看看' }, systemClock.wallMs());
  if (!drafted.ok) throw new Error(drafted.error.message);
  const given = await giveOrder(desk, signOrder(drafted.value, by.signing));
  if (!given.ok) throw new Error(given.error.message);
  return given.value.order;
}

/** Whatever it is, where the order lies. */
async function put(document: object): Promise<void> {
  const found = await store.document('shadow');
  await store.put('shadow', document, found.ok ? (found.value?.revision ?? 0) : 0);
}

interface Node {
  readonly said: string[];
  /** Versions that rules of the overlay are told of, and when there is none any more. */
  readonly tried: (number | null)[];
  readonly shadows: Shadows;
  readonly judges: { inForce: InForce };
  readonly watchers: JudgedWatchers;
  readonly processes: { running: number; started: number };
  floor: number;
}

const nodes: Shadows[] = [];
afterAll(() => Promise.all(nodes.map((shadows) => shadows.stop())));

function startNode({
  kept = new KeptOrders(folder),
  compiles = async (): Promise<Result<null, Refusal>> => ok(null),
  compares = ok<CompareReply>({ claims: [], liveMs: 1, candidateMs: 1 }) as Result<CompareReply, ShadowLoss>,
  loads = ok(null) as Result<null, ShadowLoss>,
  compilerPauseMs = 1,
} = {}): Node {
  const said: string[] = [];
  const tried: (number | null)[] = [];
  const events: ShadowEvents = {
    shadowBegan: ({ version, serial, signer }) => said.push(`began ${version}, ${serial > 0}, ${signer}`),
    shadowRefused: ({ reason }) => said.push(`refused ${reason}`),
    shadowEnded: ({ version, why }) => said.push(`ended ${version}: ${why}`),
    shadowLost: ({ version, cause, rule }) => said.push(`lost ${version}: ${cause}, ${rule}`),
    shadowFailed: ({ rule }) => said.push(`failed ${rule}`),
    shadowCompared: () => {},
    shadowDropped: () => {},
    shadowNotKept: () => said.push('not kept'),
  };
  const processes = { running: 0, started: 0 };
  const watchers = new JudgedWatchers();
  const judges = {
    inForce: forAll(idOf(1)) as InForce,
    overlay: '',
    packed: (id: string) => (id === idOf(1) ? packed(id) : null),
  };
  const shadows = new Shadows({
    store,
    trusted,
    kept,
    compile: async (task) => {
      const compiled = await compiles();
      const made: CompiledRelease = { packed: packed(task.rulesetId ?? ''), ...manifestOf(1), rules: [] };
      return compiled.ok ? ok(made) : compiled;
    },
    startAside: () => {
      processes.running += 1;
      processes.started += 1;
      let isRunning = true;
      return {
        has: () => true,
        load: async () => loads,
        compare: async () => compares,
        stop: async () => {
          processes.running -= isRunning ? 1 : 0;
          isRunning = false;
        },
      };
    },
    screening: { watchers, hasLeisure: true },
    judges,
    floor: () => node.floor,
    limits: {
      tray: { claims: 9, bytes: 999, bodyBytes: 99 },
      batch: { claims: 9, bytes: 999 },
    },
    events,
    clock: systemClock,
    tried: (manifest) => tried.push(manifest?.version ?? null),
    compilerPauseMs,
  });
  nodes.push(shadows);
  const node: Node = { said, tried, shadows, judges, watchers, processes, floor: 1 };
  return node;
}

/** A live claim of the first version has its answer. */
function answerOne({ watchers }: Node): void {
  const claims = [{ body: Buffer.from('a'), envelope: envelopeUntil(0) }];
  watchers.tell({ rulesetId: idOf(1), path: 'advisory', claims, outcomes: [outcome({ status: 'pass' })] });
}

async function looked(node: Node, state: string): Promise<void> {
  await node.shadows.look();
  await until(() => node.shadows.report().state === state);
}

test('a version is tried when it is ordered, another in its place, and none when that is ordered', async () => {
  const node = startNode();
  await orderShadow(2, second);
  await looked(node, 'comparing');
  expect(node.shadows.report()).toMatchObject({
    order: { version: 2, rulesetId: idOf(2), reason: '看看', signer: { name: second.name } },
    against: [idOf(1)],
    figures: { seen: 0, compared: 0 },
  });
  const { serial } = await orderShadow(3);
  await looked(node, 'comparing');
  expect(node.shadows.report().order?.version).toBe(3);
  expect(node.processes).toEqual({ running: 1, started: 2 });
  await orderShadow(null);
  await looked(node, 'none');
  expect(node.processes.running).toBe(0);
  expect(node.said).toEqual([
    `began 2, true, ${second.name}`,
    `ended 2: order ${serial} has overtaken it`,
    `began 3, true, ${author.name}`,
    `ended 3: ${author.name}: 看看`,
  ]);
});

test('a node is told, and looks for itself when it starts', async () => {
  const node = startNode();
  node.shadows.start();
  await orderShadow(2);
  await until(() => node.shadows.report().state === 'comparing');
  await node.shadows.stop();
  const again = startNode();
  await looked(again, 'comparing');
  expect([node.processes.running, again.processes.running]).toEqual([0, 1]);
});

test('an order that is taken away ends it as well', async () => {
  const node = startNode();
  await orderShadow(2);
  await looked(node, 'comparing');
  const found = await store.document('shadow');
  if (found.ok && found.value !== null) await store.remove('shadow', found.value.revision);
  await looked(node, 'none');
  expect(node.said.at(-1)).toBe('ended 2: the order has been taken away');
});

describe('what is refused', () => {
  test('an order that nobody believes leaves what is tried as it is', async () => {
    const node = startNode();
    const order = await orderShadow(2);
    await looked(node, 'comparing');
    await put({ ...order, version: 3 });
    await node.shadows.look();
    await put(signOrder({ ...order, serial: order.serial - 1 }, author.signing));
    await node.shadows.look();
    expect(node.said.slice(1)).toEqual(['refused unsigned', 'refused overtaken']);
    expect(node.shadows.report().state).toBe('comparing');
    await orderShadow(null);
  });

  test.each([
    ['unknown-version', { version: 9 }, {}],
    ['other-content', { rulesetId: 'sha256:other' }, {}],
    ['failing-warm-up', {}, { loads: fail({ ...gone, wasKilled: false }) }],
    ['failing-examples', {}, { compiles: async () => fail(refusal('failing-examples', 'two')) }],
  ])('%s', async (reason, changes, made) => {
    const node = startNode(made);
    const { serial } = await orderShadow(2);
    await put(signOrder({ ...(await orderShadow(2)), ...changes, serial: serial + 2 }, author.signing));
    await looked(node, 'refused');
    expect(node.said).toEqual([`refused ${reason}`]);
    expect(node.processes.running).toBe(0);
    await node.shadows.look();
    expect(node.said).toHaveLength(1);
  });

  test('a version below the lowest that may be in force, from the start or later', async () => {
    const node = startNode();
    node.floor = 3;
    await orderShadow(2);
    await looked(node, 'refused');
    expect(node.said).toEqual(['refused older-than-floor']);
    await orderShadow(3);
    await looked(node, 'comparing');
    node.floor = 4;
    await looked(node, 'ended');
    expect(node.said.at(-1)).toBe('ended 3: it is below 4, the lowest version that may be in force');
  });
});

test('what comes into force for all is not tried any more', async () => {
  const node = startNode();
  await orderShadow(2);
  await looked(node, 'comparing');
  node.judges.inForce = forAll(idOf(2));
  await looked(node, 'ended');
  expect(node.said.at(-1)).toBe('ended 2: it is in force');
  await orderShadow(2);
  await looked(node, 'ended');
  expect([node.processes.running, node.processes.started]).toEqual([0, 1]);
});

test('what was in force and is not any more is tried again, as the order says', async () => {
  const node = startNode();
  await orderShadow(2);
  await looked(node, 'comparing');
  node.judges.inForce = forAll(idOf(2));
  await looked(node, 'ended');
  node.judges.inForce = { common: idOf(1), special: new Map([['H1', idOf(2)]]) };
  await looked(node, 'comparing');
  expect(node.processes).toEqual({ running: 1, started: 2 });
  // Going back may be for good.
  node.judges.inForce = forAll(idOf(2));
  await looked(node, 'ended');
  node.floor = 3;
  node.judges.inForce = forAll(idOf(3));
  await node.shadows.look();
  expect([node.shadows.report().state, node.processes.running]).toEqual(['ended', 0]);
  expect(node.tried).toEqual([2, null, 2, null]);
});

test('one that is ended while it compiles never begins', async () => {
  let finish = (): void => {};
  const compiling = new Promise<void>((resolve) => {
    finish = resolve;
  });
  const node = startNode({ compiles: async () => compiling.then(() => ok(null)) });
  await orderShadow(2);
  await looked(node, 'preparing');
  await orderShadow(null);
  await looked(node, 'none');
  finish();
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect(node.processes.started).toBe(0);
  expect(node.said).toEqual([`ended 2: ${author.name}: 看看`]);
});

describe('one whose compiler ends', () => {
  /** `times` times before it compiles anything. */
  const nodeWhoseCompilerEnds = (times: number, compilerPauseMs?: number) => {
    let ended = 0;
    const compiles = async () =>
      ended++ < times ? fail(refusal('compiler-ended', 'out of memory')) : ok(null);
    return startNode({ compiles, ...(compilerPauseMs === undefined ? {} : { compilerPauseMs }) });
  };

  test('is tried again after a while, though nobody asks', async () => {
    const node = nodeWhoseCompilerEnds(3);
    await orderShadow(2);
    await node.shadows.look();
    await expect.poll(() => node.said.at(-1), patiently).toBe(`began 2, true, ${author.name}`);
    expect(node.said.slice(0, -1)).toEqual(Array(3).fill('refused compiler-ended'));
  });

  test('is given up when that has happened too often, until it is ordered again', async () => {
    const node = nodeWhoseCompilerEnds(4);
    await orderShadow(2);
    await node.shadows.look();
    await expect.poll(() => node.said.length, patiently).toBe(4);
    for (let look = 0; look < 3; look++) await node.shadows.look();
    expect([node.said.length, node.shadows.report().state]).toEqual([4, 'refused']);
    await orderShadow(2);
    await looked(node, 'comparing');
  });

  test('waits until the while is over, unless another order comes', async () => {
    const node = nodeWhoseCompilerEnds(1, 600_000);
    await orderShadow(2);
    await looked(node, 'refused');
    for (let look = 0; look < 3; look++) await node.shadows.look();
    expect(node.said).toEqual(['refused compiler-ended']);
    await orderShadow(null);
    await looked(node, 'none');
  });
});

describe('one whose process is killed from outside', () => {
  const killed = fail<ShadowLoss>({ ...gone, wasKilled: true });

  test('while it loads is tried again after a while, and is given up when that has happened too often', async () => {
    const node = startNode({ loads: killed });
    await orderShadow(2);
    await node.shadows.look();
    await expect.poll(() => node.said.length, patiently).toBe(4);
    expect(new Set(node.said)).toEqual(new Set(['refused compiler-ended']));
    expect(node.processes).toEqual({ running: 0, started: 4 });
  });

  test('while it compares is tried again, and nothing is held against it', async () => {
    const node = startNode({ compares: killed });
    await orderShadow(2);
    await looked(node, 'comparing');
    answerOne(node);
    await expect.poll(() => node.said.length, patiently).toBe(3);
    const began = `began 2, true, ${author.name}`;
    expect(node.said).toEqual([began, 'refused compiler-ended', began]);
    expect(await new KeptOrders(folder).read()).toMatchObject({ lost: null });
  });
});

describe('one that costs its thread', () => {
  const compares = fail<ShadowLoss>({ cause: 'hung', claim: 0, rule: 'sex-drug', wasKilled: false });

  test('ends, is told once, and is not tried again by this order, after no restart', async () => {
    const node = startNode({ compares });
    await orderShadow(2);
    await looked(node, 'comparing');
    answerOne(node);
    await until(() => node.shadows.report().state === 'ended');
    expect(node.shadows.report().problem).toBe('it has cost its thread: hung, rule sex-drug');
    answerOne(node);
    await node.shadows.look();
    expect(node.said.slice(1)).toEqual(['lost 2: hung, sex-drug']);
    expect(node.processes).toEqual({ running: 0, started: 1 });
    await until(async () => (await new KeptOrders(folder).read()).lost !== null);

    const again = startNode();
    await looked(again, 'ended');
    expect(again.shadows.report().problem).toBe('it has cost its thread: hung, rule sex-drug');
    expect(again.said).toEqual([]);
    await orderShadow(2);
    await looked(again, 'comparing');
  });

  test('says where it cannot keep that', async () => {
    const path = join(folder, 'a file');
    await writeFile(path, '');
    const node = startNode({ compares, kept: new KeptOrders(join(path, 'no folder')) });
    await orderShadow(2);
    await looked(node, 'comparing');
    answerOne(node);
    await until(() => node.said.filter((one) => one === 'not kept').length === 2);
    expect(node.said.at(-2)).toBe('lost 2: hung, sex-drug');
  });
});

test('a rule that fails is told once', async () => {
  const failure = { rule: 'sex-drug', error: 'TypeError', at: '' };
  const claim = { scene: '2', live: 'pass', candidate: 'not_screened', rules: [], failure } as const;
  const compares = ok<CompareReply>({ claims: [claim, claim], liveMs: 1, candidateMs: 1 });
  const node = startNode({ compares });
  await orderShadow(2);
  await looked(node, 'comparing');
  answerOne(node);
  await until(() => node.shadows.report().figures?.failed === 2);
  expect(node.said.slice(1)).toEqual(['failed sex-drug']);
  expect(node.shadows.report().figures).toMatchObject({ compared: 2, changed: 2 });
});

describe('the desk', () => {
  test.each([
    ['unknown-version', { version: 9, rulesetId: idOf(9) }, author],
    ['other-content', { rulesetId: idOf(3) }, author],
    ['overtaken', { serial: 1 }, author],
    ['overtaken', { serial: 1_000 }, author],
  ])('does not take what is %s', async (reason, changes, by) => {
    const drafted = await draftOrder(desk, { version: 2, reason: '看看' }, systemClock.wallMs());
    if (!drafted.ok) throw new Error(drafted.error.message);
    const given = await giveOrder(desk, signOrder({ ...drafted.value, ...changes }, by.signing));
    expect(given).toMatchObject({ ok: false, error: { reason } });
  });

  test('drafts nothing for what is in force for all', async () => {
    await store.put('live', signPointer(pointerTo(3, { floor: 2 }), second.signing), 0);
    const draft = (version: number) => draftOrder(desk, { version, reason: '看看' }, systemClock.wallMs());
    expect(await draft(3)).toMatchObject({ ok: false, error: { reason: 'overtaken' } });
    expect(await draft(1)).toMatchObject({ ok: false, error: { reason: 'older-than-floor' } });
    expect((await draft(2)).ok).toBe(true);
  });
});
