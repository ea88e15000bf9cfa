/** What the broker knows of a version that a brake is to watch: what was in force before it, figures of its shadow. */
import { beforeEach, describe, expect, test } from 'vitest';
import { trialTerms } from '../../src/ruleset/release/brake/trial-terms.js';
import { Desk } from '../../src/ruleset/release/desk.js';
import type { Manifest } from '../../src/ruleset/release/manifest.js';
import type { Pointer } from '../../src/ruleset/release/pointer.js';
import { signManifest, signPointer } from '../../src/ruleset/release/release.js';
import {
  draftTrialFigures,
  putTrialFigures,
  signTrialFigures,
  type TrialFigures,
} from '../../src/ruleset/release/trial-figures.js';
import { manifestOf, type Person, person, pointerTo, trusting } from '../ruleset/release/people.js';
import { shelfInMemory } from '../ruleset/release/shelf-in-memory.js';
import { bandFrom } from './bands.js';

const author = person('作者甲', 'publish', 'activate');
const second = person('审核乙', 'activate');
const nowMs = Date.parse('2026-07-03T08:00:00Z');
const later = '2026-07-04T00:00:00Z';

let shelf: ReturnType<typeof shelfInMemory>;
let desk: Desk;
const manifests = new Map<number, Manifest>();

async function publish(version: number, since: Manifest['since']): Promise<void> {
  const manifest = manifestOf(version, { changed: ['c'], ...(since === undefined ? {} : { since }) });
  manifests.set(version, manifest);
  await shelf.put(`version.${version}`, signManifest(manifest, author.signing), 0);
}

let serial = 0;
async function activate(version: number, rest: Partial<Pointer> = {}): Promise<void> {
  const lies = await shelf.document('live');
  const pointer = pointerTo(version, { serial: ++serial, ...rest });
  await shelf.put('live', signPointer(pointer, second.signing), lies.ok ? (lies.value?.revision ?? 0) : 0);
}

beforeEach(async () => {
  serial = 0;
  shelf = shelfInMemory(nowMs);
  desk = new Desk(shelf, trusting(author, second));
  await publish(10, { a: 4, b: 9, c: 1 });
  await publish(11, { a: 11, b: 9, c: 1 });
  await publish(12, { a: 11, b: 9, c: 12 });
});

async function changedIn(version: number): Promise<readonly string[]> {
  const terms = await trialTerms(desk, manifests.get(version) as Manifest);
  if (!terms.ok) throw new Error(terms.error.message);
  return terms.value.changed;
}

describe('rules that are on trial', () => {
  test('are those that differ from what was in force, though a version between was never', async () => {
    await activate(10);
    await activate(12);
    expect(await changedIn(12)).toEqual(['a', 'c']);
    expect(await changedIn(10)).toEqual(['a', 'b', 'c']);
  });

  test('are still the same when the version is for all, and when it comes back', async () => {
    await activate(10);
    await activate(11, { institutions: ['H35010200417'], base: 10 });
    await activate(11);
    expect(await changedIn(11)).toEqual(['a']);
    await activate(12);
    await activate(11);
    expect(await changedIn(11)).toEqual(['a']);
    expect(await changedIn(12)).toEqual(['c']);
  });

  test('are compared with what is in force until the time comes', async () => {
    await activate(10);
    await activate(11, { notBefore: later, base: 10 });
    expect(await changedIn(11)).toEqual(['a']);
    await activate(12, { base: null });
    // Version 11 was overtaken before it began.
    expect(await changedIn(12)).toEqual(['a', 'c']);
  });

  test('are what the manifest says where nobody can say what was in force', async () => {
    expect(await changedIn(12)).toEqual(['c']);
    await activate(9);
    await activate(12);
    expect(await changedIn(12)).toEqual(['c']);
  });
});

