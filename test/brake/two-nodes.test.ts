/**
 * A bad rule in production: two nodes as they are shipped, in processes of their own, on a real broker. It is stopped on
 * the node that sees it, the other follows, the other rules go on; operators have the last word; no broker is needed.
 */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startBroker } from '../../src/nats/embedded.js';
import { ReleaseStore } from '../../src/nats/release-store.js';
import { storedMessage } from '../../src/nats/stored-message.js';
import { commitOverlay, draftOverlay, signOperatorOverlay } from '../../src/ruleset/overlay/overlay-desk.js';
import { readStoredOverlay } from '../../src/ruleset/overlay/stored-overlay.js';
import { bandOf } from '../../src/ruleset/release/brake/bands.js';
import { windowClaims } from '../../src/ruleset/release/brake/share-window.js';
import { packBundle } from '../../src/ruleset/release/bundle.js';
import { Desk as ReleaseDesk } from '../../src/ruleset/release/desk.js';
import { signManifest } from '../../src/ruleset/release/release.js';
import { type ServiceProcess, startProcess } from '../integration/fixtures/service-process.js';
import { maxPayloadBytes, serverProgram } from '../nats/broker-fixture.js';
import { type Jetstream, settle, startJetstream, until } from '../nats/jetstream-fixture.js';
import { author, Desk, second } from '../releases/desk.js';
import { idOf, smallRules } from '../releases/small-rules.js';
import { manifestOf, person, trusting } from '../ruleset/release/people.js';
import { badRule, badRules, boysClaim, goodRule, otherBadRule, type PatientsClaim } from './bad-rules.js';
import { replayWith } from './bands.js';

const institution = 'H35010200417';
const operator = person('值班丁', 'operate');
/** One claim in ten was alerted. */
const replay = replayWith([bandOf('2', [{ claims: 40_000, alerts: 4_000, holds: 0 }])]);
/** On a busy machine compiling takes its time. */
const patiently = { timeout: 180_000, interval: 50 };

let js: Jetstream;
let folder: string;
let store: ReleaseStore;
let desk: Desk;
let here: ServiceProcess;
let there: ServiceProcess;

/** Since version 2 both bad rules are what they are. */
const since = { [badRule]: 2, [otherBadRule]: 2 };

async function publish(version: number): Promise<void> {
  const source = await badRules(version);
  const bundle = packBundle(source);
  const rulesetId = idOf(source);
  await store.putText(bundle.digest, bundle.bytes);
  const changed = version === 2 ? [badRule, otherBadRule] : [];
  const manifest = manifestOf(version, {
    rulesetId,
    sourceDigest: bundle.digest,
    changed,
    since,
    replay,
  });
  const put = await store.put(`version.${version}`, signManifest(manifest, author.signing), 0);
  if (!put.ok) throw new Error(put.error.kind);
  desk.ids.set(version, rulesetId);
}

beforeAll(async () => {
  [js, folder] = await Promise.all([startJetstream(), mkdtemp(join(tmpdir(), 'claimgate-brake-'))]);
  store = new ReleaseStore({ link: js.link, replicas: 1 });
  desk = new Desk(store);
  for (const [path, text] of (await smallRules(1)).files) {
    const file = join(folder, 'rules', path);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, text);
  }
  const keys = [author, second, operator].map(({ name, may, publicKey }) => ({ name, may, publicKey }));
  await writeFile(join(folder, 'keys.json'), JSON.stringify({ keys }));
  const start = (name: string) =>
    startProcess({
      NATS_URL: js.broker.url,
      CLAIMGATE_RULES: join(folder, 'rules'),
      CLAIMGATE_DATA_DIR: join(folder, name),
      CLAIMGATE_RELEASE_KEYS: join(folder, 'keys.json'),
      CLAIMGATE_HTTP_PORT: '0',
      CLAIMGATE_WORKERS: '2',
      // A shared machine may hold a thread up for longer than a hospital would wait.
      CLAIMGATE_BUDGET_PRE_MS: '10000',
      CLAIMGATE_BUDGET_MID_MS: '10000',
    });
  [here, there] = await Promise.all([start('here'), start('there'), publish(2)]);
  await desk.activate(2);
  for (const node of [here, there]) {
    await until(() => node.log().includes('"msg":"the brake watches a version"'));
    await until(() => isShown(node));
  }
});

