/** What is kept of codes over claims answers what their texts say. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CodeTable } from '../../../src/claim/columns/code-table.js';
import { ItemCodes } from '../../../src/claim/columns/item-codes.js';
import { CodeFacts, genericLength } from '../../../src/ruleset/runtime/history/code-facts.js';
import { CodesByGeneric } from '../../../src/ruleset/runtime/history/codes-by-generic.js';

const generics = ['XA02BCA096', 'XA02BCA097', 'XB01AB', ''];
const texts = fc.constantFrom(
  ...generics.flatMap((generic) => [generic, `${generic}A001`, `${generic}A002`]),
);

function itemsWith(known: readonly string[]): ItemCodes {
  const table = CodeTable.growing();
  for (const text of known) table.addText(text);
  return new ItemCodes(table);
}

describe('facts of codes', () => {
  it('are those of the texts, claim after claim, however few are remembered', () => {
    const claims = fc.array(fc.array(texts, { maxLength: 8 }), { maxLength: 6 });
    fc.assert(
      fc.property(claims, fc.integer({ min: 0, max: 12 }), (all, most) => {
        const items = itemsWith(['XA02BCA096A001', 'XB01AB']);
        const facts = new CodeFacts(most);
        for (const codes of all) {
          facts.beginClaim();
          for (const text of codes) {
            const { generic, item } = facts.of(text, items);
            expect(generic).toBe(facts.findGeneric(text.slice(0, genericLength)));
            expect(item).toBe(items.known.findText(text));
          }
          for (const [text, other] of codes.map((one, i) => [one, codes[i - 1] ?? one] as const)) {
            const isSame = text.slice(0, genericLength) === other.slice(0, genericLength);
            expect(facts.of(text, items).generic === facts.of(other, items).generic).toBe(isSame);
          }
        }
      }),
    );
  });

  it('are forgotten between two claims, and only there', () => {
    const facts = new CodeFacts(1);
    const items = itemsWith([]);
    for (const text of ['XA02BCA096A001', 'XA02BCA097A001']) facts.of(text, items);
    expect(facts.findGeneric('XA02BCA097')).toBe(1);
    facts.beginClaim();
    expect([facts.findGeneric('XA02BCA096'), facts.findGeneric('XA02BCA097')]).toEqual([-1, -1]);
  });
});

describe('codes by their generics', () => {
  it('are the ones that were added of the patient at hand, the last one first', () => {
    const patients = fc.array(fc.array(fc.integer({ min: 0, max: 1_500 }), { maxLength: 200 }), {
      maxLength: 5,
    });
    fc.assert(
      fc.property(patients, (all) => {
        const byGeneric = new CodesByGeneric();
        for (const genericsOf of all) {
          byGeneric.forget();
          expect(byGeneric.isMade).toBe(false);
          byGeneric.begin(genericsOf.length);
          const expected = new Map<number, number[]>();
          for (const [code, generic] of genericsOf.entries()) {
            byGeneric.add(code, generic);
            expected.set(generic, [code, ...(expected.get(generic) ?? [])]);
          }
          for (const generic of [-1, 1_501, 7, ...all.flat()]) {
            const found: number[] = [];
            for (let code = byGeneric.firstOf(generic); code >= 0; code = byGeneric.nextOf(code))
              found.push(code);
            expect(found).toEqual(expected.get(generic) ?? []);
          }
        }
      }),
    );
  });
});
