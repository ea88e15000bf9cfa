import { sign as signBytes } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import {
  acceptManifest,
  acceptPointer,
  agree,
  signManifest,
  signPointer,
} from '../../../src/ruleset/release/release.js';
import { sign } from '../../../src/ruleset/release/statement.js';
import { manifestOf, person, pointerTo, trusting } from './people.js';

const author = person('作者甲', 'publish');
const second = person('审核乙', 'activate');
const both = person('主任丙', 'publish', 'activate');
const stranger = person('外人', 'publish', 'activate');
const trusted = trusting(author, second, both);
const nothing = { serial: 0, floor: 0 };

const published = (version: number, by = author) =>
  acceptManifest(signManifest(manifestOf(version), by.signing), version, trusted);
const activated = (pointer = pointerTo(2), by = second, accepted = nothing) =>
  acceptPointer(signPointer(pointer, by.signing), accepted, trusted);

describe('a manifest', () => {
  test('of somebody who may publish is accepted', () => {
    expect(published(2)).toMatchObject({ ok: true, value: { publisher: { name: '作者甲' } } });
  });

  test.each([
    ['unsigned', manifestOf(2)],
    ['unsigned', null],
    ['unknown-key', signManifest(manifestOf(2), stranger.signing)],
    ['wrong-role', signManifest(manifestOf(2), second.signing)],
    ['tampered', { ...signManifest(manifestOf(2), author.signing), key: both.signing.id }],
    ['unsigned', sign('manifest', { ...manifestOf(2), extra: true }, author.signing)],
    ['unsigned', sign('manifest', { ...manifestOf(2), rulesetId: 7 }, author.signing)],
    // A signature under another kind of statement.
    ['tampered', sign('overlay', manifestOf(2), author.signing)],
    // Put under another number than the one it says.
    ['tampered', signManifest(manifestOf(3), author.signing)],
  ])('is refused: %s', (reason, signed) => {
    expect(acceptManifest(signed, 2, trusted)).toMatchObject({ ok: false, error: { reason } });
  });

  test('one changed letter of the text is noticed', () => {
    const signed = signManifest(manifestOf(2), author.signing);
    for (let at = 0; at < signed.statement.length; at += 7) {
      const letter = signed.statement[at] === '0' ? '1' : '0';
      const statement = signed.statement.slice(0, at) + letter + signed.statement.slice(at + 1);
      if (statement === signed.statement) continue;
      const accepted = acceptManifest({ ...signed, statement }, 2, trusted);
      expect(accepted).toMatchObject({ ok: false, error: { reason: 'tampered' } });
    }
  });
});

describe('a pointer', () => {
  test('of somebody else than the publisher puts a version in force', () => {
    const [version, change] = [published(2), activated()];
    if (!version.ok || !change.ok) throw new Error('neither may fail');
    expect(agree(change.value, version.value, null)).toEqual({ ok: true, value: null });
  });

  test('of the publisher does not, for those meant or for all others', () => {
    const change = activated(pointerTo(2, { base: 1 }), both);
    const [own, others] = [published(2, both), published(2)];
    const base = published(1, both);
    if (!change.ok || !own.ok || !others.ok || !base.ok) throw new Error('none may fail');
    expect(agree(change.value, own.value, null)).toMatchObject({ error: { reason: 'same-signer' } });
    expect(agree(change.value, others.value, base.value)).toMatchObject({ error: { reason: 'same-signer' } });
  });

  test('that names another rule set than the version has is refused', () => {
    const [version, change] = [published(2), activated(pointerTo(2, { rulesetId: 'sha256:other' }))];
    if (!version.ok || !change.ok) throw new Error('neither may fail');
    expect(agree(change.value, version.value, null)).toMatchObject({ error: { reason: 'other-content' } });
  });

  test('that was overtaken cannot be brought back', () => {
    const accepted = { serial: 4, floor: 1 };
    expect(activated(pointerTo(2, { serial: 4 }), second, accepted)).toMatchObject({
      error: { reason: 'overtaken' },
    });
    expect(activated(pointerTo(2, { serial: 5 }), second, accepted).ok).toBe(true);
  });

  test('that leaps is refused, or nothing could come after it', () => {
    const [far, further] = [9e12, Number.MAX_SAFE_INTEGER];
    const leap = (serial: number, before: number) =>
      activated(pointerTo(2, { serial }), second, { serial: before, floor: 1 });
    for (const serial of [far, further]) {
      expect(leap(serial, 4)).toMatchObject({ error: { reason: 'unfit' } });
    }
    // Where nobody knows how far others have come.
    expect(leap(further, 0)).toMatchObject({ error: { reason: 'unfit' } });
    expect([leap(far, 0).ok, leap(far + 1, far).ok, leap(1_000_004, 4).ok]).toEqual([true, true, true]);
  });

  test.each([
    ['its version', pointerTo(2), 3],
    ['its base', pointerTo(4, { base: 2 }), 3],
    ['its own floor', pointerTo(2, { floor: 3 }), 0],
  ])('below the floor is refused: %s', (_, pointer, floor) => {
    expect(activated(pointer, second, { serial: 0, floor })).toMatchObject({
      error: { reason: 'older-than-floor' },
    });
  });
});

test('a text that is signed and is no document is refused as every other', () => {
  for (const statement of ['', '{', 'null', '[]', '"x"']) {
    const key = second.signing;
    const signature = signBytes(null, Buffer.from(`claimgate pointer 1\n${statement}`), key.key).toString(
      'base64',
    );
    const accepted = acceptPointer({ statement, key: key.id, signature }, { serial: 0, floor: 0 }, trusted);
    expect(accepted).toMatchObject({ error: { reason: 'unsigned' } });
  }
});
