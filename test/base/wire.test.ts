import fc from 'fast-check';
import { Packr } from 'msgpackr';
import { describe, expect, it } from 'vitest';
import { packWire, unpackWire } from '../../src/base/wire.js';

const depth = 16;
const limits = { depth, values: 10_000 };
const problemOf = (...bytes: number[]) => {
  const read = unpackWire(new Uint8Array(bytes), limits);
  return read.ok ? null : read.error.problem;
};
const plain = fc.jsonValue({ maxDepth: 6 }).filter((value) => !JSON.stringify(value).includes('__proto__'));

describe('MessagePack', () => {
  it('gives back any plain value', () => {
    fc.assert(
      fc.property(plain, (value) => {
        const normal = JSON.parse(JSON.stringify(value));
        expect(unpackWire(packWire(normal), limits)).toEqual({ ok: true, value: normal });
      }),
    );
  });

  it('gives equal bytes for equal values, in a buffer of their own', () => {
    const first = packWire({ a: 1, b: [1.5, 'x', null] });
    packWire({ other: 'value' });
    expect(packWire({ a: 1, b: [1.5, 'x', null] })).toEqual(first);
    expect(first.buffer.byteLength).toBe(first.length);
  });

  it.each([
    ['nothing', [], 'truncated'],
    ['a cut map', [0x81], 'truncated'],
    ['a cut text', [0xa3, 0x61], 'truncated'],
    ['a list that announces four billion', [0xdd, 0xff, 0xff, 0xff, 0xff, 0x01], 'truncated'],
    ['a map that announces four billion', [0xdf, 0xff, 0xff, 0xff, 0xff], 'truncated'],
    ['a text that announces four billion', [0xdb, 0xff, 0xff, 0xff, 0xff], 'truncated'],
    ['a cut length', [0xdc, 0x00], 'truncated'],
    ['a cut number', [0xcb, 0x00], 'truncated'],
    ['a record definition', [0xd4, 0x72, 0x40], 'extension-type'],
    ['a structured clone', [0xd6, 0x69, 0x00, 0x00, 0x00, 0x01], 'extension-type'],
    ['a timestamp', [0xd6, 0xff, 0x00, 0x00, 0x00, 0x00], 'extension-type'],
    ['an extension of its own length', [0xc7, 0x01, 0x01, 0x00], 'extension-type'],
    ['the never used type', [0xc1], 'unknown-type'],
    ['a number as key', [0x81, 0x01, 0x02], 'key-not-text'],
    ['a list as key', [0x81, 0x90, 0x02], 'key-not-text'],
    ['a second value', [0xc0, 0xc0], 'trailing-bytes'],
    ['a text that is no UTF-8', [0xa2, 0xff, 0xfe], 'not-utf8'],
    ['a 32-bit NaN', [0xca, 0x7f, 0xc0, 0x00, 0x00], 'not-a-number'],
    ['a 32-bit infinity', [0xca, 0xff, 0x80, 0x00, 0x00], 'not-a-number'],
  ])('refuses %s', (_, bytes, problem) => {
    expect(problemOf(...bytes)).toBe(problem);
  });

  it('takes exactly the depth it is given', () => {
    const nested = (levels: number) => [...Array<number>(levels).fill(0x91), 0xc0];
    expect(problemOf(...nested(depth))).toBeNull();
    expect(problemOf(...nested(depth + 1))).toBe('too-deep');
    expect(problemOf(...Array<number>(depth - 1).fill(0x91), 0x90)).toBeNull();
  });

  it('takes as many values as it is given, keys among them', () => {
    const pairs = { a: [1, 2], b: 3 };
    expect(unpackWire(packWire(pairs), { depth, values: 7 }).ok).toBe(true);
    expect(unpackWire(packWire(pairs), { depth, values: 6 })).toMatchObject({
      error: { problem: 'too-many' },
    });
  });

  it('does not take a sequence of siblings for depth', () => {
    const value = Array.from({ length: 1000 }, () => ({ a: [{ b: 1 }] }));
    expect(unpackWire(packWire(value), { depth: 4, values: 10_000 }).ok).toBe(true);
  });

  it('reads 32-bit floats as the decimals they were, and 64-bit integers exactly', () => {
    const pack = (value: unknown) =>
      new Uint8Array(new Packr({ useRecords: false, useFloat32: 1 }).pack(value));
    expect(unpackWire(pack(24.6), limits)).toEqual({ ok: true, value: 24.6 });
    expect(unpackWire(pack(-0.15), limits)).toEqual({ ok: true, value: -0.15 });
    expect(unpackWire(pack(9_007_199_254_740_993n), limits)).toEqual({
      ok: true,
      value: 9_007_199_254_740_993n,
    });
  });

  it('never throws, and never accepts a cut value', () => {
    fc.assert(
      fc.property(plain, fc.nat(), fc.uint8Array({ maxLength: 64 }), (value, cut, noise) => {
        const bytes = packWire(value);
        expect(unpackWire(bytes.subarray(0, cut % bytes.length), limits).ok).toBe(false);
        expect(typeof unpackWire(noise, limits).ok).toBe('boolean');
      }),
      { numRuns: 1000 },
    );
  });
});
