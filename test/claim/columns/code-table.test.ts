import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CodeTable } from '../../../src/claim/columns/code-table.js';

/** Short ones over two byte values meet often and share ends; the others are anything. */
const code = fc.oneof(
  fc.array(fc.constantFrom(48, 49), { maxLength: 12 }).map((bytes) => Uint8Array.from(bytes)),
  fc.uint8Array({ maxLength: 40 }),
  fc.string({ unit: 'grapheme', maxLength: 8 }).map((text) => new Uint8Array(Buffer.from(text))),
);
const codes = fc.array(code, { maxLength: 300 });
const keyOf = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');

function tableOf(added: readonly Uint8Array[], seed = 0) {
  const table = CodeTable.growing(seed);
  const twin = new Map<string, number>();
  for (const bytes of added) {
    if (twin.has(keyOf(bytes))) continue;
    twin.set(keyOf(bytes), twin.size);
    expect(table.add(bytes, 0, bytes.length)).toBe(twin.size - 1);
  }
  return { table, twin };
}

function inSharedMemory<T extends Uint8Array | Int32Array>(
  array: T,
  like: (buffer: SharedArrayBuffer) => T,
): T {
  const shared = like(new SharedArrayBuffer(array.byteLength));
  shared.set(array);
  return shared;
}

describe('a table of codes', () => {
  it('finds what a map finds, wherever in a body it stands', () => {
    fc.assert(
      fc.property(codes, codes, fc.integer(), code, (added, others, seed, before) => {
        const { table, twin } = tableOf(added, seed);
        for (const bytes of [...added, ...others]) {
          const body = Buffer.concat([before, bytes, before]);
          const found = table.find(body, before.length, before.length + bytes.length);
          expect(found).toBe(twin.get(keyOf(bytes)) ?? -1);
        }
        expect(table.size).toBe(twin.size);
      }),
    );
  });

  it('finds the same in shared memory', () => {
    fc.assert(
      fc.property(codes, codes, (added, others) => {
        const { table } = tableOf(added);
        const { bytes, offsets, slots, ...rest } = table.parts;
        const shared = new CodeTable({
          ...rest,
          bytes: inSharedMemory(bytes, (buffer) => new Uint8Array(buffer)),
          offsets: inSharedMemory(offsets, (buffer) => new Int32Array(buffer)),
          slots: inSharedMemory(slots, (buffer) => new Int32Array(buffer)),
        });
        for (const one of [...added, ...others])
          expect(shared.find(one, 0, one.length)).toBe(table.find(one, 0, one.length));
        for (let number = 0; number < table.size; number++)
          expect(shared.textOf(number)).toBe(table.textOf(number));
      }),
    );
  });

  it('gives every text back', () => {
    const text = fc.string({ unit: 'grapheme', maxLength: 400 });
    fc.assert(
      fc.property(fc.array(text, { maxLength: 60 }), (texts) => {
        const table = CodeTable.growing();
        const numbers = texts.map((one) => table.addText(one));
        expect(numbers.map((number) => table.textOf(number))).toEqual(texts);
        expect(texts.map((one) => table.findText(one))).toEqual(numbers);
        expect(table.size).toBe(new Set(texts).size);
      }),
    );
  });

  it('never fills more than half of its slots, however many codes come', () => {
    const table = CodeTable.growing();
    for (let i = 0; i < 20_000; i++) table.addText(String(i).padStart(15, '0'));
    expect(table.parts.slots.length).toBeGreaterThanOrEqual(2 * table.size);
    expect(table.byteLength).toBe(15 * 20_000);
  });

  it('spreads codes that count upwards', () => {
    for (const prefix of ['', 'XA02BCA074A', 'C0']) {
      const table = CodeTable.growing();
      for (let i = 0; i < 16_000; i++) table.addText(prefix + String(i).padStart(15, '0'));
      const { slots } = table.parts;
      const taken = slots.map((slot) => (slot === 0 ? 0 : 1));
      let longest = 0;
      let run = 0;
      for (const one of taken) {
        run = one === 0 ? 0 : run + 1;
        longest = Math.max(longest, run);
      }
      // Chance alone makes runs of about fifty at this fill.
      expect(longest).toBeLessThan(120);
    }
  });
});
