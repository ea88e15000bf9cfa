import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dayFromDate } from '../../../src/base/calendar.js';
import { parseDecimal } from '../../../src/base/money.js';
import { packWire, unpackWire } from '../../../src/base/wire.js';
import { decimalAt, packedDecimalAt } from '../../../src/claim/clean-decimal.js';
import { isCleanText, isPlainInteger } from '../../../src/claim/clean-text.js';
import { CleanTimes } from '../../../src/claim/clean-time.js';
import { readTime } from '../../../src/claim/dates.js';
import { FactReader } from '../../../src/claim/facts.js';
import { claimLimits } from '../../../src/claim/fields.js';
import { NoteTaker } from '../../../src/claim/notes.js';
import { oddDecimals, oddTexts, oddTimes, wellFormed } from './odd-values.js';

const runs = { numRuns: 4_000 };
const scale = fc.constantFrom(0, 2, 4, 6);

/** The bytes of a text in the middle of others, with the arguments that say where. */
function placed(text: string): readonly [Buffer, number, number] {
  const bytes = Buffer.from(`9${text}9`);
  return [bytes, 1, bytes.length - 1];
}

/** A text with a character or two exchanged, dropped or put in. */
function spoilt(text: fc.Arbitrary<string>, characters: string): fc.Arbitrary<string> {
  const change = fc.tuple(fc.nat(), fc.nat({ max: 2 }), fc.constantFrom(...characters, ''));
  return fc.tuple(text, fc.array(change, { maxLength: 2 })).map(([whole, changes]) =>
    changes.reduce((now, [at, cut, put]) => {
      const place = at % (now.length + 1);
      return now.slice(0, place) + put + now.slice(place + cut);
    }, whole),
  );
}

describe('a decimal from bytes', () => {
  const plain = fc
    .tuple(fc.constantFrom('', '-'), fc.stringMatching(/^\d{1,11}$/), fc.stringMatching(/^(\.\d{1,7})?$/))
    .map((parts) => parts.join(''));

  it('is what parseDecimal reads, wherever it is read at all', () => {
    const text = fc.oneof(spoilt(plain, '0123456789.-+eE ,'), fc.constantFrom(...oddDecimals));
    fc.assert(
      fc.property(text, scale, (written, places) => {
        const read = decimalAt(...placed(written), places);
        if (Number.isNaN(read)) return;
        expect({ units: read, exact: true }).toEqual(parseDecimal(written, places));
      }),
      runs,
    );
  });

  it('is read where it is plain, fits the scale and has up to 15 digits', () => {
    fc.assert(
      fc.property(plain, scale, (written, places) => {
        const expected = parseDecimal(written, places);
        const digits = written.replace(/\D/g, '').length;
        if (expected === null || !expected.exact || digits > 15) return;
        expect(decimalAt(...placed(written), places)).toBe(expected.units);
      }),
      runs,
    );
  });

  it('says of the characters of a JSON number what its shortest text says', () => {
    fc.assert(
      fc.property(plain, scale, (written, places) => {
        const literal = written.replace(/^(-?)0+(?=\d)/, '$1');
        const read = decimalAt(...placed(literal), places);
        if (Number.isNaN(read)) return;
        expect({ units: read, exact: true }).toEqual(parseDecimal(String(Number(literal)), places));
      }),
      runs,
    );
  });
});

describe('a decimal from a MessagePack number', () => {
  const packed = (bytes: Uint8Array) => {
    const read = unpackWire(bytes, claimLimits);
    return read.ok ? (read.value as number | bigint) : null;
  };
  const expectAgreed = (bytes: Uint8Array, places: number) => {
    const units = packedDecimalAt(bytes, 0, places);
    const value = packed(bytes);
    if (Number.isNaN(units) || value === null) return;
    expect({ units, exact: true }).toEqual(parseDecimal(value, places));
  };
  const withHead = (head: number, payload: Uint8Array) => Buffer.from([head, ...payload]);

  it('is what parseDecimal reads of any 64-bit float', () => {
    const bits = fc.uint8Array({ minLength: 8, maxLength: 8 });
    const near = fc
      .tuple(fc.integer(), fc.integer({ min: 0, max: 7 }), fc.integer({ min: -2, max: 2 }))
      .map(([units, places, ulps]) => {
        const bytes = Buffer.alloc(8);
        bytes.writeDoubleBE(units / 10 ** places);
        bytes.writeBigInt64BE(bytes.readBigInt64BE() + BigInt(ulps));
        return new Uint8Array(bytes);
      });
    fc.assert(
      fc.property(fc.oneof(bits, near), scale, (payload, places) =>
        expectAgreed(withHead(0xcb, payload), places),
      ),
      { numRuns: 8_000 },
    );
  });

  it('is what parseDecimal reads of any decimal at the edge of 15 digits', () => {
    const units = fc.bigInt({ min: 99_999_999_999_900n, max: 9_007_199_254_740_991n });
    fc.assert(
      fc.property(units, scale, scale, (whole, written, places) => {
        const text = String(whole).padStart(7, '0');
        const value = Number(`${text.slice(0, text.length - written)}.${text.slice(text.length - written)}`);
        const bytes = Buffer.alloc(9, 0xcb);
        bytes.writeDoubleBE(value, 1);
        expectAgreed(bytes, places);
      }),
      runs,
    );
  });

  it('is what parseDecimal reads of any 32-bit float', () => {
    const bits = fc.uint8Array({ minLength: 4, maxLength: 4 });
    const cents = fc.integer({ min: -99_999, max: 999_999 }).map((value) => {
      const bytes = Buffer.alloc(4);
      bytes.writeFloatBE(value / 100);
      return new Uint8Array(bytes);
    });
    fc.assert(
      fc.property(fc.oneof(bits, cents), scale, (payload, places) =>
        expectAgreed(withHead(0xca, payload), places),
      ),
      { numRuns: 8_000 },
    );
  });

  it.each([0xcc, 0xcd, 0xce, 0xcf, 0xd0, 0xd1, 0xd2, 0xd3])(
    'is what parseDecimal reads under head %i',
    (head) => {
      const size = 1 << ((head - 0xcc) % 4);
      const payload = fc.uint8Array({ minLength: size, maxLength: size });
      fc.assert(
        fc.property(payload, scale, (bytes, places) => expectAgreed(withHead(head, bytes), places)),
        { numRuns: 500 },
      );
    },
  );

  it('is read where it is usual', () => {
    for (const value of [0, 1, 127, 128, 70_000, -1, -33, -70_000, 24.6, 0.07, -12.05, 99_999.99]) {
      expect(packedDecimalAt(packWire(value), 0, 2)).toBe(Math.round(value * 100));
    }
  });
});

