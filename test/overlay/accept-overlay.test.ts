/** What a node believes of an overlay, and what it does not. */
import { describe, expect, test } from 'vitest';
import { fail, ok } from '../../src/base/result.js';
import {
  type AcceptedOverlay,
  acceptOverlay,
  mostTextBytes,
  nothingAccepted,
  overlayInForce,
} from '../../src/ruleset/overlay/accept-overlay.js';
import { overlayText } from '../../src/ruleset/overlay/overlay.js';
import { mostEntries } from '../../src/ruleset/overlay/stored-overlay.js';
import { refusal } from '../../src/ruleset/release/refusal.js';
import { sign } from '../../src/ruleset/release/statement.js';
import { manifestOf } from '../ruleset/release/people.js';
import {
  activator,
  author,
  brakeOf,
  colleague,
  killed,
  operator,
  operatorOverlay,
  stored,
  stranger,
  trusted,
} from './documents.js';

function markOf(document: unknown): AcceptedOverlay {
  const read = acceptOverlay(document, nothingAccepted, trusted);
  if (!read.ok) throw new Error(read.error.message);
  return read.value.accepted;
}

const snoozed = { ...killed, department: null, until: '2026-07-03T08:00:00.000Z' };
const third = stored(3, operatorOverlay({ serial: 2 }), [brakeOf(12, 'a')]);
const many = Array.from({ length: mostEntries }, (_, i) => ({ ...killed, rule: `rule-${i}` }));
const long = Array.from({ length: 600 }, (_, i) => ({ ...killed, rule: `${'r'.repeat(110)}-${i}` }));
const tampered = {
  ...third,
  operator: { ...third.operator, statement: third.operator?.statement.replace('误报', '正确') },
};
/** As if another kind of statement could stand for an overlay. */
const ofAnotherKind = {
  ...stored(4),
  operator: sign('pointer', operatorOverlay({ serial: 3 }), operator.signing),
};

describe('an overlay is refused', () => {
  test.each<[string, unknown, string, RegExp]>([
    ['that is none', { overlay: 1 }, 'unsigned', /no overlay/],
    ['that is nothing', null, 'unsigned', /no overlay/],
    ['that nobody has numbered', { ...stored(4), number: 0 }, 'unsigned', /"number"/],
    ['with more to it', { ...stored(4), comment: 'x' }, 'unsigned', /"comment" is unknown/],
    [
      'without a signature',
      { ...stored(4), operator: operatorOverlay({ serial: 3 }) },
      'unsigned',
      /no signature/,
    ],
    ['whose text was changed', tampered, 'tampered', /does not fit/],
    ['signed as something else', ofAnotherKind, 'tampered', /does not fit/],
    ['of a stranger', stored(4, operatorOverlay({ serial: 3 }), [], stranger), 'unknown-key', /not trusted/],
    ['of an author', stored(4, operatorOverlay({ serial: 3 }), [], author), 'wrong-role', /may not operate/],
    [
      'of an activator',
      stored(4, operatorOverlay({ serial: 3 }), [], activator),
      'wrong-role',
      /may not operate/,
    ],
    [
      'with a lower number',
      stored(2, operatorOverlay({ serial: 3 })),
      'overtaken',
      /overlay 2 comes after overlay 3/,
    ],
    [
      'with a lower serial',
      stored(4, operatorOverlay({ serial: 1 })),
      'overtaken',
      /change 1 .* after change 2/,
    ],
    ['that leaves out what operators did', stored(4, null), 'overtaken', /change 0 .* after change 2/],
    [
      'with a serial that leaps',
      stored(4, operatorOverlay({ serial: Number.MAX_SAFE_INTEGER })),
      'unfit',
      /nobody counts so far/,
    ],
    [
      'with another change of the same serial',
      stored(4, operatorOverlay({ serial: 2, switches: [] }), [], colleague),
      'overtaken',
      /otherwise .* change 2 of operators/,
    ],
    ['that differs under its number', { ...third, brakes: [] }, 'overtaken', /otherwise .* overlay 3/],
    [
      'with a rule without a name',
      stored(4, operatorOverlay({ serial: 3, switches: [{ ...killed, rule: ' ' }] })),
      'unsigned',
      /"switches"/,
    ],
    [
      'with a day that there is not',
      stored(4, operatorOverlay({ serial: 3, snoozes: [{ ...snoozed, until: '2026-13-41T08:00:00Z' }] })),
      'unsigned',
      /"snoozes"/,
    ],
    [
      'with too many entries',
      stored(4, operatorOverlay({ serial: 3, switches: [...many, killed] })),
      'unfit',
      /at most 1000 entries, this one has 1001/,
    ],
    [
      'too long to travel with a batch',
      stored(4, operatorOverlay({ serial: 3, switches: long })),
      'unfit',
      /at most 65536 bytes/,
    ],
  ])('%s', (_, document, reason, sentence) => {
    const answer = acceptOverlay(document, markOf(third), trusted);
    expect(answer).toEqual({ ok: false, error: { reason, message: expect.stringMatching(sentence) } });
  });
});

