/** Who may put what in force, over a shelf in memory. */
import { beforeEach, describe, expect, test } from 'vitest';
import { ok } from '../../../src/base/result.js';
import { canonicalText } from '../../../src/ruleset/compile/canonical.js';
import type { GatedRuleset } from '../../../src/ruleset/guard/impact-gate.js';
import {
  activate,
  askedOfSecond,
  draftPointer,
  draftRollback,
  type Wanted,
} from '../../../src/ruleset/release/activate.js';
import type { SignedPointer } from '../../../src/ruleset/release/approval.js';
import { Desk } from '../../../src/ruleset/release/desk.js';
import { type ImpactTask, impactOf, unmeasured, usualCeiling } from '../../../src/ruleset/release/impact.js';
import type { Manifest } from '../../../src/ruleset/release/manifest.js';
import type { Pointer } from '../../../src/ruleset/release/pointer.js';
import { signManifest, signPointer } from '../../../src/ruleset/release/release.js';
import { readReplay } from '../../../src/ruleset/release/replay-mark.js';
import { pointerSettled } from '../../../src/ruleset/release/settled.js';
import type { Shelf } from '../../../src/ruleset/release/shelf.js';
import { manifestOf, type Person, person, trusting } from './people.js';
import { shelfInMemory } from './shelf-in-memory.js';

const author = person('作者甲', 'publish', 'activate');
const second = person('审核乙', 'activate');
const third = person('审核丙', 'activate');
const trusted = trusting(author, second, third);
const nowMs = Date.parse('2026-07-03T08:00:00Z');
const later = '2026-08-01T00:00:00.000Z';

let shelf: Shelf;
let desk: Desk;
let rules: GatedRuleset['rules'];

beforeEach(async () => {
  shelf = shelfInMemory(nowMs);
  desk = new Desk(shelf, trusted);
  rules = [{ id: 'a', effect: 'remind' }];
  for (const version of [1, 2, 3]) await publish(manifestOf(version));
});

async function publish(manifest: Manifest): Promise<void> {
  const put = await shelf.put(`version.${manifest.version}`, signManifest(manifest, author.signing), 0);
  if (!put.ok) throw new Error(put.error.kind);
}

const terms = {
  ceiling: usualCeiling,
  nowMs,
  // What would be compiled is no text here.
  weigh: async (task: ImpactTask) => impactOf({ id: manifestOf(4).rulesetId, rules }, task),
};

async function drafted(version: number, rest: Partial<Wanted> = {}): Promise<Pointer> {
  const wanted = { version, institutions: null, notBefore: null, reason: `${unmeasured}试`, ...rest };
  const draft = await draftPointer(desk, wanted, nowMs);
  if (!draft.ok) throw new Error(draft.error.message);
  return draft.value;
}

async function enter(signed: SignedPointer, isRollback = false): Promise<string> {
  const done = await activate(desk, { signed, isRollback }, terms);
  return done.ok ? `version ${done.value.pointer.version}` : `${done.error.reason}: ${done.error.message}`;
}

async function put(version: number, rest: Partial<Wanted> = {}, by: Person = second): Promise<string> {
  return await enter(signPointer(await drafted(version, rest), by.signing));
}

function signedByTwo(pointer: Pointer): SignedPointer {
  const { key, signature } = signPointer(pointer, third.signing);
  return { ...signPointer(pointer, second.signing), second: { key, signature } };
}

describe('the base of a pointer', () => {
  test('for some institutions the others keep the version in force', async () => {
    await put(1);
    expect(await drafted(2, { institutions: ['H1'] })).toMatchObject({ serial: 2, base: 1 });
    await put(2, { institutions: ['H1'] });
    expect(await drafted(2, { institutions: ['H1', 'H2'] })).toMatchObject({ serial: 3, base: 1 });
    expect(await drafted(2)).toMatchObject({ base: null, institutions: null });
  });

  test('until a later time the version in force goes on', async () => {
    expect(await drafted(1, { notBefore: later })).toMatchObject({ base: null });
    await put(1);
    await put(2, { notBefore: later });
    expect(await drafted(3, { notBefore: later })).toMatchObject({ base: 1 });
  });

  test('nobody loses a version by accident', async () => {
    await put(1);
    await put(2, { institutions: ['H1'] });
    for (const rest of [{ institutions: ['H2'] }, { notBefore: later }]) {
      const wanted = { version: 3, institutions: null, notBefore: null, reason: 'x', ...rest };
      const draft = await draftPointer(desk, wanted, nowMs);
      expect(draft).toMatchObject({ error: { message: expect.stringContaining('in force at H1 only') } });
    }
    expect(await drafted(3, { institutions: ['H1', 'H2'] })).toMatchObject({ base: 1 });
  });

  test('what a client signs has to agree with it', async () => {
    await put(1);
    const pointer = { ...(await drafted(2, { institutions: ['H1'] })), base: 3 };
    expect(await enter(signPointer(pointer, second.signing))).toMatch(/^other-content: .*"base" is 3/);
    const ahead = { ...(await drafted(2)), serial: 900 };
    expect(await enter(signPointer(ahead, second.signing))).toMatch(/^overtaken: .*"serial"/);
  });
});