afterAll(async () => {
  await Promise.all([here.end('SIGTERM'), there.end('SIGTERM')]);
  await js.stop();
  await rm(folder, { recursive: true, force: true });
});

interface Decided {
  readonly status: string;
  readonly ruleset: { readonly version: number; readonly overlay: number };
  readonly findings: readonly { readonly rule: string; readonly effect: string }[];
}

let events = 0;

async function screen(node: ServiceProcess, claim: Partial<PatientsClaim> = {}): Promise<Decided> {
  const body = boysClaim(`E${++events}`, { institution, ...claim });
  const headers = { 'Content-Type': 'application/json', 'Claimgate-Institution': institution };
  const response = await fetch(`${node.http}/v1/screenings`, { method: 'POST', headers, body });
  if (response.status !== 200) throw new Error(`${response.status}: ${await response.text()}`);
  return (await response.json()) as Decided;
}

/** His medicine, his crown: nothing to find, were it not for the bad rules. */
const crown: Partial<PatientsClaim> = { items: ['crownForHim'] };
const wrongly: Partial<PatientsClaim> = { items: ['medicineForHim', 'notForHim'] };

const rulesOf = ({ findings }: Decided) => findings.map(({ rule }) => rule);
const isShown = async (node: ServiceProcess, claim: Partial<PatientsClaim> = {}) =>
  (await screen(node, claim)).status === 'alert';

/** Claims that were shown a bad rule until it was stopped. */
async function claimsUntilStopped(node: ServiceProcess, claim: Partial<PatientsClaim> = {}): Promise<number> {
  for (let claims = 0; ; claims++) if (!(await isShown(node, claim))) return claims;
}

async function metricsOf(node: ServiceProcess): Promise<string> {
  return await (await fetch(`${node.http}/metrics`)).text();
}

const stopsIn = (node: ServiceProcess) => node.log().split('"msg":"brake: rules stopped').length - 1;
const braked = (rule = badRule) => `claimgate_braked_rule{version="2",rule="${rule}"} 1\n`;

async function overlay() {
  const found = await store.document('overlay');
  const read = readStoredOverlay(found.ok ? found.value?.value : null);
  if (!read.ok) throw new Error(read.error.message);
  return read.value;
}

test('a rule that fires on everything is stopped within a window, and the others go on', async () => {
  expect(await claimsUntilStopped(here)).toBeLessThanOrEqual(windowClaims);
  const unharmed = await screen(here);
  expect([unharmed.status, unharmed.ruleset]).toMatchObject(['pass', { version: 2, overlay: 1 }]);
  const wrong = await screen(here, wrongly);
  expect([wrong.status, rulesOf(wrong)]).toEqual(['alert', [goodRule]]);
  expect(await metricsOf(here)).toContain(braked());
  await expect.poll(() => stopsIn(here)).toBe(1);
  await until(async () => {
    const found = await store.document('overlay');
    return found.ok && found.value !== null;
  });
  const { number, brakes } = await overlay();
  expect([number, brakes]).toMatchObject([1, [{ version: 2, rules: [badRule], scene: '2' }]]);
});

test('the other node follows, without having seen it', async () => {
  await expect.poll(() => metricsOf(there), patiently).toContain(braked());
  const followed = await screen(there);
  expect([followed.status, followed.ruleset.overlay, stopsIn(there)]).toEqual(['pass', 1, 0]);
  expect(rulesOf(await screen(there, wrongly))).toEqual([goodRule]);
});

