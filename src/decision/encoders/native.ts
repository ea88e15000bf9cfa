/** The native decision: the contract's keys in the contract's order, whoever built the object. */
import type { Decision, Finding, NotEvaluated } from '../decision.js';

/** The same decision with every key in one order and `facts` sorted by name. */
export function inContractOrder(decision: Decision): Decision {
  const { coverage, ruleset } = decision;
  return {
    decisionId: decision.decisionId,
    kind: decision.kind,
    claimId: decision.claimId,
    eventId: decision.eventId,
    status: decision.status,
    cause: decision.cause,
    detail: decision.detail,
    coverage: { complete: coverage.complete, notEvaluated: coverage.notEvaluated.map(orderEntry) },
    retracts: [...decision.retracts],
    findings: decision.findings.map(orderFinding),
    excessFen: decision.excessFen,
    ruleset:
      ruleset === null
        ? null
        : { id: ruleset.id, name: ruleset.name, version: ruleset.version, overlay: ruleset.overlay },
  };
}

function orderEntry({ rule, cause, facts, lines }: NotEvaluated): NotEvaluated {
  return { rule, cause, facts: [...facts], lines: [...lines] };
}

function orderFinding(finding: Finding): Finding {
  const { document, batch, point } = finding.basis;
  const facts = Object.entries(finding.facts).toSorted(([a], [b]) => (a === b ? 0 : a < b ? -1 : 1));
  return {
    findingId: finding.findingId,
    rule: finding.rule,
    title: finding.title,
    national: finding.national,
    severity: finding.severity,
    effect: finding.effect,
    excessFen: finding.excessFen,
    lines: finding.lines.map(({ id, role }) => ({ id, role })),
    message: finding.message,
    basis: { document, batch, point },
    facts: Object.fromEntries(facts),
  };
}
