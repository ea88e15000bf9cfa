/** What a desk takes as a new version, over a shelf in memory. */
import { beforeEach, expect, test } from 'vitest';
import { packBundle } from '../../../src/ruleset/release/bundle.js';
import { Desk } from '../../../src/ruleset/release/desk.js';
import { type Examination, examine } from '../../../src/ruleset/release/examine.js';
import type { Manifest } from '../../../src/ruleset/release/manifest.js';
import {
  appraise,
  draftManifest,
  footing,
  notCompared,
  obstacle,
  publish,
} from '../../../src/ruleset/release/publish.js';
import { signManifest } from '../../../src/ruleset/release/release.js';
import type { Shelf } from '../../../src/ruleset/release/shelf.js';
import { smallRules } from '../../releases/small-rules.js';
import { type Person, person, trusting } from './people.js';
import { shelfInMemory } from './shelf-in-memory.js';

const author = person('作者甲', 'publish');
const reader = person('审核乙', 'activate');
const trusted = trusting(author, reader);
const nowMs = Date.parse('2026-07-03T08:00:00Z');

/** Compiled once: what is tested here is what becomes of it. */
const examinations = new Map<number, Promise<Examination>>();
async function examined(version: number): Promise<Examination> {
  const source = await smallRules(version);
  const previous = version === 1 ? null : await smallRules(version - 1);
  const known = examinations.get(version) ?? Promise.resolve(examine({ source, previous }));
  examinations.set(version, known);
  return await known;
}

let shelf: Shelf;
let desk: Desk;

beforeEach(() => {
  shelf = shelfInMemory(nowMs);
  desk = new Desk(shelf, trusted);
});

async function handIn(
  version: number,
  { lie = {}, by = author, at = desk }: { lie?: Partial<Manifest>; by?: Person; at?: Desk } = {},
): Promise<string> {
  const found = await examined(version);
  const ground = await footing(desk);
  if (!found.compiles || !ground.ok) throw new Error('the rules compile');
  const bundle = packBundle(await smallRules(version));
  const rest = { digest: bundle.digest, publishedAtMs: nowMs, replay: null };
  const manifest = { ...draftManifest(found, ground.value, rest), ...lie };
  const signed = signManifest(manifest, by.signing);
  const done = await publish(at, appraise({ signed, bundle, report: null }, ground.value, found));
  return done.ok ? `version ${done.value.version}` : `${done.error.reason}: ${done.error.message}`;
}

test('versions are numbered without gaps, and compared with the one before', async () => {
  expect(obstacle(await examined(2), 1)?.message).toContain('write "version: 1" in ruleset.yaml');
  expect(await handIn(1)).toBe('version 1');
  expect(await handIn(1, { lie: {} })).toMatch(
    /^overtaken: version 1 has been published; the next number is 2/,
  );
  expect(await handIn(2)).toBe('version 2');
  const second = await desk.version(2);
  expect(second).toMatchObject({ value: { manifest: { previous: 1, added: [], changed: [] } } });
  const since = second.ok ? Object.entries(second.value.manifest.since ?? {}) : [];
  expect(since.length).toBeGreaterThan(3);
  expect(since.every(([, version]) => version === 1)).toBe(true);
  const source = await desk.source(2);
  expect(source.ok && source.value.files).toEqual((await smallRules(2)).files);
});

test('where texts are lost it is said with what a version was compared, and what follows', async () => {
  await handIn(1);
  const found = await footing(desk);
  expect(found.ok && notCompared(found.value)).toBeNull();
  const textless = new Desk({ ...shelf, text: async () => ({ ok: true, value: null }) }, trusted);
  const ground = await footing(textless);
  if (!ground.ok) throw new Error(ground.error.message);
  expect(ground.value).toMatchObject({ next: 2, previous: null, lost: 1, since: {} });
  expect(notCompared(ground.value)).toMatch(
    /^the text of version 1 is lost .* compared with no version: every rule counts as changed here, and brakes on it/,
  );
  expect(notCompared({ previous: 1, lost: 3 })).toMatch(
    /^the text of version 3 .* with version 1: every rule that version 1 does not have as it is counts as changed/,
  );
});

test('who takes the number first has it', async () => {
  await handIn(1);
  // Between the last look and the writing another publisher was quicker.
  const late = new Desk(
    { ...shelf, put: async () => ({ ok: false, error: { kind: 'overtaken' } }) },
    trusted,
  );
  expect(await handIn(2, { at: late })).toMatch(/^overtaken: version 2 has been published; .* is 3: write/);
});

test('who may not publish does not, whatever is handed in', async () => {
  expect(await handIn(1, { by: reader })).toMatch(/^wrong-role: /);
  expect(await handIn(1, { by: person('陌生人', 'publish') })).toMatch(/^unknown-key: /);
});

test.each([
  ['rulesetId', 'sha256:0'],
  ['asOf', '2030-01-01'],
  ['added', []],
  ['previous', 1],
  ['since', {}],
  ['since', undefined as never],
  ['warnings', 3],
  ['impact', { measured: 'wholly', loud: false }],
] as const)('a manifest whose %s is not true is refused', async (key, value) => {
  expect(await handIn(1, { lie: { [key]: value } })).toMatch(new RegExp(`^other-content: .*"${key}"`));
  expect(await desk.numbers()).toEqual({ ok: true, value: [] });
});

test('a floor neither sinks nor rises above its own version', async () => {
  expect(await handIn(1, { lie: { floor: 2 } })).toMatch(/^older-than-floor: .*from 1, .*to 1/);
  await handIn(1);
  expect(await handIn(2, { lie: { floor: 2 } })).toBe('version 2');
  expect(await handIn(3, { lie: { floor: 1 } })).toMatch(/^older-than-floor: .*from 2/);
});

test('a replay that nobody hands in is not believed', async () => {
  const replay = {
    digest: 'a'.repeat(64),
    from: '2026-01-01',
    to: '2026-01-31',
    claims: 9,
    hits: 1,
    bands: [],
  };
  expect(await handIn(1, { lie: { replay } })).toMatch(/^other-content: .*replay/);
});

test('words that rules share are told as the rules have them', async () => {
  expect(await handIn(1, { lie: { killSwitches: { together: ['sex-drug'] } } })).toMatch(
    /^other-content: the manifest's "killSwitches" is .*, it should be null/,
  );
  const found = await examined(1);
  const ground = await footing(desk);
  if (!found.compiles || !ground.ok) throw new Error('the rules compile');
  const rules = found.rules.map((rule) => ({ ...rule, killSwitch: 'together' }));
  const rest = { digest: '', publishedAtMs: nowMs, replay: null };
  const { killSwitches } = draftManifest({ ...found, rules }, ground.value, rest);
  expect(killSwitches).toEqual({ together: rules.map(({ id }) => id).toSorted() });
});
