import fc from 'fast-check';
import { expect, test } from 'vitest';
import { slabPart } from '../../src/screening/protocol.js';
import { packSlab } from './slab.js';

test('a slab gives back what was put in', () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array()), (parts) => {
      const slab = packSlab(parts);
      expect(parts.map((_, i) => slabPart(slab, i))).toEqual(parts);
    }),
  );
});

test('a slab holds its parts and nothing else, so that it can be moved', () => {
  const chunk = Buffer.from('onetwo');
  const slab = packSlab([chunk.subarray(0, 3), chunk.subarray(3)]);
  expect(slab.bytes.byteLength).toBe(6);
  structuredClone(slab, { transfer: [slab.bytes] });
  expect([slab.bytes.byteLength, chunk.toString()]).toEqual([0, 'onetwo']);
});

test('a part that is not there is a bug', () => {
  expect(() => slabPart(packSlab([]), 0)).toThrow('no part 0');
});
