import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RecentCodes } from '../../../src/claim/columns/recent-codes.js';

/** Letters and digits, few of them, so that codes share most of their bytes. */
const code = fc
  .tuple(fc.constantFrom(7, 8, 9, 10, 15, 16, 17, 20, 23, 24, 25, 27, 32, 33), fc.nat(), fc.nat({ max: 40 }))
  .map(([length, at, letter]) => {
    const bytes = Buffer.alloc(length, '0');
    bytes[at % length] = 0x30 + letter;
    return bytes;
  });

describe('codes that came lately', () => {
  it('have the number that they were learnt with, wherever they stand, or none', () => {
    fc.assert(
      fc.property(fc.array(code, { maxLength: 200 }), fc.nat({ max: 9 }), (codes, before) => {
        const recent = new RecentCodes();
        const numbers = new Map<string, number>();
        for (const bytes of codes) {
          const body = Buffer.concat([Buffer.alloc(before, '9'), bytes, Buffer.from('00')]);
          const view = new DataView(body.buffer, body.byteOffset, body.length);
          const [start, end] = [before, before + bytes.length];
          const found = recent.numberAt(view, start, end);
          const text = bytes.toString();
          if (found >= 0) expect(found).toBe(numbers.get(text));
          const number = numbers.get(text) ?? numbers.size;
          numbers.set(text, number);
          recent.learn(view, start, end, number);
          const isKept = bytes.length >= 8 && bytes.length <= 32;
          expect(recent.numberAt(view, start, end)).toBe(isKept ? number : -1);
        }
        recent.clear();
        for (const bytes of codes) {
          const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
          expect(recent.numberAt(view, 0, bytes.length)).toBe(-1);
        }
      }),
    );
  });
});
