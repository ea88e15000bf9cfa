/** Numbers of versions stay given, though the broker loses the versions. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { fail } from '../../../src/base/result.js';
import { Desk } from '../../../src/ruleset/release/desk.js';
import { NewestVersion } from '../../../src/ruleset/release/newest-version.js';
import { footing, footingForAll } from '../../../src/ruleset/release/publish.js';
import { signManifest } from '../../../src/ruleset/release/release.js';
import type { Shelf } from '../../../src/ruleset/release/shelf.js';
import { activate, author, publish, trusted } from '../../releases/quick-node.js';
import { manifestOf, person } from './people.js';
import { shelfInMemory } from './shelf-in-memory.js';

let folder: string;
let shelf: Shelf;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'claimgate-newest-'));
  shelf = emptied();
});
afterEach(() => rm(folder, { recursive: true }));

const emptied = () => shelfInMemory(Date.parse('2026-07-03T08:00:00Z'));

function startNode(name = 'one') {
  const said: string[] = [];
  const at: Shelf = {
    document: (key) => shelf.document(key),
    versions: () => shelf.versions(),
    put: (key, value, over) => shelf.put(key, value, over),
  } as Shelf;
  const newest = new NewestVersion({
    store: { ...at, watch: () => () => {} },
    trusted,
    path: join(folder, `${name}.json`),
    events: {
      versionPutBack: (version) => said.push(`put back ${version}`),
      versionGivenTwice: (version) => said.push(`twice ${version}`),
      newestVersionNotKept: () => said.push('not kept'),
    },
  });
  return { newest, said };
}

async function next(): Promise<unknown> {
  const ground = await footing(new Desk(shelf, trusted));
  return ground.ok ? ground.value.next : ground.error;
}

test('a node that has seen versions gives the newest one back, after a restart too', async () => {
  const node = startNode();
  await node.newest.look();
  for (const version of [1, 2]) {
    await publish(shelf, version);
    await node.newest.look();
  }
  await publish(shelf, 3);
  await publish(shelf, 4);
  await node.newest.look();
  for (const again of [node, startNode()]) {
    shelf = emptied();
    expect(await next()).toBe(1);
    await again.newest.look();
    expect([again.said, await next()]).toEqual([['put back 4'], 5]);
    await again.newest.look();
    expect(again.said).toHaveLength(1);
  }
});

test('the highest of what several nodes know counts', async () => {
  await publish(shelf, 1);
  const late = startNode('late');
  await late.newest.look();
  await publish(shelf, 2);
  const node = startNode();
  await node.newest.look();
  shelf = emptied();
  for (const { newest } of [late, node, late]) await newest.look();
  expect([late.said, node.said]).toEqual([['put back 1'], ['put back 2']]);
  shelf = emptied();
  await late.newest.look();
  expect(late.said.at(-1)).toBe('put back 2');
});

test('whoever is about to publish gives nodes the time to say what they know', async () => {
  await publish(shelf, 6);
  const node = startNode();
  await node.newest.look();
  shelf = emptied();
  const ground = await footingForAll(new Desk(shelf, trusted), () => node.newest.look());
  // Its text is lost: a new version is compared with none.
  expect(ground).toEqual({
    ok: true,
    value: { next: 7, previous: null, previousText: null, lost: 6, since: {}, floor: 1 },
  });
  expect(await shelf.versions()).toEqual({ ok: true, value: [6] });
  const away = { ...shelf, put: async () => fail({ kind: 'broker', message: 'no route' } as const) };
  const unasked = await footingForAll(new Desk(away, trusted), async () => {});
  expect(unasked).toMatchObject({ ok: false, error: { reason: 'unreachable' } });
});

test('a version whose text is lost is not the one that the next is compared with', async () => {
  await publish(shelf, 1);
  await shelf.put('version.3', signManifest(manifestOf(3, { floor: 2 }), author.signing), 0);
  const ground = await footing(new Desk(shelf, trusted));
  expect(ground).toMatchObject({ value: { next: 4, previous: 1, lost: 3, floor: 2 } });
});

test('what the trail names is given, though its manifest is lost; numbers that leap are not', async () => {
  await publish(shelf, 1);
  await activate(shelf, 1, 5, { base: 8 });
  expect(await next()).toBe(9);
  for (const leap of [1_000_000, Number.MAX_SAFE_INTEGER]) {
    await shelf.put(`version.${leap}`, {}, 0);
    expect(await next()).toBe(9);
  }
});

test('what nobody trusted has signed is no version; another one under the same number is said once', async () => {
  const stranger = person('陌生人', 'publish');
  await publish(shelf, 1);
  await shelf.put('version.2', signManifest(manifestOf(2), stranger.signing), 0);
  const node = startNode();
  await node.newest.look();
  shelf = emptied();
  await shelf.put('version.1', signManifest(manifestOf(1), author.signing), 0);
  await node.newest.look();
  await node.newest.look();
  expect(node.said).toEqual(['twice 1']);
});
