/**
 * Compiled = interpreted. Goal: for random expressions over random claims with missing facts, our generated
 * code gives what @bufbuild/cel's evaluator gives, unknown exactly where that has an error; the two-valued
 * form agrees wherever it may run; and an answer given in spite of missing facts is the answer for every way
 * of filling them in.
 */
import { celEnv, isCelError, parse, plan } from '@bufbuild/cel';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Claim } from '../../../src/claim/claim.js';
import { compileExpression, type Outcome } from '../../../src/ruleset/compile-expression.js';
import { makeClaim } from '../claims.js';
import { arbitraryClaim, celBindings } from './arbitrary-claim.js';
import { boolText } from './arbitrary-expression.js';

const environment = { variables: {}, claim: 'line' } as const;

function interpreted(text: string, claim: Claim): unknown {
  const evaluate = plan(celEnv(), parse(text)) as (bindings: object) => unknown;
  return evaluate(celBindings(claim, 0));
}

function compiled(text: string) {
  const result = compileExpression(text, environment);
  // The generator writes only what the language has; integer bounds are the one thing that it does not watch.
  const isOutOfRange = !result.ok && result.error.every((d) => d.code === 'CG-E308' || d.code === 'CG-E310');
  fc.pre(!isOutOfRange);
  expect(result.ok ? [] : result.error).toEqual([]);
  if (!result.ok) throw new Error('unreachable: reported above');
  return result.value;
}

const decidedValue = (outcome: Outcome | null) =>
  outcome !== null && 'value' in outcome ? outcome.value : 'unknown';

describe('compiled = interpreted', () => {
  it('three-valued form: the same value, unknown where CEL has an error', () => {
    const property = fc.property(boolText(4), arbitraryClaim, (text, claim) => {
      const theirs = interpreted(text, claim);
      const ours = compiled(text).evaluate({ claim, line: 0 });
      expect(decidedValue(ours), text).toBe(isCelError(theirs) ? 'unknown' : theirs);
    });
    fc.assert(property, { numRuns: 2_000 });
  });

  it('two-valued form: the same wherever the facts it relies on are known', () => {
    let ran = 0;
    const property = fc.property(boolText(4), arbitraryClaim, (text, claim) => {
      const expression = compiled(text);
      const fast = expression.evaluateFast({ claim, line: 0 });
      if (fast === null) return;
      ran++;
      expect(fast, text).toEqual(expression.evaluate({ claim, line: 0 }));
    });
    fc.assert(property, { numRuns: 2_000 });
    expect(ran).toBeGreaterThan(50);
  });

  it('an unknown names facts that the claim lacks', () => {
    const property = fc.property(boolText(3), arbitraryClaim, (text, claim) => {
      const outcome = compiled(text).evaluate({ claim, line: 0 });
      if (!('unknown' in outcome)) return;
      expect(outcome.unknown.length).toBeGreaterThan(0);
      for (const fact of outcome.unknown) expect(lacks(claim, fact), `${text}: ${fact}`).toBe(true);
    });
    fc.assert(property, { numRuns: 1_000 });
  });

  it('a decided answer survives every way of filling in what was missing', () => {
    const property = fc.property(boolText(4), arbitraryClaim, arbitraryClaim, (text, claim, other) => {
      const expression = compiled(text);
      const before = expression.evaluate({ claim, line: 0 });
      if ('unknown' in before || /has\(/.test(text)) return;
      expect(expression.evaluate({ claim: filledIn(claim, other), line: 0 }), text).toEqual(before);
    });
    fc.assert(property, { numRuns: 1_000 });
  });
});

function lacks(claim: Claim, fact: string): boolean {
  const [root = '', name = ''] = fact.split('.');
  const stored: Record<string, string> = {
    quantity: 'netQuantityE4',
    amount: 'netAmountFen',
    unitPrice: 'unitPriceE4Fen',
  };
  const missing = (of: object) => (of as Record<string, unknown>)[stored[name] ?? name] === null;
  if (root === 'line') return claim.lines.some(missing);
  if (root === 'diagnoses') return claim.diagnoses.some(missing);
  return missing(root === 'claim' ? claim : ((claim as unknown as Record<string, object>)[root] ?? {}));
}

/** `claim` with its unknown facts taken from another claim. */
function filledIn(claim: Claim, other: Claim): Claim {
  const fill = <T extends object>(base: T, from: object): T =>
    Object.fromEntries(
      Object.entries(base).map(([k, v]) => [k, v ?? (from as Record<string, unknown>)[k] ?? null]),
    ) as T;
  return makeClaim({
    ...fill(claim, other),
    patient: fill(claim.patient, other.patient),
    institution: fill(claim.institution, other.institution),
    encounter: fill(claim.encounter, other.encounter),
    diagnoses: claim.diagnoses.map((d, i) => fill(d, other.diagnoses[i] ?? {})),
    lines: claim.lines.map((l, i) => fill(l, other.lines[i] ?? {})),
  });
}
