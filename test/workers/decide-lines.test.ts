/** A claim read in place against the whole one. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Claim, Line } from '../../src/claim/claim.js';
import { claimOf } from '../../src/claim/columns/claim-of.js';
import { claimInPlace } from '../../workers/decide-lines.js';
import { arbitraryEvent } from '../claim/durable/arbitrary-event.js';
import { findsItemX, jsonOf, loadedOf } from './fixtures/rulesets.js';

test('says the same of every line', () => {
  const { reader } = loadedOf(findsItemX);
  let lines = 0;
  fc.assert(
    fc.property(arbitraryEvent(), (event) => {
      const read = reader.read(jsonOf(event), 'native-json');
      if (!read.ok) return;
      const whole = claimOf(read.value.columns);
      lines += whole.lines.length;
      expect(plain(claimInPlace(read.value.columns), whole)).toEqual(whole);
    }),
    { numRuns: 300 },
  );
  expect(lines).toBeGreaterThan(100);
});

/** Every fact that the whole one has, asked for by its name. */
function plain(claim: Claim, { lines }: Claim): object {
  const facts = Object.keys(lines[0] ?? {}) as (keyof Line)[];
  return {
    ...claim,
    lines: claim.lines.map((line) => Object.fromEntries(facts.map((fact) => [fact, line[fact]]))),
  };
}
