/** What operators may write into a change of the overlay: the same where it is signed as where it is drafted. */
import { beforeEach, expect, test } from 'vitest';
import { acceptOverlay, nothingAccepted } from '../../src/ruleset/overlay/accept-overlay.js';
import { commitOverlay, draftOverlay, signOperatorOverlay } from '../../src/ruleset/overlay/overlay-desk.js';
import { Desk } from '../../src/ruleset/release/desk.js';
import { shelfInMemory } from '../ruleset/release/shelf-in-memory.js';
import { at, killed, nowMs, operator, operatorOverlay, stored, trusted } from './documents.js';

let desk: Desk;
beforeEach(() => {
  desk = new Desk(shelfInMemory(nowMs), trusted);
});

const snoozed = { ...killed, department: 'A1\u001b[2J', until: '2026-07-03T08:00:00.000Z' };

test.each([
  ['a reason that begins a line of its own', { reason: '误报\n2026-07-02' }, 'control characters'],
  ['the same of a switch', { switches: [{ ...killed, reason: 'x\u001b[2J' }] }, 'control characters'],
  ['the same of a rule', { switches: [{ ...killed, rule: 'sex\rdrug' }] }, 'control characters'],
  ['the same of a department', { switches: [], snoozes: [snoozed] }, 'control characters'],
  ['a time to come', { signedAt: '2099-01-01T00:00:00.000Z' }, 'still to come'],
])('%s is refused at the desk, and nodes go by what lies there', async (_, rest, why) => {
  const overlay = operatorOverlay(rest);
  const terms = { nowMs, rulesInForce: null };
  const done = await commitOverlay(desk, signOperatorOverlay(overlay, operator.signing), terms);
  expect(done).toMatchObject({ error: { reason: 'unfit', message: expect.stringContaining(why) } });
  expect(acceptOverlay(stored(1, overlay), nothingAccepted, trusted).ok).toBe(true);
});

test('such a reason is not drafted either', async () => {
  const change = { do: 'kill', rule: 'sex-drug', institution: null } as const;
  const drafted = await draftOverlay(desk, change, { by: operator.name, reason: 'a\nb', nowMs });
  expect(drafted).toMatchObject({ error: { reason: 'unfit' } });
  const plain = await draftOverlay(desk, change, { by: operator.name, reason: '误报', nowMs });
  expect(plain).toMatchObject({ ok: true, value: { signedAt: at } });
});
