/** What the checks found about one rule: refused, made lower, or remarked. */
import type { Effect, Severity } from '../../decision/decision.js';
import { type GuardCode, guardCodes } from '../diagnostics/codes.js';
import type { Problems } from '../diagnostics/diagnostic.js';
import type { Place } from '../diagnostics/source-text.js';
import { effects, type SceneName, severities } from '../parse/rule-text.js';
import { clauses } from './clauses.js';

/** How far a rule may go. */
export interface Standing {
  readonly severity: Severity;
  readonly effect: Effect;
  readonly scenes: readonly SceneName[];
}

export class Verdict {
  readonly #problems: Problems;
  #standing: Standing;

  constructor(problems: Problems, standing: Standing) {
    this.#problems = problems;
    this.#standing = standing;
  }

  /** How far the rule may go after what was found so far. */
  get standing(): Standing {
    return this.#standing;
  }

  /** The rule set does not compile. `found`: what stands at the place, in words. */
  refuse(code: GuardCode, found: string, place: Place): void {
    this.#report(code, found, place, 'error');
  }

  /** The rule compiles; its author is told. */
  remark(code: GuardCode, found: string, place: Place): void {
    this.#report(code, found, place, 'warning');
  }

  /** The rule compiles with at most this; where it already stays below, nothing is said. */
  lower(code: GuardCode, found: string, most: Partial<Standing>, place: Place): void {
    const now = this.#standing;
    const next = {
      severity: weaker(severities, now.severity, most.severity),
      effect: stronger(effects, now.effect, most.effect),
      scenes: most.scenes ?? now.scenes,
    };
    const changes = [
      ...(next.severity === now.severity ? [] : [`severity ${next.severity}`]),
      ...(next.effect === now.effect ? [] : [`effect ${next.effect}`]),
      ...(next.scenes.length === now.scenes.length ? [] : [`scenes ${next.scenes.join(', ')}`]),
    ];
    if (changes.length === 0) return;
    this.#standing = next;
    this.#report(code, `${found}; it compiles with ${changes.join(', ')}`, place, 'warning');
  }

  #report(code: GuardCode, found: string, place: Place, severity: 'error' | 'warning'): void {
    const { check, clause, instead } = clauses[code];
    const message = `${check} ${guardCodes[code]}: ${found} (${clause})`;
    this.#problems.report(code, message, place, { severity, advice: instead });
  }
}

/** The later of two words of a falling order; effects rise, so there the earlier one is the lower. */
function weaker<Word extends string>(order: readonly Word[], now: Word, most: Word | undefined): Word {
  return most === undefined || order.indexOf(now) >= order.indexOf(most) ? now : most;
}

function stronger<Word extends string>(order: readonly Word[], now: Word, most: Word | undefined): Word {
  return most === undefined || order.indexOf(now) <= order.indexOf(most) ? now : most;
}

export function lowerSeverity(a: Severity, b: Severity): Severity {
  return weaker(severities, a, b);
}

export function lowerEffect(a: Effect, b: Effect): Effect {
  return stronger(effects, a, b);
}
