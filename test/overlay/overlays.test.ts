/** A node that keeps to the overlay: what it puts in force, keeps, refuses and gives back. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { systemClock } from '../../src/base/clock.js';
import { fail } from '../../src/base/result.js';
import { Overlays } from '../../src/overlays.js';
import { KeptOverlay } from '../../src/ruleset/overlay/kept-overlay.js';
import type { Overlay } from '../../src/ruleset/overlay/overlay.js';
import type { Manifest } from '../../src/ruleset/release/manifest.js';
import { signManifest } from '../../src/ruleset/release/release.js';
import type { Shelf } from '../../src/ruleset/release/shelf.js';
import type { TrustedKeys } from '../../src/ruleset/release/trust.js';
import { manifestOf, trusting } from '../ruleset/release/people.js';
import { shelfInMemory } from '../ruleset/release/shelf-in-memory.js';
import {
  author,
  brakeOf,
  colleague,
  killed,
  nowMs,
  operator,
  operatorOverlay,
  stored,
  stranger,
  trusted,
} from './documents.js';

let folder: string;
let shelf: Shelf;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'claimgate-overlay-'));
  shelf = shelfInMemory(nowMs);
});
afterEach(() => rm(folder, { recursive: true }));

async function write(document: object): Promise<void> {
  const lies = await shelf.document('overlay');
  const put = await shelf.put('overlay', document, lies.ok ? (lies.value?.revision ?? 0) : 0);
  if (!put.ok) throw new Error(put.error.kind);
}

/** A node without threads: notes what it is told to go by. */
function startNode({
  store = shelf,
  keys = trusted as TrustedKeys,
  kept = new KeptOverlay(folder),
  versions = [] as readonly Manifest[],
  clock = systemClock,
} = {}) {
  const said: string[] = [];
  const used: Overlay[] = [];
  const overlays = new Overlays({
    store: { ...store, watch: () => () => {} },
    trusted: keys,
    kept,
    useOverlay: (overlay) => used.push(overlay),
    versions: () => versions,
    clock,
    events: {
      overlayInForce: ({ overlay, serial, operator: by }) =>
        said.push(`in force ${overlay.number}, ${serial}, ${by}`),
      overlayRefused: ({ reason }) => said.push(`refused ${reason}`),
      brakeIgnored: ({ version, rules }) => said.push(`ignored ${version} ${rules.join()}`),
      overlayPutBack: (number) => said.push(`put back ${number}`),
      overlayNotKept: () => said.push('not kept'),
      overlayUnreadable: (problem) => said.push(`unreadable: ${problem}`),
    },
  });
  return { overlays, said, used };
}

const second = stored(2, operatorOverlay({ serial: 2, switches: [{ ...killed, rule: 'other' }] }));

