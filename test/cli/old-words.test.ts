/** What older desks have let through is shown, and does nothing to the terminal. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ReleaseStore } from '../../src/nats/release-store.js';
import { signManifest, signPointer } from '../../src/ruleset/release/release.js';
import { type Jetstream, startJetstream } from '../nats/jetstream-fixture.js';
import { killed, operator, operatorOverlay, stored } from '../overlay/documents.js';
import { manifestOf, person, pointerTo } from '../ruleset/release/people.js';
import { claimgate } from './command-line.js';

const author = person('甲\u001b[2J', 'publish');
const second = person('乙', 'activate');
/** Draws over what is there, and a line that looks like another change. */
const odd = 'x\u001b[1A\n2026-07-02 08:00:00  丙: change 9';
const shown = 'x\\u001b[1A\\u000a2026-07-02 08:00:00  丙: change 9';

let js: Jetstream;
let folder: string;
beforeAll(async () => {
  js = await startJetstream();
  folder = await mkdtemp(join(tmpdir(), 'claimgate-words-'));
  const keys = [author, second, operator].map(({ name, may, publicKey }) => ({ name, may, publicKey }));
  await writeFile(join(folder, 'trusted.json'), JSON.stringify({ keys }));
  const store = new ReleaseStore({ link: js.link, replicas: 1 });
  const overlay = operatorOverlay({ reason: odd, switches: [{ ...killed, reason: odd }] });
  await store.put('version.1', signManifest(manifestOf(1, { name: odd }), author.signing), 0);
  await store.put('live', signPointer(pointerTo(1, { reason: odd }), second.signing), 0);
  await store.put('overlay', stored(1, overlay), 0);
});
afterAll(async () => {
  await js.stop();
  await rm(folder, { recursive: true });
});

it.each([
  [['ruleset', 'list', '--audit'], 2],
  [['ruleset', 'show', '1', '--audit'], 2],
  [['overlay', 'list', '--audit'], 3],
])('%j', async (words, times) => {
  const { code, out } = await claimgate(words, {
    NATS_URL: js.broker.url,
    CLAIMGATE_RELEASE_KEYS: join(folder, 'trusted.json'),
  });
  expect(code).toBe(0);
  expect(out).not.toContain('\u001b');
  expect(out).not.toContain('\n2026-07-02 08:00:00  丙');
  expect(out.split(shown).length - 1).toBe(times);
});
