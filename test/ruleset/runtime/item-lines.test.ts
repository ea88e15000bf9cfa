/** Lines by item against a plain Map, claim after claim in the same table. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ItemLines } from '../../../src/ruleset/runtime/item-lines.js';

/** Items that crowd into neighbouring slots, and far ones; -1: unknown. */
const item = fc.oneof(fc.integer({ min: -1, max: 6 }), fc.integer({ min: 0, max: 130_000 }));
const claim = fc.array(fc.record({ item, payable: fc.boolean() }), { maxLength: 200 });

describe('lines by item', () => {
  it('are those of the claim at hand, in their order', () => {
    const itemLines = new ItemLines();
    fc.assert(
      fc.property(claim, (lines) => {
        const payable = [...lines.keys()].filter((line) => lines[line]?.payable);
        const itemCode = Int32Array.from(lines, (line) => line.item);
        itemLines.fill(payable, lines.length, itemCode);
        const expected = new Map<number, number[]>();
        for (const line of payable) {
          const code = itemCode[line] as number;
          if (code >= 0) expected.set(code, [...(expected.get(code) ?? []), line]);
        }
        const firsts = Array.from(itemLines.firstLines.subarray(0, itemLines.count));
        expect(firsts).toEqual([...expected.values()].map(([first]) => first));
        for (const [code, own] of expected) expect(chainOf(itemLines, code)).toEqual(own);
        for (let code = 0; code < 10; code++)
          if (!expected.has(code)) expect(itemLines.firstOf(code)).toBe(-1);
      }),
    );
  });
});

function chainOf(itemLines: ItemLines, item: number): number[] {
  const lines: number[] = [];
  for (let line = itemLines.firstOf(item); line >= 0; line = itemLines.nextOf(line)) lines.push(line);
  return lines;
}
