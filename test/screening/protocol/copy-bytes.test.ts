import fc from 'fast-check';
import { expect, test } from 'vitest';
import { copyBytes } from '../../../src/screening/protocol/copy-bytes.js';

test('any bytes arrive at any place of shared memory, and come back, and nothing beside them changes', () => {
  const place = fc.integer({ min: 0, max: 40 });
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), place, place, (bytes, from, at) => {
      const padded = Buffer.concat([Buffer.alloc(from), bytes]);
      const shared = Buffer.from(new SharedArrayBuffer(300)).fill(7);
      copyBytes(padded.subarray(from), shared, at);
      const expected = Buffer.concat([Buffer.alloc(at, 7), bytes, Buffer.alloc(300 - at - bytes.length, 7)]);
      expect(Buffer.from(shared).equals(expected)).toBe(true);
      const back = Buffer.alloc(bytes.length);
      copyBytes(shared.subarray(at, at + bytes.length), back, 0);
      expect(back.equals(Buffer.from(bytes))).toBe(true);
    }),
  );
});

test('what does not fit is an error', () => {
  expect(() => copyBytes(new Uint8Array(3), Buffer.alloc(4), 2)).toThrow(RangeError);
});
