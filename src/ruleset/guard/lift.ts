/** `?:` inside a value, lifted out: the values that it can have, each with the tests under which it has them. */
import type { Typed } from '../check/typed.js';
import { partsOf } from '../check/typed.js';
import { mapParts, not } from './rewrite.js';

export interface Case {
  readonly given: readonly Typed[];
  readonly value: Typed;
}

/** Beyond this a value stays whole, and everything in it counts as asked in either direction. */
const maxCases = 64;

export function casesOf(expr: Typed): readonly Case[] {
  const cases = lift(expr);
  return cases.length > maxCases ? [{ given: [], value: expr }] : cases;
}

function lift(expr: Typed): readonly Case[] {
  // A macro asks its own condition for each element; nothing can be lifted out of it.
  if (expr.kind === 'loop' || expr.kind === 'size') return [{ given: [], value: expr }];
  if (expr.kind === 'conditional') {
    const under = (test: Typed, value: Typed) =>
      lift(value).map((c) => ({ given: [test, ...c.given], value: c.value }));
    return [...under(expr.test, expr.yes), ...under(not(expr.test), expr.no)];
  }
  let combined: readonly (readonly Case[])[] = [[]];
  for (const part of partsOf(expr)) {
    const cases = lift(part);
    combined = combined.flatMap((before) => cases.map((c) => [...before, c]));
    if (combined.length > maxCases) return [{ given: [], value: expr }];
  }
  return combined.map((cases) => {
    let next = 0;
    const value = mapParts(expr, (part) => cases[next++]?.value ?? part);
    return { given: cases.flatMap((c) => c.given), value };
  });
}