describe('an overlay is accepted', () => {
  test('again, and when a node has braked, and when an operator has signed', () => {
    const before = markOf(third);
    expect(acceptOverlay(third, before, trusted).ok).toBe(true);
    const braked = { ...third, number: 4, brakes: [...third.brakes, brakeOf(12, 'b')] };
    expect(acceptOverlay(braked, before, trusted).ok).toBe(true);
    const signed = stored(9, operatorOverlay({ serial: 7, switches: [] }), [], colleague);
    const read = acceptOverlay(signed, before, trusted);
    expect(read).toMatchObject({
      ok: true,
      value: { number: 9, operator: { by: { name: colleague.name } } },
    });
  });

  test('as large as it may be, and its text fits', () => {
    const document = stored(1, operatorOverlay({ switches: many }));
    const read = acceptOverlay(document, nothingAccepted, trusted);
    if (!read.ok) throw new Error(read.error.message);
    const { overlay } = overlayInForce(read.value, () => fail(refusal('unknown-version', '')));
    expect(overlay.switches).toHaveLength(mostEntries);
    expect(Buffer.byteLength(overlayText(overlay))).toBeLessThan(mostTextBytes);
  });
});

describe('what a node has braked', () => {
  const twelve = manifestOf(12, { added: ['new'], changed: ['changed'] });
  const inForce = (document: unknown) => {
    const read = acceptOverlay(document, nothingAccepted, trusted);
    if (!read.ok) throw new Error(read.error.message);
    return overlayInForce(read.value, (version) =>
      version === 12 ? ok(twelve) : fail(refusal('unknown-version', `there is no version ${version}`)),
    );
  };
  const { rulesetId } = twelve;

  test('holds under its version, as far as the version has brought or changed the rules', () => {
    const brakes = [brakeOf(12, 'new', 'old'), brakeOf(12, 'changed', 'new'), brakeOf(13, 'new')];
    const { overlay, ignored } = inForce(stored(5, operatorOverlay(), brakes));
    expect(overlay).toEqual({
      number: 5,
      switches: [
        { rule: 'sex-drug', institution: null, kind: 'kill', rulesetId: null },
        { rule: 'new', institution: null, kind: 'brake', rulesetId },
        { rule: 'changed', institution: null, kind: 'brake', rulesetId },
      ],
      snoozes: [],
    });
    expect(ignored).toEqual([
      { version: 12, rules: ['old'], why: 'version 12 did not change them' },
      { version: 13, rules: ['new'], why: 'there is no version 13' },
    ]);
  });

  test('does not hold where an operator has taken it off', () => {
    const unbraked = [
      { version: 12, rule: 'new' },
      { version: 11, rule: 'changed' },
    ];
    const document = stored(5, operatorOverlay({ switches: [], unbraked }), [brakeOf(12, 'new', 'changed')]);
    expect(inForce(document).overlay.switches.map(({ rule }) => rule)).toEqual(['changed']);
  });

  test('needs no operator', () => {
    expect(inForce(stored(1, null, [brakeOf(12, 'new')])).overlay).toMatchObject({ number: 1, snoozes: [] });
  });
});
