/**
 * Rule sets that change under load: the service as it is shipped, in a process of its own with real threads, on a real
 * broker. Versions differ in what a finding says, so that a decision shows by which of them it was made.
 */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { NatsLink } from '../../src/nats/connection.js';
import { ReleaseStore } from '../../src/nats/release-store.js';
import { storedMessage } from '../../src/nats/stored-message.js';
import type { RulesSource } from '../../src/ruleset/parse/parse-rules.js';
import { type Jetstream, linkTo, settle, startJetstream, until } from '../nats/jetstream-fixture.js';
import { both, Desk, writeKeys } from '../releases/desk.js';
import { smallRules } from '../releases/small-rules.js';
import { type ServiceProcess, startListening, startProcess } from './fixtures/service-process.js';

const institution = 'H35010200417';
const other = 'H35010200001';
const dist = process.env['CLAIMGATE_TEST_DIST'] ?? new URL('../../dist/', import.meta.url).href;
const loseWorkers = new URL('test/chaos/lose-workers.js', dist).href;
/** On a busy machine compiling takes its time. */
const patiently = { timeout: 180_000, interval: 100 };

let js: Jetstream;
let link: NatsLink;
let folder: string;
let desk: Desk;
let environment: Record<string, string>;
let service: ServiceProcess;

/** Its findings begin with the number of the version. */
function speaking(version: number): Promise<RulesSource> {
  return smallRules(version, (path, text) =>
    path.endsWith('sex-drug.yaml') ? text.replace('say: "', `say: "〔${version}〕`) : text,
  );
}

async function publish(version: number): Promise<string> {
  return await desk.publish(version, { source: speaking(version), meant: speaking(version) });
}

beforeAll(async () => {
  js = await startJetstream();
  link = await linkTo(js.broker.url);
  folder = await mkdtemp(join(tmpdir(), 'claimgate-swap-'));
  for (const [path, text] of (await speaking(1)).files) {
    const file = join(folder, 'rules', path);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, text);
  }
  desk = new Desk(new ReleaseStore({ link, replicas: 1 }));
  environment = {
    NATS_URL: js.broker.url,
    CLAIMGATE_RULES: join(folder, 'rules'),
    CLAIMGATE_DATA_DIR: join(folder, 'data'),
    CLAIMGATE_RELEASE_KEYS: await writeKeys(folder),
    CLAIMGATE_HTTP_PORT: '0',
    CLAIMGATE_WORKERS: '2',
    // A shared machine may hold a thread up for longer than a hospital would wait.
    CLAIMGATE_BUDGET_PRE_MS: '10000',
    CLAIMGATE_BUDGET_MID_MS: '10000',
    CLAIMGATE_RETRY_PATIENCE_MS: '60000',
    NODE_OPTIONS: `--import ${loseWorkers}`,
  };
  service = await startProcess(environment);
});

afterAll(async () => {
  await service.end('SIGTERM');
  await link.close();
  await js.stop();
  await rm(folder, { recursive: true, force: true });
});

let patients = 0;

function claimOf(event: string, from = institution, kind = 'screening') {
  return JSON.stringify({
    eventId: event,
    kind,
    ...(kind === 'settlement' ? { claimId: `${from}/${event}` } : { scene: 2 }),
    sentAt: '2026-03-12T09:41:07+08:00',
    institution: { code: from, level: 3, type: 'hospital', region: '350102' },
    patient: {
      id: `35000011${String(++patients).padStart(12, '0')}`,
      sex: 'male',
      birthDate: '1962-05-03',
      insurance: 'employee',
    },
    encounter: { id: `OP${event}`, type: 'outpatient', emergency: false },
    diagnoses: [{ code: 'I10.x00', main: true }],
    lines: [
      {
        id: 'L1',
        itemCode: 'ZD03AAA0043010100166',
        itemName: '艾附暖宫丸',
        kind: 'drug',
        quantity: 1,
        unitPrice: '49.20',
        amount: '49.20',
        at: '2026-03-12T09:40:00+08:00',
        current: true,
      },
    ],
  });
}

interface Decided {
  readonly status: string;
  readonly cause: string | null;
  readonly ruleset: { readonly id: string; readonly version: number } | null;
  readonly findings: readonly { readonly message: string }[];
}

async function overNats(event: string, from = institution): Promise<Decided> {
  const body = Buffer.from(claimOf(event, from));
  const reply = await link.request(`claimgate.screen.${from}`, body, { timeoutMs: 60_000 });
  if (!reply.ok) throw new Error(reply.error);
  return JSON.parse(Buffer.from(reply.value.data).toString()) as Decided;
}

async function overHttp(event: string, from: string | null = institution): Promise<Decided> {
  const headers = { 'Content-Type': 'application/json', ...(from && { 'Claimgate-Institution': from }) };
  const body = claimOf(event, from ?? institution);
  const response = await fetch(`${service.http}/v1/screenings`, { method: 'POST', headers, body });
  if (response.status !== 200) throw new Error(`${response.status}: ${await response.text()}`);
  return (await response.json()) as Decided;
}

