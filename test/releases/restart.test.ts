/** A node that begins, and a broker that has lost what the node has accepted. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { fail } from '../../src/base/result.js';
import type { Shelf } from '../../src/ruleset/release/shelf.js';
import { shelfInMemory } from '../ruleset/release/shelf-in-memory.js';
import { activate, idOf, publish, startNode } from './quick-node.js';

let folder: string;
let shelf: Shelf;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'claimgate-restart-'));
  shelf = await shelfWith(1, 2, 3);
});
// What going back goes to may still be fetched.
afterEach(() => rm(folder, { recursive: true, maxRetries: 10 }));

async function shelfWith(...versions: readonly number[]): Promise<Shelf> {
  const made = shelfInMemory(Date.parse('2026-07-03T08:00:00Z'));
  for (const version of versions) await publish(made, version);
  return made;
}

const fine = { ok: true, value: null };

/** A broker that cannot be asked. */
function unreachable(): Shelf {
  return { ...shelf, document: async () => fail('no route') };
}

/** Puts versions in force on a node that goes down afterwards. */
async function lived(...versions: readonly number[]): Promise<void> {
  const node = startNode({ shelf, folder });
  for (const [i, version] of versions.entries()) {
    await activate(shelf, i + 1, version);
    await node.releases.look();
  }
  await node.releases.stop();
}

