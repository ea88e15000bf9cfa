/** Equality that is asked many thousand times: where both are equal, Node says so sooner than `expect`. */
import { isDeepStrictEqual } from 'node:util';
import { expect } from 'vitest';

/** As `toEqual`. */
export function expectEqual(found: unknown, expected: unknown): void {
  if (!isDeepStrictEqual(found, expected)) expect(found).toEqual(expected);
}

/** As `toStrictEqual`. */
export function expectStrictlyEqual(found: unknown, expected: unknown): void {
  if (!isDeepStrictEqual(found, expected)) expect(found).toStrictEqual(expected);
}
