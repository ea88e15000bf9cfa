/**
 * What goes to a thread together runs under one rule set, chosen in the moment in which it goes: nothing that waits is
 * bound to a rule set that may be gone, and a second run goes by what is in force then, as nobody has seen a first.
 */
import { type InForce, rulesetFor } from '../ruleset/release/in-force.js';
import type { LoggedMessage } from './protocol/decide.js';
import type { Envelope } from './protocol.js';

/** The rule set of a claim; the same for all where no institution has one of its own. */
export function rulesetOf(inForce: InForce, { envelope }: { readonly envelope: Envelope }): string {
  return rulesetFor(inForce, envelope.institution);
}

/** As many messages, from the first on, as are judged by one rule set; those that nobody judges go along with any. */
export function leadingRun(
  messages: readonly LoggedMessage[],
  inForce: InForce,
): { readonly rulesetId: string; readonly messages: readonly LoggedMessage[] } {
  if (inForce.special.size === 0) return { rulesetId: inForce.common, messages };
  let rulesetId: string | null = null;
  let length = 0;
  for (const { mode, institution } of messages) {
    const own: string | null = mode === 'screen' ? rulesetFor(inForce, institution) : rulesetId;
    if (rulesetId !== null && own !== rulesetId) break;
    rulesetId = own;
    length += 1;
  }
  return { rulesetId: rulesetId ?? inForce.common, messages: messages.slice(0, length) };
}
