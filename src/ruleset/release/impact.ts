/** PG-16 of a version that is to come into force: what its replay and its shadow have shown of its rules. */
import { fail, ok, type Result } from '../../base/result.js';
import { canonicalText } from '../compile/canonical.js';
import {
  type GatedRuleset,
  type ImpactAnswer,
  type ImpactCeiling,
  impactGate,
  type ShadowImpact,
} from '../guard/impact-gate.js';
import { type BundledText, openText } from './bundle.js';
import { examine } from './examine.js';
import type { ReplayMark } from './manifest.js';
import type { Pointer } from './pointer.js';
import { type Refusal, refusal } from './refusal.js';
import { readReplay } from './replay-mark.js';

/** Begins the reason of a pointer to a version whose effect nobody has measured. */
export const unmeasured = 'without replay: ';

/** Whether somebody says of it that it is meant like that, and why. */
export function saysUnmeasured({ reason }: Pointer): boolean {
  return reason.startsWith(unmeasured) && reason.length > unmeasured.length;
}

/** Findings per 10,000 claims that those who review them can still review. */
export const usualCeiling: ImpactCeiling = { perRule: 300, inAll: 1_500, fewestClaims: 10_000 };

export interface ImpactTask {
  readonly text: BundledText;
  /** As it was published. */
  readonly report: Uint8Array;
  /** As the manifest says. */
  readonly mark: ReplayMark;
  readonly shadow: ShadowImpact;
  readonly ceiling: ImpactCeiling;
}

/** Compiles, as effects are what the guard leaves of them: seconds of work. */
export function weighImpact(task: ImpactTask): Result<ImpactAnswer, Refusal> {
  const source = openText(task.text);
  if (!source.ok) return source;
  const found = examine({ source: source.value, previous: null });
  if (!found.compiles) return fail(refusal('does-not-compile', `${task.text.label}it does not compile here`));
  return impactOf({ id: found.rulesetId, rules: found.rules }, task);
}

/** `ruleset`: what the text compiles to. */
export function impactOf(
  ruleset: GatedRuleset,
  { report, mark, shadow, ceiling }: Omit<ImpactTask, 'text'>,
): Result<ImpactAnswer, Refusal> {
  const read = readReplay(report);
  if (!read.ok) return fail(refusal('impact', read.error));
  if (canonicalText(read.value.mark) !== canonicalText(mark)) {
    return fail(refusal('tampered', 'the replay report is not the one that was published'));
  }
  return ok(impactGate(ruleset, read.value.impact, ceiling, shadow));
}