/** The version that a decision names; what it says must be that version's. */
function versionOf({ status, cause, ruleset, findings }: Decided): number {
  expect([status, cause]).toEqual(['alert', null]);
  const version = ruleset?.version ?? 0;
  expect(findings.flatMap(({ message }) => /^〔\d+〕/.exec(message) ?? [])).toEqual([`〔${version}〕`]);
  if (version > 1) expect(ruleset?.id).toBe(desk.ids.get(version));
  return version;
}

let events = 0;
const inForce = async (from = institution) => versionOf(await overNats(`E${++events}`, from));

async function settleOne(from = institution): Promise<number> {
  return await settle(link, claimOf(`S${++events}`, from, 'settlement'), from);
}

/** The version that judged a message of CLAIMS. */
async function judged(seq: number): Promise<number> {
  for (let at = 1; ; at++) {
    let found = await storedMessage(link, 'DECISIONS', at);
    while (!found.ok || found.value === null) {
      await new Promise((resolve) => setTimeout(resolve, 10));
      found = await storedMessage(link, 'DECISIONS', at);
    }
    if (found.value.header('Claimgate-Sequence') !== String(seq)) continue;
    return versionOf(JSON.parse(Buffer.from(found.value.data).toString()) as Decided);
  }
}

interface Asked {
  /** In the order of asking; ticks. */
  readonly sentMs: number;
  readonly version: number;
}

/** Hospitals that ask again and again through both doors, and settle meanwhile; something is left for the swap. */
function startLoad() {
  const asked: Asked[] = [];
  const failures: unknown[] = [];
  const settled: number[] = [];
  let stopping = false;
  const loop = async (step: () => Promise<void>): Promise<void> => {
    while (!stopping) await step().catch((error: unknown) => failures.push(error));
  };
  const ask = (screen: () => Promise<Decided>) => async () => {
    const sentMs = performance.now();
    asked.push({ sentMs, version: versionOf(await screen()) });
    await new Promise((resolve) => setTimeout(resolve, 20));
  };
  const loops = [
    ...Array.from({ length: 6 }, (_, i) =>
      loop(ask(() => overNats(`L${++events}`, i % 2 === 0 ? institution : other))),
    ),
    ...Array.from({ length: 3 }, () => loop(ask(() => overHttp(`L${++events}`)))),
    loop(async () => {
      settled.push(await settleOne());
      await new Promise((resolve) => setTimeout(resolve, 20));
    }),
  ];
  return {
    asked,
    settled,
    stop: async () => {
      stopping = true;
      await Promise.all(loops);
      expect(failures).toEqual([]);
    },
  };
}

test('a first change that is refused leaves the own folder in force, after a restart as well', async () => {
  const isRefused = () => service.log().includes('"reason":"unknown-version"');
  await desk.activate(9);
  const isReady = async () => (await reasons()).length === 0;
  await until(isRefused);
  await until(isReady);
  expect(await inForce()).toBe(1);
  await service.end('SIGTERM');
  service = await startProcess(environment);
  await until(isRefused);
  await until(isReady);
  expect(await inForce()).toBe(1);
});

test('what is activated judges the next claim', async () => {
  expect(await inForce()).toBe(1);
  await publish(2);
  await desk.activate(2);
  await expect.poll(() => inForce(), patiently).toBe(2);
  expect(versionOf(await overHttp('H1'))).toBe(2);
  expect(await judged(await settleOne())).toBe(2);
});

test('under load nobody notices: every decision is of one version, forth and back', async () => {
  await publish(3);
  const load = startLoad();
  const stays: { readonly version: number; readonly fromMs: number; readonly toMs: number }[] = [];
  for (const version of [3, 2, 3]) {
    await desk.activate(version);
    await expect.poll(() => inForce(), patiently).toBe(version);
    const fromMs = performance.now();
    const before = load.asked.length;
    await until(() => load.asked.length > before + 50);
    expect(await judged(await settleOne())).toBe(version);
    stays.push({ version, fromMs, toMs: performance.now() });
  }
  await load.stop();
  for (const { version, fromMs, toMs } of stays) {
    const within = load.asked.filter(({ sentMs }) => sentMs > fromMs && sentMs < toMs);
    expect(new Set(within.slice(0, -9).map((one) => one.version))).toEqual(new Set([version]));
  }
  expect(new Set(load.asked.map(({ version }) => version))).toEqual(new Set([2, 3]));
  const [first = 0, last = 0] = [load.settled[0], load.settled.at(-1)];
  for (const seq of [first, last]) expect([2, 3]).toContain(await judged(seq));
});

test('threads that are lost in the middle of a swap cost nobody an answer', async () => {
  const rulesetId = await publish(4);
  const load = startLoad();
  const isAsked = (version: number) => load.asked.some((one) => one.version === version);
  await until(() => isAsked(3));
  await desk.activate(4);
  await until(() => service.log().includes(`"rulesetId":"${rulesetId}"`));
  service.child.kill('SIGUSR2');
  await until(() => service.log().includes('worker lost'));
  await expect.poll(() => inForce(), patiently).toBe(4);
  await until(() => isAsked(4));
  await load.stop();
  expect(new Set(load.asked.map(({ version }) => version))).toEqual(new Set([3, 4]));
});

