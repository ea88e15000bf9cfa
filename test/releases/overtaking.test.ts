/** A change that comes while another one compiles or loads: nobody waits for what is not wanted any more. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Shelf } from '../../src/ruleset/release/shelf.js';
import { shelfInMemory } from '../ruleset/release/shelf-in-memory.js';
import { activate, idOf, publish, startNode, until } from './quick-node.js';

let folder: string;
let shelf: Shelf;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'claimgate-overtaking-'));
  shelf = shelfInMemory(Date.parse('2026-07-03T08:00:00Z'));
  for (const version of [1, 2, 3, 4]) await publish(shelf, version);
});
// What going back goes to may still be fetched.
afterEach(() => rm(folder, { recursive: true, maxRetries: 10 }));

/** In force: 2; also loaded: 1. Version 3 takes for ever, in whatever way `slow` says. */
async function nodeAtTwo(slow: { readonly compiles?: boolean; readonly loads?: boolean }) {
  const started: number[] = [];
  const forEver = (isSlow: boolean | undefined) => async (version: number, signal: AbortSignal) => {
    if (version !== 3 || isSlow !== true) return true;
    started.push(version);
    return await until(signal, false);
  };
  const node = startNode({ shelf, folder, compiles: forEver(slow.compiles), loads: forEver(slow.loads) });
  for (const version of [1, 2]) {
    await activate(shelf, version, version);
    await node.releases.look();
  }
  return { ...node, started };
}

test.each([
  ['compiles', { compiles: true }],
  ['loads', { loads: true }],
])('going back waits for no release that %s, and that one never comes into force', async (_, slow) => {
  const node = await nodeAtTwo(slow);
  await activate(shelf, 3, 3);
  const overtaken = node.releases.look();
  await expect.poll(() => node.started).toEqual([3]);
  await activate(shelf, 4, 1);
  await node.releases.look();
  await overtaken;
  expect(node.said).toEqual(['in force 1, 1', 'in force 2, 2', 'in force 1, 4']);
  expect(node.inForce()).toBe(idOf(1));
});

test('what has to be compiled overtakes as well', async () => {
  const node = await nodeAtTwo({ compiles: true });
  await activate(shelf, 3, 3);
  const overtaken = node.releases.look();
  await expect.poll(() => node.started).toEqual([3]);
  await activate(shelf, 4, 4);
  await node.releases.look();
  await overtaken;
  expect(node.said.slice(2)).toEqual(['in force 4, 4']);
});

test('before a release comes into force it is looked whether another one is wanted', async () => {
  const node = startNode({
    shelf,
    folder,
    // Nobody is told of it.
    loads: async (version) => {
      if (version === 3) await activate(shelf, 4, 1);
      return true;
    },
  });
  for (const version of [1, 2, 3]) {
    await activate(shelf, version, version);
    await node.releases.look();
  }
  expect(node.said).toEqual(['in force 1, 1', 'in force 2, 2', 'in force 1, 4']);
});

test('what is refused overtakes nothing', async () => {
  const node = startNode({
    shelf,
    folder,
    compiles: async (version) => {
      if (version === 2) await activate(shelf, 3, 9);
      return true;
    },
  });
  await activate(shelf, 2, 2);
  await node.releases.look();
  await node.releases.look();
  expect(node.said).toEqual(['refused unknown-version', 'in force 2, 2']);
});

test('what is on its way already is not begun again for a change that wants it, too', async () => {
  const node = await nodeAtTwo({ compiles: true });
  await activate(shelf, 3, 3);
  void node.releases.look();
  await expect.poll(() => node.started).toEqual([3]);
  await activate(shelf, 4, 3, { institutions: ['H1'], base: 1 });
  void node.releases.look();
  await activate(shelf, 5, 3, { institutions: ['H1', 'H2'], base: 1 });
  void node.releases.look();
  await activate(shelf, 6, 1);
  await node.releases.look();
  expect(node.started).toEqual([3]);
  expect(node.said.slice(2)).toEqual(['in force 1, 6']);
});