describe('a time from bytes', () => {
  const two = (max: number) => fc.integer({ min: 0, max }).map((n) => String(n).padStart(2, '0'));
  const text = fc
    .tuple(
      fc.integer({ min: 1899, max: 2101 }).map(String),
      two(13),
      two(32),
      fc.constantFrom('', 'T', ' '),
      two(24),
      two(60),
      two(60),
      fc.constantFrom('', '.000', '.123', '.5', '.1234'),
      fc.constantFrom('', 'Z', '+08:00', '+0800', '-05:00', '+09:30'),
    )
    .map(([y, m, d, t, h, min, s, ms, offset]) =>
      t === '' ? `${y}-${m}-${d}` : `${y}-${m}-${d}${t}${h}:${min}:${s}${ms}${offset}`,
    );

  it('is what dates.ts reads, wherever it is read at all', () => {
    const times = new CleanTimes();
    const any = fc.oneof(spoilt(text, '0123456789-/:.TZ +x'), fc.constantFrom(...oddTimes));
    fc.assert(
      fc.property(any, (written) => {
        const into = new Float64Array(1);
        if (!times.read(...placed(written), into, 0)) return;
        expect({ is: 'instant', at: into[0], timed: times.timed }).toEqual(readSlowly(written));
      }),
      { numRuns: 5_000 },
    );
  });

  it.each(['2026-03-18', '2026-03-18 10:21:40', '2026-03-18T10:21:40+08:00', '2026-03-18T10:21:40.000Z'])(
    'is read of %s',
    (written) => {
      const into = new Float64Array(1);
      expect(new CleanTimes().read(...placed(written), into, 0)).toBe(true);
      const marked = written.length === 25 || written.endsWith('Z');
      expect(into[0]).toBe(Date.parse(marked ? written : inChina(written)));
    },
  );
});

/** A form that only the regular expression reads says the same: one-digit fractions and slashes are not clean. */
function readSlowly(written: string): unknown {
  return readTime(written.replace(/^(\d{4})-(\d{2})-/, '$1/$2/'));
}

function inChina(written: string): string {
  return `${written.slice(0, 10)}T${written.slice(11) || '00:00:00'}+08:00`;
}

describe('a day of a date', () => {
  it('is the one that the language itself counts', () => {
    const part = (max: number) => fc.integer({ min: -1, max });
    fc.assert(
      fc.property(fc.integer({ min: 100, max: 9999 }), part(14), part(33), (year, month, day) => {
        const date = new Date(Date.UTC(year, month - 1, day));
        const exists = date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
        expect(dayFromDate(year, month, day)).toBe(exists ? date.getTime() / 86_400_000 : null);
      }),
      { numRuns: 8_000 },
    );
  });
});

describe('a clean text', () => {
  const characters = fc.constantFrom(...oddTexts.join(''), '-', 'n', 'u', 'l', 'N');
  const any = fc.oneof(
    fc.constantFrom(...oddTexts),
    fc.array(characters, { maxLength: 9 }).map((parts) => wellFormed(parts.join(''))),
    fc.string({ unit: 'binary', maxLength: 12 }).map(wellFormed),
  );

  it('is one that FactReader answers unchanged', () => {
    fc.assert(
      fc.property(any, (written) => {
        const notes = new NoteTaker();
        const read = new FactReader(notes).text('lines.practitioner', written);
        const unchanged = read === written && notes.notes.length === 0;
        const [bytes, start, end] = placed(written);
        const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
        const clean = isCleanText(bytes, start, end, 30, view);
        if (clean) expect(unchanged).toBe(true);
        // Longer in bytes than the limit is in characters, or like a placeholder: left to FactReader.
        const leftOut = end - start > 30 || /^[-nN].{0,3}$/u.test(written);
        if (unchanged && !leftOut) expect(clean).toBe(true);
      }),
      { numRuns: 5_000 },
    );
  });

  it('may be the characters of a JSON number if the number’s text is the same', () => {
    const literal = fc.oneof(fc.nat().map(String), fc.constantFrom(...oddDecimals, '10', '100200300400500'));
    fc.assert(
      fc.property(literal, (written) => {
        if (isPlainInteger(...placed(written))) expect(String(Number(written))).toBe(written);
      }),
      runs,
    );
    expect(isPlainInteger(...placed('330100001000000'))).toBe(true);
  });
});
