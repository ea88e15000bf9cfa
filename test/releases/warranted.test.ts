/**
 * PG-16 past every desk: whoever writes at the broker alone brings in no higher version that asks for two, or for a
 * reason. Nothing is asked of going back, nor by a node that goes by nothing yet.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { sha256Hex } from '../../src/base/hash.js';
import type { OwnImpact } from '../../src/ruleset/guard/impact-gate.js';
import { Desk } from '../../src/ruleset/release/desk.js';
import type { Band, ReplayMark } from '../../src/ruleset/release/manifest.js';
import type { Pointer } from '../../src/ruleset/release/pointer.js';
import { signManifest, signPointer } from '../../src/ruleset/release/release.js';
import type { Shelf } from '../../src/ruleset/release/shelf.js';
import {
  draftTrialFigures,
  putTrialFigures,
  signTrialFigures,
} from '../../src/ruleset/release/trial-figures.js';
import { manifestOf, type Person, person, pointerTo, trusting } from '../ruleset/release/people.js';
import { shelfInMemory } from '../ruleset/release/shelf-in-memory.js';
import { startNode } from './quick-node.js';

const author = person('作者甲', 'publish', 'activate');
const second = person('审核乙', 'activate');
const third = person('审核丙', 'activate');
const trusted = trusting(author, second, third);
const institutions = ['H1'];

let folder: string;
let shelf: Shelf;
let serial: number;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'claimgate-warranted-'));
  shelf = shelfInMemory(Date.parse('2026-07-03T08:00:00Z'));
  serial = 0;
});
afterEach(() => rm(folder, { recursive: true, maxRetries: 10 }));

const quiet: OwnImpact = { measured: 'wholly', loud: false };
const loud: OwnImpact = { measured: 'wholly', loud: true };
const partly: OwnImpact = { measured: 'partly', loud: false };
const partlyLoud: OwnImpact = { measured: 'partly', loud: true };
const not: OwnImpact = { measured: 'not', loud: false };
const mark: ReplayMark = {
  digest: 'a'.repeat(64),
  from: '2026-05-01',
  to: '2026-05-31',
  claims: 20_000,
  hits: 20,
  bands: [],
};

/** Of a scene, by a shadow. */
const seen: Band = {
  scene: '2',
  alertLow: 0,
  alertHigh: 20_000,
  holdLow: 0,
  holdHigh: 20_000,
  figures: { claims: 400, alerts: 2, holds: 0, rules: {} },
};

/** `impact` undefined: a manifest from before it was told. */
async function publish(version: number, impact?: OwnImpact, replay: ReplayMark | null = mark): Promise<void> {
  const text = Buffer.from(String(version));
  await shelf.putText(sha256Hex(text), text);
  const told = impact === undefined ? {} : { impact };
  const manifest = manifestOf(version, { sourceDigest: sha256Hex(text), replay, ...told });
  await shelf.put(`version.${version}`, signManifest(manifest, author.signing), 0);
}

/** Past every desk. `by`: the first, and whoever else has signed the very same words. */
async function write(version: number, rest: Partial<Pointer> = {}, by: readonly Person[] = [second]) {
  serial += 1;
  const pointer = pointerTo(version, { serial, reason: '新一批', ...rest });
  const [first, again] = by.map(({ signing }) => signPointer(pointer, signing));
  const signed = again === undefined ? first : { ...first, second: again };
  const lies = await shelf.document('live');
  await shelf.put('live', signed as object, lies.ok ? (lies.value?.revision ?? 0) : 0);
}

const start = (own = folder) => startNode({ shelf, folder: own, people: trusted });

/** What a node says last of them. */
async function said(...changes: readonly (() => Promise<void>)[]): Promise<string | undefined> {
  const node = start();
  for (const change of changes) {
    await change();
    await node.releases.look();
  }
  await node.releases.stop();
  return node.said.at(-1);
}

const unmeasured = { reason: 'without replay: 演示' };
const byTwo = [second, third];

