/** Comparisons as a worker could answer them. */
import fc from 'fast-check';
import { statuses } from '../../src/decision/decision.js';
import type { ComparedClaim, CompareReply, RuleComparison } from '../../src/screening/protocol/shadow.js';

const few = fc.nat({ max: 4 });

const rule: fc.Arbitrary<RuleComparison> = fc.record({
  rule: fc.constantFrom('sex-drug', 'age-drug', 'duplicate-item-charge', '限二线'),
  live: few,
  candidate: few,
  gained: few,
  lost: few,
  otherEffect: few,
});

const claim: fc.Arbitrary<ComparedClaim> = fc.record({
  scene: fc.constantFrom('1', '2', '10', '9', 'unknown'),
  live: fc.constantFrom(...statuses),
  candidate: fc.constantFrom(...statuses),
  rules: fc.uniqueArray(rule, { maxLength: 4, selector: (one) => one.rule }),
  failure: fc.option(
    fc.record({
      rule: fc.option(fc.constant('sex-drug')),
      error: fc.constant('TypeError'),
      at: fc.string(),
    }),
  ),
});

export const reply: fc.Arbitrary<CompareReply> = fc.record({
  claims: fc.array(claim, { maxLength: 12 }),
  liveMs: fc.nat({ max: 1_000 }),
  candidateMs: fc.nat({ max: 1_000 }),
});