describe('figures of its shadow', () => {
  const figures: TrialFigures = {
    format: 1,
    serial: 1,
    version: 12,
    rulesetId: manifestOf(12).rulesetId,
    claims: 400,
    bands: [bandFrom('6', { alerts: [0, 9], holds: [0, 0] })],
    signedAt: '2026-07-03T08:00:00Z',
  };
  const put = (by: Person, rest: Partial<TrialFigures> = {}) =>
    putTrialFigures(desk, 12, signTrialFigures({ ...figures, ...rest }, by.signing));
  const bands = async () => {
    const terms = await trialTerms(desk, manifests.get(12) as Manifest);
    return terms.ok ? terms.value.bands : terms.error;
  };

  test('are bands, the last that were put there', async () => {
    expect(await bands()).toEqual([]);
    expect((await put(second)).ok).toBe(true);
    expect(await bands()).toEqual(figures.bands);
    expect((await put(second, { bands: [], serial: 2 })).ok).toBe(true);
    expect(await bands()).toEqual([]);
  });

  test('come one after the other, and older ones cannot be put back', async () => {
    await put(second);
    expect((await put(second, { serial: 2, bands: [] })).ok).toBe(true);
    for (const serial of [1, 2, 4]) {
      expect(await put(second, { serial })).toMatchObject({ ok: false, error: { reason: 'overtaken' } });
    }
    const drafted = await draftTrialFigures(desk, { version: 12, claims: 1, bands: [] }, Date.now());
    expect(drafted).toMatchObject({ value: { serial: 3, rulesetId: figures.rulesetId } });
    const lies = await shelf.document('trial.12');
    const over = lies.ok ? (lies.value?.revision ?? 0) : 0;
    await shelf.put('trial.12', signTrialFigures(figures, second.signing), over);
    expect(await bands()).toEqual([]);
  });

  test('that leap are none, whenever they were put there: others come after them', async () => {
    const leap = async (serial: number) => {
      const lies = await shelf.document('trial.12');
      const over = lies.ok ? (lies.value?.revision ?? 0) : 0;
      await shelf.put('trial.12', signTrialFigures({ ...figures, serial, bands: [] }, second.signing), over);
    };
    await leap(Number.MAX_SAFE_INTEGER);
    expect((await put(second)).ok).toBe(true);
    expect(await bands()).toEqual(figures.bands);
    await leap(9e12);
    expect(await bands()).toEqual(figures.bands);
    const drafted = await draftTrialFigures(desk, { version: 12, claims: 1, bands: [] }, Date.now());
    expect(drafted).toMatchObject({ value: { serial: 2 } });
    expect((await put(second, { serial: 2 })).ok).toBe(true);
  });

  test('from before they were counted come first, the last that was signed of them', async () => {
    const { serial: _, ...uncounted } = figures;
    const times = ['2026-07-03T08:00:00Z', '2026-07-05T08:00:00Z', '2026-07-04T08:00:00Z'];
    for (const [i, signedAt] of times.entries()) {
      const scene = `${i}`;
      const one = { ...uncounted, signedAt, bands: [bandFrom(scene, { alerts: [0, 9], holds: [0, 0] })] };
      const lies = await shelf.document('trial.12');
      const over = lies.ok ? (lies.value?.revision ?? 0) : 0;
      await shelf.put('trial.12', signTrialFigures(one, second.signing), over);
    }
    expect(await bands()).toMatchObject([{ scene: '1' }]);
    expect((await put(second)).ok).toBe(true);
    expect(await bands()).toEqual(figures.bands);
  });

  test.each([
    ['same-signer', author, {}],
    ['unknown-key', person('陌生人', 'activate'), {}],
    ['other-content', second, { version: 11 }],
    ['other-content', second, { rulesetId: 'sha256:other' }],
    ['unsigned', second, { bands: [{ scene: '6' }] as never }],
  ])('are not taken where they are %s, and not believed where they lie', async (reason, by, changes) => {
    expect(await put(by, changes)).toMatchObject({ ok: false, error: { reason } });
    await shelf.put('trial.12', signTrialFigures({ ...figures, ...changes }, by.signing), 0);
    expect(await bands()).toEqual([]);
  });
});

test('a broker that cannot be asked is said', async () => {
  const away = new Desk({ ...shelf, history: async () => ({ ok: false, error: 'gone' }) }, desk.trusted);
  const terms = await trialTerms(away, manifests.get(12) as Manifest);
  expect(terms).toMatchObject({ ok: false, error: { reason: 'unreachable' } });
});