describe('a node that begins', () => {
  test('and is told to leave while it looks compiles nothing more', async () => {
    await lived(1, 2);
    let open = () => {};
    const opened = new Promise<void>((resolve) => (open = resolve));
    let isSlow = false;
    const slow: Shelf = {
      ...shelf,
      document: async (key) => {
        if (isSlow) await opened;
        return shelf.document(key);
      },
    };
    const node = startNode({ shelf: slow, folder });
    await node.releases.begin(false);
    isSlow = true;
    void node.releases.look();
    const stopped = node.releases.stop();
    open();
    await stopped;
    // Whatever there is to ask of a shelf in memory has been asked by then.
    for (let i = 0; i < 100; i++) await new Promise((resolve) => setImmediate(resolve));
    expect(node.compiled).toEqual([2]);
  });

  test('goes by what lies at the broker, and never by what it replaces', async () => {
    await lived(1);
    await activate(shelf, 2, 2);
    const node = startNode({ shelf, folder });
    expect(await node.releases.begin(true)).toEqual(fine);
    expect(node.said).toEqual(['in force 2, 2']);
    expect([node.used.map(({ common }) => common), node.compiled, node.haste]).toEqual([
      [idOf(2)],
      [2],
      ['at-once'],
    ]);
  });

  test('goes by what it has kept where that lies there, too, or the broker is not reached', async () => {
    await lived(1, 2);
    for (const reached of [true, false]) {
      const node = startNode({ shelf, folder });
      expect(await node.releases.begin(reached)).toEqual(fine);
      expect([node.said, node.haste]).toEqual([['in force 2, 2'], ['at-once']]);
    }
  });

  test('goes by what it has kept where what lies there is refused, or cannot be asked for', async () => {
    await lived(1);
    await activate(shelf, 2, 9);
    const refusing = startNode({ shelf, folder });
    expect(await refusing.releases.begin(true)).toEqual(fine);
    expect(refusing.said).toEqual(['refused unknown-version', 'in force 1, 1']);
    const away = startNode({ shelf: unreachable(), folder });
    expect(await away.releases.begin(true)).toEqual(fine);
    expect(away.said).toEqual(['unreadable', 'in force 1, 1']);
  });

  test('and knows of no change takes none that leaps from those before it', async () => {
    await activate(shelf, 1, 1);
    await activate(shelf, 9e12, 2);
    const node = startNode({ shelf, folder });
    await node.releases.begin(true);
    expect(node.said).toEqual(['refused unfit']);
  });

  test('says that what it has kept is damaged, though the broker has what is in force', async () => {
    await lived(1);
    await writeFile(join(folder, 'live.json'), '{');
    const node = startNode({ shelf, folder });
    expect(await node.releases.begin(true)).toMatchObject({ ok: false });
    expect([node.said, node.releases.serial]).toEqual([['in force 1, 1'], 1]);
    const alone = startNode({ shelf: await shelfWith(1), folder });
    await writeFile(join(folder, 'live.json'), '{');
    expect(await alone.releases.begin(true)).toMatchObject({ ok: false });
    expect(alone.releases.serial).toBe(0);
  });

  test('has its own folder in force where nothing lies there, nothing was kept, and only there', async () => {
    const away = startNode({ shelf: unreachable(), folder });
    await away.releases.begin(true);
    const alone = startNode({ shelf, folder });
    await alone.releases.begin(false);
    const fresh = startNode({ shelf, folder: join(folder, 'fresh') });
    await fresh.releases.begin(true);
    await shelf.put('live', { version: 1 }, 0);
    const refusing = startNode({ shelf, folder });
    await refusing.releases.begin(true);
    expect([away, alone, fresh, refusing].map((node) => node.isOwnFolder())).toEqual([
      false,
      false,
      true,
      false,
    ]);
    expect(refusing.said).toEqual(['refused unsigned']);
    shelf = await shelfWith(1);
    await lived(1);
    shelf = await shelfWith(1);
    const kept = startNode({ shelf, folder });
    await kept.releases.begin(true);
    await writeFile(join(folder, 'live.json'), '{');
    const damaged = startNode({ shelf: await shelfWith(1), folder });
    await damaged.releases.begin(true);
    expect([kept.isOwnFolder(), damaged.isOwnFolder()]).toEqual([false, false]);
  });

  test('goes on by its own folder where the first change that ever lay there is refused', async () => {
    const before = startNode({ shelf, folder });
    await before.releases.begin(true);
    await activate(shelf, 1, 9);
    await before.releases.look();
    await before.releases.stop();
    expect([before.said, before.isOwnFolder()]).toEqual([['refused unknown-version'], true]);
    for (const at of [shelf, unreachable()]) {
      const again = startNode({ shelf: at, folder });
      expect(await again.releases.begin(true)).toEqual(fine);
      expect([again.releases.serial, again.isOwnFolder()]).toEqual([0, true]);
    }
  });

  test('goes by its own folder no more once a change was accepted, though that is lost', async () => {
    const before = startNode({ shelf, folder });
    await before.releases.begin(true);
    await activate(shelf, 1, 1);
    await before.releases.look();
    await before.releases.stop();
    expect([before.said, before.isOwnFolder()]).toEqual([['in force 1, 1'], true]);
    await rm(join(folder, 'live.json'));
    const again = startNode({ shelf: unreachable(), folder });
    await again.releases.begin(true);
    expect(again.isOwnFolder()).toBe(false);
  });

  test('says where it cannot keep that its own folder counts', async () => {
    await writeFile(join(folder, 'a file'), '');
    const node = startNode({ shelf, folder: join(folder, 'a file') });
    await node.releases.look();
    await node.releases.look();
    expect([node.said, node.isOwnFolder()]).toEqual([['own folder not kept'], true]);
  });

  test('fetches the version before, so that going back takes no compiling', async () => {
    await lived(1, 2);
    const node = startNode({ shelf, folder });
    await node.releases.begin(true);
    expect(node.loaded).toEqual([idOf(2)]);
    node.releases.start();
    await expect.poll(() => node.loaded).toEqual([idOf(2), idOf(1)]);
    expect(node.haste).toEqual(['at-once', 'gently']);
    await activate(shelf, 3, 1);
    await node.releases.look();
    expect([node.said.at(-1), node.compiled]).toEqual(['in force 1, 3', [2, 1]]);
    await node.releases.stop();
  });

  test('goes back to the version before while that is still on its way', async () => {
    await lived(1, 2);
    let arrive: (compiles: boolean) => void = () => {};
    const compiles = (version: number): Promise<boolean> =>
      version === 2 ? Promise.resolve(true) : new Promise((resolve) => (arrive = resolve));
    const node = startNode({ shelf, folder, compiles });
    await node.releases.begin(true);
    node.releases.start();
    await expect.poll(() => node.compiled).toEqual([2, 1]);
    await activate(shelf, 3, 1);
    const back = node.releases.look();
    await shelf.document('live');
    arrive(true);
    await back;
    expect([node.said.at(-1), node.compiled]).toEqual(['in force 1, 3', [2, 1]]);
    await node.releases.stop();
  });
});

