/** Bounds of integer arithmetic hold for every pair of values inside the operands' bounds, and operations are exact. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { rangeOf } from '../../../src/ruleset/check/integer-range.js';
import { maxSafe } from '../../../src/ruleset/check/types.js';
import { compileExpression } from '../../../src/ruleset/compile-expression.js';

const integers = fc.oneof(
  fc.integer({ min: -20, max: 20 }),
  fc.maxSafeInteger(),
  fc.constantFrom(maxSafe, -maxSafe, maxSafe - 1),
);
const exactly = {
  '+': (a: bigint, b: bigint) => a + b,
  '-': (a: bigint, b: bigint) => a - b,
  '*': (a: bigint, b: bigint) => a * b,
  '/': (a: bigint, b: bigint) => a / b,
  '%': (a: bigint, b: bigint) => a % b,
} as const;
type Operator = keyof typeof exactly;
const operators = fc.constantFrom(...(Object.keys(exactly) as Operator[]));

describe('integer arithmetic', () => {
  it('stays in the bounds that the checker computed', () => {
    const bounds = fc
      .tuple(integers, integers)
      .map(([x, y]) => ({ min: Math.min(x, y), max: Math.max(x, y) }));
    const property = fc.property(operators, bounds, bounds, fc.nat(), fc.nat(), (operator, a, b, i, k) => {
      const divisor = operator === '/' || operator === '%';
      const right = divisor ? { min: b.min, max: b.min } : b;
      fc.pre(!divisor || b.min !== 0);
      const range = rangeOf(operator, a, right);
      fc.pre(range !== null);
      const inside = ({ min, max }: { min: number; max: number }, n: number) => {
        return BigInt(min) + ((BigInt(n) * 1_000_003n) % (BigInt(max) - BigInt(min) + 1n));
      };
      const result = exactly[operator](inside(a, i), inside(right, k));
      expect(result >= BigInt(range.min) && result <= BigInt(range.max)).toBe(true);
    });
    fc.assert(property, { numRuns: 3_000 });
  });

  it('is exact in generated code wherever it compiles', () => {
    const property = fc.property(operators, integers, integers, (operator, a, b) => {
      const pinned = (value: number) => ({ kind: 'int', min: value, max: value }) as const;
      const isDivision = operator === '/' || operator === '%';
      const right = isDivision ? `(${b})` : 'b';
      const compiled = compileExpression(`a ${operator} ${right}`, {
        variables: { a: pinned(a), b: pinned(b) },
      });
      fc.pre(compiled.ok);
      if (!compiled.ok) return;
      const outcome = compiled.value.evaluate({ variables: { a, b } });
      expect('value' in outcome && BigInt(outcome.value as number)).toBe(
        exactly[operator](BigInt(a), BigInt(b)),
      );
    });
    fc.assert(property, { numRuns: 1_000 });
  });

  it('that may leave the exact range does not compile', () => {
    const variables = { a: { kind: 'int', min: 0, max: maxSafe } } as const;
    for (const text of ['a + 1', 'a * 2', '-a - 2', 'a * a']) {
      const compiled = compileExpression(text, { variables });
      expect(compiled.ok ? [] : compiled.error.map((d) => d.code)).toEqual(['CG-E308']);
    }
    for (const text of ['a - 1', 'a / 2', 'a % 10 * 900', '-a']) {
      expect(compileExpression(text, { variables }).ok).toBe(true);
    }
  });
});
