/** Changes of the overlay over the desk: what is drafted, what is checked, what two who write at once get. */
import { beforeEach, describe, expect, test } from 'vitest';
import { fail, ok, type Result } from '../../src/base/result.js';
import type { OverlayChange } from '../../src/ruleset/overlay/change-overlay.js';
import {
  type CommitTerms,
  commitOverlay,
  draftOverlay,
  overlaySettled,
  signOperatorOverlay,
} from '../../src/ruleset/overlay/overlay-desk.js';
import { overlayDocument } from '../../src/ruleset/overlay/overlay-document.js';
import { proposeBrake } from '../../src/ruleset/overlay/propose-brake.js';
import { rulesInForce } from '../../src/ruleset/overlay/rules-in-force.js';
import type { OperatorOverlay } from '../../src/ruleset/overlay/stored-overlay.js';
import { Desk } from '../../src/ruleset/release/desk.js';
import type { Refusal } from '../../src/ruleset/release/refusal.js';
import { signManifest, signPointer } from '../../src/ruleset/release/release.js';
import type { Shelf } from '../../src/ruleset/release/shelf.js';
import { manifestOf, type Person, person, pointerTo } from '../ruleset/release/people.js';
import { shelfInMemory } from '../ruleset/release/shelf-in-memory.js';
import {
  activator,
  author,
  brakeOf,
  colleague,
  nowMs,
  operator,
  operatorOverlay,
  stored,
  stranger,
  trusted,
} from './documents.js';

const hourMs = 3_600_000;
const inDays = (days: number) => new Date(nowMs + days * 24 * hourMs).toISOString();
const everywhere = { institution: null, department: null };
const kill = (rule: string, institution: string | null = null): OverlayChange => ({
  do: 'kill',
  rule,
  institution,
});
const snooze = (rule: string, until: string): OverlayChange => ({ do: 'snooze', rule, until, ...everywhere });

let shelf: Shelf;
let desk: Desk;
beforeEach(() => {
  shelf = shelfInMemory(nowMs);
  desk = new Desk(shelf, trusted);
});

type Known = NonNullable<CommitTerms['rulesInForce']>;
const known: Known = async () =>
  ok({
    rules: new Set(['sex-drug', 'duplicate-item-charge']),
    killSwitches: new Map([['charges', new Set(['duplicate-item-charge'])]]),
  });

async function commit(
  overlay: OperatorOverlay,
  {
    by = operator,
    at = nowMs,
    rules = known as Known | null,
  }: { by?: Person; at?: number; rules?: Known | null } = {},
) {
  return await commitOverlay(desk, signOperatorOverlay(overlay, by.signing), {
    nowMs: at,
    rulesInForce: rules,
  });
}

/** Answers the number, or the reason of the refusal. */
async function change(
  wanted: OverlayChange,
  given: { by?: Person; at?: number; rules?: Known | null; reason?: string } = {},
): Promise<number | string> {
  const { by = operator, at = nowMs, reason = '误报' } = given;
  const drafted = await draftOverlay(desk, wanted, { by: by.name, reason, nowMs: at });
  if (!drafted.ok) return said(drafted);
  const committed = await commit(drafted.value, given);
  return committed.ok ? committed.value.number : said(committed);
}

function said(answer: Result<unknown, Refusal>): string {
  return answer.ok ? 'accepted' : `${answer.error.reason}: ${answer.error.message}`;
}

async function standing(at = nowMs) {
  const read = await overlayDocument(desk, at, async () => [{ id: 'sex-drug' }]);
  if (!read.ok) throw new Error(read.error.message);
  return read.value;
}

async function brake(version: number, ...rules: string[]): Promise<readonly string[]> {
  const proposed = await proposeBrake(shelf, brakeOf(version, ...rules), trusted);
  if (!proposed.ok) throw new Error(proposed.error.message);
  return proposed.value.braked;
}

