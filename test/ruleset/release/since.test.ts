/** Since which version a rule is what it is, over any chain of versions. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Manifest } from '../../../src/ruleset/release/manifest.js';
import { changedSince, sinceAt, sinceNow, sinceOf } from '../../../src/ruleset/release/since.js';
import { manifestOf } from './people.js';

/** A rule set as its rules' texts. */
type Texts = Readonly<Record<string, number>>;

/** As versions are published one after the other; those before `tells` do not say since when their rules are so. */
function published(versions: readonly Texts[], tells = 1): readonly Manifest[] {
  const all: Manifest[] = [];
  for (const [i, texts] of versions.entries()) {
    const before = versions[i - 1] ?? {};
    const rules = Object.keys(texts);
    const ids = {
      added: rules.filter((rule) => before[rule] === undefined),
      removed: Object.keys(before).filter((rule) => texts[rule] === undefined),
      changed: rules.filter((rule) => before[rule] !== undefined && before[rule] !== texts[rule]),
    };
    const version = i + 1;
    const since = sinceNow(version, ids, rules, sinceAt(all));
    all.push(manifestOf(version, version < tells ? ids : { ...ids, since }));
  }
  return all;
}

const texts = fc.dictionary(fc.constantFrom('a', 'b', 'c'), fc.nat(2), { maxKeys: 3 });

describe('since when a rule is what it is', () => {
  test('is the version that has brought it or changed it last, whichever manifests tell', () => {
    fc.assert(
      fc.property(fc.array(texts, { minLength: 1, maxLength: 6 }), fc.nat(7), (versions, tells) => {
        const last = published(versions, tells).at(-1) as Manifest;
        const expected = Object.entries(versions.at(-1) ?? {}).map(([rule, text]) => {
          const other = versions.findLastIndex((one) => one[rule] !== text);
          return [rule, other + 2] as const;
        });
        expect(sinceAt(published(versions, tells))).toEqual(Object.fromEntries(expected));
        for (const [rule, version] of expected) {
          if (last.since !== undefined) expect(sinceOf(last, rule)).toBe(version);
        }
      }),
    );
  });

  test('is known of a manifest from before for what it has changed itself', () => {
    const before = manifestOf(7, { added: ['new'], changed: ['other'] });
    expect(['new', 'other', 'old'].map((rule) => sinceOf(before, rule))).toEqual([7, 7, null]);
  });

  test('is now, where nobody can say', () => {
    expect(sinceNow(9, { added: [], changed: [] }, ['b', 'a'], { b: 4 })).toEqual({ a: 9, b: 4 });
  });
});

describe('what a version has changed', () => {
  test('is everything that is not what it was, whichever version was before it', () => {
    fc.assert(
      fc.property(fc.array(texts, { minLength: 2, maxLength: 6 }), fc.nat(5), (versions, from) => {
        const all = published(versions);
        const [before, after] = [Math.min(from, versions.length - 1), versions.length - 1];
        const changed = new Set(changedSince(all[after] as Manifest, all[before] as Manifest));
        for (const [rule, text] of Object.entries(versions[after] ?? {})) {
          // What was changed and changed back counts as changed.
          const isSame = versions.slice(before).every((one) => one[rule] === text);
          expect(changed.has(rule)).toBe(!isSame);
        }
      }),
    );
  });

  test('is everything where only folders were before, and what the manifest says where it says no more', () => {
    const [, second] = published([{ a: 1 }, { a: 1, b: 1 }]);
    expect(changedSince(second as Manifest, null)).toEqual(['a', 'b']);
    expect(changedSince(manifestOf(2, { changed: ['x'] }), null)).toEqual(['x']);
  });

  test('against a manifest from before goes by the numbers', () => {
    const [first, second, third] = published(
      [
        { a: 1, b: 1 },
        { a: 2, b: 1 },
        { a: 2, b: 1 },
      ],
      3,
    );
    expect(changedSince(third as Manifest, first as Manifest)).toEqual(['a']);
    expect(changedSince(third as Manifest, second as Manifest)).toEqual([]);
  });
});
