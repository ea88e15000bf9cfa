/**
 * Bounds of integer arithmetic. Integers are exact only inside ±(2^53 − 1); an operation that could leave
 * that range does not compile, so nothing is ever rounded or wrapped at run time.
 */
import type { Arithmetic } from './typed.js';
import { maxSafe } from './types.js';

export interface Range {
  readonly min: number;
  readonly max: number;
}

/**
 * The range of `a operator b`, or null where it may leave the exact range. The divisor is a constant other
 * than 0.
 */
export function rangeOf(operator: Arithmetic, a: Range, b: Range): Range | null {
  const corners = [
    [a.min, b.min],
    [a.min, b.max],
    [a.max, b.min],
    [a.max, b.max],
  ] as const;
  switch (operator) {
    case '+':
      return exact(a.min + b.min, a.max + b.max);
    case '-':
      return exact(a.min - b.max, a.max - b.min);
    case '*': {
      const products = corners.map(([x, y]) => x * y + 0);
      return exact(Math.min(...products), Math.max(...products));
    }
    case '/': {
      // The divisor is one constant, so the quotient is monotone and its corners are its bounds.
      const quotients = corners.map(([x, y]) => Math.trunc(x / y) + 0);
      return exact(Math.min(...quotients), Math.max(...quotients));
    }
    case '%': {
      const bound = Math.abs(b.min) - 1;
      return { min: a.min < 0 ? -bound : 0, max: a.max > 0 ? bound : 0 };
    }
  }
}

function exact(min: number, max: number): Range | null {
  return Math.abs(min) <= maxSafe && Math.abs(max) <= maxSafe ? { min, max } : null;
}
