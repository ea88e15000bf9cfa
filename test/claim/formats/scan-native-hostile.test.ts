import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { newColumns } from '../settings.js';
import { agrees, bytesOf, nativeFormats, nativeScans, scannedRaw, withLine } from './scanned-lines.js';

describe.each(nativeFormats)('hostile bytes, %s', (format) => {
  const whole = Buffer.from(
    bytesOf(
      {
        ...withLine({ traceCodes: ['8'.repeat(20)], itemName: 'Ⅱ级护理', days: 40, more: { a: [1.5] } }),
        diagnoses: [{ code: 'I10' }],
      },
      format,
    ),
  );

  it('cut at every byte', () => {
    expect(agrees(whole, format)).toBe(true);
    for (let end = 0; end < whole.length; end++)
      expect(scannedRaw(whole.subarray(0, end), format)).toBeNull();
  });

  it('each byte changed', () => {
    for (let at = 0; at < whole.length; at++) {
      for (const byte of [0, 0x22, 0x2c, 0x5c, 0x7d, 0x7f, 0x80, 0x90, 0xa1, 0xc1, 0xd9, 0xff]) {
        const changed = Buffer.from(whole);
        changed[at] = byte;
        agrees(changed, format);
      }
    }
  });

  it('bits flipped, bytes put in and taken out', () => {
    const change = fc.tuple(fc.nat(), fc.nat({ max: 255 }), fc.constantFrom('flip', 'insert', 'remove'));
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 4 }), (changes) => {
        let bytes = Buffer.from(whole);
        for (const [place, byte, how] of changes) {
          const at = place % bytes.length;
          const [before, behind] = [bytes.subarray(0, at), bytes.subarray(at)];
          if (how === 'insert') bytes = Buffer.concat([before, Buffer.of(byte), behind]);
          else if (how === 'remove') bytes = Buffer.concat([before, behind.subarray(1)]);
          else
            bytes = Buffer.concat([
              before,
              Buffer.of((behind[0] as number) ^ (1 << (byte & 7))),
              behind.subarray(1),
            ]);
        }
        agrees(bytes, format);
      }),
      { numRuns: 3000 },
    );
  });

  it('any bytes at all', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => void agrees(bytes, format)),
      { numRuns: 1000 },
    );
  });

  it('deeper than a claim may be', () => {
    const open =
      format === 'native-json' ? Buffer.from('{"lines":[{"a":') : Buffer.from([0x81, 0xa1, 0x61, 0x91]);
    const deep = Buffer.concat(Array.from({ length: 100_000 }, () => open));
    expect(
      nativeScans[format](
        deep,
        {
          forRegion: () => {
            throw new Error('not asked');
          },
        },
        newColumns(),
      ),
    ).toBeNull();
  });
});