describe('a node', () => {
  test('goes by what operators have signed, looks once at each change, and keeps it', async () => {
    const node = startNode();
    await node.overlays.look();
    await write(stored(1));
    await node.overlays.look();
    await node.overlays.look();
    await write(second);
    await node.overlays.look();
    expect(node.said).toEqual(['in force 1, 1, 运维丁', 'in force 2, 2, 运维丁']);
    expect(node.used.map(({ number, switches }) => [number, ...switches.map(({ rule }) => rule)])).toEqual([
      [1, 'sex-drug'],
      [2, 'other'],
    ]);
  });

  test('begins with it again while the broker is away, and knows how far it had come', async () => {
    await write(second);
    await startNode().overlays.look();
    const away = { ...shelf, document: async () => fail('no route') };
    const again = startNode({ store: away });
    expect(await again.overlays.begin(false)).toEqual({ ok: true, value: null });
    await again.overlays.look();
    await again.overlays.look();
    expect(again.said).toEqual(['in force 2, 2, 运维丁', 'unreadable: no route']);
    expect(again.used.at(-1)?.switches.map(({ rule }) => rule)).toEqual(['other']);

    await write(stored(1));
    const back = startNode();
    await back.overlays.begin(false);
    await back.overlays.look();
    expect(back.said).toEqual(['in force 2, 2, 运维丁', 'refused overtaken', 'put back 2']);
    expect(new Set(back.used.map(({ number }) => number))).toEqual(new Set([2]));
  });

  test('says nothing twice where the broker has what it began with', async () => {
    await write(second);
    await startNode().overlays.look();
    const again = startNode();
    await again.overlays.begin(false);
    await again.overlays.look();
    expect(again.said).toEqual(['in force 2, 2, 运维丁']);
  });

  test('goes by brakes as far as manifests say, without the broker as well', async () => {
    const manifest = manifestOf(12, { changed: ['a'] });
    await shelf.put('version.12', signManifest(manifest, author.signing), 0);
    await shelf.put('version.13', signManifest(manifestOf(13, { changed: ['a'] }), stranger.signing), 0);
    await write(stored(1, null, [brakeOf(12, 'a', 'b'), brakeOf(13, 'a'), brakeOf(14, 'a')]));
    const node = startNode();
    await node.overlays.look();
    const ignored = ['ignored 12 b', 'ignored 13 a', 'ignored 14 a'];
    expect(node.said).toEqual(['in force 1, 0, null', ...ignored]);
    const again = startNode({ store: { ...shelf, document: async () => fail('no route') } });
    await again.overlays.begin(false);
    expect(again.used).toEqual(node.used);
    expect(again.used[0]?.switches).toEqual([
      { rule: 'a', institution: null, kind: 'brake', rulesetId: manifest.rulesetId },
    ]);
  });

  test('takes nothing while a manifest cannot be had, and all of it afterwards', async () => {
    await write(stored(1, operatorOverlay(), [brakeOf(12, 'a')]));
    let away = true;
    const store: Shelf = {
      ...shelf,
      document: async (key) => (key !== 'overlay' && away ? fail('no route') : shelf.document(key)),
    };
    const node = startNode({ store });
    await node.overlays.look();
    expect(node.used).toEqual([]);
    away = false;
    await node.overlays.look();
    expect(node.said).toEqual(['unreadable: no route', 'in force 1, 1, 运维丁', 'ignored 12 a']);
  });

  test.each([
    ['unsigned', { format: 1 }],
    ['tampered', { ...second, operator: { ...second.operator, signature: 'AAAA' } }],
    ['unknown-key', stored(2, operatorOverlay({ serial: 2 }), [], stranger)],
    ['wrong-role', stored(2, operatorOverlay({ serial: 2 }), [], author)],
  ])('leaves in force what was where the next is %s', async (reason, document) => {
    await write(stored(1));
    const node = startNode();
    await node.overlays.look();
    await write(document);
    await node.overlays.look();
    await node.overlays.look();
    expect(node.said).toEqual(['in force 1, 1, 运维丁', `refused ${reason}`]);
    expect(node.used).toHaveLength(1);
    await write(stored(3, operatorOverlay({ serial: 3 }), [], colleague));
    await node.overlays.look();
    expect(node.said.at(-1)).toBe('in force 3, 3, 运维戊');
  });

  test('gives the broker back what it has lost', async () => {
    await write(second);
    await startNode().overlays.look();
    shelf = shelfInMemory(nowMs);
    const nodes = [startNode(), startNode()];
    for (const { overlays } of nodes) await overlays.begin(false);
    for (const { overlays } of nodes) await overlays.look();
    for (const { overlays } of nodes) await overlays.look();
    expect(nodes.map(({ said }) => said)).toEqual([
      ['in force 2, 2, 运维丁', 'put back 2'],
      ['in force 2, 2, 运维丁'],
    ]);
    const lies = await shelf.document('overlay');
    expect(lies.ok && lies.value?.value).toEqual(second);
  });

  const lying = async () => {
    const read = await shelf.document('overlay');
    return (read.ok ? read.value?.value : null) as ReturnType<typeof stored>;
  };
  /** In force here: what `document` says; then `over` lies at the broker, and is looked at. */
  const nodeAfter = async (document: object, over: object, versions: readonly Manifest[] = []) => {
    await write(document);
    const node = startNode({ versions });
    await node.overlays.look();
    await write(over);
    await node.overlays.look();
    return node;
  };
  const signedLater = (rule: string) =>
    operatorOverlay({ serial: 2, switches: [{ ...killed, rule }], signedAt: '2026-07-02T09:00:00.000Z' });

  test.each([
    ['an older one', second, stored(1), second],
    ['one without what operators have signed', second, stored(3, null), { ...second, number: 4 }],
    ['an older one under a higher number', second, stored(7), { ...second, number: 8 }],
    [
      'another one under the same number',
      second,
      { ...second, operator: stored(1).operator },
      { ...second, number: 3 },
    ],
    ['a number that nobody has counted to', second, { ...second, number: 4e15 }, second],
  ])('writes what it has accepted instead of %s', async (_, mine, over, instead) => {
    const node = await nodeAfter(mine, over);
    expect(await lying()).toEqual(instead);
    expect(node.used.at(-1)?.switches.map(({ rule }) => rule)).toEqual(['other']);
    expect(node.said.at(-1)).toBe(
      instead.number === 2 ? 'put back 2' : `in force ${instead.number}, 2, 运维丁`,
    );
  });

  test('takes what an operator has signed since over a broker that had lost the change before', async () => {
    const brakes = [brakeOf(12, 'a')];
    const node = await nodeAfter({ ...second, number: 5, brakes }, stored(5, signedLater('later')));
    expect(node.said.slice(2)).toEqual([
      'refused overtaken',
      'put back 6',
      'in force 6, 2, 运维丁',
      'ignored 12 a',
    ]);
    expect(node.used.at(-1)?.switches.map(({ rule }) => rule)).toEqual(['later']);
    expect(await lying()).toMatchObject({ brakes });
    // And the next one follows without more ado.
    const plain = await nodeAfter({ ...second, number: 8 }, stored(9, signedLater('later')));
    expect(plain.said.at(-1)).toBe('in force 9, 2, 运维丁');
  });

  test('nodes that have accepted different changes under one number come to the same', async () => {
    await write(second);
    await startNode().overlays.look();
    shelf = shelfInMemory(nowMs);
    const late = startNode({ kept: new KeptOverlay(join(folder, 'late')) });
    await write(stored(2, signedLater('later')));
    await late.overlays.look();
    const early = startNode();
    await early.overlays.begin(false);
    for (const { overlays } of [early, late, early, late]) await overlays.look();
    expect([early, late].map(({ used }) => used.at(-1)?.switches.map(({ rule }) => rule))).toEqual([
      ['later'],
      ['later'],
    ]);
    expect(early.used.at(-1)?.number).toBe(late.used.at(-1)?.number);
  });

  test('writes brakes again that somebody has left out, as far as they hold what is in force', async () => {
    const manifest = manifestOf(12, { changed: ['a', 'b', 'c'] });
    await shelf.put('version.12', signManifest(manifest, author.signing), 0);
    const unbraked = [{ version: 12, rule: 'c' }];
    const signed = operatorOverlay({ serial: 2, unbraked });
    const brakes = [brakeOf(12, 'a', 'b'), brakeOf(12, 'c'), brakeOf(11, 'a')];
    const node = await nodeAfter(
      stored(1, operatorOverlay(), brakes),
      stored(2, signed, [brakeOf(12, 'b')]),
      [manifest],
    );
    expect(await lying()).toMatchObject({ number: 3, brakes: [brakeOf(12, 'a'), brakeOf(12, 'b')] });
    expect(node.used.map(({ number, switches }) => [number, switches.length])).toEqual([
      [1, 4],
      // Nothing is let go until it is written.
      [3, 3],
      [3, 3],
    ]);
    expect(node.said.filter((one) => one.startsWith('in force'))).toEqual([
      'in force 1, 1, 运维丁',
      'in force 2, 2, 运维丁',
      'in force 3, 2, 运维丁',
    ]);
  });

  test('goes by them all the while, whatever is written over and over, after a restart as well', async () => {
    const manifest = manifestOf(12, { changed: ['a'] });
    await shelf.put('version.12', signManifest(manifest, author.signing), 0);
    const mute: Shelf = { ...shelf, put: async () => fail({ kind: 'broker', message: 'no route' }) };
    const node = startNode({ store: mute, versions: [manifest] });
    const documents = [
      stored(3, null, [brakeOf(12, 'a')]),
      stored(4, null),
      // Nobody goes by this one.
      stored(2, null),
      stored(6, null),
      stored(7, null),
    ];
    for (const document of documents) {
      await write(document);
      await node.overlays.look();
    }
    const again = startNode({ store: mute, versions: [manifest] });
    expect(await again.overlays.begin(true)).toEqual({ ok: true, value: null });
    for (const { used } of [node, again]) {
      expect(used.map(({ switches }) => switches.map(({ rule }) => rule))).toEqual(used.map(() => ['a']));
    }
    expect(node.used.map(({ number }) => number)).toEqual([3, 5, 7, 8]);
    // And lets go of them when an operator says so.
    await write(stored(9, operatorOverlay({ switches: [], unbraked: [{ version: 12, rule: 'a' }] })));
    await node.overlays.look();
    expect(node.used.at(-1)).toMatchObject({ number: 9, switches: [] });
  });

  test('says once that nothing can be written', async () => {
    await write(second);
    const store: Shelf = { ...shelf, put: async () => fail({ kind: 'broker', message: 'no route' }) };
    const node = startNode({ store });
    await node.overlays.look();
    await write(stored(1));
    for (let look = 0; look < 3; look++) await node.overlays.look();
    expect(node.said.slice(1)).toEqual(['refused overtaken', 'unreadable: no route']);
    await write(stored(4, operatorOverlay({ serial: 3 })));
    await node.overlays.look();
    await write(stored(1));
    await node.overlays.look();
    expect(node.said.slice(3)).toEqual([
      'in force 4, 3, 运维丁',
      'refused overtaken',
      'unreadable: no route',
    ]);
  });

  test('finds room for them, however many of others there are', async () => {
    const manifest = manifestOf(12, { changed: ['a'] });
    await shelf.put('version.12', signManifest(manifest, author.signing), 0);
    const others = Array.from({ length: 1_000 }, (_, i) => brakeOf(12, `other-${i}`));
    const node = await nodeAfter(stored(1, null, [brakeOf(12, 'a')]), stored(2, null, others), [manifest]);
    expect(node.used.at(-1)).toMatchObject({ number: 3, switches: [{ rule: 'a', kind: 'brake' }] });
  });

  test('does not forget them where others write before it may write again', async () => {
    let tickMs = 0;
    const manifest = manifestOf(12, { changed: ['a'] });
    await shelf.put('version.12', signManifest(manifest, author.signing), 0);
    const node = startNode({ versions: [manifest], clock: { ...systemClock, tickMs: () => tickMs } });
    for (const brakes of [[brakeOf(12, 'a')], [], [], []]) {
      const lies = await lying();
      await write(stored((lies?.number ?? 0) + 1, null, brakes));
      await node.overlays.look();
    }
    tickMs = 6_000;
    await node.overlays.look();
    expect(node.used.at(-1)).toMatchObject({ switches: [{ rule: 'a', kind: 'brake' }] });
  });

  test('quarrels with nobody faster than every few seconds', async () => {
    let tickMs = 0;
    const node = startNode({ clock: { ...systemClock, tickMs: () => tickMs } });
    await write(second);
    await node.overlays.look();
    for (const ms of [0, 100, 6_000]) {
      tickMs = ms;
      await write(stored(1));
      await node.overlays.look();
    }
    expect(node.said.filter((one) => one.startsWith('put back'))).toHaveLength(2);
  });

  test('goes on where the disk is full', async () => {
    const kept = new KeptOverlay(join(folder, 'file'));
    await writeFile(join(folder, 'file'), '');
    await write(second);
    const node = startNode({ kept });
    await node.overlays.look();
    expect(node.said).toEqual(['in force 2, 2, 运维丁', 'not kept']);
    expect(node.used).toHaveLength(1);
  });

  test.each([
    ['is damaged', '{"accepted":{"number":"x"}}'],
    ['is cut', '{"acc'],
  ])('does not begin with what %s', async (_, text) => {
    await writeFile(join(folder, 'overlay.json'), text);
    const node = startNode();
    expect(await node.overlays.begin(true)).toMatchObject({ ok: false });
    expect([node.used, node.overlays.number]).toEqual([[], 0]);
    await write(second);
    await node.overlays.look();
    expect(node.said).toEqual(['in force 2, 2, 运维丁']);
  });

  test('does not begin with what an operator has signed who is not trusted any more, nor with less', async () => {
    await write(stored(1, operatorOverlay(), [], operator));
    await startNode().overlays.look();
    const node = startNode({ keys: trusting(colleague, author) });
    expect(await node.overlays.begin(false)).toMatchObject({
      ok: false,
      error: expect.stringMatching(/not trusted/),
    });
    await write(stored(2, null));
    await node.overlays.look();
    await write(stored(3, operatorOverlay({ serial: 2 }), [], colleague));
    await node.overlays.look();
    expect(node.said).toEqual(['refused overtaken', 'in force 3, 2, 运维戊']);
  });

  test('keeps the documents as they came', async () => {
    await write(second);
    await startNode().overlays.look();
    const file = JSON.parse(await readFile(join(folder, 'overlay.json'), 'utf8'));
    expect(file.overlay).toEqual(second);
    expect(file.accepted).toMatchObject({ number: 2, serial: 2 });
  });
});
