import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ImageReader, ImageWriter } from '../../../../src/ruleset/runtime/tables/image.js';

describe('an image', () => {
  it('gives back its description and its arrays, as views of itself', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'grapheme' }),
        fc.uint8Array(),
        fc.int8Array(),
        fc.int32Array(),
        fc.float64Array(),
        (note, bytes, flags, integers, numbers) => {
          const writer = new ImageWriter();
          const at = {
            bytes: writer.add(bytes),
            flags: writer.add(flags),
            integers: writer.add(integers),
            numbers: writer.add(numbers),
          };
          const image = writer.finish({ note, at });
          const reader = new ImageReader(image);
          expect(reader.description).toEqual({ note, at });
          expect([...reader.bytes(at.bytes)]).toEqual([...bytes]);
          expect([...reader.flags(at.flags)]).toEqual([...flags]);
          expect([...reader.integers(at.integers)]).toEqual([...integers]);
          expect([...reader.numbers(at.numbers)]).toEqual([...numbers]);
          expect(reader.numbers(at.numbers).buffer).toBe(image);
        },
      ),
    );
  });

  it('is refused where the memory holds something else', () => {
    expect(() => new ImageReader(new SharedArrayBuffer(64))).toThrow('begins with its mark');
  });
});
