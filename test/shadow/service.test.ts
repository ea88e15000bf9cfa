/**
 * A version that is tried beside the one in force: the service as it is shipped, on a real broker, told over the command
 * line and over HTTP. What it shows is held against an evaluation of the same claims by either version here.
 */
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Explain, explainer } from '../../src/cli/screen.js';
import type { NatsLink } from '../../src/nats/connection.js';
import { ReleaseStore } from '../../src/nats/release-store.js';
import { buildRuleset, type RulesSource } from '../../src/ruleset/build-ruleset.js';
import { createKey, readSigningKey, type SigningKey } from '../../src/ruleset/release/keys.js';
import { sign } from '../../src/ruleset/release/statement.js';
import type { ShadowReport } from '../../src/shadow/report.js';
import { claimgate } from '../cli/command-line.js';
import { type ServiceProcess, startProcess } from '../integration/fixtures/service-process.js';
import { type Jetstream, linkTo, startJetstream, until } from '../nats/jetstream-fixture.js';
import { author, Desk, second } from '../releases/desk.js';
import { smallRules } from '../releases/small-rules.js';

const institution = 'H35010200417';

let js: Jetstream;
let link: NatsLink;
let folder: string;
let desk: Desk;
let environment: Record<string, string>;
let service: ServiceProcess;
let operator: SigningKey;

/** Each asks one rule less in one scene, and the second one shows another less urgently. */
const rulesOf = (version: number): Promise<RulesSource> =>
  smallRules(version, (path, text) => {
    if (path.endsWith('sex-drug.yaml')) {
      return text.replace('scenes: [2, 4, 5,', version === 1 ? 'scenes: [2, 5,' : 'scenes: [4, 5,');
    }
    if (path.endsWith('sex-item.yaml') && version === 2)
      return text.replace('effect: justify', 'effect: remind');
    return text;
  });

async function publish(version: number, source = rulesOf(version), meant = source): Promise<void> {
  await desk.publish(version, { source, meant });
}

async function explain(version: number): Promise<Explain> {
  const built = buildRuleset(await rulesOf(version));
  const made = built.ok ? explainer(built.value) : built;
  if (!made.ok) throw new Error(JSON.stringify(made.error));
  return made.value;
}

beforeAll(async () => {
  js = await startJetstream();
  link = await linkTo(js.broker.url);
  folder = await mkdtemp(join(tmpdir(), 'claimgate-shadow-'));
  for (const [path, text] of (await rulesOf(1)).files) {
    await mkdir(dirname(join(folder, 'rules', path)), { recursive: true });
    await writeFile(join(folder, 'rules', path), text);
  }
  const { privatePem, publicKey } = createKey();
  await writeFile(join(folder, 'own.pem'), privatePem);
  const signing = readSigningKey(privatePem);
  if (!signing.ok) throw new Error(signing.error);
  operator = signing.value;
  const people = [author, second, { name: '规则员', may: ['publish'], publicKey }];
  const keys = people.map(({ name, may, publicKey: key }) => ({ name, may, publicKey: key }));
  await writeFile(join(folder, 'keys.json'), JSON.stringify({ keys }));
  desk = new Desk(new ReleaseStore({ link, replicas: 1 }));
  environment = {
    NATS_URL: js.broker.url,
    CLAIMGATE_RULES: join(folder, 'rules'),
    CLAIMGATE_DATA_DIR: join(folder, 'data'),
    CLAIMGATE_RELEASE_KEYS: join(folder, 'keys.json'),
    CLAIMGATE_HTTP_PORT: '0',
    CLAIMGATE_WORKERS: '2',
    // A shared machine may hold a thread up for longer than a hospital would wait.
    CLAIMGATE_BUDGET_PRE_MS: '10000',
    CLAIMGATE_BUDGET_MID_MS: '10000',
    CLAIMGATE_RETRY_PATIENCE_MS: '60000',
  };
  await publish(1);
  await publish(2);
  service = await startProcess(environment);
});

afterAll(async () => {
  await service.end('SIGTERM');
  await link.close();
  await js.stop();
  await rm(folder, { recursive: true, force: true });
});

const command = (...words: readonly string[]) =>
  claimgate(['ruleset', 'shadow', ...words], {
    NATS_URL: js.broker.url,
    CLAIMGATE_RELEASE_KEYS: join(folder, 'keys.json'),
  });

async function report(): Promise<ShadowReport> {
  return (await (await fetch(`${service.http}/v1/rulesets/shadow`)).json()) as ShadowReport;
}

async function stateIs(state: ShadowReport['state']): Promise<ShadowReport> {
  let last = await report();
  await until(async () => {
    last = await report();
    return last.state === state;
  });
  return last;
}

/** As a client does that has only been given the text. */
async function orderOverHttp(version: number | null): Promise<void> {
  const post = async (path: string, body: object) => {
    const answer = await fetch(`${service.http}/v1/rulesets/shadow${path}`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify(body),
    });
    const told = (await answer.json()) as { readonly statement: string };
    expect([answer.status, told]).toEqual([200, expect.anything()]);
    return told;
  };
  const { statement } = await post('/draft', { version, reason: '看看' });
  await post('', { order: sign('shadow', JSON.parse(statement) as object, operator) });
}

