/**
 * The policy guard, between check and plan: refuses rules that put an unlawful limit on care, lowers effects
 * that the basis does not carry, and says both at the place in the rule. It judges what a condition depends on
 * and how that is compared (formula.ts, sum.ts, measures.ts), not what it is called. The planner takes only
 * `Guarded`, so no rule set reaches a worker around this function.
 */
import type { CheckedRule } from '../check/check-rule.js';
import type { Checked } from '../check/check-rules.js';
import type { Problems } from '../diagnostics/diagnostic.js';
import { checkBasis, checkHold, checkResponsibility } from './checks/basis.js';
import { checkBudget } from './checks/budget.js';
import { checkCalendar } from './checks/calendar.js';
import { checkCounts } from './checks/counts.js';
import { checkIdentity } from './checks/identity.js';
import { checkMissing } from './checks/missing.js';
import { checkMoney } from './checks/money.js';
import { checkStay } from './checks/stay.js';
import { checkSupply } from './checks/supply.js';
import { checkVisits } from './checks/visits.js';
import { checkWording } from './checks/wording.js';
import { type JudgedRule, judgedRule } from './judged-rule.js';
import { lowerEffect, lowerSeverity, type Standing, Verdict } from './verdict.js';
import { heaviest, weightOf } from './weight.js';

declare const guarded: unique symbol;
export type Guarded = Checked & { readonly [guarded]: true };

type Check = (rule: JudgedRule, verdict: Verdict) => void;

const checks: readonly Check[] = [
  checkBudget,
  checkStay,
  checkSupply,
  checkMoney,
  checkVisits,
  checkCounts,
  checkWording,
  checkCalendar,
  checkIdentity,
  checkBasis,
  checkHold,
  checkMissing,
  checkResponsibility,
];

/** What may be planned: the rules as far as they may go. Refusals and remarks go to `problems`. */
export function guard(checked: Checked, problems: Problems): Guarded {
  const rules = checked.rules.map((rule) => guardRule(rule, checked, problems));
  return { ...checked, rules } as unknown as Guarded;
}

function guardRule(rule: CheckedRule, { tables, header }: Checked, problems: Problems): CheckedRule {
  const { severity, effect, scenes } = rule.parsed;
  const verdict = new Verdict(problems, { severity, effect, scenes });
  if (isTangled(rule)) {
    verdict.refuse('CG-P100', 'too many cases', rule.parsed.placeOf('when'));
    return rule;
  }
  const judged = judgedRule(rule, tables, header.asOf);
  for (const check of checks) check(judged, verdict);
  return withStanding(rule, verdict.standing);
}

function isTangled({ when, exceptions, weaken, blamed, involved, excess }: CheckedRule): boolean {
  const asked = [when, ...exceptions, ...weaken.map((w) => w.condition), ...blamed, ...involved];
  const all = excess === null ? asked : [...asked, excess];
  return all.reduce((sum, expr) => sum + weightOf(expr), 0) > heaviest;
}

/** A weakening never leads above what the rule itself may do. */
function withStanding(rule: CheckedRule, { severity, effect, scenes }: Standing): CheckedRule {
  const { parsed, weaken } = rule;
  if (severity === parsed.severity && effect === parsed.effect && scenes === parsed.scenes) return rule;
  return {
    ...rule,
    parsed: { ...parsed, severity, effect, scenes },
    weaken: weaken.map((w) => ({
      ...w,
      to: lowerSeverity(w.to, severity),
      effect: w.effect === null ? null : lowerEffect(w.effect, effect),
    })),
  };
}
