/**
 * Saying the same in other words changes nothing: a forbidden condition stays forbidden however it is wrapped, a
 * lawful one stays lawful.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { examineRuleset } from '../../src/ruleset/build-ruleset.js';
import { type GuardCase, loadCorpus, type Reworded } from './load-corpus.js';

type Wrap = (condition: string) => string;

/** What any author may write for clarity. */
const plain: readonly Wrap[] = [
  (c) => `(${c})`,
  (c) => `!(!(${c}))`,
  (c) => `(${c}) ? true : false`,
  (c) => `!(${c}) ? false : true`,
  (c) => `(${c}) && true`,
  (c) => `false || (${c})`,
];
/** What nobody writes who has nothing to hide. */
const odd: readonly Wrap[] = [
  ...plain,
  (c) => `(${c}) == true`,
  (c) => `(${c}) != false`,
  (c) => `false == !(${c})`,
  (c) => `(${c}) in [true]`,
  (c) => `!(!(${c}) || !(${c}))`,
  (c) => `[1].exists(x, x > 0 && (${c}))`,
  (c) => `![1].all(x, x < 0 || !(${c}))`,
];

function rewording(wraps: readonly Wrap[]): fc.Arbitrary<(condition: string) => Reworded> {
  const steps = fc.array(fc.constantFrom(...wraps), { minLength: 1, maxLength: 3 });
  return fc
    .record({ steps, isNamed: fc.boolean() })
    .map(({ steps: some, isNamed }) => (condition: string) => {
      const when = some.reduce((text, wrap) => wrap(text), condition);
      return isNamed ? { when: 'reworded', let: { reworded: when } } : { when, let: {} };
    });
}

/** Ids of the checks that speak, or null where the words are beyond the language (too long, too costly). */
function checksOf(one: GuardCase, reword: (condition: string) => Reworded): readonly string[] | null {
  const { diagnostics } = examineRuleset(one.reworded(reword));
  const texts = diagnostics.map((d) => JSON.stringify(d));
  if (texts.some((text) => !/PG-\d\d/.test(text))) return null;
  return texts.flatMap((text) => text.match(/PG-\d\d/g) ?? []);
}

const corpus = loadCorpus();

describe('a condition in other words', () => {
  it('stays forbidden', () => {
    const forbidden = corpus.filter(({ verdict }) => verdict.is === 'forbidden' && verdict.orEffect === null);
    const property = fc.property(fc.constantFrom(...forbidden), rewording(odd), (one, reword) => {
      const checks = checksOf(one, reword);
      fc.pre(checks !== null);
      const wanted = one.verdict.is === 'forbidden' ? one.verdict.checks : [];
      expect(
        checks?.some((id) => wanted.includes(id)),
        one.name,
      ).toBe(true);
    });
    fc.assert(property, { numRuns: 200 });
  });

  it('stays lawful', () => {
    const lawful = corpus.filter(({ verdict }) => verdict.is === 'lawful');
    const property = fc.property(fc.constantFrom(...lawful), rewording(plain), (one, reword) => {
      const checks = checksOf(one, reword);
      fc.pre(checks !== null);
      expect(checks, one.name).toEqual([]);
    });
    fc.assert(property, { numRuns: 150 });
  });
});