describe('an operator', () => {
  test('switches rules off and on again, at single institutions as well', async () => {
    expect(await change(kill('sex-drug'))).toBe(1);
    expect(await change(kill('sex-drug', 'H35010200417'))).toBe(2);
    expect(await change(kill('duplicate-item-charge'), { by: colleague })).toBe(3);
    expect(await change({ do: 'revive', rule: 'sex-drug', institution: null })).toBe(4);
    const { number, operator: last, switches, changes } = await standing();
    expect([number, last?.serial, last?.by.name]).toEqual([4, 4, operator.name]);
    expect(switches.map(({ rule, institution, by }) => [rule, institution, by])).toEqual([
      ['sex-drug', 'H35010200417', operator.name],
      ['duplicate-item-charge', null, colleague.name],
    ]);
    expect(changes).toHaveLength(4);
    expect(await change({ do: 'revive', rule: 'sex-drug', institution: null })).toBe(
      'unfit: rule sex-drug is not switched off everywhere; it is at H35010200417',
    );
  });

  test('says it again with another reason, and it stands once', async () => {
    await change(kill('sex-drug'));
    await change(kill('sex-drug'), { reason: '还是误报' });
    expect((await standing()).switches.map(({ reason }) => reason)).toEqual(['还是误报']);
  });

  test('snoozes until a time, wakes, and what is over is swept out by the next change', async () => {
    await change(snooze('sex-drug', inDays(1)));
    await change(snooze('sex-drug', inDays(2)));
    expect((await standing()).snoozes).toMatchObject([{ until: inDays(2), isOver: false }]);
    const later = nowMs + 72 * hourMs;
    expect((await standing(later)).snoozes).toMatchObject([{ isOver: true }]);
    expect(await change({ do: 'wake', rule: 'sex-drug', ...everywhere }, { at: later })).toMatch(/^unfit/);
    await change(kill('duplicate-item-charge'), { at: later });
    expect((await standing(later)).snoozes).toEqual([]);
    await change(snooze('sex-drug', inDays(5)), { at: later });
    expect(await change({ do: 'wake', rule: 'sex-drug', ...everywhere }, { at: later })).toBe(5);
    expect((await standing(later)).snoozes).toEqual([]);
  });

  test.each([
    ['for ever', snooze('sex-drug', inDays(91)), /unfit: .* 90 days at most/],
    ['until yesterday', snooze('sex-drug', inDays(-1)), /unfit: .* is over/],
    ['under a mistyped name', kill('sex-durg'), /unknown-rule: no rule "sex-durg" .*did you mean 'sex-drug'/],
    ['where nobody is', kill('sex-drug', 'H 1'), /unfit: "H 1" is no code/],
    [
      'from a brake that is not on',
      { do: 'release', version: 12, rules: [] } as const,
      /unfit: nothing of version 12/,
    ],
  ])('cannot change rules %s', async (_, wanted, sentence) => {
    expect(await change(wanted)).toMatch(sentence);
    expect((await standing()).number).toBe(0);
  });

  test('says why, in few words', async () => {
    expect(await change(kill('sex-drug'), { reason: ' ' })).toMatch(/^unfit: say why/);
    expect(await change(kill('sex-drug'), { reason: 'x'.repeat(301) })).toMatch(/^unfit: say why/);
  });

  test('names a rule that is not there yet only where that is meant', async () => {
    expect(await change(kill('to-come'), { rules: null })).toBe(1);
    // What stands is not asked about again.
    expect(await change(kill('sex-drug'))).toBe(2);
  });
});

describe('the desk refuses', () => {
  test.each([
    [
      'a change that another has overtaken',
      operatorOverlay({ serial: 1 }),
      operator,
      /overtaken: .* 2 is the next/,
    ],
    ['a change from the future', operatorOverlay({ serial: 3 }), operator, /overtaken/],
    ['entries in the name of another', operatorOverlay({ serial: 2 }), colleague, /unfit: .* has signed/],
    ['what an author signs', operatorOverlay({ serial: 2 }), author, /wrong-role/],
    ['what an activator signs', operatorOverlay({ serial: 2 }), activator, /wrong-role/],
    ['what a stranger signs', operatorOverlay({ serial: 2 }), stranger, /unknown-key/],
    [
      'a time that is still to come',
      operatorOverlay({ serial: 2, switches: [{ ...operatorOverlay().switches[0]!, at: inDays(1) }] }),
      operator,
      /unfit: .* still to come/,
    ],
    [
      'a brake to be taken off that is not on',
      operatorOverlay({ serial: 2, switches: [], unbraked: [{ version: 12, rule: 'sex-drug' }] }),
      operator,
      /unfit: .* not on the brake/,
    ],
  ])('%s', async (_, overlay, by, sentence) => {
    await change(kill('duplicate-item-charge'));
    expect(said(await commit(overlay, { by }))).toMatch(sentence);
    expect((await standing()).number).toBe(1);
  });

  test('nothing where a stranger has written over the document: operators go on from what they believe', async () => {
    await change(kill('sex-drug'));
    const { revision = 0 } = (await shelf.document('overlay').then((read) => read.ok && read.value)) || {};
    await shelf.put(
      'overlay',
      stored(7, operatorOverlay({ serial: 6, switches: [] }), [], stranger),
      revision,
    );
    expect(await change(kill('duplicate-item-charge'))).toBe(8);
    const { operator: last, switches, changes } = await standing();
    expect(last?.serial).toBe(7);
    expect(switches.map(({ rule }) => rule)).toEqual(['sex-drug', 'duplicate-item-charge']);
    expect(changes.map((one) => 'refused' in one)).toEqual([false, true, false]);
  });
});