const womensDrug = 'ZD03AAA0043010100166';
const mensItem = '002101030280000';
let events = 0;

function claimBody(scene: number, sex: string, items: readonly string[]): Buffer {
  const event = `E${++events}`;
  return Buffer.from(
    JSON.stringify({
      eventId: event,
      kind: 'screening',
      scene,
      sentAt: '2026-03-12T09:41:07+08:00',
      institution: { code: institution, level: 3, type: 'hospital', region: '350102' },
      patient: { id: `35000011${event}`, sex, birthDate: '1962-05-03', insurance: 'employee' },
      encounter: { id: `OP${event}`, type: 'outpatient', emergency: false },
      diagnoses: [{ code: 'I10.x00', main: true }],
      lines: items.map((itemCode, i) => ({
        id: `L${i + 1}`,
        itemCode,
        itemName: '某某',
        kind: itemCode === womensDrug ? 'drug' : 'service',
        quantity: 1,
        unitPrice: '49.20',
        amount: '49.20',
        at: '2026-03-12T09:40:00+08:00',
        current: true,
      })),
    }),
  );
}

/** Every scene that matters, with and without findings of either rule, on one line and on several. */
function sampleBodies(): readonly Buffer[] {
  const lists = [[womensDrug], [mensItem], [womensDrug, mensItem, womensDrug], ['000000000000000']];
  return [2, 4, 5].flatMap((scene) =>
    ['male', 'female', 'unknown'].flatMap((sex) => lists.map((items) => claimBody(scene, sex, items))),
  );
}

interface Decided {
  readonly status: string;
  readonly ruleset: { readonly version: number } | null;
}

async function screen(body: Buffer): Promise<Decided> {
  const reply = await link.request(`claimgate.screen.${institution}`, body, { timeoutMs: 60_000 });
  if (!reply.ok) throw new Error(reply.error);
  return JSON.parse(Buffer.from(reply.value.data).toString()) as Decided;
}

/** `rule line effect` of what a version says of a claim. */
function saidOf(explainOne: Explain, body: Buffer) {
  const { status, findings } = explainOne(body).decision;
  const hits = findings.flatMap(({ rule, effect, lines }) =>
    lines.filter(({ role }) => role === 'violating').map(({ id }) => ({ rule, line: id, effect })),
  );
  return { status, hits };
}

const count = <Item>(items: readonly Item[], holds: (item: Item) => boolean) => items.filter(holds).length;

async function expectedRules(bodies: readonly Buffer[]) {
  const [one, two] = [await explain(1), await explain(2)];
  const claims = bodies.map((body) => ({ live: saidOf(one, body), candidate: saidOf(two, body) }));
  const rules = ['sex-drug', 'sex-item'].map((rule) => {
    const own = claims.map(({ live, candidate }) => {
      const before = live.hits.filter((hit) => hit.rule === rule);
      const after = candidate.hits.filter((hit) => hit.rule === rule);
      const inBoth = before.flatMap((hit) => {
        const same = after.find(({ line }) => line === hit.line);
        return same === undefined ? [] : [{ isOther: same.effect !== hit.effect }];
      });
      return { live: before.length, candidate: after.length, inBoth };
    });
    const sum = (of: (claim: (typeof own)[0]) => number) => own.reduce((all, claim) => all + of(claim), 0);
    return {
      rule,
      findings: { live: sum(({ live }) => live), candidate: sum(({ candidate }) => candidate) },
      claims: {
        live: count(own, ({ live }) => live > 0),
        candidate: count(own, (claim) => claim.candidate > 0),
      },
      gained: sum(({ candidate, inBoth }) => candidate - inBoth.length),
      lost: sum(({ live, inBoth }) => live - inBoth.length),
      otherEffect: sum(({ inBoth }) => count(inBoth, ({ isOther }) => isOther)),
    };
  });
  return { rules, changed: count(claims, ({ live, candidate }) => live.status !== candidate.status) };
}

test('figures are what both versions say of the same claims, and answers are those of the one in force', async () => {
  expect((await report()).state).toBe('none');
  const ordered = await command('2', '--key', join(folder, 'own.pem'), '--reason', '先看看');
  expect([ordered.code, ordered.err]).toEqual([0, '']);
  expect(ordered.out).toBe('version 2 is tried (order 1, 规则员: 先看看)\n');
  await stateIs('comparing');
  const bodies = sampleBodies();
  const [one] = [await explain(1)];
  const answers = await Promise.all(bodies.map(screen));
  expect(answers.map(({ status, ruleset }) => [status, ruleset?.version])).toEqual(
    bodies.map((body) => [saidOf(one, body).status, 1]),
  );
  await until(async () => (await report()).figures?.compared === bodies.length);
  const { figures } = await report();
  const { rules, changed } = await expectedRules(bodies);
  expect(figures).toMatchObject({ seen: bodies.length, changed, failed: 0, rules });
  expect(rules.map(({ gained, lost, otherEffect }) => [gained, lost, otherEffect])).toEqual([
    [3, 3, 0],
    [0, 0, 6],
  ]);
  expect(figures?.scenes.map(({ scene, claims }) => [scene, claims])).toEqual([
    ['2', 12],
    ['4', 12],
    ['5', 12],
  ]);
});

