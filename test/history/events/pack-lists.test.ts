/** Records written in one go against the library. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { packWire } from '../../../src/base/wire.js';
import { packLists } from '../../../src/history/events/pack-lists.js';

const around = [
  0,
  1,
  0x1f,
  0x20,
  0x7f,
  0x80,
  0xff,
  0x100,
  0xffff,
  0x1_0000,
  0xffff_ffff,
  0x1_0000_0000,
  2 ** 52,
];
const leaf = fc.oneof(
  fc.constantFrom(...around, 0.5, -0, Number.MAX_SAFE_INTEGER, null, true, false),
  fc.nat(2 ** 31 - 1),
  fc.double(),
  fc.string({
    unit: fc.integer({ min: 0, max: 127 }).map((unit) => String.fromCharCode(unit)),
    maxLength: 40,
  }),
  fc.constantFrom(0, 31, 32, 255, 256, 70_000).map((length) => 'x'.repeat(length)),
  fc.uint8Array({ maxLength: 300 }),
);
const { list } = fc.letrec<{ list: readonly unknown[]; value: unknown }>((tie) => ({
  list: fc.array(tie('value'), { maxLength: 20 }),
  value: fc.oneof({ depthSize: 'small' }, leaf, tie('list')),
}));

test('what is written is what the library writes, or is left to it', () => {
  let written = 0;
  fc.assert(
    fc.property(list, fc.nat(9), (content, headBytes) => {
      const bytes = packLists(headBytes, content);
      if (bytes === null) return;
      written++;
      expect(Buffer.from(bytes.subarray(headBytes))).toEqual(Buffer.from(packWire(content)));
    }),
    { numRuns: 500 },
  );
  expect(written).toBeGreaterThan(100);
});

test.each([
  ['a text that is not ASCII', ['哮喘']],
  ['a negative number', [-1]],
  ['an object', [{}]],
  ['a text of many bytes', ['x'.repeat(70_000)]],
])('%s is left to the library', (_what, content) => {
  expect(packLists(8, content)).toBeNull();
});

test('a record is its own, whatever is written next', () => {
  const first = packLists(0, ['first']);
  packLists(0, ['other']);
  expect(first).toEqual(packLists(0, ['first']));
});
