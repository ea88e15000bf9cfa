/** A finding as rules make them, with no more in it than a test asks. */
import type { Finding } from '../../src/decision/decision.js';

export function findingOf(rule: string, lines: readonly string[], changes: Partial<Finding> = {}): Finding {
  return {
    findingId: `F-${rule}-${lines.join()}`,
    rule,
    title: rule,
    national: null,
    severity: 'definite',
    effect: 'justify',
    excessFen: 100,
    lines: lines.map((id) => ({ id, role: 'violating' })),
    message: `${rule} ${lines.join()}`,
    basis: { document: 'x', batch: null, point: null },
    facts: {},
    ...changes,
  };
}
