/** What fails for reasons that say nothing of the release: tried again, and said no more often than it helps. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { fail, ok } from '../../src/base/result.js';
import { refusal } from '../../src/ruleset/release/refusal.js';
import type { Shelf } from '../../src/ruleset/release/shelf.js';
import { shelfInMemory } from '../ruleset/release/shelf-in-memory.js';
import { activate, publish, startNode } from './quick-node.js';

let folder: string;
let shelf: Shelf;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'claimgate-failing-'));
  shelf = shelfInMemory(Date.parse('2026-07-03T08:00:00Z'));
  for (const version of [1, 2]) await publish(shelf, version);
});
afterEach(() => rm(folder, { recursive: true, maxRetries: 10 }));

/** A compiler that ends `times` times before it compiles anything. */
function nodeWhoseCompilerEnds(times: number, compilerPauseMs?: number) {
  let ended = 0;
  const compiles = async () => ended++ >= times || refusal('compiler-ended', 'out of memory');
  const rest = compilerPauseMs === undefined ? {} : { compilerPauseMs };
  return startNode({ shelf, folder, compiles, ...rest });
}

test('a release whose compiler has ended is tried again after a while, though nobody asks', async () => {
  const node = nodeWhoseCompilerEnds(3);
  await activate(shelf, 1, 1);
  await node.releases.look();
  await expect.poll(() => node.said.at(-1), { timeout: 180_000 }).toBe('in force 1, 1');
  expect(node.said.slice(0, -1)).toEqual(Array(3).fill('refused compiler-ended'));
  await node.releases.stop();
});

test('it is declined when that has happened too often, until the pointer changes', async () => {
  const node = nodeWhoseCompilerEnds(4);
  await activate(shelf, 1, 1);
  await node.releases.look();
  await expect.poll(() => node.said.length, { timeout: 180_000 }).toBe(4);
  await node.releases.look();
  await node.releases.look();
  expect(node.compiled).toEqual([1, 1, 1, 1]);
  await activate(shelf, 2, 1);
  await node.releases.look();
  expect(node.said.at(-1)).toBe('in force 1, 2');
});

test('until the while is over nobody tries, and another change waits for nothing', async () => {
  const node = nodeWhoseCompilerEnds(1, 600_000);
  await activate(shelf, 1, 1);
  for (let look = 0; look < 3; look++) await node.releases.look();
  expect([node.said, node.compiled]).toEqual([['refused compiler-ended'], [1]]);
  await activate(shelf, 2, 2);
  await node.releases.look();
  expect(node.said.at(-1)).toBe('in force 2, 2');
  await node.releases.stop();
});

test.each(['version.1', 'text'])(
  'where the broker cannot be asked for the %s, that is said once',
  async (part) => {
    let away = true;
    const store: Shelf = {
      ...shelf,
      document: async (key) => (away && key === part ? fail('no route') : shelf.document(key)),
      text: async (digest) => (away && part === 'text' ? fail('no route') : shelf.text(digest)),
    };
    const node = startNode({ shelf: store, folder });
    await activate(shelf, 1, 1);
    for (let look = 0; look < 3; look++) await node.releases.look();
    expect(node.said).toEqual(['unreadable']);
    away = false;
    await node.releases.look();
    expect(node.said).toEqual(['unreadable', 'in force 1, 1']);
  },
);

test.each([
  ['is lost', null, 'refused unknown-version'],
  ['was changed', Buffer.from('2'), 'refused tampered'],
])('where its text %s that is said once, and asked again after a while', async (_, lies, refused) => {
  let isPutRight = false;
  let tickMs = 0;
  let asked = 0;
  const text: Shelf['text'] = async (digest) => {
    asked += 1;
    return isPutRight ? shelf.text(digest) : ok(lies);
  };
  const clock = { wallMs: () => Date.parse('2026-07-03T08:00:00Z'), tickMs: () => tickMs };
  const node = startNode({ shelf: { ...shelf, text }, folder, clock });
  await activate(shelf, 1, 1);
  for (let look = 0; look < 3; look++) await node.releases.look();
  expect([node.said, asked]).toEqual([[refused], 1]);
  tickMs += 30_000;
  for (let look = 0; look < 3; look++) await node.releases.look();
  expect([node.said, asked]).toEqual([[refused], 2]);
  isPutRight = true;
  tickMs += 30_000;
  await node.releases.look();
  expect([node.said, node.compiled]).toEqual([[refused, 'in force 1, 1'], [1]]);
  await node.releases.stop();
});