describe('the floor', () => {
  test('of a version in force binds those after it', async () => {
    await publish(manifestOf(4, { floor: 3 }));
    await put(2);
    await put(4);
    expect(await drafted(3)).toMatchObject({ floor: 3 });
    const back = await draftRollback(desk, 2, '误报', nowMs);
    expect(back).toMatchObject({ error: { reason: 'older-than-floor' } });
  });
});

describe('going back', () => {
  test('is to the version before, and to none that was only published', async () => {
    expect(await draftRollback(desk, null, '误报', nowMs)).toMatchObject({
      error: { reason: 'unknown-version' },
    });
    await put(1);
    await put(3);
    const back = await draftRollback(desk, null, '误报', nowMs);
    expect(back).toMatchObject({ value: { version: 1, institutions: null, notBefore: null } });
    const never = signPointer({ ...(await drafted(2)), reason: '误报' }, second.signing);
    expect(await enter(never, true)).toMatch(/^unknown-version: .*lower version that has been in force/);
    if (back.ok) expect(await enter(signPointer(back.value, second.signing), true)).toBe('version 1');
    expect((await draftRollback(desk, null, '误报', nowMs)).ok).toBe(false);
  });

  test('takes a version for some, or one that is to come, away', async () => {
    await put(1);
    await put(2, { institutions: ['H1'] });
    expect(await draftRollback(desk, null, '误报', nowMs)).toMatchObject({ value: { version: 1 } });
    await put(2);
    await put(3, { notBefore: later });
    expect(await draftRollback(desk, null, '误报', nowMs)).toMatchObject({ value: { version: 2 } });
  });
});

describe('PG-16', () => {
  const reportOf = (rulesetId: string, hits: number) =>
    Buffer.from(
      canonicalText({
        rulesets: [{ id: rulesetId }],
        from: '2026-05-01',
        to: '2026-05-31',
        claims: 20_000,
        totals: [{ seen: hits }],
        scenes: [],
        rules: [
          {
            rule: 'a',
            told: [{ hits, byInstitution: { H1: hits }, byDepartment: { A1: hits }, excessFen: 1 }],
            change: null,
          },
        ],
      }),
    );

  async function publishMeasured(hits: number): Promise<void> {
    const report = reportOf(manifestOf(4).rulesetId, hits);
    const read = readReplay(report);
    if (!read.ok) throw new Error(read.error);
    await shelf.putText(read.value.mark.digest, read.value.bytes);
    await shelf.putText(manifestOf(4).sourceDigest, Buffer.from('never opened'));
    await publish(manifestOf(4, { replay: read.value.mark }));
  }

  test('a version whose effect is known needs no excuse', async () => {
    await publishMeasured(20);
    expect(await put(4, { reason: '新一批' })).toBe('version 4');
  });

  test('one whose effect is not known needs an excuse that is recorded', async () => {
    expect(await put(1, { reason: '新一批' })).toMatch(/^impact: .*not known/);
    expect(await put(1, { reason: unmeasured })).toMatch(/^impact: /);
    expect(await put(1, { reason: `${unmeasured}演示` })).toBe('version 1');
  });

  test('one that speaks too often needs a second person, who is neither the first nor its author', async () => {
    await publishMeasured(9_000);
    const pointer = await drafted(4);
    const signed = signPointer(pointer, second.signing);
    expect(await enter(signed)).toMatch(/^impact: a second person has to approve/);
    for (const [by, why] of [
      [second, /^impact: a second/],
      [author, /^same-signer: 作者甲 has published version 4: another approves it/],
    ] as const) {
      const { key, signature } = signPointer(pointer, by.signing);
      expect(await enter({ ...signed, second: { key, signature } })).toMatch(why);
    }
    const other = signPointer({ ...pointer, reason: 'else' }, third.signing);
    expect(await enter({ ...signed, second: other })).toMatch(/^impact: a second/);
    expect(await enter(signedByTwo(pointer))).toBe('version 4');
    const live = await desk.live();
    expect(live.ok && live.value.trail.map(({ approver }) => approver?.name)).toEqual(['审核丙']);
  });

  test('its author approves it nowhere, not where nobody has to either', async () => {
    await publishMeasured(20);
    const pointer = await drafted(4, { reason: '新一批' });
    const { key, signature } = signPointer(pointer, author.signing);
    const approved = { ...signPointer(pointer, second.signing), second: { key, signature } };
    expect(await enter(approved)).toMatch(/^same-signer: /);
    expect(await enter(signedByTwo(pointer))).toBe('version 4');
  });

  test('what a second person is asked for can be asked beforehand', async () => {
    await publishMeasured(9_000);
    const asked = async (version: number, reason: string, by = second) =>
      await askedOfSecond(desk, signPointer(await drafted(version, { reason }), by.signing), terms);
    const loud = expect.stringContaining("'a' hits 4500.0 of 10,000 claims");
    expect(await asked(4, '新一批')).toMatchObject({ ok: true, value: [loud, expect.anything()] });
    expect(await asked(1, '新一批')).toMatchObject({ error: { reason: 'impact' } });
    expect(await asked(1, `${unmeasured}演示`)).toEqual(ok([]));
    expect(await asked(4, '新一批', author)).toMatchObject({ error: { reason: 'same-signer' } });
    expect(await desk.live()).toMatchObject({ value: { current: null } });
  });

  test('one that speaks too often where it was measured needs both a second person and an excuse for the rest', async () => {
    rules = [...rules, { id: 'b', effect: 'remind' }];
    await publishMeasured(9_000);
    const excused = await drafted(4);
    expect(await enter(signPointer(excused, second.signing))).toMatch(/^impact: a second person .*'a' hits/);
    const unexcused = { ...excused, reason: '新一批' };
    expect(await enter(signedByTwo(unexcused))).toMatch(/^impact: .*not known: 'b' is not in the replay/);
    expect(await enter(signedByTwo(excused))).toBe('version 4');
  });
});

