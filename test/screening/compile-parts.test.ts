import fc from 'fast-check';
import { expect, test } from 'vitest';
import { PartsReader, partsOf } from '../../src/screening/compile-parts.js';

test('parts come out as they went in, however the pipe cuts them', () => {
  const pieces = fc.record({
    parts: fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 4 }),
    size: fc.integer({ min: 1, max: 50 }),
  });
  fc.assert(
    fc.property(pieces, ({ parts, size }) => {
      const sent = Buffer.concat(partsOf(parts));
      const reader = new PartsReader();
      for (let at = 0; at < sent.length; at += size) reader.take(sent.subarray(at, at + size));
      expect(reader.whole.map((part) => new Uint8Array(part))).toEqual(parts);
    }),
  );
});

test('a part that did not come to its end is none', () => {
  const sent = Buffer.concat(partsOf([Uint8Array.of(1, 2), Uint8Array.of(3, 4)]));
  const reader = new PartsReader();
  reader.take(sent.subarray(0, -1));
  expect(reader.whole.map((part) => [...new Uint8Array(part)])).toEqual([[1, 2]]);
});