test('what it finds is still kept in decisions of settled claims', async () => {
  await settle(js.link, boysClaim('S1', { kind: 'settlement', institution }), institution);
  let found = await storedMessage(js.link, 'DECISIONS', 1);
  await until(async () => {
    found = await storedMessage(js.link, 'DECISIONS', 1);
    return found.ok && found.value !== null;
  });
  const data = found.ok && found.value !== null ? Buffer.from(found.value.data).toString() : '';
  const { status, ruleset, findings } = JSON.parse(data) as Decided;
  expect([status, ruleset.overlay]).toEqual(['pass', 1]);
  expect(findings).toMatchObject([{ rule: badRule, effect: 'record' }]);
});

test('what an operator takes off the brake stays off, under this version', async () => {
  const release = new ReleaseDesk(store, trusting(author, second, operator));
  const terms = { by: operator.name, reason: '核对过，规则无误', nowMs: Date.now() };
  const drafted = await draftOverlay(release, { do: 'release', version: 2, rules: [badRule] }, terms);
  if (!drafted.ok) throw new Error(drafted.error.message);
  const signed = signOperatorOverlay(drafted.value, operator.signing);
  const written = await commitOverlay(release, signed, { nowMs: Date.now(), rulesInForce: null });
  expect(written).toMatchObject({ ok: true, value: { number: 2 } });
  for (const node of [here, there]) {
    await expect.poll(() => isShown(node), patiently).toBe(true);
    expect(await metricsOf(node)).not.toContain(braked());
  }
  for (let claims = 0; claims < windowClaims; claims++) expect(await isShown(here)).toBe(true);
  expect([stopsIn(here), stopsIn(there), (await overlay()).number]).toEqual([1, 0, 2]);
});

test('the next bad rule is stopped without a broker, and everywhere once there is one', async () => {
  await js.broker.broker.stop();
  expect(await claimsUntilStopped(here, crown)).toBeLessThanOrEqual(windowClaims);
  expect((await screen(here, crown)).status).toBe('pass');
  expect(await metricsOf(here)).toContain(braked(otherBadRule));
  expect(await metricsOf(here)).toContain('claimgate_brakes_unwritten 1\n');
  await expect.poll(() => stopsIn(here)).toBe(2);
  expect([await isShown(here), await isShown(there, crown)]).toEqual([true, true]);

  const program = await serverProgram();
  const again = await startBroker({ program, folder: js.broker.folder, maxPayloadBytes });
  if (!again.ok) throw new Error(again.error);
  js.revived.push(again.value);
  await expect.poll(() => metricsOf(there), patiently).toContain(braked(otherBadRule));
  await expect.poll(() => metricsOf(here), patiently).toContain('claimgate_brakes_unwritten 0\n');
  // The nodes may be back before us.
  await until(() => js.link.connected);
  expect((await overlay()).brakes.map(({ rules }) => rules)).toEqual([[badRule], [otherBadRule]]);
  expect([await isShown(there), await isShown(there, crown)]).toEqual([true, false]);
});

test('the next version has them as they were: what is braked stays so, and what was taken off the brake does', async () => {
  await publish(3);
  await desk.activate(3);
  await expect.poll(async () => (await screen(there)).ruleset.version, patiently).toBe(3);
  expect([await isShown(there), await isShown(there, crown)]).toEqual([true, false]);
  expect(await metricsOf(there)).toContain(braked(otherBadRule));
  expect((await overlay()).brakes.map(({ version }) => version)).toEqual([2, 2]);
});

test('a version that goes takes its brakes along', async () => {
  const grownUp: Partial<PatientsClaim> = { ...crown, birthDate: '1970-05-03' };
  expect((await screen(here, grownUp)).findings).toEqual([]);
  // All others go by the rules folder, in which the rule is as it should be.
  await desk.activate(2, { institutions: ['H35010200001'] });
  await expect.poll(async () => rulesOf(await screen(here, grownUp)), patiently).toEqual([otherBadRule]);
  expect((await screen(here, crown)).status).toBe('pass');
});