describe('brakes', () => {
  test('are noted once, and an operator takes them off for good', async () => {
    expect(await brake(12, 'a', 'b')).toEqual(['a', 'b']);
    expect(await brake(12, 'b', 'c', 'c')).toEqual(['c']);
    expect(await brake(12, 'a')).toEqual([]);
    expect(await brake(13, 'a')).toEqual(['a']);
    expect((await standing()).number).toBe(3);
    expect(await change({ do: 'release', version: 12, rules: ['a', 'x'] })).toMatch(
      /unfit: rule x of version 12 is not on the brake; what is: a, b, c/,
    );
    expect(await change({ do: 'release', version: 12, rules: ['a'] })).toBe(4);
    expect(await brake(12, 'a')).toEqual([]);
    expect(await change({ do: 'release', version: 12, rules: [] })).toBe(5);
    expect((await standing()).brakes.map(({ version, released }) => [version, released])).toEqual([
      [12, ['a', 'b']],
      [12, ['c']],
      [13, []],
    ]);
  });

  test('are not noted where an operator has ruled them out, whatever else is written', async () => {
    const unbraked = [{ version: 12, rule: 'a' }];
    await shelf.put('overlay', stored(1, operatorOverlay({ switches: [], unbraked })), 0);
    expect(await brake(12, 'a', 'b')).toEqual(['b']);
    expect(await brake(13, 'a')).toEqual(['a']);
  });

  test('are shown with what nobody goes by', async () => {
    await shelf.put('version.12', signManifest(manifestOf(12, { changed: ['a'] }), author.signing), 0);
    await brake(12, 'a', 'b');
    await brake(13, 'a');
    const { brakes, changes } = await standing();
    expect(brakes.map(({ version, ignored }) => [version, ignored])).toEqual([
      [12, ['b']],
      [13, ['a']],
    ]);
    expect(changes).toMatchObject([
      { lastBrake: { version: 12 } },
      { lastBrake: { version: 13, by: 'node-1' } },
    ]);
  });

  test('and operators at the same time lose nothing of each other', async () => {
    const nodes = Array.from({ length: 6 }, (_, i) => brake(12, `rule-${i}`, 'shared'));
    const [first, second] = await Promise.all([
      change(kill('sex-drug')),
      change(kill('sex-drug'), { by: colleague }),
      ...nodes,
    ]);
    // Both have drafted the same serial: one was quicker.
    expect(
      [first, second].filter((one) => typeof one === 'string' && one.startsWith('overtaken')),
    ).toHaveLength(1);
    const { switches, brakes, number } = await standing();
    expect(switches).toHaveLength(1);
    expect(brakes.flatMap(({ rules }) => rules).toSorted()).toEqual([
      ...Array.from({ length: 6 }, (_, i) => `rule-${i}`),
      'shared',
    ]);
    expect(number).toBe(7);
  });
});