describe('a change that nobody trusted has signed', () => {
  const lost = person('离职丁', 'activate');

  async function over(document: object): Promise<void> {
    const lies = await shelf.document('live');
    await shelf.put('live', document, lies.ok ? (lies.value?.revision ?? 0) : 0);
  }

  test('is told, and is not what is in force', async () => {
    await put(1);
    await over(signPointer({ ...(await drafted(2)), serial: 2 }, lost.signing));
    const live = await desk.live();
    expect(live).toMatchObject({ value: { current: { pointer: { version: 1 } } } });
    expect(live.ok && live.value.trail.map(({ said }) => said.ok)).toEqual([true, false]);
  });

  test('may be one that nodes have accepted while it was trusted: its number is not given again', async () => {
    await put(1);
    await over(signPointer({ ...(await drafted(2)), serial: 2 }, lost.signing));
    expect(await drafted(3)).toMatchObject({ serial: 3 });
    expect(await put(3)).toBe('version 3');
  });

  test('uses up no numbers, however high it counts', async () => {
    await put(1);
    for (const serial of [Number.MAX_SAFE_INTEGER, 9e12]) {
      await over(signPointer({ ...(await drafted(2)), serial }, lost.signing));
    }
    await over({ statement: '{', key: 'x', signature: 'y' });
    expect(await drafted(3)).toMatchObject({ serial: 2 });
    expect(await put(3)).toBe('version 3');
  });
});

test('a change that leaps is none, whoever has signed it: others come after it', async () => {
  await put(1);
  for (const serial of [Number.MAX_SAFE_INTEGER, 9e12]) {
    const lies = await shelf.document('live');
    const leaping = signPointer({ ...(await drafted(2)), serial }, second.signing);
    await shelf.put('live', leaping, lies.ok ? (lies.value?.revision ?? 0) : 0);
  }
  const live = await desk.live();
  expect(live).toMatchObject({ value: { current: { pointer: { version: 1 } }, accepted: { serial: 1 } } });
  expect(await put(3)).toBe('version 3');
});

test('a change that nodes have displaced is told: the broker had lost what they know', async () => {
  await put(1);
  const lost = signPointer({ ...(await drafted(2)), serial: 5 }, third.signing);
  const mine = await drafted(3);
  expect(await enter(signPointer(mine, second.signing))).toBe('version 3');
  expect(await pointerSettled(desk, mine)).toEqual(ok(null));
  const lies = await shelf.document('live');
  await shelf.put('live', lost, lies.ok ? (lies.value?.revision ?? 0) : 0);
  expect(await pointerSettled(desk, mine)).toMatchObject({
    error: { reason: 'overtaken', message: expect.stringContaining('change 5 stands instead') },
  });
  expect(await drafted(3)).toMatchObject({ serial: 6 });
});
