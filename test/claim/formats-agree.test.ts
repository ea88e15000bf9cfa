import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Claim } from '../../src/claim/claim.js';
import { expectEqual } from '../expect-equal.js';
import { arbitraryClaim } from './arbitrary-claim.js';
import { plainSpelling, render, type Spelling } from './render.js';
import { mustRead } from './settings.js';

const spelling: fc.Arbitrary<Spelling> = fc.record({
  numbers: fc.boolean(),
  blank: fc.constantFrom('', null),
  objects: fc.boolean(),
  camelCase: fc.boolean(),
});

/** Formats note different repairs (a placeholder is a null in the native form); facts are the same. */
function facts(claim: Claim): Omit<Claim, 'notes'> {
  const { notes, ...rest } = claim;
  expect(notes).toBeInstanceOf(Array);
  return rest;
}

describe('one claim in every format', () => {
  it('reads to the same facts from JSON, MessagePack and the national envelope in both charsets', () => {
    fc.assert(
      fc.property(arbitraryClaim(), spelling, spelling, (claim, one, other) => {
        const expected = facts(mustRead(render(claim, 'native-json'), 'native-json').claim);
        expectEqual(facts(mustRead(render(claim, 'native-json', one), 'native-json').claim), expected);
        expectEqual(facts(mustRead(render(claim, 'native-msgpack', one), 'native-msgpack').claim), expected);
        expectEqual(facts(mustRead(render(claim, 'nhsa-json', one), 'nhsa-json').claim), expected);
        expectEqual(facts(mustRead(render(claim, 'nhsa-gbk', other), 'nhsa-gbk').claim), expected);
      }),
      { numRuns: 300 },
    );
  });

  it('in declared GBK whose bytes are UTF-8 as well is read as GBK', () => {
    const bytes = Buffer.from('{"input":{"patient_dtos":{"x":1},"fsi_order_dtos":{"hilist_name":"??"}}}');
    // 模 in GBK, ģ in UTF-8.
    bytes.set([0xc4, 0xa3], bytes.indexOf('??'));
    expect(mustRead(bytes, 'nhsa-gbk').claim.lines[0]?.itemName).toBe('模');
    expect(mustRead(bytes, 'nhsa-json').claim.lines[0]?.itemName).toBe('ģ');
  });

  it('is recognised from its bytes alone', () => {
    fc.assert(
      fc.property(arbitraryClaim({ maxLines: 3 }), spelling, (claim, spelt) => {
        for (const format of ['native-json', 'native-msgpack', 'nhsa-json', 'nhsa-gbk'] as const) {
          expect(mustRead(render(claim, format, spelt)).format).toBe(format);
        }
      }),
    );
  });

  it('reads to equal results twice', () => {
    fc.assert(
      fc.property(arbitraryClaim(), (claim) => {
        const bytes = render(claim, 'nhsa-json', plainSpelling);
        expect(JSON.stringify(mustRead(bytes).claim)).toBe(JSON.stringify(mustRead(bytes).claim));
      }),
      { numRuns: 30 },
    );
  });
});