describe('a higher version than the one in force, past a desk', () => {
  beforeEach(() => publish(1, quiet));

  test.each([
    ['measured and quiet', quiet, {}, [second], true],
    ['one that speaks too often, signed by one', loud, {}, [second], false],
    ['signed by two', loud, {}, byTwo, true],
    ['signed twice by one', loud, {}, [second, second], false],
    ['signed by one and its author', loud, {}, [second, author], false],
    ['one that nobody has measured', not, {}, [second], false],
    ['signed by two as well', not, {}, byTwo, false],
    ['where the reason says so', not, unmeasured, [second], true],
    ['where it says so and not why', not, { reason: 'without replay: ' }, [second], false],
    ['one that speaks where no claim was replayed', partly, {}, [second], false],
    ['one that speaks too often elsewhere, which is not said', partlyLoud, unmeasured, [second], false],
    ['signed by two, and the rest not said', partlyLoud, {}, byTwo, false],
    ['signed by two, and said', partlyLoud, unmeasured, byTwo, true],
  ] as const)('%s', async (_, impact, rest, by, enters) => {
    await publish(2, impact);
    const last = await said(
      () => write(1),
      () => write(2, rest, by),
    );
    expect(last).toBe(enters ? 'in force 2, 2' : 'refused impact');
  });

  test.each([
    ['signed by one', [second], false],
    ['signed by two', byTwo, true],
  ] as const)('is asked about as what all others go by, too: %s', async (_, by, enters) => {
    await publish(2, loud);
    const last = await said(
      () => write(1),
      () => write(1, { institutions, base: 2 }, by),
    );
    expect(last).toBe(enters ? 'in force 1, 2' : 'refused impact');
  });

  test('is asked about after a restart, too', async () => {
    await publish(2, loud);
    await said(() => write(1));
    await write(2);
    const node = start();
    expect(await node.releases.begin(true)).toMatchObject({ ok: true });
    expect(node.said).toEqual(['refused impact', 'in force 1, 1']);
    await node.releases.stop();
  });

  test.each([
    ['nothing', null],
    ['too much', { ...mark, hits: 9_000 }],
  ])('is not, published before it was told; its replay shows %s', async (_, replay) => {
    await publish(2, undefined, replay);
    const last = await said(
      () => write(1),
      () => write(2),
    );
    expect(last).toBe('in force 2, 2');
  });

  test.each([
    ['has seen the rest', 400, [seen], true],
    ['has seen nothing', 0, [], false],
    ['has seen too little', 9, [], false],
    ['says nothing that adds up', 0, [seen], false],
  ] as const)('where its shadow %s', async (_, claims, bands, enters) => {
    await publish(2, partly);
    const wanted = await draftTrialFigures(new Desk(shelf, trusted), { version: 2, claims, bands }, 0);
    if (!wanted.ok) throw new Error(wanted.error.message);
    const signed = signTrialFigures(wanted.value, second.signing);
    expect(await putTrialFigures(new Desk(shelf, trusted), 2, signed)).toMatchObject({ ok: true });
    const last = await said(
      () => write(1),
      () => write(2),
    );
    expect(last).toBe(enters ? 'in force 2, 2' : 'refused impact');
  });

  test('may have been brought in by two before this node heard of it', async () => {
    await publish(2, loud);
    const node = start();
    await write(1);
    await node.releases.look();
    await write(2, { institutions, base: 1 }, byTwo);
    await write(2);
    await node.releases.look();
    expect(node.said).toEqual(['in force 1, 1', 'in force 2, 3']);
    await node.releases.stop();
  });

  test('is asked about again when a broker that cannot be asked is there again', async () => {
    await publish(2, loud);
    let away = false;
    const store: Shelf = {
      ...shelf,
      history: async (key) => (away ? { ok: false, error: 'no route' } : shelf.history(key)),
    };
    const node = startNode({ shelf: store, folder, people: trusted });
    await write(1);
    await node.releases.look();
    await write(2, { institutions, base: 1 }, byTwo);
    await write(2);
    away = true;
    await node.releases.look();
    expect(node.said.at(-1)).toBe('unreadable');
    away = false;
    await node.releases.look();
    expect(node.said.at(-1)).toBe('in force 2, 3');
    await node.releases.stop();
  });
});

describe('a version that two have brought in', () => {
  const entered = [() => write(1, {}, byTwo), () => write(2)];
  beforeEach(async () => {
    await publish(1, loud);
    await publish(2, quiet);
  });

  test('goes on for all others, comes to them, and comes back, signed by one', async () => {
    const last = await said(
      () => write(1, { institutions, base: null }, byTwo),
      () => write(1),
      () => write(2, { institutions, base: 1 }),
      () => write(2),
      () => write(1),
    );
    expect(last).toBe('in force 1, 5');
  });

  test.each<[string, () => ReturnType<typeof startNode>]>([
    ['though the approver has left', () => startNode({ shelf, folder, people: trusting(author, second) })],
    [
      'though its change lies further back than the broker keeps them',
      () => startNode({ shelf: keepingOnly(shelf, 2), folder, people: trusted }),
    ],
    [
      'though the broker keeps none at all',
      () => startNode({ shelf: keepingOnly(shelf, 0), folder, people: trusted }),
    ],
  ])('comes back by a node that was started again, %s', async (_, again) => {
    await said(...entered);
    const node = again();
    expect(await node.releases.begin(true)).toMatchObject({ ok: true });
    await write(2, { institutions, base: 1 });
    await write(1);
    await node.releases.look();
    expect(node.said).toEqual(['in force 2, 2', 'in force 1, 4']);
    await node.releases.stop();
  });
});

describe('what is lawfully in force', () => {
  test.each([
    ['brought in by two, of whom one has left', loud, {}, byTwo],
    ['seen by a shadow whose figures are lost', partly, {}, [second]],
    ['said to be unmeasured by a change that is lost', not, {}, [second]],
  ] as const)('is taken by a node that goes by nothing yet: %s', async (_, impact, rest, by) => {
    await publish(1, impact);
    await write(1, rest, by);
    const people = trusting(author, second);
    const node = startNode({ shelf: keepingOnly(shelf, 0), folder, people });
    expect(await node.releases.begin(true)).toMatchObject({ ok: true });
    expect(node.said).toEqual(['in force 1, 1']);
    await node.releases.stop();
  });
});

/** Of changes, the last ones only. */
function keepingOnly(whole: Shelf, most: number): Shelf {
  return {
    ...whole,
    history: async (key) => {
      const history = await whole.history(key);
      return history.ok ? { ok: true, value: history.value.slice(history.value.length - most) } : history;
    },
  };
}
