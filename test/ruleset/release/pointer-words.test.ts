/** What a desk takes of a change of what is in force: the same of what is signed as of what is drafted. */
import { beforeEach, expect, test } from 'vitest';
import { activate, draftPointer } from '../../../src/ruleset/release/activate.js';
import { Desk } from '../../../src/ruleset/release/desk.js';
import { unmeasured, usualCeiling } from '../../../src/ruleset/release/impact.js';
import type { Pointer } from '../../../src/ruleset/release/pointer.js';
import { mostReason } from '../../../src/ruleset/release/reason.js';
import { acceptPointer, signManifest, signPointer } from '../../../src/ruleset/release/release.js';
import { manifestOf, person, trusting } from './people.js';
import { shelfInMemory } from './shelf-in-memory.js';

const author = person('作者甲', 'publish');
const second = person('审核乙', 'activate');
const trusted = trusting(author, second);
const nowMs = Date.parse('2026-07-03T08:00:00Z');
const wanted = { version: 1, institutions: null, notBefore: null, reason: `${unmeasured}试` };

let desk: Desk;
beforeEach(async () => {
  const shelf = shelfInMemory(nowMs);
  desk = new Desk(shelf, trusted);
  await shelf.put('version.1', signManifest(manifestOf(1), author.signing), 0);
});

/** Signed as a client could that asks for no draft. */
async function handIn(rest: Partial<Pointer>) {
  const drafted = await draftPointer(desk, wanted, nowMs);
  if (!drafted.ok) throw new Error(drafted.error.message);
  const signed = signPointer({ ...drafted.value, ...rest }, second.signing);
  const terms = {
    ceiling: usualCeiling,
    nowMs,
    weigh: async () => {
      throw new Error('nothing is attached');
    },
  };
  return { signed, done: await activate(desk, { signed, isRollback: false }, terms) };
}

const long = `${unmeasured}${'长'.repeat(mostReason)}`;
const odd: readonly (readonly [Partial<Pointer>, string])[] = [
  [{ institutions: [] }, 'in force at nobody'],
  [{ institutions: ['H1', ''] }, '"" is no code'],
  [{ institutions: ['H1', 'H1'] }, 'H1 is named twice'],
  [{ institutions: ['H 1\n'] }, '"H 1\\u000a" is no code'],
  [{ reason: long }, 'in 300 characters at most'],
  [{ reason: ' ' }, 'say why'],
  [{ reason: `${unmeasured}x\n2026-07-03  审核丙` }, 'control characters'],
  [{ reason: `${unmeasured}\u001b[2J` }, 'control characters'],
];

test.each(odd)('%j is neither drafted nor accepted', async (rest, why) => {
  const error = { reason: 'unfit', message: expect.stringContaining(why) };
  expect(await draftPointer(desk, { ...wanted, ...rest }, nowMs)).toMatchObject({ error });
  expect((await handIn(rest)).done).toMatchObject({ error });
});

test('what is signed in years to come is not accepted; clocks may differ by minutes', async () => {
  const { done } = await handIn({ signedAt: '2099-01-01T00:00:00.000Z' });
  expect(done).toMatchObject({ error: { reason: 'unfit', message: expect.stringContaining('to come') } });
  expect((await handIn({ signedAt: '2026-07-03T08:04:00.000Z' })).done.ok).toBe(true);
});

test('nodes go by what an older desk has let through', async () => {
  for (const [rest] of odd) {
    const { signed } = await handIn(rest);
    expect(acceptPointer(signed, { serial: 0, floor: 0 }, trusted).ok).toBe(true);
  }
});