describe('what nobody has signed', () => {
  const over = async (document: object) => {
    const { revision = 0 } = (await shelf.document('overlay').then((read) => read.ok && read.value)) || {};
    await shelf.put('overlay', document, revision);
  };
  const lying = async () => {
    const read = await shelf.document('overlay');
    return (read.ok ? read.value?.value : null) as ReturnType<typeof stored>;
  };
  const inForce = async (version: number, serial = 1) => {
    const signed = signPointer(
      pointerTo(version, { serial, rulesetId: manifestOf(version).rulesetId }),
      activator.signing,
    );
    const { revision = 0 } = (await shelf.document('live').then((read) => read.ok && read.value)) || {};
    await shelf.put('live', signed, revision);
  };

  test('uses up no numbers, however high it counts', async () => {
    await change(kill('sex-drug'));
    const { operator: signed } = await lying();
    for (const number of [Number.MAX_SAFE_INTEGER, 9e12])
      await over({ ...stored(1), number, operator: signed });
    expect(await change(kill('duplicate-item-charge'))).toBe(2);
    expect((await standing()).switches).toHaveLength(2);
    for (const number of [Number.MAX_SAFE_INTEGER, 9e12])
      await over({ ...stored(1), number, operator: signed });
    expect(await brake(12, 'a')).toEqual(['a']);
    expect((await lying()).number).toBe(3);
  });

  test('is none where its serial leaps, though an operator has signed it', async () => {
    await change(kill('sex-drug'));
    for (const serial of [Number.MAX_SAFE_INTEGER, 9e12]) await over(stored(2, operatorOverlay({ serial })));
    expect(await standing()).toMatchObject({ operator: { serial: 1 }, switches: [{ rule: 'sex-drug' }] });
    await change(kill('duplicate-item-charge'));
    expect(await standing()).toMatchObject({ operator: { serial: 2 } });
    expect((await standing()).switches).toHaveLength(2);
  });

  test('is none where its serial leaps before operators have changed anything', async () => {
    await brake(12, 'a');
    await over(stored(2, operatorOverlay({ serial: 9e12 })));
    await change(kill('sex-drug'));
    expect(await standing()).toMatchObject({ operator: { serial: 1 }, switches: [{ rule: 'sex-drug' }] });
  });

  test('takes nothing from what operators have signed', async () => {
    await change(kill('sex-drug'));
    const { operator: first } = await lying();
    await change(kill('duplicate-item-charge'));
    await over(stored(3, null));
    expect((await standing()).switches).toHaveLength(2);
    await over({ ...stored(4), operator: first });
    expect((await standing()).operator?.serial).toBe(2);
    await change(kill('sex-drug', 'H35010200417'));
    expect((await standing()).switches).toHaveLength(3);
  });

  test('but what nodes put back is told to whoever has changed it meanwhile', async () => {
    await change(kill('sex-drug'));
    const { operator: mine } = await lying();
    if (mine === null) throw new Error('signed');
    expect(await overlaySettled(desk, mine)).toEqual(ok(null));
    await over(stored(9, operatorOverlay({ serial: 8 })));
    expect(said(await overlaySettled(desk, mine))).toMatch(/^overtaken: change 8 stands instead/);
  });

  test('leaves operators room: brakes that hold nothing are swept out by the next change', async () => {
    await shelf.put('version.12', signManifest(manifestOf(12, { changed: ['a', 'b'] }), author.signing), 0);
    await inForce(12);
    const filling = Array.from({ length: 998 }, (_, i) => brakeOf(12 + (i % 900), 'a', 'x', `rule-${i}`));
    await over(stored(1, operatorOverlay(), filling));
    expect(await change(kill('duplicate-item-charge'))).toBe(2);
    expect((await lying()).brakes.map(({ version, rules }) => [version, rules])).toEqual([[12, ['a']]]);
    await over({ ...(await lying()), number: 3, brakes: filling });
    expect(await brake(12, 'b')).toEqual(['b']);
    expect((await lying()).brakes.map(({ rules }) => rules)).toEqual([['a'], ['b']]);
  });

  test('brakes stay for the version in force, for the one that going back goes to, and where rules are the same', async () => {
    const since = { a: 12, b: 13 };
    for (const version of [11, 12, 13, 14]) {
      const manifest = manifestOf(version, {
        changed: ['a', 'b', 'c'],
        ...(version === 14 ? { since } : {}),
      });
      await shelf.put(`version.${version}`, signManifest(manifest, author.signing), 0);
    }
    await inForce(11, 1);
    await inForce(13, 2);
    await inForce(14, 3);
    await over(
      stored(
        1,
        operatorOverlay(),
        [11, 12, 13].map((v) => brakeOf(v, 'a', 'b', 'c')),
      ),
    );
    await change(kill('duplicate-item-charge'));
    expect((await lying()).brakes.map(({ version, rules }) => [version, rules])).toEqual([
      [12, ['a']],
      [13, ['a', 'b', 'c']],
    ]);
  });
});

