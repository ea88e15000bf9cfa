/**
 * The place of the policy guard, between check and plan. Today it lets everything pass. The guard proper will
 * read the typed expressions here (which facts does a condition depend on, compared with what), refuse rules
 * that impose an unlawful limit on care, lower effects that the basis does not carry, and report both with
 * the place in the rule. The planner takes only `Guarded`, so no rule set can reach a worker around this
 * function.
 */
import type { Checked } from '../check/check-rules.js';
import type { Problems } from '../diagnostics/diagnostic.js';

declare const guarded: unique symbol;
export type Guarded = Checked & { readonly [guarded]: true };

/** `_problems` receives what the guard will refuse. */
export function guard(checked: Checked, _problems: Problems): Guarded {
  return checked as Guarded;
}
