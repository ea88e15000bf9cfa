/** What `ruleset list` and `show` say of where versions stand. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ReleaseStore } from '../../src/nats/release-store.js';
import { type Jetstream, startJetstream } from '../nats/jetstream-fixture.js';
import { Desk, writeKeys } from '../releases/desk.js';
import { claimgate } from './command-line.js';

let js: Jetstream;
let folder: string;
let keys: string;
let desk: Desk;
beforeAll(async () => {
  js = await startJetstream();
  folder = await mkdtemp(join(tmpdir(), 'claimgate-list-'));
  keys = await writeKeys(folder);
  desk = new Desk(new ReleaseStore({ link: js.link, replicas: 1 }));
  for (const version of [1, 2]) await desk.publish(version);
  await desk.activate(1);
});
afterAll(async () => {
  await js.stop();
  await rm(folder, { recursive: true });
});

const run = async (...words: readonly string[]) =>
  (await claimgate(['ruleset', ...words], { NATS_URL: js.broker.url, CLAIMGATE_RELEASE_KEYS: keys })).out;

it('a version that another was to follow is in force no longer once that has begun', async () => {
  await desk.activate(2, { base: 1, notBefore: '2099-01-01T00:00:00.000Z' });
  expect(await run('list')).toMatch(/\n1 .* in force until then\n2 .* from 2099-01-01T00:00:00.000Z\n/);
  await desk.activate(2, { base: 1, notBefore: '2026-07-02T09:00:00.000Z' });
  expect(await run('list')).toMatch(/\n1 .* none\n2 .* in force\n/);
  expect(await run('list')).not.toContain('all others');
  expect(await run('show', '1')).toMatch(/^national version 1\n/);
  await desk.activate(2, { base: 1, institutions: ['H1'], notBefore: '2026-07-02T09:00:00.000Z' });
  expect(await run('list')).toMatch(/\n1 .* in force for all others\n2 .* in force at H1\n/);
});