describe('rules in force', () => {
  const folder = async () => [{ id: 'of-the-folder', killSwitch: 'together' }];
  const publish = async (version: number, rest: object) =>
    await shelf.put(`version.${version}`, signManifest(manifestOf(version, rest), author.signing), 0);
  const activate = async (rest: object) =>
    await shelf.put(
      'live',
      signPointer(pointerTo(3, { rulesetId: manifestOf(3).rulesetId, ...rest }), activator.signing),
      0,
    );
  const names = async () => {
    const read = await rulesInForce(desk, folder);
    return read.ok && read.value !== null ? [...read.value.rules].toSorted() : read;
  };
  beforeEach(async () => {
    await publish(1, { added: ['a', 'b', 'c'], changed: [] });
    await publish(2, { added: ['d'], removed: ['a'], changed: ['b'] });
    await publish(3, { added: ['a'], removed: ['c'], changed: [] });
  });

  test.each([
    ['the folder, where no version is', null, ['of-the-folder']],
    ['those of the version', {}, ['a', 'b', 'd']],
    ['those of both versions', { institutions: ['H1'], base: 2 }, ['a', 'b', 'c', 'd']],
    ['those of version and folder', { institutions: ['H1'] }, ['a', 'b', 'd', 'of-the-folder']],
    ['those that will be', { notBefore: inDays(1), base: 1 }, ['a', 'b', 'c', 'd']],
  ])('are %s', async (_, pointer, rules) => {
    if (pointer !== null) await activate(pointer);
    expect(await names()).toEqual(rules);
  });

  const outsider = person('离职庚', 'publish', 'activate');

  test('are those of versions that nobody trusted has published or activated, too: they may be running', async () => {
    const manifest = manifestOf(4, { previous: 3, added: ['e'], changed: [] });
    await shelf.put('version.4', signManifest(manifest, outsider.signing), 0);
    const next = manifestOf(5, { previous: 4, added: ['f'], removed: ['d'], changed: [] });
    await shelf.put('version.5', signManifest(next, author.signing), 0);
    await activate({ version: 5, rulesetId: next.rulesetId });
    expect(await names()).toEqual(['a', 'b', 'e', 'f']);
    const { revision = 0 } = (await shelf.document('live').then((read) => read.ok && read.value)) || {};
    const gone = signPointer(pointerTo(4, { serial: 2, rulesetId: manifest.rulesetId }), outsider.signing);
    await shelf.put('live', gone, revision);
    expect(await names()).toEqual(['a', 'b', 'd', 'e', 'f']);
  });

  test('are told by the version alone where it tells them', async () => {
    await publish(4, { previous: 9, since: { a: 1, g: 4 } });
    await activate({ version: 4, rulesetId: manifestOf(4).rulesetId });
    expect(await names()).toEqual(['a', 'g']);
  });

  test('bring the words along by which they are switched off together', async () => {
    await publish(4, { previous: 3, since: { a: 1, b: 2, d: 2 }, killSwitches: { together: ['a', 'b'] } });
    await activate({ version: 4, rulesetId: manifestOf(4).rulesetId, institutions: ['H1'] });
    const read = await rulesInForce(desk, folder);
    expect(read.ok && read.value?.killSwitches).toEqual(
      new Map([['together', new Set(['a', 'b', 'of-the-folder'])]]),
    );
    const own = () => rulesInForce(desk, folder);
    expect(await change(kill('together'), { rules: own })).toBe(1);
    expect(await change(snooze('together', inDays(1)), { rules: own })).toMatch(
      /^unknown-rule: no rule "together" is in force/,
    );
    expect(await change(kill('togehter'), { rules: own })).toMatch(/did you mean 'together'/);
  });

  test.each([
    ['a version before is gone', async () => await publish(4, { previous: 0, added: ['a'] })],
    ['what lies there is nothing', async () => void (await shelf.put('version.4', { statement: '{' }, 0))],
  ])('are any where %s: who wants a rule off has the last word', async (_, lay) => {
    await lay();
    await activate({ version: 4, rulesetId: manifestOf(4).rulesetId });
    const committed = await change(kill('whatever'), { rules: () => rulesInForce(desk, folder) });
    expect(committed).toBe(1);
  });

  test('are not known where the folder cannot be read', async () => {
    const read = await rulesInForce(desk, async () => null);
    expect(said(read)).toMatch(/^unknown-rule/);
  });

  test('cannot be told while the broker is away', async () => {
    const away = new Desk({ ...shelf, document: async () => fail('no route') }, trusted);
    expect(said(await rulesInForce(away, folder))).toBe('unreachable: no route');
  });
});
