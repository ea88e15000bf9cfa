import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { kindOfItemCode } from '../../../src/claim/codes.js';
import { CodeTable } from '../../../src/claim/columns/code-table.js';
import { ItemCodes } from '../../../src/claim/columns/item-codes.js';
import { lineKindNumber } from '../../../src/claim/columns/line-kind.js';

const national = fc.oneof(
  fc.stringMatching(/^X[A-C]\d{2}[A-C]{3}\d{3}[A-C]\d{12}$/),
  fc.stringMatching(/^Z[A-C]\d{2}[A-C]{3}\d{13}$/),
  fc.stringMatching(/^T\d{9}$/),
  fc.stringMatching(/^\d{15}$/),
  fc.stringMatching(/^C\d{19}(\d{7})?$/),
);
/** Almost national, hospital-local, full-width, very long. */
const other = fc.oneof(
  fc.stringMatching(/^T\d{8}$|^\d{14}$|^C\d{20}$|^LOCAL-\d$/),
  fc.string({ unit: 'grapheme', maxLength: 10 }),
  fc.constantFrom('', 'Ｔ123456789', 'T'.repeat(500)),
);

function itemsOf(nationals: readonly string[], texts: readonly string[]): ItemCodes {
  const known = CodeTable.growing();
  for (const code of nationals) known.addText(code);
  const nationalCount = known.size;
  for (const text of texts) known.addText(text);
  return new ItemCodes(known, nationalCount);
}

function numberAt(items: ItemCodes, code: string): number {
  const body = Buffer.from(`"${code}"`);
  return items.numberAt(body, 1, body.length - 1);
}

describe('numbers of item codes', () => {
  it('are had by national codes alone, and the same number in every way of asking', () => {
    const asked = fc.array(fc.tuple(fc.oneof(national, other), fc.boolean()), { maxLength: 60 });
    fc.assert(
      fc.property(
        fc.array(national, { maxLength: 20 }),
        fc.array(other, { maxLength: 5 }),
        asked,
        (codes, texts, ask) => {
          const items = itemsOf(codes, texts);
          for (const [code, asTextFirst] of [...codes.map((one) => [one, false] as const), ...ask]) {
            const kind = kindOfItemCode(code);
            if (asTextFirst) items.numberOf(code);
            const number = numberAt(items, code);
            if (kind === null) {
              expect(number).toBe(-1);
              continue;
            }
            expect(number).toBe(items.numberOf(code));
            expect(items.textOf(number)).toBe(code);
            expect(items.kindOf(number)).toBe(lineKindNumber(kind));
            expect(number).toBeLessThan(items.size);
          }
        },
      ),
    );
  });

  it('are equal for equal texts only', () => {
    fc.assert(
      fc.property(
        fc.array(fc.oneof(national, other), { maxLength: 80 }),
        fc.nat({ max: 40 }),
        (all, knownCount) => {
          const known = all.slice(0, knownCount);
          const items = itemsOf(
            known.filter((code) => kindOfItemCode(code) !== null),
            known.filter((code) => kindOfItemCode(code) === null),
          );
          const textByNumber = new Map<number, string>();
          for (const text of all) {
            const number = items.numberOf(text);
            expect(items.textOf(number)).toBe(text);
            expect(textByNumber.get(number) ?? text).toBe(text);
            textByNumber.set(number, text);
          }
          expect(textByNumber.size).toBe(new Set(all).size);
        },
      ),
    );
  });

  it('of the rule set come first and never change', () => {
    const items = itemsOf(['T000000001', 'T000000002'], ['female']);
    expect([numberAt(items, 'T000000001'), numberAt(items, 'T000000002')]).toEqual([0, 1]);
    expect(numberAt(items, 'T000000009')).toBe(3);
    expect(items.numberOf('female')).toBe(2);
    expect(items.size).toBe(4);
  });

  it('say the kind of a text that is no code at all', () => {
    const items = itemsOf([], ['female']);
    expect(items.kindOf(items.numberOf('female'))).toBe(-1);
    expect(items.kindOf(items.numberOf('local'))).toBe(-1);
  });

  it('stay within bounds: codes of strangers are forgotten between claims, never within one', () => {
    const items = itemsOf(['T000000001'], []);
    const first = numberAt(items, 'T100000000');
    let largest = 0;
    for (let claim = 0; claim < 30; claim++) {
      items.beginClaim();
      const codes = Array.from({ length: 5_000 }, (_, i) => `T${200_000_000 + claim * 5_000 + i}`);
      const numbers = codes.map((code) => numberAt(items, code));
      expect(codes.map((code) => numberAt(items, code))).toEqual(numbers);
      expect(items.textOf(numbers[4_999] as number)).toBe(codes[4_999]);
      expect(items.kindOf(numbers[4_999] as number)).toBe(lineKindNumber('piece'));
      largest = Math.max(largest, items.size);
    }
    expect(largest).toBeLessThan(65_536 + 5_000 + 10);
    expect(numberAt(items, 'T000000001')).toBe(0);
    expect(first).toBe(1);
  });

  it('stay within bounds where the codes are long', () => {
    const items = itemsOf([], []);
    for (let i = 0; i < 50; i++) items.numberOf(String(i).padEnd(100_000, 'x'));
    items.beginClaim();
    expect(items.size).toBe(0);
    expect(numberAt(items, 'y'.repeat(65))).toBe(-1);
    expect(items.size).toBe(0);
  });
});