test('the command line shows what the node says', async () => {
  const [text, json] = await Promise.all([
    command('--url', service.http),
    command('--url', service.http, '--json'),
  ]);
  expect(JSON.parse(json.out)).toEqual(await report());
  expect(text.out).toMatch(/^version 2 is tried on this node \(order 1, 规则员: 先看看\)\nsince 20/);
  expect(text.out).toContain('36 of 36 claims compared');
  expect(text.out).toMatch(/^sex-drug +6 .* 3 +3 +0$/m);
  const alone = await command('--url', 'http://127.0.0.1:1');
  expect([alone.code, alone.out]).toEqual([2, 'version 2 is tried (order 1, 规则员: 先看看)\n']);
  expect(alone.err).toContain('no figures: http://127.0.0.1:1 does not answer');
  const metrics = await (await fetch(`${service.http}/metrics`)).text();
  expect(metrics).toContain('claimgate_shadow_claims_total{result="compared"} 36\n');
  expect(metrics).toContain('claimgate_shadow_findings_total{change="gained",rule="sex-drug"} 3\n');
});

/** Hospitals that ask without pause. */
function startLoad() {
  const bodies = sampleBodies();
  const answers: Decided[] = [];
  let stopping = false;
  const loops = Array.from({ length: 6 }, async (_, i) => {
    for (let next = i; !stopping; next += 6)
      answers.push(await screen(bodies[next % bodies.length] as Buffer));
  });
  return {
    answers,
    stop: async () => {
      stopping = true;
      await Promise.all(loops);
      expect(answers.filter(({ status }) => status === 'not_screened')).toEqual([]);
    },
  };
}

/** Processes of the service in which something is tried. */
async function shadowPids(): Promise<readonly number[]> {
  const pids = (await readdir('/proc')).map(Number).filter(Number.isInteger);
  const isOne = await Promise.all(
    pids.map(async (pid) => {
      const [status, words] = await Promise.all(
        ['status', 'cmdline'].map((name) => readFile(`/proc/${pid}/${name}`, 'utf8').catch(() => '')),
      );
      return status?.includes(`PPid:\t${service.child.pid}\n`) && words?.includes('shadow.process');
    }),
  );
  return pids.filter((_, i) => isOne[i]);
}

test('a process that it costs ends it, loudly and for good, and nobody misses an answer', async () => {
  const load = startLoad();
  const [pid = 0, ...others] = await shadowPids();
  expect([pid > 0, others]).toEqual([true, []]);
  // As V8 ends a process.
  process.kill(pid, 'SIGABRT');
  const { problem } = await stateIs('ended');
  await load.stop();
  expect(problem).toBe('it has cost its thread: its process ended with SIGABRT');
  expect(service.log()).not.toContain('worker lost');
  await until(() => service.log().includes('shadow ended: it has cost its thread'));
  await service.end('SIGTERM');
  service = await startProcess(environment);
  expect(await stateIs('ended')).toMatchObject({ problem, figures: null });
});

test('it is tried again when it is ordered again; under load every claim is answered, and compared or left out', async () => {
  await orderOverHttp(2);
  await stateIs('comparing');
  const load = startLoad();
  await until(() => load.answers.length > 500);
  await load.stop();
  let figures = (await report()).figures;
  await until(async () => {
    figures = (await report()).figures;
    return figures !== null && figures.compared + figures.dropped.busy === load.answers.length;
  });
  expect(figures?.seen).toBe(load.answers.length);
  expect(figures?.compared).toBeGreaterThan(0);
});

test('a version whose examples fail is refused; a restart goes on with one; what comes into force is tried no more', async () => {
  const failing = smallRules(3, (path, text) =>
    path.endsWith('sex-drug.examples.yaml') ? text.replaceAll('sex: female', 'sex: male') : text,
  );
  await publish(3, failing, smallRules(3));
  await orderOverHttp(3);
  expect((await stateIs('refused')).problem).toContain('examples do not hold');
  await until(() => service.log().includes('shadow refused'));
  await orderOverHttp(2);
  await stateIs('comparing');
  await service.end('SIGTERM');
  service = await startProcess(environment);
  expect(await stateIs('comparing')).toMatchObject({ figures: { seen: 0 } });
  await desk.activate(2);
  expect((await stateIs('ended')).problem).toBe('it is in force');
  expect((await screen(claimBody(4, 'male', [womensDrug]))).ruleset?.version).toBe(2);
  const ended = await command('--end', '--key', join(folder, 'own.pem'));
  expect(ended.out).toMatch(/^no version is tried any more/);
  await stateIs('none');
});
