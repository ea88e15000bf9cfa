import { expect, test } from 'vitest';
import { forAll, inForceAt, rulesetFor, rulesetsOf } from '../../../src/ruleset/release/in-force.js';
import { pointerTo } from './people.js';

const hospital = 'H35010200417';
const other = 'H35010200005';
const noon = Date.parse('2026-07-02T12:00:00Z');
const idOf = (version: number | null) => (version === null ? 'folder' : `v${version}`);
const at = (rest: Parameters<typeof pointerTo>[1], nowMs: number) =>
  inForceAt(pointerTo(12, rest), idOf, nowMs);

test('a version may be for some institutions first', () => {
  const inForce = at({ institutions: [hospital], base: 11 }, noon);
  expect([hospital, other, null].map((one) => rulesetFor(inForce, one))).toEqual(['v12', 'v11', 'v11']);
  expect(rulesetsOf(inForce)).toEqual(['v11', 'v12']);
  expect(rulesetFor(at({ institutions: [hospital] }, noon), other)).toBe('folder');
});

test('a version may begin later', () => {
  const later = { base: 11, notBefore: '2026-07-02T12:00:00Z' };
  expect(at(later, noon - 1)).toEqual(forAll('v11'));
  expect(at(later, noon)).toEqual(forAll('v12'));
});