test('some institutions first: claims and settlements go by whose they are', async () => {
  await publish(5);
  await desk.activate(5, { institutions: [institution], base: 4 });
  await expect.poll(() => inForce(), patiently).toBe(5);
  expect(await inForce(other)).toBe(4);
  expect(versionOf(await overHttp('H2'))).toBe(5);
  // Nobody has read it yet when the rule set is chosen.
  expect(versionOf(await overHttp('H3', null))).toBe(4);
  const from = [institution, other, other, institution, other];
  const settled = await Promise.all(from.map((one) => settleOne(one)));
  expect(await Promise.all(settled.map(judged))).toEqual([5, 4, 4, 5, 4]);
  const load = startLoad();
  await until(() => load.asked.length > 100);
  await load.stop();
  expect(new Set(load.asked.map(({ version }) => version))).toEqual(new Set([4, 5]));
});

test('a version begins when its time has come', async () => {
  const begins = new Date(Date.now() + 3_000);
  await desk.activate(5, { base: 3, notBefore: begins.toISOString() });
  await expect.poll(() => inForce(other), patiently).not.toBe(4);
  const versions: number[] = [];
  for (let version = 0; version !== 5; ) {
    version = await inForce(other);
    if (Date.now() < begins.getTime()) versions.push(version);
  }
  expect(new Set([...versions, 3])).toEqual(new Set([3]));
});

describe('what is refused leaves in force what was', () => {
  test.each([
    [
      'failing-examples',
      async () => {
        const source = smallRules(6, (path, text) =>
          path.endsWith('sex-drug.examples.yaml') ? text.replaceAll('sex: female', 'sex: male') : text,
        );
        await desk.publish(6, { source });
        await desk.activate(6);
      },
    ],
    ['unsigned', async () => await desk.put({ version: 2 })],
    [
      'same-signer',
      async () => {
        await desk.publish(7, { by: both });
        await desk.activate(7, {}, both);
      },
    ],
  ])('%s', async (reason, act) => {
    await act();
    await until(() => service.log().includes(`"reason":"${reason}"`));
    expect(await inForce()).toBe(5);
    const metrics = await (await fetch(`${service.http}/metrics`)).text();
    expect(metrics).toContain(`claimgate_releases_refused_total{reason="${reason}"} 1\n`);
  });
});

test('going back waits for no version that is on its way', async () => {
  await publish(8);
  await desk.activate(8);
  await desk.activate(3);
  await expect.poll(() => inForce(), patiently).toBe(3);
  expect(service.log()).not.toMatch(/"version":8,[^\n]*"release in force"/);
});

describe('a restart', () => {
  test('begins with what was activated meanwhile, not with what was in force before', async () => {
    await service.end('SIGTERM');
    await desk.activate(5);
    service = await startProcess(environment);
    expect(await inForce()).toBe(5);
    expect(versionOf(await overHttp('R0'))).toBe(5);
  });

  test.each([
    ['what was kept is damaged', (path: string) => writeFile(path, '{')],
    ['nothing was ever kept, and what lies there is refused', (path: string) => rm(path)],
  ])('takes nothing from the broker while nobody knows what is in force: %s', async (_, spoil) => {
    await service.end('SIGTERM');
    await spoil(join(environment['CLAIMGATE_DATA_DIR'] ?? '', 'releases', 'live.json'));
    await desk.put({ version: 2 });
    const settled = await settleOne();
    service = { ...(await startListening(environment)), nats: service.nats };
    expect(await reasons()).toContain('release');
    await expect(overNats(`N${++events}`)).rejects.toThrow();
    await desk.activate(5);
    await until(async () => (await reasons()).length === 0);
    expect(await inForce()).toBe(5);
    expect(await judged(settled)).toBe(5);
  });
});

describe('a restart without the broker', () => {
  test('begins with what was in force', async () => {
    await desk.activate(3);
    await expect.poll(() => inForce(), patiently).toBe(3);
    await service.end('SIGTERM');
    await js.broker.broker.stop();
    const alone = await startListening(environment);
    service = { ...alone, nats: service.nats };
    expect(versionOf(await overHttp('R1'))).toBe(3);
    expect(await reasons()).not.toContain('release');
    await service.end('SIGTERM');
  });

  test('is not ready where that cannot be read any more', async () => {
    await writeFile(join(environment['CLAIMGATE_DATA_DIR'] ?? '', 'releases', 'live.json'), '{');
    service = { ...(await startListening(environment)), nats: service.nats };
    expect(await reasons()).toContain('release');
    expect(versionOf(await overHttp('R2'))).toBe(1);
  });
});

async function reasons(): Promise<readonly string[]> {
  const answer = (await (await fetch(`${service.http}/readyz`)).json()) as { readonly reasons: string[] };
  return answer.reasons;
}
