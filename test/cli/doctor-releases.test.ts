/** What doctor says of releases, on a real broker. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Objm } from '@nats-io/obj';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { checkReleases } from '../../src/cli/doctor-releases.js';
import { readSettings } from '../../src/config/settings.js';
import { ReleaseStore } from '../../src/nats/release-store.js';
import { KeptReleases } from '../../src/ruleset/release/kept-releases.js';
import type { Manifest } from '../../src/ruleset/release/manifest.js';
import { type Jetstream, startJetstream } from '../nats/jetstream-fixture.js';
import { activate, author, publish, second } from '../releases/quick-node.js';

let js: Jetstream;
let folder: string;
let environment: Record<string, string>;
beforeAll(async () => {
  js = await startJetstream();
  folder = await mkdtemp(join(tmpdir(), 'claimgate-doctor-'));
  const keys = join(folder, 'keys.json');
  const people = [author, second].map(({ name, may, publicKey }) => ({ name, may, publicKey }));
  await writeFile(keys, JSON.stringify({ keys: people }));
  environment = { NATS_URL: js.broker.url, CLAIMGATE_DATA_DIR: folder, CLAIMGATE_RELEASE_KEYS: keys };
});
afterAll(async () => {
  await js.stop();
  await rm(folder, { recursive: true, force: true });
});

async function found(): Promise<readonly string[]> {
  const read = readSettings(environment);
  if (!read.ok) throw new Error(read.error.join('\n'));
  return (await checkReleases(read.value)).map(
    ({ level, what }) => `${level}: ${what.slice('releases: '.length)}`,
  );
}

function manifestAt(found: Awaited<ReturnType<ReleaseStore['document']>>): Manifest {
  if (!found.ok || found.value === null) throw new Error('it is published');
  return JSON.parse((found.value.value as { readonly statement: string }).statement) as Manifest;
}

/** What a node has kept that has come so far. */
async function keep(serial: number): Promise<void> {
  const kept = new KeptReleases(join(folder, 'releases'));
  await kept.write({ accepted: { serial, floor: 1 }, pointer: {}, manifests: {} }, []);
}

test('says what lies at the broker, whether it is gone by, and how far this node has come; makes nothing', async () => {
  expect(await found()).toEqual(['fine: none is in force, the rules folder counts']);
  const streams = await js.manager.streams.list().next();
  expect(streams.map(({ config }) => config.name)).not.toContain('KV_claimgate-releases');

  const store = new ReleaseStore({ link: js.link, replicas: 1 });
  await publish(store, 7);
  await store.put('live', { version: 7 }, 0);
  expect(await found()).toEqual([
    'missing: what lies at the broker is refused here (unsigned): the pointer carries no signature',
  ]);
  await new KeptReleases(join(folder, 'releases')).keepOwnFolder();
  expect(await found()).toEqual([
    'note: what lies at the broker is refused here (unsigned): the pointer carries no signature',
  ]);
  await activate(store, 3, 7);
  expect(await found()).toEqual(['note: version 7 is in force by change 3, and none was ever accepted here']);
  const { sourceDigest } = manifestAt(await store.document('version.7'));
  const bucket = await new Objm(js.link.connection).open('claimgate-rulesets');
  await bucket.delete(sourceDigest);
  expect((await found())[1]).toBe(`missing: version 7: there is no text ${sourceDigest}`);
  await bucket.putBlob({ name: sourceDigest }, Buffer.from('another'));
  expect((await found())[1]).toMatch(/^missing: version 7: the text .* is not the one that was published$/);
  await bucket.putBlob({ name: sourceDigest }, Buffer.from('7'));
  expect(await found()).toHaveLength(1);
  await keep(2);
  expect(await found()).toEqual([
    'note: version 7 is in force by change 3, and this node has come to 2 only',
  ]);
  await keep(3);
  expect(await found()).toEqual(['fine: version 7 is in force by change 3']);
  await writeFile(join(folder, 'releases', 'live.json'), '{');
  expect(await found()).toEqual([
    'note: version 7 is in force by change 3',
    expect.stringMatching(/^missing: .*live\.json: /),
  ]);
  delete environment['CLAIMGATE_RELEASE_KEYS'];
  expect(await found()).toEqual(['fine: nobody is trusted, the rules folder alone counts']);
});