describe('a broker that has lost the change in force', () => {
  const later = { signedAt: '2026-07-02T09:00:00.000Z' };

  async function pointerAt(store: Shelf): Promise<unknown> {
    const lies = await store.document('live');
    return lies.ok ? lies.value?.value : lies;
  }

  test.each([
    ['has none any more', async () => {}],
    ['has the one before', async (store: Shelf) => void (await activate(store, 1, 1))],
    [
      'has another one under the same number, signed before',
      async (store: Shelf) => void (await activate(store, 2, 3, { signedAt: '2026-07-01T08:00:00.000Z' })),
    ],
  ])('gets it back where it %s', async (_, left) => {
    await lived(1, 2);
    const meant = await pointerAt(shelf);
    shelf = await shelfWith(1, 2, 3);
    await left(shelf);
    const nodes = [startNode({ shelf, folder }), startNode({ shelf, folder })];
    for (const { releases } of nodes) await releases.begin(false);
    for (const { releases } of nodes) await releases.look();
    for (const { releases } of nodes) await releases.look();
    expect(await pointerAt(shelf)).toEqual(meant);
    expect(nodes.map(({ said }) => said.filter((one) => !one.startsWith('refused')))).toEqual([
      ['in force 2, 2', 'put back 2'],
      ['in force 2, 2'],
    ]);
  });

  test('gets the version back as well', async () => {
    await lived(1, 2);
    shelf = shelfInMemory(Date.parse('2026-07-03T08:00:00Z'));
    const node = startNode({ shelf, folder });
    await node.releases.begin(true);
    await node.releases.look();
    expect(node.said).toEqual(['in force 2, 2', 'put back 2']);
    const other = startNode({ shelf, folder: join(folder, 'other') });
    expect(await other.releases.begin(true)).toEqual(fine);
    expect(other.said).toEqual(['in force 2, 2']);
  });

  test('keeps what was signed later under the same number, and every node comes to it', async () => {
    await lived(1, 2);
    shelf = await shelfWith(1, 2, 3);
    const node = startNode({ shelf, folder });
    await node.releases.begin(false);
    const meant = await activate(shelf, 2, 3, later);
    await node.releases.look();
    await node.releases.look();
    expect(node.said).toEqual(['in force 2, 2', 'in force 3, 2']);
    expect(await pointerAt(shelf)).toEqual(meant);
  });

  test('is not quarrelled with: what is put there again is put back after a while only', async () => {
    await lived(1, 2);
    shelf = await shelfWith(1, 2, 3);
    let nowMs = 0;
    const clock = { wallMs: () => Date.parse('2026-07-03T08:00:00Z'), tickMs: () => nowMs };
    const node = startNode({ shelf, folder, clock });
    await node.releases.begin(false);
    for (const ms of [0, 100, 6_000]) {
      nowMs = ms;
      await activate(shelf, 1, 1);
      await node.releases.look();
    }
    expect(node.said.filter((one) => one.startsWith('put back'))).toHaveLength(2);
  });

  test('is left with what nobody here trusts, or nobody has signed', async () => {
    await lived(1, 2);
    const node = startNode({ shelf, folder });
    await node.releases.begin(false);
    await shelf.put(
      'live',
      { version: 1 },
      (await shelf.document('live').then((it) => (it.ok ? it.value?.revision : 0))) ?? 0,
    );
    await node.releases.look();
    expect(node.said).toEqual(['in force 2, 2', 'refused unsigned']);
    expect(await pointerAt(shelf)).toEqual({ version: 1 });
  });
});

test('a pointer to a day that there is not is refused', async () => {
  const node = startNode({ shelf, folder });
  await activate(shelf, 1, 1, { notBefore: '2026-13-45T00:00:00Z' });
  await node.releases.look();
  expect(node.said).toEqual(['refused unsigned']);
});
