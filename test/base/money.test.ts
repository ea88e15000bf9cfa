import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  amountOf,
  formatDecimal,
  parseDecimal,
  quantityOf,
  scales,
  shareOf,
  yuan,
} from '../../src/base/money.js';

const fen = (value: string | number | bigint) => parseDecimal(value, scales.fen);

describe('reading decimals', () => {
  it.each([
    ['24.60', 2460, true],
    ['24.6', 2460, true],
    [24.6, 2460, true],
    ['24.6000', 2460, true],
    ['.5', 50, true],
    ['5.', 500, true],
    ['-37.00', -3700, true],
    ['+1', 100, true],
    ['1.005', 101, false],
    [1.005, 101, false],
    ['1.0049999', 100, false],
    ['-1.005', -101, false],
    ['-0.001', 0, false],
    [0.1 + 0.2, 30, false],
    [1e-7, 0, false],
    ['1.5e3', 150_000, true],
    [-0, 0, true],
    [12n, 1200, true],
    ['90071992547409.91', 9_007_199_254_740_991, true],
  ])('%s is %i fen', (text, units, exact) => {
    expect(fen(text)).toEqual({ units, exact });
  });

  it.each([
    '',
    '.',
    '-',
    'abc',
    '1,000',
    '1.2.3',
    '0x10',
    'NaN',
    'Infinity',
    '1e999',
    '1e99',
    '90071992547409.92',
    ' 1',
    '１',
    '9'.repeat(65),
  ])('%j is none', (text) => {
    expect(fen(text)).toBeNull();
  });

  it('agrees with whole-number arithmetic on every scale', () => {
    const parts = fc.record({
      negative: fc.boolean(),
      whole: fc.bigInt({ min: 0n, max: 999_999_999n }),
      fraction: fc.stringMatching(/^\d{0,10}$/),
      scale: fc.integer({ min: 0, max: 6 }),
    });
    fc.assert(
      fc.property(parts, ({ negative, whole, fraction, scale }) => {
        const read = parseDecimal(`${negative ? '-' : ''}${whole}.${fraction}`, scale);
        const ten = 10n ** 10n;
        const scaled = (whole * ten + BigInt(fraction.padEnd(10, '0'))) * 10n ** BigInt(scale);
        const rounded = (scaled * 2n + ten) / (ten * 2n);
        expect(read).toEqual({
          units: Number(negative ? -rounded : rounded) || 0,
          exact: scaled % ten === 0n,
        });
      }),
    );
  });

  it('gives back what it formats', () => {
    fc.assert(
      fc.property(fc.maxSafeInteger(), fc.integer({ min: 0, max: 6 }), (units, scale) => {
        const text = formatDecimal(units, scale);
        expect(parseDecimal(text, scale)).toEqual({ units, exact: true });
      }),
    );
  });

  it('reads a JSON number as its sender wrote it', () => {
    fc.assert(
      fc.property(fc.integer({ min: -1e12, max: 1e12 }), (units) => {
        expect(fen(JSON.parse(formatDecimal(units, 2)))).toEqual({ units, exact: true });
        expect(JSON.stringify(yuan(units))).toBe(String(Number(formatDecimal(units, 2))));
      }),
    );
  });
});

describe('quantities, prices, amounts', () => {
  it.each([
    [20_000, 24_600_000, 4920],
    [-20_000, 18_500_000, -3700],
    [1, 50_000_000, 1],
    [1, 49_999_999, 0],
    [-1, 50_000_000, -1],
    [-1, 49_999_999, 0],
    [10_000_000_000, 100_000_000_000_000, null],
  ])('%i at %i is %s fen', (quantity, price, amount) => {
    expect(amountOf(quantity, price)).toBe(amount);
  });

  it('finds the quantity that made an amount', () => {
    const quantity = fc.integer({ min: -1_000_000, max: 1_000_000 });
    fc.assert(
      fc.property(quantity, fc.integer({ min: 1, max: 1_000_000 }), (whole, priceFen) => {
        const amount = amountOf(whole * 10_000, priceFen * 10_000) as number;
        expect(amount).toBe(whole * priceFen);
        expect(quantityOf(amount, priceFen * 10_000)).toBe(whole * 10_000);
      }),
    );
    expect(quantityOf(100, 30_000_000)).toBeNull();
    expect(quantityOf(100, 0)).toBeNull();
  });

  it('shares never exceed the whole', () => {
    expect(shareOf(10, 1, 3)).toBe(3);
    expect(shareOf(10, 3, 3)).toBe(10);
    expect(shareOf(9_007_199_254_740_991, 1, 2)).toBe(4_503_599_627_370_495);
  });
});
