import { randomBytes } from 'node:crypto';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { sha256Hex } from '../../src/base/hash.js';
import { ReleaseStore } from '../../src/nats/release-store.js';
import { Desk } from '../../src/ruleset/release/desk.js';
import { footingForAll } from '../../src/ruleset/release/publish.js';
import { ConfiguredBroker } from './broker-fixture.js';
import { type Jetstream, killBroker, linkTo, startJetstream, until } from './jetstream-fixture.js';

let js: Jetstream;
let store: ReleaseStore;

beforeEach(async () => {
  js = await startJetstream();
  store = new ReleaseStore({ link: js.link, replicas: 1 });
});
afterEach(async () => await js.stop());

test('a version is written once', async () => {
  expect(await store.document('version.1')).toEqual({ ok: true, value: null });
  expect((await store.put('version.1', { a: 1 }, 0)).ok).toBe(true);
  expect(await store.put('version.1', { a: 2 }, 0)).toEqual({ ok: false, error: { kind: 'overtaken' } });
  expect(await store.document('version.1')).toMatchObject({ ok: true, value: { value: { a: 1 } } });
});

test('versions come in the order of their numbers', async () => {
  expect(await store.versions()).toEqual({ ok: true, value: [] });
  for (const version of [2, 10, 1] as const) await store.put(`version.${version}`, {}, 0);
  await store.put('live', {}, 0);
  expect(await store.versions()).toEqual({ ok: true, value: [1, 2, 10] });
});

test('whoever is about to publish is heard by those who follow, and nothing is written', async () => {
  const heard: string[] = [];
  const { connection } = js.link;
  // As a watch does.
  const callback = (_: unknown, { subject }: { readonly subject: string }) => void heard.push(subject);
  connection.subscribe('$KV.claimgate-releases.>', { callback });
  await connection.flush();
  const asked = await linkTo(js.broker.url);
  const ground = await footingForAll(
    new Desk(new ReleaseStore({ link: asked, replicas: 1 }), new Map()),
    () => until(() => heard.includes('$KV.claimgate-releases.version.0')),
  );
  expect(ground).toMatchObject({ ok: true, value: { next: 1 } });
  expect(await store.history('version.0')).toEqual({ ok: true, value: [] });
  await asked.close();
});

test('only looking makes no bucket, and finds no document where there is none', async () => {
  const looking = new ReleaseStore({ link: js.link, replicas: 1, onlyLooks: true });
  expect(await looking.document('live')).toEqual({ ok: true, value: null });
  expect(await js.manager.streams.names().next()).not.toContain('KV_claimgate-releases');
  await store.put('live', { a: 1 }, 0);
  expect(await looking.document('live')).toMatchObject({ ok: true, value: { value: { a: 1 } } });
});

test('a document is replaced by whoever has seen the last, and keeps what it was', async () => {
  const first = await store.put('live', { version: 1 }, 0);
  if (!first.ok) throw new Error('the first is written');
  const second = await store.put('live', { version: 2 }, first.value);
  expect(second.ok).toBe(true);
  expect(await store.put('live', { version: 3 }, first.value)).toMatchObject({
    error: { kind: 'overtaken' },
  });
  const history = await store.history('live');
  expect(history.ok && history.value.map(({ value }) => value)).toEqual([{ version: 1 }, { version: 2 }]);
  if (second.ok) expect(await store.remove('live', second.value)).toEqual({ ok: true, value: null });
  expect(await store.document('live')).toEqual({ ok: true, value: null });
});

test('texts outgrow a message, and outlive the broker', async () => {
  const bytes = randomBytes(9 * 1024 * 1024);
  const digest = sha256Hex(bytes);
  expect(await store.text(digest)).toEqual({ ok: true, value: null });
  for (let times = 0; times < 2; times++)
    expect(await store.putText(digest, bytes)).toEqual({ ok: true, value: null });
  await killBroker(js, js.link);
  const again = await store.text(digest);
  expect(again.ok && again.value !== null && Buffer.from(again.value).equals(bytes)).toBe(true);
});

test('what is not taken whole is told, though its pieces may not be taken back', async () => {
  const refused = ['$O.claimgate-rulesets.C.*', '$JS.API.STREAM.PURGE.*'].map((one) => `"${one}"`).join();
  const broker = await ConfiguredBroker.start(`{ publish: { deny: [ ${refused} ] } }`, {
    keepsStreams: true,
  });
  const link = await linkTo(broker.url);
  const put = await new ReleaseStore({ link, replicas: 1 }).putText('digest', Buffer.from('text'));
  expect(put).toMatchObject({ ok: false, error: expect.stringContaining('has not taken the whole text') });
  await link.close();
  await broker.stop();
});

test('a change is told, also after the broker was away', async () => {
  let told = 0;
  const waiting = new Set<() => void>();
  const end = store.watch(() => {
    told += 1;
    for (const wake of waiting) wake();
  });
  const next = () => new Promise<void>((resolve) => void waiting.add(resolve));
  const one = next();
  await store.put('live', { version: 1 }, 0);
  await one;
  const two = next();
  await killBroker(js, js.link);
  await two;
  end();
  const before = told;
  await store.put('shadow', { version: 1 }, 0);
  expect(told).toBe(before);
});
