import fc from 'fast-check';
import { expect, test } from 'vitest';
import { forAll, rulesetsOf } from '../../src/ruleset/release/in-force.js';
import type { PackedArtifact } from '../../src/screening/packed-artifact.js';
import { rulesetsPerThread } from '../../src/screening/protocol.js';
import { Shelf } from '../../src/screening/shelf.js';

const empty = new SharedArrayBuffer(1);
const packed = (id: string): PackedArtifact => ({ id, bytes: empty, tables: empty });

test('threads load what is in force first', () => {
  const shelf = new Shelf(packed('a'));
  for (const id of ['b', 'c']) shelf.put(packed(id));
  shelf.use(forAll('b'), forAll('b'));
  expect(shelf.wanted.map(({ id }) => id)).toEqual(['b', 'a', 'c']);
});

test('what was in force longest ago makes room', () => {
  const shelf = new Shelf(packed('a'));
  for (const id of ['b', 'c', 'd', 'a', 'e']) {
    shelf.put(packed(id));
    shelf.use(forAll(id), forAll(id));
  }
  expect(shelf.ids).toEqual(['c', 'd', 'a', 'e']);
});

test('what is meant to follow stays, and what will be in force with the newcomer', () => {
  const shelf = new Shelf(packed('a'));
  for (const id of ['b', 'c', 'd']) shelf.put(packed(id));
  shelf.use(forAll('d'), forAll('a'));
  shelf.put(packed('e'), ['b']);
  expect(shelf.ids.toSorted()).toEqual(['a', 'b', 'd', 'e']);
  expect(() => shelf.takeAway('a')).toThrow('is needed');
  shelf.takeAway('e');
  expect(shelf.has('e')).toBe(false);
});

test('whatever is brought and used, what is needed is there and no more than fits', () => {
  const id = fc.constantFrom(...'abcdefgh');
  const step = fc.record({ common: id, special: fc.option(id), later: fc.option(id) });
  fc.assert(
    fc.property(fc.array(step), (steps) => {
      const shelf = new Shelf(packed('a'));
      for (const { common, special, later } of steps) {
        const inForce = { common, special: new Map(special === null ? [] : [['H1', special]]) };
        // A change names two rule sets at most: now and later.
        const next = special === null && later !== null ? forAll(later) : inForce;
        const needed = [...rulesetsOf(inForce), ...rulesetsOf(next)];
        for (const one of needed) if (!shelf.has(one)) shelf.put(packed(one), needed);
        shelf.use(inForce, next);
        expect(needed.filter((one) => !shelf.has(one))).toEqual([]);
        expect(shelf.ids.length).toBeLessThanOrEqual(rulesetsPerThread);
        expect(shelf.idsInForce).toEqual(rulesetsOf(inForce));
      }
    }),
  );
});
